"""Approximate inverses on two levels: smoothing on all nodes, aggregation on linear fields.

The solvers for diffusion and elasticity precondition conjugate gradients with one such cycle, in
single precision. Their iterations stay between 10 and 20 under refinement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from particle_sim.fem.aggregation import Aggregation, Mask, aggregate, inverse_diagonal
from particle_sim.fem.simplices import EDGES, Integers
from particle_sim.fem.smoothing import Chebyshev, Floats, Operator, largest_eigenvalue
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A symmetric positive system with c unknowns per node, interleaved, and its linear part.

    apply: product with rows (c n, k) in their precision; diagonal (c n,); prolongation (n, v):
    nodal values of the fields that are linear in every cell, None if all fields are; coarse
    (c v, c v): the matrix of those; vertices (v, d): their places; ``compiled``: smooth with numba.
    """

    apply: Operator
    diagonal: Array
    prolongation: sparse.csr_array | None
    coarse: sparse.csr_array
    vertices: Array
    compiled: bool = False

    @property
    def components(self) -> int:
        """Unknowns per node c."""
        return int(self.coarse.shape[0]) // len(self.vertices)


@dataclass(frozen=True, kw_only=True)
class TwoLevels:
    """Approximate inverse of a :class:`Problem`; ``free`` is 1, or 0 where held at zero."""

    smoother: Chebyshev
    prolongation: sparse.csr_array | None
    restriction: sparse.csr_array | None
    coarse: Aggregation
    components: int
    free: Floats

    def apply(self, residual: Array) -> Array:
        """Approximate solution for a residual (c n, k)."""
        norms = np.linalg.norm(residual, axis=0)
        norms = np.where(norms > 0, norms, 1.0)
        right = (residual / norms).astype(np.float32)
        if self.prolongation is None or self.restriction is None:
            return np.asarray(self.coarse.cycle(right) * norms)
        values = self.smoother.smooth(right.copy())
        left = right - self.smoother.apply(values)
        correction = self.coarse.cycle(self._by_nodes(self.restriction, left))
        values += self._by_nodes(self.prolongation, correction) * self.free[:, None]
        values = self.smoother.smooth(right - self.smoother.apply(values), values)
        return np.asarray(values * norms, dtype=float)

    def _by_nodes(self, matrix: sparse.csr_array, field: Floats) -> Floats:
        """A matrix of nodes applied to every component of (c n, k)."""
        fields = field.shape[1]
        wide = matrix @ field.reshape(-1, self.components * fields)
        return np.asarray(wide).reshape(-1, fields)


def two_levels(
    problem: Problem, held: Mask, held_vertices: Mask, *, degree: int, singular: bool = False
) -> TwoLevels:
    """Cycle for a problem with some unknowns held at zero: of all nodes and of the vertices.

    degree: smoothing steps before and after the coarse correction; ``singular``: some rigid
    motions are free.
    """
    inverse = inverse_diagonal(problem.diagonal, held).astype(np.float32)
    largest = largest_eigenvalue(problem.apply, inverse)
    up = problem.prolongation
    return TwoLevels(
        smoother=Chebyshev(
            apply=problem.apply,
            inverse=inverse,
            largest=largest,
            degree=degree,
            compiled=problem.compiled,
        ),
        prolongation=None if up is None else up.astype(np.float32),
        restriction=None if up is None else sparse.csr_array(up.T.astype(np.float32)),
        coarse=aggregate(problem.coarse, problem.vertices, held_vertices, singular=singular),
        components=problem.components,
        free=(inverse > 0).astype(np.float32),
    )


def interpolation(cell_dofs: Integers, nodes: int, axes: int) -> sparse.csr_array | None:
    """Values at vertices and edge nodes (n, v) of linear fields; None on linear cells."""
    if cell_dofs.shape[1] == axes + 1:
        return None
    vertices = int(cell_dofs[:, : axes + 1].max()) + 1
    edges, first = np.unique(cell_dofs[:, axes + 1 :].ravel(), return_index=True)
    pairs = cell_dofs[:, np.array(EDGES[axes])].reshape(-1, 2)[first]
    rows = np.concatenate([np.arange(vertices), edges, edges])
    columns = np.concatenate([np.arange(vertices), pairs[:, 0], pairs[:, 1]])
    values = np.concatenate([np.ones(vertices), np.full(2 * len(edges), 0.5)])
    entries = sparse.coo_array((values, (rows, columns)), shape=(nodes, vertices))
    return sparse.csr_array(entries.tocsr())
