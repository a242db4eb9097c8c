"""What stress adds to the residual of a stage: along a line by two matrices and a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.sparse_pattern import SparsePattern, scatter
from particle_sim.particle.coupling import Coupler
from particle_sim.transport.close_table import CloseTable, close_table
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class StageStress:
    """Residuals alone; those with a tangent are the coupler's, and of sections and bodies all."""

    coupler: Coupler

    def residuals(self, theta: Array, u: Array) -> tuple[Array, Array]:
        """Of the potential (n,) and of equilibrium (m,): as of a :class:`Coupling`."""
        if self.coupler.elasticity.space.mesh.dimension == 1 and self._strain is not None:
            sodium = self.coupler.elasticity.sodium
            known = self._strain.at(theta[sodium.cell_dofs] @ sodium.values.T)
            if known is not None:
                return self._along_line(u, *known)
        coupling = self.coupler.at(theta, u)
        return coupling.potential, coupling.equilibrium

    def _along_line(self, u: Array, beta: Array, change: Array) -> tuple[Array, Array]:
        """At beta and beta' (e, q) of the one axis that strain has there."""
        coupler, elasticity = self.coupler, self.coupler.elasticity
        tension = (self._pull @ u).reshape(beta.shape) - beta * coupler.stiff[:, :, 0]
        pushed = (coupler.scale * self._weights * change * tension) @ elasticity.sodium.values
        left = self._balance @ np.concatenate([u, (self._weights * beta).ravel()])
        left -= elasticity.standing_load
        left[elasticity.supports.fixed] = 0.0
        return scatter(elasticity.sodium.cell_dofs, pushed, elasticity.sodium.dimension), left

    @cached_property
    def _strain(self) -> CloseTable | None:
        """beta and beta'."""
        regions = self.coupler.elasticity.regions
        return close_table(lambda theta: np.hstack(regions.chemical_strain(theta)[:2]))

    @cached_property
    def _weights(self) -> Array:
        """Of quadrature in active cells (e, q)."""
        return self.coupler.elasticity.space.weights[self.coupler.elasticity.active]

    @cached_property
    def _pull(self) -> sparse.csr_array:
        """C : eps(u) along beta's axis at the points (e q, m)."""
        elasticity, columns = self.coupler.elasticity, self.coupler.pattern.columns
        drive = elasticity.drive(slice(None))
        rows = np.arange(drive.shape[0] * drive.shape[1]).reshape(drive.shape[:2])
        shape = (rows.size, elasticity.size)
        return SparsePattern(rows=rows, columns=columns, shape=shape).assemble(drive)

    @cached_property
    def _balance(self) -> sparse.csr_array:
        """K u less the forces of beta at the points, times its weights (m, m + e q)."""
        stiffness = self.coupler.elasticity.constant_stiffness
        return sparse.csr_array(sparse.hstack([stiffness, -self._pull.T], format="csr"))
