"""Iterative solvers of large bodies, adapted to what the systems of a step ask."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.conjugate_gradients import History
from particle_sim.fem.diffusion_solver import DiffusionSolver, DiffusionSystem
from particle_sim.fem.elastic_solver import ElasticSolver
from particle_sim.fem.space import Space
from particle_sim.units import Array

ELASTIC_TOLERANCE = 1e-9
"""Residual of an elastic solve over its load."""


@dataclass(frozen=True, kw_only=True)
class IterativeElastic:
    """Conjugate gradients with p-multigrid; see ``particle_sim.fem.elastic_solver``.

    ``pins`` (r,) are the dofs that those systems hold at zero in place of the rigid ``motions``
    (m, r), which the conjugate gradients project out.
    """

    inner: ElasticSolver
    pins: Integers
    motions: Array

    @property
    def method(self) -> str:
        return self.inner.method

    def solve(self, loads: Array) -> Array:
        return np.asarray(self.inner.solve(loads, ELASTIC_TOLERANCE).values)

    def product(self, displacements: Array) -> Array:
        return self.inner.product(displacements)

    def precondition(self, residual: Array) -> Array:
        """For the pinned body: pins balance the forces, and a rigid motion brings them to zero."""
        return self._pinned(self.inner.precondition(self._balanced(residual)))

    def follow(self, load: Array, tolerance: float, past: History) -> tuple[Array, History]:
        """Of the pinned body, see :class:`ElasticFactors`."""
        done = self.inner.solve(self._balanced(load)[:, None], tolerance, past)
        return self._pinned(done.values[:, 0]), done.history

    def _balanced(self, forces: Array) -> Array:
        """With those at the pins that leave no resultant."""
        if len(self.pins) == 0:
            return forces
        result = forces.copy()
        result[self.pins] = 0.0
        result[self.pins] = -np.linalg.solve(self.motions[self.pins].T, self.motions.T @ result)
        return result

    def _pinned(self, values: Array) -> Array:
        if len(self.pins) == 0:
            return values
        motion = np.linalg.solve(self.motions[self.pins], values[self.pins])
        return np.asarray(values - self.motions @ motion)


@dataclass(kw_only=True)
class DiffusionIterations:
    """p-multigrid of M + h K for one mesh; remembers earlier solutions as starts."""

    solver: DiffusionSolver
    system: DiffusionSystem
    length: float
    history: History = field(init=False)

    def __post_init__(self) -> None:
        self.history = History.empty(self.system.matrix.shape[0])

    @property
    def kind(self) -> str:
        return "multigrid"

    @property
    def method(self) -> str:
        return self.system.method

    def precondition(self, right_side: Array) -> Array:
        """One cycle of the two levels."""
        return np.asarray(self.system.two_levels.apply(right_side[:, None])[:, 0], dtype=float)

    def solve(self, right_side: Array, tolerance: float) -> Array:
        """Solution of (M + h K) x = right_side by conjugate gradients."""
        done = self.system.solve(right_side, tolerance, self.history)
        self.history = done.history
        return np.asarray(done.values)

    def at(self, length: float) -> DiffusionIterations:
        """The same for another stage length."""
        system = self.solver.at(length)
        moved = DiffusionIterations(solver=self.solver, system=system, length=length)
        moved.history = system.moved(self.history)
        return moved


def diffusion_iterations(
    mass: sparse.csr_array, rigidity: sparse.csr_array, space: Space, length: float
) -> DiffusionIterations:
    """For a mass matrix, a stiffness of the scaled diffusivity, and a stage length."""
    solver = DiffusionSolver(
        mass=mass, rigidity=rigidity, cell_dofs=space.cell_dofs, nodes=space.nodes
    )
    return DiffusionIterations(solver=solver, system=solver.at(length), length=length)
