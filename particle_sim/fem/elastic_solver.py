"""Displacements of an elastic body under many loads: conjugate gradients on two levels."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from particle_sim.errors import InputError
from particle_sim.fem.aggregation import Mask, rigid_motions
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.conjugate_gradients import (
    REMEMBERED,
    WIDTHS,
    History,
    Iterate,
    Solved,
    compress,
    solve_columns,
)
from particle_sim.fem.matrix_free import CellStiffness, ElasticCells, locally_ordered
from particle_sim.fem.multigrid import Problem, TwoLevels, interpolation, two_levels
from particle_sim.fem.smoothing import Floats, Operator
from particle_sim.units import Array

DEGREE = 3
"""Smoothing steps before and after the coarse correction."""

BALANCE = 1e-6
"""Largest resultant of a load along a free rigid motion, relative to the load."""

RIGID = 1e-9
"""A rigid motion is free if it moves the held unknowns by less than this part of the others."""


@dataclass(frozen=True, kw_only=True)
class _Solution:
    """Solutions (n, k), products K u of the last of them, iterations."""

    values: Array
    images: Array
    iterations: int


@dataclass(frozen=True, kw_only=True)
class ElasticSolver:
    """Solves K u = f for loads (d n, k) with some displacements held at zero, or none.

    ``order``: the node at each place of the inner numbering; held (d n,) in that numbering;
    motions (d n, m): orthonormal rigid motions that nothing holds. Loads must not work on them,
    and the solution has none of them: mean displacement and rotation of the nodes are zero.
    """

    apply: Operator
    two_levels: TwoLevels
    order: Integers
    held: Mask
    motions: Array
    method: str

    def solve(
        self, loads: Array, tolerance: float = 1e-8, history: History | None = None
    ) -> Solved:
        """Displacements of loads (d n, k), each to a residual of ``tolerance`` times the load.

        Many loads are reduced to the few directions they span. A ``history`` of earlier solves
        gives a start instead: pass it on where loads come one after the other.
        """
        right = self._inside(loads)
        right[self.held] = 0.0
        self._check_balance(right)
        right -= self.motions @ (self.motions.T @ right)
        past = History.empty(len(right)) if history is None else history
        done = self._each(right, tolerance, past) if history else self._together(right, tolerance)
        return Solved(
            values=self._outside(done.values),
            iterations=done.iterations,
            history=past.extended(
                done.values[:, -REMEMBERED:], done.images[:, -REMEMBERED:], REMEMBERED
            ),
        )

    def _each(self, right: Array, tolerance: float, past: History) -> _Solution:
        """Columns from the start that earlier solutions give."""
        allowed = tolerance * np.linalg.norm(right, axis=0)
        done = solve_columns(self._product, self._precondition, past.start(right), allowed)
        return _Solution(
            values=done.values, images=right - done.residual, iterations=done.iterations
        )

    def _together(self, right: Array, tolerance: float) -> _Solution:
        """Columns as combinations of the solutions of the directions they span."""
        packed = compress(right, tolerance)
        start = Iterate(
            values=np.zeros_like(packed.basis), residual=packed.basis.copy(), iterations=0
        )
        done = solve_columns(self._product, self._precondition, start, packed.allowed)
        return _Solution(
            values=done.values @ packed.weights,
            images=(packed.basis - done.residual) @ packed.weights[:, -REMEMBERED:],
            iterations=done.iterations,
        )

    def _product(self, field: Array) -> Array:
        result = np.asarray(self.apply(field), dtype=float)
        result[self.held] = 0.0
        return result

    def product(self, displacements: Array) -> Array:
        """K u of displacements (d n, k); nothing where they are held."""
        return self._outside(self._product(self._inside(displacements)))

    def precondition(self, residual: Array) -> Array:
        """One cycle, about K^-1 residual for (d n,) or (d n, k) and linear in it."""
        values = self._precondition(self._inside(residual))
        return self._outside(values).reshape(residual.shape)

    def _precondition(self, residual: Array) -> Array:
        values = self.two_levels.apply(residual)
        values -= self.motions @ (self.motions.T @ values)
        return values

    def _check_balance(self, right: Array) -> None:
        work = np.linalg.norm(self.motions.T @ right, axis=0)
        norms = np.linalg.norm(right, axis=0)
        if np.any(work > BALANCE * norms):
            share = float((work[norms > 0] / norms[norms > 0]).max())
            raise InputError(
                f"The load on the free body has a resultant of {share:.1e} of its size, above "
                f"{BALANCE:g}; loads on a body that nothing holds must balance."
            )

    def _inside(self, outer: Array) -> Array:
        """Rows (d n, k) in the inner numbering, as a copy."""
        d = len(self.held) // len(self.order)
        return outer.reshape(len(self.order), d, -1)[self.order].reshape(len(self.held), -1)

    def _outside(self, inner: Array) -> Array:
        d = len(self.held) // len(self.order)
        outer = np.empty((len(self.order), d, inner.shape[1]))
        outer[self.order] = inner.reshape(outer.shape)
        return outer.reshape(inner.shape)


def elastic_solver(
    cells: ElasticCells, held: Mask, *, compiled: bool | None = None
) -> ElasticSolver:
    """Solver that stores no stiffness matrix of the quadratic cells.

    held (d n,): displacements fixed at zero. ``compiled``: use the numba kernel, which needs
    straight quadratic tetrahedra; by default where it is compiled.
    """
    can_compile = cells.axes == 3 and cells.cell_dofs.shape[1] == 10 and cells.is_straight
    if compiled is None:
        compiled = can_compile and _is_ready()
    if compiled and not can_compile:
        raise InputError(
            "The compiled kernel needs straight quadratic tetrahedra; use compiled=False."
        )
    prolongation = interpolation(cells.cell_dofs, cells.size, cells.axes)
    local, order = cells, np.arange(cells.size)
    if prolongation is not None:
        local, order = locally_ordered(cells)
    problem = Problem(
        apply=CellStiffness(cells=local, compiled=compiled).apply,
        diagonal=local.diagonal(),
        prolongation=None if prolongation is None else sparse.csr_array(prolongation[order]),
        coarse=cells.vertex_matrix(),
        vertices=cells.nodes[: _vertices(cells.cell_dofs, cells.axes)],
        compiled=compiled,
    )
    return _solver(problem, local.nodes, held, order, "compiled" if compiled else "cell by cell")


def _is_ready() -> bool:
    """Whether numba is there and has compiled the kernels; says once what would make it so."""
    if importlib.util.find_spec("numba") is None:
        return False
    from particle_sim.fem.machine_code import announced
    from particle_sim.fem.warm import bodies_are_ready

    return announced(bodies_are_ready(), "the stresses of bodies")


def assembled_elastic_solver(
    matrix: sparse.csr_array, cell_dofs: Integers, nodes: Array, held: Mask
) -> ElasticSolver:
    """Solver for an assembled stiffness matrix (d n, d n) with interleaved components.

    cell_dofs (e, i), nodes (n, d): as of :class:`ElasticCells`. Without numba it is faster than
    :func:`elastic_solver` where the matrix is at hand and loads come one by one.
    """
    axes = nodes.shape[1]
    single = matrix.astype(np.float32)
    prolongation = interpolation(cell_dofs, len(nodes), axes)
    coarse = matrix
    if prolongation is not None:
        wide = sparse.kron(prolongation, sparse.eye_array(axes), format="csr")
        coarse = sparse.csr_array(wide.T @ (matrix @ wide))

    def apply(field: Floats) -> Floats:
        return np.asarray((single if field.dtype == np.float32 else matrix) @ field)

    problem = Problem(
        apply=apply,
        diagonal=matrix.diagonal(),
        prolongation=prolongation,
        coarse=coarse,
        vertices=nodes[: _vertices(cell_dofs, axes)],
    )
    return _solver(problem, nodes, held, np.arange(len(nodes)), "assembled")


def _vertices(cell_dofs: Integers, axes: int) -> int:
    return int(cell_dofs[:, : axes + 1].max()) + 1


def _solver(
    problem: Problem, places: Array, held: Mask, order: Integers, words: str
) -> ElasticSolver:
    """``places`` (n, d): nodes in the inner numbering; ``held`` in the outer one."""
    axes = places.shape[1]
    inner = held.reshape(-1, axes)[order].ravel()
    motions = _free_motions(places, inner)
    cycle = two_levels(
        problem,
        inner,
        held[: axes * len(problem.vertices)],
        degree=DEGREE,
        singular=motions.shape[1] > 0,
    )
    free = f", {motions.shape[1]} free rigid motions" if motions.shape[1] else ""
    return ElasticSolver(
        apply=problem.apply,
        two_levels=cycle,
        order=order,
        held=inner,
        motions=motions,
        method=f"p-multigrid CG, {len(held):,} unknowns, {words}{free}",
    )


def _free_motions(places: Array, held: Mask) -> Array:
    """Orthonormal rigid motions (d n, m) that leave all held displacements at zero."""
    motions, _ = np.linalg.qr(rigid_motions(places))
    grip = motions[held].T @ motions[held]
    sizes, vectors = np.linalg.eigh(grip)
    return np.asarray(motions @ vectors[:, sizes < RIGID**2 * len(places)])


def elastic_memory(cells: int, nodes: int, loads: int) -> int:
    """Estimate of the bytes that :func:`elastic_solver` and its solve take in three dimensions.

    What stays after the set-up (gradients in both precisions, coarse levels), and the larger of
    the cell matrices on the way there and of the fields of a solve; counted on balls of 5,000 to
    100,000 cells without numba, which needs less.
    """
    kept = 1900 * cells + 400 * nodes
    fields = 2 * loads + 6.5 * min(loads, WIDTHS[-1])
    return int(kept + max(1600 * cells, 24 * nodes * fields))
