"""The time integrator's coefficients: ARK4(3)6L[2]SA, implicit part.

Six stages (the first explicit), order 4 with an embedded order 3, L-stable and stiffly accurate:
Kennedy & Carpenter, Appl. Numer. Math. 44 (2003) 139, doi:10.1016/S0168-9274(02)00138-1, table
of ARK4(3)6L[2]SA-ESDIRK. SciPy has no integrator for systems with a mass matrix and algebraic
unknowns. Tests check the order conditions.
"""

from __future__ import annotations

import numpy as np

ORDER = 4
GAMMA = 0.25
NODES = np.array([0.0, 1 / 2, 83 / 250, 31 / 50, 17 / 20, 1.0])
WEIGHTS = np.array([82889 / 524892, 0.0, 15625 / 83664, 69875 / 102672, -2260 / 8211, GAMMA])
EMBEDDED = np.array(
    [
        4586570599 / 29645900160,
        0.0,
        178811875 / 945068544,
        814220225 / 1159782912,
        -3700637 / 11593932,
        61727 / 225920,
    ]
)
STAGES = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [GAMMA, GAMMA, 0.0, 0.0, 0.0, 0.0],
        [8611 / 62500, -1743 / 31250, GAMMA, 0.0, 0.0, 0.0],
        [5012029 / 34652500, -654441 / 2922500, 174375 / 388108, GAMMA, 0.0, 0.0],
        [
            15267082809 / 155376265600,
            -71443401 / 120774400,
            730878875 / 902184768,
            2285395 / 8070912,
            GAMMA,
            0.0,
        ],
        WEIGHTS,
    ]
)
