"""Displacements in balance with a load at a given damage, and the energy they store.

Without a split one linear problem; with one, Newton's method on a convex energy. An earlier
factor preconditions conjugate gradients as long as that is cheaper than a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg

from particle_sim.damage.field.body import EVEN, CrackBody
from particle_sim.damage.field.load import Step
from particle_sim.damage.field.solid import Split
from particle_sim.damage.field.split import Response, respond, tangent
from particle_sim.errors import ConvergenceError
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.dissection import Dissection, Factors, dissect
from particle_sim.fem.sparse_pattern import scatter
from particle_sim.units import Array

RESIDUAL = 1e-8
"""Largest force out of balance over the forces between cells, as 2-norms."""

STEPS = 60
"""Newton steps; a convex, piecewise quadratic energy takes a few."""

WORTH = 16
"""Iterations that take as long as a new factor."""

LINEAR = 1e-10
"""Residual of a linear solve over its right side."""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Displacement (m,), what it does at the points, and factors of some recent stiffness."""

    displacement: Array
    response: Response
    spared: float
    """Energy that damage leaves alone, less the work of the forces"""
    factors: Factors


@dataclass(frozen=True, kw_only=True)
class Displacements:
    """The displacement problem of one load step."""

    body: CrackBody
    step: Step
    reuse: bool = True
    """Whether an earlier factor may precondition"""

    @cached_property
    def free(self) -> Integers:
        return np.flatnonzero(self.step.is_free)

    def balanced(self, damage: Array, start: Array, factors: Factors | None) -> Balance:
        """From a displacement ``start`` (m,); raises :class:`ConvergenceError`."""
        moved = np.where(self.step.is_free, start, self.step.prescribed)
        left, residuals = self.body.left(damage), []
        strain, response = self._respond(moved)
        for _ in range(STEPS):
            forces, size = self._forces(response, left)
            error = float(np.linalg.norm(forces[self.free]))
            residuals.append(error / max(size, 1e-300))
            if error <= RESIDUAL * size and factors is not None:
                return Balance(
                    displacement=moved,
                    response=response,
                    spared=self._energy(moved, response, np.zeros_like(left)),
                    factors=factors,
                )
            change, factors = self._solve(strain, left, forces[self.free], factors)
            moved, strain, response = self._downhill(moved, change, left, response)
        raise ConvergenceError(
            f"The displacement did not come into balance in {STEPS} steps; take smaller load "
            "steps or a residual stiffness of 1e-6.",
            last_state=moved,
            residuals=tuple(residuals),
        )

    def _respond(self, moved: Array) -> tuple[Array, Response]:
        body = self.body
        strain = body.strain(moved) - self.step.strain[..., None] * EVEN
        return strain, respond(body.solid.split, body.lame, body.shear, strain)

    def _forces(self, response: Response, left: Array) -> tuple[Array, float]:
        """Force out of balance (m,), and the size of the forces between cells."""
        stress = left[..., None] * response.stress + response.kept_stress
        matrix, weights = self.body.strain_matrix, self.body.moved.weights
        cells, _, _, j = matrix.shape
        flat = (stress * weights[..., None]).reshape(cells, 1, -1)
        forces = (flat @ matrix.reshape(cells, -1, j))[:, 0]
        inner = scatter(self.body.cell_dofs, forces, self.body.size)
        size = np.linalg.norm(forces) + np.linalg.norm(self.step.force)
        return self.step.force - inner, float(size)

    def _energy(self, moved: Array, response: Response, left: Array) -> float:
        stored = left * response.energy + response.kept_energy
        return float((self.body.moved.weights * stored).sum() - self.step.force @ moved)

    def _downhill(
        self, moved: Array, change: Array, left: Array, response: Response
    ) -> tuple[Array, Array, Response]:
        """The step, halved until the energy of a split does not rise."""
        full = np.zeros_like(moved)
        full[self.free] = change
        if self.body.solid.split is Split.NONE:
            return (moved + full, *self._respond(moved + full))
        before = self._energy(moved, response, left)
        for halved in range(10):
            new = moved + full / 2**halved
            strain, after = self._respond(new)
            if self._energy(new, after, left) <= before + 1e-12 * abs(before):
                break
        return new, strain, after

    def _solve(
        self, strain: Array, left: Array, force: Array, factors: Factors | None
    ) -> tuple[Array, Factors]:
        matrix = self._matrix(strain, left)
        if factors is not None and self.reuse:
            change, done = preconditioned(matrix, force, factors)
            if done:
                return change, factors
        factors = self._ordering(matrix).factorise(matrix)
        return factors.solve(force), factors

    def _matrix(self, strain: Array, left: Array) -> sparse.csr_array:
        """The tangent stiffness of the free displacements."""
        body = self.body
        moduli = tangent(body.solid.split, body.lame, body.shear, strain, left)
        matrix = body.strain_matrix
        cells, _, _, j = matrix.shape
        stress = ((moduli * body.moved.weights[..., None, None]) @ matrix).reshape(cells, -1, j)
        blocks = matrix.reshape(cells, -1, j).transpose(0, 2, 1) @ stress
        whole = body.pattern.assemble(blocks)
        return sparse.csr_array(whole[self.free][:, self.free])

    def _ordering(self, matrix: sparse.csr_array) -> Dissection:
        key = self.step.is_free.tobytes()
        if key not in self.body.orderings:
            nodes = np.repeat(self.body.moved.nodes, 2, axis=0)[self.free]
            self.body.orderings[key] = dissect(matrix, nodes)
        return self.body.orderings[key]


def preconditioned(
    matrix: sparse.csr_array, force: Array, factors: Factors, tolerance: float = LINEAR
) -> tuple[Array, bool]:
    """Conjugate gradients with an old factor; whether they ended before a new one is cheaper."""
    precondition = LinearOperator(matrix.shape, factors.precondition)
    change, failed = cg(matrix, force, rtol=tolerance, maxiter=WORTH, M=precondition)
    return change, failed == 0
