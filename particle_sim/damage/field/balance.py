"""Displacements in balance with a load at a given damage, and the energy they store.

Without a split one linear problem; with one, Newton's method on a convex energy. An earlier
factor preconditions conjugate gradients as long as that is cheaper than a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg

from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.load import Step
from particle_sim.damage.field.principal import NORMALS
from particle_sim.damage.field.solid import Split
from particle_sim.damage.field.split import Response, respond, tangent
from particle_sim.errors import ConvergenceError
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.dissection import Dissection, Factors, dissect
from particle_sim.fem.sparse_pattern import scatter
from particle_sim.units import Array

RESIDUAL = 1e-7
"""Largest force out of balance over the forces between cells, as 2-norms; its energy is 1e-14."""

STEPS = 60
"""Newton steps; a convex, piecewise quadratic energy takes a few."""

WORTH = 9
"""Iterations that take as long as a new factor."""

HALVINGS, SLACK = 12, 0.1
"""Halvings of a Newton step with a split, which may leave this part of the force along it."""

BROKEN = 0.5
"""Damage of all corners beyond which a growing cell lies between the faces of an open crack."""

ROUGH = 1e-3
"""Residual of a linear solve within Newton's method, over its right side."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Displacement (m,), cells between faces of open cracks (e,), some recent factors.

    Opened cells only become more in a load step.
    """

    displacement: Array
    opened: NDArray[np.bool_]
    factors: Factors | None = None


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Where the forces balance and what the displacement does at the points."""

    place: Place
    factors: Factors
    response: Response
    spared: float
    """Energy that damage leaves alone, less the work of the forces"""

    @property
    def displacement(self) -> Array:
        return self.place.displacement


@dataclass(frozen=True, kw_only=True)
class Line:
    """A step from a displacement, at a damage."""

    displacement: Array
    change: Array
    left: Array
    opened: NDArray[np.bool_]


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

    def balanced(self, damage: Array, start: Place) -> Balance:
        """From the displacement of ``start``; raises :class:`ConvergenceError`."""
        body, solid = self.body, self.body.solid
        moved = np.where(self.step.is_free, start.displacement, self.step.prescribed)
        left, residuals, factors = body.left(damage), [], start.factors
        opened = start.opened | self._open(damage, moved)
        strain, response = self._respond(moved, opened)
        size = self._standing
        for _ in range(STEPS):
            forces, now = forces_of(body, self.step, response, left)
            size = max(size, now)
            error = float(np.linalg.norm(forces[self.free]))
            residuals.append(error / max(size, 1e-300))
            if error <= RESIDUAL * size and factors is not None:
                kept = float((body.moved.weights * response.kept_energy).sum())
                return Balance(
                    place=Place(displacement=moved, opened=opened, factors=factors),
                    factors=factors,
                    response=response,
                    spared=kept - float(self.step.force @ moved),
                )
            enough = 0.3 * RESIDUAL * size / max(error, 1e-300)
            moduli = tangent(solid.split, body.lame, body.shear, strain, left, opened)
            moduli *= self.step.modulus[..., None, None]
            matrix = stiffness_of(body, moduli, self.free)
            change, factors = self._solve(matrix, forces[self.free], factors, enough)
            pull = float(forces[self.free] @ change)
            line = Line(displacement=moved, change=change, left=left, opened=opened)
            moved, strain, response = self._downhill(line, pull)
        raise ConvergenceError(
            f"The displacement did not come into balance in {STEPS} steps; take smaller load "
            "steps or a residual stiffness of 1e-6.",
            last_state=moved,
            residuals=tuple(residuals),
        )

    @cached_property
    def _standing(self) -> float:
        """Size of the forces that the load makes where nothing has moved."""
        still = np.where(self.step.is_free, 0.0, self.step.prescribed)
        left = np.ones(self.body.moved.weights.shape)
        _, response = self._respond(still, np.zeros(len(self.body.cell_dofs), dtype=bool))
        return forces_of(self.body, self.step, response, left)[1]

    def stress(self, damage: Array, moved: Array) -> tuple[Array, Array]:
        """Scaled stress (e, q, c) and energy density (e, q) of what is left of the solid."""
        left = self.body.left(damage)
        _, response = self._respond(moved, self._open(damage, moved))
        stress = left[..., None] * response.stress + response.kept_stress
        return stress, left * response.energy + response.kept_energy

    def _strain(self, moved: Array) -> Array:
        whole = self.body.strain(moved)
        return np.asarray(whole - self.step.strain[..., None] * NORMALS[whole.shape[-1]])

    def _open(self, damage: Array, moved: Array) -> NDArray[np.bool_]:
        """Broken cells (e,) that have grown."""
        body = self.body
        if body.solid.split is Split.NONE:
            return np.zeros(len(body.cell_dofs), dtype=bool)
        broken = damage[body.damaged.cell_dofs].min(axis=1) > BROKEN
        growth = self._strain(moved)[..., :3].sum(axis=-1)
        return np.asarray(broken & ((growth * body.moved.weights).sum(axis=1) > 0))

    def _respond(self, moved: Array, opened: NDArray[np.bool_]) -> tuple[Array, Response]:
        body, strain = self.body, self._strain(moved)
        whole = respond(body.solid.split, body.lame, body.shear, strain, opened)
        return strain, whole.times(self.step.modulus)

    def _downhill(self, line: Line, pull: float) -> tuple[Array, Array, Response]:
        """Along a Newton step to where its force, ``pull`` at first, has all but gone."""
        full = np.zeros_like(line.displacement)
        full[self.free] = line.change
        low, high, length = 0.0, np.inf, 1.0
        for _ in range(HALVINGS):
            new = line.displacement + length * full
            strain, response = self._respond(new, line.opened)
            if self.body.solid.split is Split.NONE:
                break
            slope = float(forces_of(self.body, self.step, response, line.left)[0] @ full)
            if abs(slope) <= SLACK * pull:
                break
            low, high = (length, high) if slope > 0 else (low, length)
            length = 2 * length if np.isinf(high) else 0.5 * (low + high)
        return new, strain, response

    def _solve(
        self, matrix: sparse.csr_array, force: Array, factors: Factors | None, enough: float
    ) -> tuple[Array, Factors]:
        if factors is not None and self.reuse:
            is_linear = self.body.solid.split is Split.NONE
            tolerance = enough if is_linear else max(enough, ROUGH)
            precondition = LinearOperator(matrix.shape, factors.precondition)
            change, failed = cg(matrix, force, rtol=tolerance, maxiter=WORTH, M=precondition)
            if not failed:
                return change, factors
        factors = ordering_of(self.body, self.step, matrix).factorise(matrix)
        return factors.solve(force), factors


