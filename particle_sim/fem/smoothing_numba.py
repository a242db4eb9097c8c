"""The vector work of Chebyshev smoothing in one pass over memory. Importing this needs numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.fem.machine_code import compiled

Floats = NDArray[np.floating[Any]]


@compiled(fastmath=True, error_model="numpy", nogil=True)
def begin(inverse: Floats, residual: Floats, step: Floats, start: Floats, factors: Floats) -> None:
    """step = f0 D^-1 residual; start += f1 step. Arrays (n, k), inverse (n,)."""
    f0, f1 = factors[0], factors[1]
    for i in range(len(inverse)):
        scale = f0 * inverse[i]
        for k in range(residual.shape[1]):
            moved = scale * residual[i, k]
            step[i, k] = moved
            start[i, k] += f1 * moved


@compiled(fastmath=True, error_model="numpy", nogil=True)
def advance(
    inverse: Floats,
    residual: Floats,
    change: Floats,
    step: Floats,
    start: Floats,
    factors: Floats,
) -> None:
    """residual -= change; step = f0 step + f1 D^-1 residual; start += f2 step."""
    f0, f1, f2 = factors[0], factors[1], factors[2]
    for i in range(len(inverse)):
        scale = f1 * inverse[i]
        for k in range(residual.shape[1]):
            left = residual[i, k] - change[i, k]
            residual[i, k] = left
            moved = f0 * step[i, k] + scale * left
            step[i, k] = moved
            start[i, k] += f2 * moved
