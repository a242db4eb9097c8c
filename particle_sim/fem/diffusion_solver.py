"""Implicit diffusion steps on a body: (M + a K) c = b for a > 0 that may change between steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.conjugate_gradients import REMEMBERED, History, Solved, solve_columns
from particle_sim.fem.multigrid import Problem, TwoLevels, interpolation, two_levels
from particle_sim.fem.smoothing import Floats
from particle_sim.units import Array

DEGREE = 2
"""Smoothing steps before and after the coarse correction."""


@dataclass(frozen=True, kw_only=True)
class DiffusionSolver:
    """The matrices that stay when the step changes: mass M and rigidity K (n, n), symmetric.

    cell_dofs (e, i), nodes (n, d): linear or quadratic simplices, vertices first.
    """

    mass: sparse.csr_array
    rigidity: sparse.csr_array
    cell_dofs: Integers
    nodes: Array

    @cached_property
    def _linear_part(self) -> tuple[sparse.csr_array | None, sparse.csr_array, sparse.csr_array]:
        """Interpolation from the vertices, and both matrices for linear fields."""
        up = interpolation(self.cell_dofs, len(self.nodes), self.nodes.shape[1])
        if up is None:
            return None, self.mass, self.rigidity
        mass, rigidity = (up.T @ (matrix @ up) for matrix in (self.mass, self.rigidity))
        return up, sparse.csr_array(mass), sparse.csr_array(rigidity)

    def at(self, a: float) -> DiffusionSystem:
        """The system (M + a K) c = b, ready to be solved; cheap enough for every change of a."""
        up, mass, rigidity = self._linear_part
        matrix = sparse.csr_array(self.mass + a * self.rigidity)
        coarse = sparse.csr_array(mass + a * rigidity)
        single = matrix.astype(np.float32)

        def apply(field: Floats) -> Floats:
            return np.asarray((single if field.dtype == np.float32 else matrix) @ field)

        problem = Problem(
            apply=apply,
            diagonal=matrix.diagonal(),
            prolongation=up,
            coarse=coarse,
            vertices=self.nodes[: coarse.shape[0]],
        )
        held = np.zeros(len(self.nodes), dtype=bool)
        cycle = two_levels(problem, held, held[: coarse.shape[0]], degree=DEGREE)
        return DiffusionSystem(matrix=matrix, two_levels=cycle)


@dataclass(frozen=True, kw_only=True)
class DiffusionSystem:
    """One matrix M + a K with its preconditioner."""

    matrix: sparse.csr_array
    two_levels: TwoLevels

    @property
    def method(self) -> str:
        """What is done, in words."""
        return f"p-multigrid CG, {self.matrix.shape[0]:,} unknowns, assembled"

    def solve(
        self, right: Array, tolerance: float = 1e-10, history: History | None = None
    ) -> Solved:
        """Solution of (n,) or (n, k) to a residual of ``tolerance`` times the right-hand side.

        Pass the ``history`` of the step before: after some steps a solve then takes one or two
        iterations. After a change of a, pass ``moved(history)``.
        """
        columns = right.reshape(len(right), -1)
        past = History.empty(len(right)) if history is None else history
        allowed = tolerance * np.linalg.norm(columns, axis=0)
        done = solve_columns(
            self.matrix.__matmul__, self.two_levels.apply, past.start(columns), allowed
        )
        return Solved(
            values=done.values.reshape(right.shape),
            iterations=done.iterations,
            history=past.extended(done.values, columns - done.residual, REMEMBERED),
        )

    def moved(self, history: History) -> History:
        """Solutions of another system as a history for this one."""
        solutions = history.solutions
        return History(solutions=solutions, images=self.matrix @ solutions)
