"""SDIRK4: a diagonally implicit method of order 4 with an error estimate of order 3, L-stable.

For M y' = g(t, y) the stages Y_i = y + sum_(j<i) BEFORE_ij z_j + z_i are solved one by one from

    M z_i/(GAMMA h) = g(t + c_i h, Y_i),   y_new = Y_5,   error = sum_i ERROR_i z_i,

each exactly, where a linearly implicit method would take a tangent: for laws that turn a corner
within a step. In between, s = 0 ... 1, y(s) = (1 - s) y + s (y_new + (1 - s) (k_1 + s k_2)) with
k_i = sum_j DENSE_ij z_j, the shortest weights of order 3.

Hairer & Wanner, Solving Ordinary Differential Equations II (2nd ed., 1996), eq. IV.6.16 and 6.17.
"""

from __future__ import annotations

import numpy as np

GAMMA = 0.25
_A = np.array(
    [
        [1 / 4, 0, 0, 0, 0],
        [1 / 2, 1 / 4, 0, 0, 0],
        [17 / 50, -1 / 25, 1 / 4, 0, 0],
        [371 / 1360, -137 / 2720, 15 / 544, 1 / 4, 0],
        [25 / 24, -49 / 48, 125 / 16, -85 / 12, 1 / 4],
    ]
)
_THIRD_ORDER = np.array([59 / 48, -17 / 96, 225 / 32, -85 / 12, 0.0])
_C = _A.sum(axis=1)

BEFORE = tuple(tuple(_A[i, :i] / GAMMA) for i in range(5))
AFTER = tuple(_A[4] / GAMMA)
"""y_new = y + sum_i AFTER_i z_i"""
ERROR = tuple((_A[4] - _THIRD_ORDER) / GAMMA)

_CONDITIONS = np.stack([np.ones(5), _C, _C**2, _A @ _C])
DENSE = tuple(
    tuple(np.linalg.lstsq(_CONDITIONS, np.array(wanted))[0] / GAMMA)
    for wanted in ((0.0, -1 / 2, -1 / 3, -1 / 6), (0.0, 0.0, -1 / 3, -1 / 6))
)
