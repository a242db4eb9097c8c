"""Conjugate gradients for several right-hand sides, and starts from earlier solutions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particle_sim.errors import ConvergenceError
from particle_sim.units import Array

MOST_ITERATIONS = 300
"""Iterations after which a solve is given up; two levels need 10 to 20."""

WIDTHS = (1, 8)
"""Numbers of columns that are worked on together; converged ones are dropped at these steps."""

REMEMBERED = 5
"""Earlier solutions that are combined for the start of the next solve."""

COLLINEAR = 1e-13
"""Earlier solutions are combined down to this fraction of the largest energy among them."""


@dataclass(frozen=True, kw_only=True)
class Iterate:
    """Approximate solutions (n, k) of A x = b, the residuals b - A x, and the iterations made."""

    values: Array
    residual: Array
    iterations: int


def solve_columns(
    apply: Callable[[Array], Array],
    precondition: Callable[[Array], Array],
    start: Iterate,
    allowed: Array,
) -> Iterate:
    """Reduce the residual norm of every column to ``allowed`` (k,); ``start`` is overwritten.

    ``apply`` multiplies fields (n, w) with a symmetric positive matrix; ``precondition`` is a
    symmetric approximation of its inverse. Raises :class:`ConvergenceError`.
    """
    columns = np.flatnonzero(np.linalg.norm(start.residual, axis=0) > allowed)
    if len(columns) == len(allowed) <= WIDTHS[-1] and len(columns) > 0:
        return _iterate(apply, precondition, start, allowed)
    iterations = start.iterations
    for first in range(0, len(columns), WIDTHS[-1]):
        batch = columns[first : first + WIDTHS[-1]]
        part = Iterate(
            values=start.values[:, batch], residual=start.residual[:, batch], iterations=0
        )
        part = _iterate(apply, precondition, part, allowed[batch])
        start.values[:, batch], start.residual[:, batch] = part.values, part.residual
        iterations += part.iterations
    return Iterate(values=start.values, residual=start.residual, iterations=iterations)


def _iterate(
    apply: Callable[[Array], Array],
    precondition: Callable[[Array], Array],
    start: Iterate,
    allowed: Array,
) -> Iterate:
    """Conjugate gradients for at most ``WIDTHS[-1]`` columns; overwrites ``start``.

    Converged columns stand still, and are left out where that makes the work narrower.
    """
    values, residual = start.values, start.residual
    columns = np.arange(values.shape[1])
    x, r, p = values, residual, np.zeros_like(values)
    moving, product = np.ones(len(columns), dtype=bool), np.full(len(columns), np.inf)
    for iteration in range(1, MOST_ITERATIONS + 1):
        z = precondition(r)
        previous, product = product, _dots(r, z)
        p *= np.where(moving, product / np.where(moving, previous, 1.0), 0.0)
        p += z
        del z
        q = apply(p)
        energy = _dots(p, q)
        if not np.all(energy[moving] > 0):
            break
        length = np.where(moving, product / np.where(moving, energy, 1.0), 0.0)
        x += p * length
        q *= length
        r -= q
        moving &= np.linalg.norm(r, axis=0) > allowed[columns]
        if not moving.any() or _width(moving) < len(columns):
            values[:, columns], residual[:, columns] = x, r
            if not moving.any():
                return Iterate(values=values, residual=residual, iterations=iteration)
            kept = np.sort(np.argsort(~moving, kind="stable")[: _width(moving)])
            x, r, p = (np.ascontiguousarray(a[:, kept]) for a in (x, r, p))
            columns, moving, product = columns[kept], moving[kept], product[kept]
    left = float((np.linalg.norm(r, axis=0) / allowed[columns]).max())
    raise ConvergenceError(
        f"A linear solve stopped after {iteration} iterations with a residual {left:.1e} times "
        "the allowed one; the matrix is not symmetric positive, or the mesh has very flat cells.",
        last_state=values,
        residuals=(left,),
    )


def _width(moving: np.typing.NDArray[np.bool_]) -> int:
    """Columns to work on: the smallest of ``WIDTHS`` that holds the moving ones, or all."""
    needed = int(np.count_nonzero(moving))
    return min(len(moving), *(width for width in WIDTHS if width >= needed))


def _dots(a: Array, b: Array) -> Array:
    """Scalar products of the columns."""
    return np.asarray(np.einsum("nk,nk->k", a, b))


@dataclass(frozen=True, kw_only=True)
class History:
    """Latest solutions (n, m) of systems with one matrix, and their products with it (n, m).

    The next right-hand side of a smooth sequence is nearly a combination of the earlier ones:
    the one whose error has the least energy is the start of the next solve, and costs no product
    with the matrix (P. F. Fischer, Comput. Methods Appl. Mech. Eng. 163 (1998) 193).
    """

    solutions: Array
    images: Array

    @classmethod
    def empty(cls, unknowns: int) -> History:
        """No earlier solutions: a start from zero."""
        nothing = np.zeros((unknowns, 0))
        return cls(solutions=nothing, images=nothing)

    def start(self, right: Array) -> Iterate:
        """Best combination for right-hand sides (n, k)."""
        if self.solutions.shape[1] == 0:
            return Iterate(values=np.zeros_like(right), residual=right.copy(), iterations=0)
        energy = self.solutions.T @ self.images
        scale = 1 / np.sqrt(np.diag(energy))
        sizes, vectors = np.linalg.eigh(scale[:, None] * energy * scale)
        used = sizes > COLLINEAR * sizes[-1]
        basis = scale[:, None] * vectors[:, used] / np.sqrt(sizes[used])
        weights = basis @ (basis.T @ (self.solutions.T @ right))
        return Iterate(
            values=self.solutions @ weights,
            residual=right - self.images @ weights,
            iterations=0,
        )

    def extended(self, solution: Array, image: Array, most: int) -> History:
        """With further solutions (n, k); the oldest beyond ``most`` are forgotten."""
        used = np.flatnonzero(np.einsum("nk,nk->k", solution, image) > 0)
        return History(
            solutions=np.concatenate([self.solutions, solution[:, used]], axis=1)[:, -most:],
            images=np.concatenate([self.images, image[:, used]], axis=1)[:, -most:],
        )


@dataclass(frozen=True, kw_only=True)
class Solved:
    """Solutions (n, k), the iterations they took and the history for the next solve."""

    values: Array
    iterations: int
    history: History


@dataclass(frozen=True, kw_only=True)
class Compressed:
    """Right-hand sides (n, k) = basis (n, m) @ weights (m, k), and what each column may leave."""

    basis: Array
    weights: Array
    allowed: Array


def compress(right: Array, tolerance: float) -> Compressed:
    """Fewest directions that span all right-hand sides to a tenth of ``tolerance`` of each.

    Loads at many times of a smooth process span few directions. Solved to ``allowed``, they give
    every column a residual below ``tolerance`` times its own norm.
    """
    norms = np.linalg.norm(right, axis=0)
    orthogonal, upper = np.linalg.qr(right / np.where(norms > 0, norms, 1.0))
    left, sizes, across = np.linalg.svd(upper)
    count = right.shape[1]
    rank = int(np.count_nonzero(sizes > 0.1 * tolerance / np.sqrt(count)))
    return Compressed(
        basis=orthogonal @ (left[:, :rank] * sizes[:rank]),
        weights=across[:rank] * norms,
        allowed=np.full(rank, 0.9 * tolerance / np.sqrt(max(rank, 1))),
    )
