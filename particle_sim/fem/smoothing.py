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
    largest: bound of the spectrum of inverse times matrix; ``compiled``: with numba.
    """

    apply: Operator
    inverse: Floats
    largest: float
    degree: int
    compiled: bool = False

    def smooth(self, residual: Floats, start: Floats | None = None) -> Floats:
        """``start`` (n, k) improved, given its residual (n, k); both are overwritten.

        Costs degree - 1 products with the matrix.
        """
        begin, advance = _passes(self.compiled)
        start = np.zeros_like(residual) if start is None else start
        weights, kind = WEIGHTS[self.degree], self.inverse.dtype
        step = np.empty_like(residual)
        first = np.array([4 / (3 * self.largest), weights[0]], dtype=kind)
        begin(self.inverse, residual, step, start, first)
        for k in range(1, self.degree):
            change = self.apply(step)
            old, new = (2 * k - 1) / (2 * k + 3), (8 * k + 4) / ((2 * k + 3) * self.largest)
            factors = np.array([old, new, weights[k]], dtype=kind)
            advance(self.inverse, residual, change, step, start, factors)
        return start


def _passes(compiled: bool) -> tuple[Callable[..., None], Callable[..., None]]:
    if not compiled:
        return _begin, _advance
    from particle_sim.fem import smoothing_numba

    return smoothing_numba.begin, smoothing_numba.advance


def _begin(inverse: Floats, residual: Floats, step: Floats, start: Floats, factors: Floats) -> None:
    """step = f0 D^-1 residual; start += f1 step."""
    np.multiply(_wide(inverse, residual), residual, out=step)
    step *= factors[0]
    start += factors[1] * step


def _advance(
    inverse: Floats,
    residual: Floats,
    change: Floats,
    step: Floats,
    start: Floats,
    factors: Floats,
) -> None:
    """residual -= change; step = f0 step + f1 D^-1 residual; start += f2 step."""
    residual -= change
    np.multiply(_wide(inverse, residual), residual, out=change)
    change *= factors[1]
    step *= factors[0]
    step += change
    np.multiply(step, factors[2], out=change)
    start += change


def _wide(inverse: Floats, like: Floats) -> Floats:
    """The diagonal for every column: NumPy is slow where the last axis is short and broadcast."""
    return np.repeat(inverse[:, None], like.shape[1], axis=1)


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
