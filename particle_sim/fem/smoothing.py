"""Chebyshev smoothing: a few matrix products that damp the rapidly varying part of an error.

With D the diagonal of A and L an upper bound of the spectrum of D^-1 A, m steps multiply the
error by the fourth-kind polynomial with the smallest worst case in a two-level cycle. It needs no
lower bound. J. Lottes, Optimal polynomial smoothers for multigrid V-cycles, Numer. Linear Algebra
Appl. 30 (2023) e2518, algorithm 2 and table 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Operator = Callable[[Floats], Floats]
"""Matrix product with fields (n, k), in their precision."""

WEIGHTS: dict[int, tuple[float, ...]] = {
    1: (1.12500000000000,),
    2: (1.02387287570313, 1.26408905371085),
    3: (1.00842544782028, 1.08867839208730, 1.33753125909618),
    4: (1.00391310427285, 1.04035811188593, 1.14863498546254, 1.38268869241000),
}
"""Optimal step weights by number of steps (Lottes, table 1)."""

SAFETY = 1.05
"""Lanczos values approach the largest eigenvalue from below; the bound is this much higher."""


@dataclass(frozen=True, kw_only=True)
class Chebyshev:
    """Smoother of ``degree`` steps for the matrix ``apply``.

    inverse (n,): 1 / diagonal in the precision of the work, 0 where the unknown is held at zero;
    largest: bound of the spectrum of inverse times matrix.
    """

    apply: Operator
    inverse: Floats
    largest: float
    degree: int

    def smooth(self, residual: Floats, start: Floats | None = None) -> Floats:
        """``start`` (n, k) improved, given its residual (n, k); both are overwritten.

        Costs degree - 1 products with the matrix.
        """
        weights = WEIGHTS[self.degree]
        inverse = np.repeat(self.inverse[:, None], residual.shape[1], axis=1)
        step = inverse * residual
        step *= 4 / (3 * self.largest)
        if start is None:
            start = weights[0] * step
        else:
            start += weights[0] * step
        for k in range(1, self.degree):
            change = self.apply(step)
            residual -= change
            np.multiply(inverse, residual, out=change)
            change *= (8 * k + 4) / ((2 * k + 3) * self.largest)
            step *= (2 * k - 1) / (2 * k + 3)
            step += change
            np.multiply(step, weights[k], out=change)
            start += change
        return start


def largest_eigenvalue(apply: Operator, inverse: Floats, steps: int = 12) -> float:
    """Upper bound of the spectrum of inverse times matrix, by Lanczos from a random vector."""
    root = np.sqrt(inverse)[:, None]
    v = np.random.default_rng(0).standard_normal(root.shape).astype(inverse.dtype) * (root > 0)
    v /= np.linalg.norm(v)
    previous, beta = np.zeros_like(v), 0.0
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(steps, int(np.count_nonzero(root)))):
        w = root * apply(root * v) - beta * previous
        alpha = float(np.vdot(w, v))
        w -= alpha * v
        beta = float(np.linalg.norm(w))
        diagonal.append(alpha)
        beside.append(beta)
        if beta < 1e-6 * abs(alpha):
            break
        previous, v = v, w / beta
    tridiagonal = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    return SAFETY * float(np.linalg.eigvalsh(tridiagonal)[-1])
