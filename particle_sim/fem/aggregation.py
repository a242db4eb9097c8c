"""Multigrid by smoothed aggregation for linear elements: the coarse solver of the two levels.

Neighbouring nodes are put together in aggregates that move as rigid bodies (elasticity) or share
one value (diffusion); the piecewise motions are smoothed by one Jacobi step and taken as the
functions of the next, much smaller problem. P. Vanek, J. Mandel, M. Brezina, Computing 56 (1996)
179, with the rigid modes of every aggregate about its own centre instead of a local QR.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import SuperLU

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.dissection import dissect
from particle_sim.fem.smoothing import Chebyshev, Floats, largest_eigenvalue
from particle_sim.units import Array

Mask = NDArray[np.bool_]

DIRECT, DIRECT_SCALAR = 6000, 1000
"""Problems of at most this many unknowns are factorised: of displacements, of one field."""

DEGREE = 3
"""Chebyshev steps before and after the coarse correction of every level."""

SHIFT, SHIFT_FREE = 1e-7, 1e-5
"""Increase of the last level's diagonal: near single precision's rounding, and above it where
rigid motions are free."""

DAMPING = 4 / 3
"""Jacobi step that smooths the prolongation, over the largest eigenvalue (Vanek et al.)."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level in single precision: its smoother and the maps to and from the next one."""

    smoother: Chebyshev
    prolongation: sparse.csr_array
    restriction: sparse.csr_array


@dataclass(frozen=True, kw_only=True)
class Aggregation:
    """Levels from fine to coarse, and the factors of the last, in elimination ``order``.

    free (n,): 1, or 0 for unknowns held at zero.
    """

    levels: tuple[Level, ...]
    factors: SuperLU
    order: Integers
    free: Floats

    def cycle(self, right: Floats) -> Floats:
        """Approximate solution of A x = right (n, k) in single precision.

        One V-cycle, whose coarser levels are visited twice: their few rotations and
        translations are smoothed worse than the linear elements.
        """
        return self._visit(right * self.free[:, None], 0)

    def _visit(self, right: Floats, depth: int) -> Floats:
        if depth == len(self.levels):
            solution = np.empty_like(right)
            solution[self.order] = self.factors.solve(np.ascontiguousarray(right[self.order]))
            return solution
        level = self.levels[depth]
        values = level.smoother.smooth(right.copy())
        residual = right - level.smoother.apply(values)
        correction = level.restriction @ residual
        values += level.prolongation @ self._repeated(correction, depth + 1)
        return level.smoother.smooth(right - level.smoother.apply(values), values)

    def _repeated(self, right: Floats, depth: int) -> Floats:
        """Two visits of a level, one of the last."""
        values = self._visit(right, depth)
        if depth == len(self.levels):
            return values
        residual = right - self.levels[depth].smoother.apply(values)
        values += self._visit(residual, depth)
        return values


def aggregate(
    matrix: sparse.csr_array, points: Array, held: Mask, *, singular: bool = False
) -> Aggregation:
    """Hierarchy for a symmetric positive matrix with c unknowns per node, interleaved.

    points (n, d): nodes; held (c n,): unknowns kept at zero, whose rows are ignored. c = 1 is a
    scalar field, c = d a displacement. ``singular``: rigid motions are free; the solution is then
    right up to such a motion.
    """
    levels: list[Level] = []
    free = (~held).astype(np.float32)
    most = DIRECT_SCALAR if len(held) == len(points) else DIRECT
    while matrix.shape[0] > most:
        level, coarse, centres = _coarsened(matrix, points, held, reach=2 if not levels else 1)
        if coarse.shape[0] > 0.7 * matrix.shape[0]:
            break
        levels.append(level)
        matrix, points = coarse, centres
        held = matrix.diagonal() <= 0
    factors, order = _factorised(matrix, points, held, SHIFT_FREE if singular else SHIFT)
    return Aggregation(levels=tuple(levels), factors=factors, order=order, free=free)


def _coarsened(
    matrix: sparse.csr_array, points: Array, held: Mask, reach: int
) -> tuple[Level, sparse.csr_array, Array]:
    """One level, the matrix of the next and the centres of its nodes."""
    components = len(held) // len(points)
    inverse = inverse_diagonal(matrix.diagonal(), held)
    largest = largest_eigenvalue(matrix.__matmul__, inverse)
    number = _aggregates(_node_graph(matrix, components), reach)
    motions, centres = _motions(number, points, held)
    damped = sparse.diags_array(DAMPING / largest * inverse) @ (matrix @ motions)
    prolongation = sparse.csr_array(motions - damped)
    coarse = sparse.csr_array(prolongation.T @ (matrix @ prolongation))
    single = matrix.astype(np.float32)
    level = Level(
        smoother=Chebyshev(
            apply=single.__matmul__,
            inverse=inverse.astype(np.float32),
            largest=largest,
            degree=DEGREE,
        ),
        prolongation=prolongation.astype(np.float32),
        restriction=sparse.csr_array(prolongation.T.astype(np.float32)),
    )
    return level, coarse, centres