def ordering_of(body: CrackBody, step: Step, matrix: sparse.csr_array) -> Dissection:
    """The elimination order of the free displacements, found once per body."""
    key = step.is_free.tobytes()
    if key not in body.orderings:
        nodes = np.repeat(body.moved.nodes, body.mesh.dimension, axis=0)[
            np.flatnonzero(step.is_free)
        ]
        body.orderings[key] = dissect(matrix, nodes)
    return body.orderings[key]


def forces_of(body: CrackBody, step: Step, response: Response, left: Array) -> tuple[Array, float]:
    """Force out of balance (m,), and the size of the forces between cells."""
    stress = left[..., None] * response.stress + response.kept_stress
    matrix, weights = body.strain_matrix, body.moved.weights
    cells, _, _, j = matrix.shape
    flat = (stress * weights[..., None]).reshape(cells, 1, -1)
    forces = (flat @ matrix.reshape(cells, -1, j))[:, 0]
    inner = scatter(body.cell_dofs, forces, body.size)
    size = np.linalg.norm(forces) + np.linalg.norm(step.force)
    return step.force - inner, float(size)


def stiffness_of(body: CrackBody, moduli: Array, free: Integers) -> sparse.csr_array:
    """The tangent stiffness of the free displacements from moduli (e, q, c, c)."""
    matrix = body.strain_matrix
    cells, _, _, j = matrix.shape
    stress = ((moduli * body.moved.weights[..., None, None]) @ matrix).reshape(cells, -1, j)
    blocks = matrix.reshape(cells, -1, j).transpose(0, 2, 1) @ stress
    whole = body.pattern.assemble(blocks)
    return sparse.csr_array(whole[free][:, free])
