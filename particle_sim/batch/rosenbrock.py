"""RODAS: a linearly implicit method of order 4 with an error estimate of order 3, L-stable.

For M y' = g(t, y) with J = dg/dy, a step h solves six linear systems with one matrix,

    (M/(GAMMA h) - J) U_i = g(t + ALPHA_i h, y + sum_j A_ij U_j) + M/h sum_j C_ij U_j
                            + DERIVATIVE_i h dg/dt,
    y_new = y + sum_j A_6j U_j + U_6,    error = U_6,

and gives y in between, s = 0 ... 1, by

    y(s) = (1 - s) y + s (y_new + (1 - s) (k_1 + s k_2)),   k_i = sum_j DENSE_ij U_j.

Hairer & Wanner, Solving Ordinary Differential Equations II (2nd ed., 1996), section IV.7, and their
code RODAS. All entries are theirs; the tests measure the order.
"""

from __future__ import annotations

GAMMA = 0.25
ALPHA = (0.0, 0.386, 0.21, 0.63, 1.0, 1.0)
DERIVATIVE = (0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0)
A = (
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0),
)
C = (
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
    (
        8.083246795921522,
        -7.981132988064893,
        -31.52159432874371,
        16.31930543123136,
        -6.058818238834054,
    ),
)
DENSE = (
    (
        10.12623508344586,
        -7.487995877610167,
        -34.80091861555747,
        -7.992771707568823,
        1.025137723295662,
    ),
    (
        -0.6762803392801253,
        6.087714651680015,
        16.43084320892478,
        24.76722511418386,
        -6.594389125716872,
    ),
)