def inverse_diagonal(diagonal: Array, held: Mask) -> Array:
    """1 / diagonal, 0 for unknowns that are held or without stiffness."""
    used = ~held & (diagonal > 0)
    return np.where(used, 1 / np.where(used, diagonal, 1.0), 0.0)


def _factorised(
    matrix: sparse.csr_array, points: Array, held: Mask, shift: float
) -> tuple[SuperLU, Integers]:
    """Factors in single precision, with 1 on the diagonal of held unknowns.

    A diagonal raised by the fraction ``shift`` keeps motions that nothing resists finite.
    """
    free = sparse.diags_array((~held).astype(float))
    extra = np.where(held, 1.0, shift * matrix.diagonal())
    used = sparse.csr_array(free @ matrix @ free + sparse.diags_array(extra))
    ordering = dissect(used, np.repeat(points, len(held) // len(points), axis=0))
    return ordering.diagonal_factors(used.astype(np.float32)), ordering.order


def _node_graph(matrix: sparse.csr_array, components: int) -> sparse.csr_array:
    """Which nodes are coupled, each with itself."""
    blocks = matrix.tobsr((components, components))
    nodes = matrix.shape[0] // components
    ones = np.ones(len(blocks.indices))
    graph = sparse.csr_array((ones, blocks.indices, blocks.indptr), shape=(nodes, nodes))
    return sparse.csr_array(graph + sparse.eye_array(nodes))


def _aggregates(graph: sparse.csr_array, reach: int) -> Integers:
    """Number of the aggregate of every node (n,).

    Roots are a largest set of nodes more than ``reach`` edges apart (Luby's parallel choice by
    random rank); every node joins a root next to it, or a neighbour's root.
    """
    rank = 1.0 + np.random.default_rng(0).permutation(graph.shape[0])
    is_root, is_open = np.zeros(len(rank), dtype=bool), np.ones(len(rank), dtype=bool)
    while is_open.any():
        is_root |= is_open & (rank == _spread(graph, np.where(is_open, rank, 0.0), reach))
        is_open &= _spread(graph, is_root.astype(float), reach) == 0
    number = np.zeros(len(rank))
    number[is_root] = 1.0 + np.arange(np.count_nonzero(is_root))
    while not number.all():
        number = np.where(number > 0, number, _spread(graph, number, 1))
    return number.astype(np.intp) - 1


def _spread(graph: sparse.csr_array, values: Array, reach: int) -> Array:
    """Largest value of all nodes at most ``reach`` edges away."""
    for _ in range(reach):
        values = np.maximum.reduceat(values[graph.indices], graph.indptr[:-1])
    return values


def _motions(number: Integers, points: Array, held: Mask) -> tuple[sparse.csr_array, Array]:
    """Rigid motions of the aggregates as columns, and their centres.

    A node with one unknown gets a constant; one with d displacements, or displacements and
    rotations, moves as x -> t + w x (x - centre) and turns by w.
    """
    nodes, d = points.shape
    components = len(held) // nodes
    sizes = np.bincount(number)
    centres = np.stack([np.bincount(number, x) for x in points.T], axis=1) / sizes[:, None]
    if components == 1:
        blocks = np.ones((nodes, 1, 1))
    else:
        turns = _rotations(points - centres[number])
        blocks = np.zeros((nodes, components, d + turns.shape[2]))
        blocks[:, :d, :d] = np.eye(d)
        blocks[:, :d, d:] = turns
        if components > d:
            blocks[:, d:, d:] = np.eye(components - d)
    blocks[held.reshape(nodes, components)] = 0.0
    shape = (len(held), len(sizes) * blocks.shape[2])
    motions = sparse.bsr_array((blocks, number, np.arange(nodes + 1)), shape=shape)
    return motions.tocsr(), centres


def _rotations(offset: Array) -> Array:
    """Displacements (n, d, r) of unit rotations at offsets (n, d): r = 1 in a plane, 3 in space."""
    zero = np.zeros(len(offset))
    if offset.shape[1] == 2:
        x, y = offset.T
        return np.stack([-y, x], axis=1)[:, :, None]
    x, y, z = offset.T
    rows = [[zero, z, -y], [-z, zero, x], [y, -x, zero]]
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def rigid_motions(points: Array) -> Array:
    """Displacements (d n, m) of all rigid motions of a body, interleaved: 3 in a plane, 6."""
    nodes, d = points.shape
    translations = np.broadcast_to(np.eye(d), (nodes, d, d))
    centred = points - points.mean(axis=0)
    turns = _rotations(centred / np.abs(centred).max())
    return np.concatenate([translations, turns], axis=2).reshape(nodes * d, -1)
