"""The discrete particle: residual and exact tangent of one implicit stage.

Unknowns, scaled: theta (sodium), phi/RT (non-local chemical potential, where a term reads it), and
displacement (where stress acts back on the sodium). Weak form of one stage of length h with known
history theta_0, for all test functions w and v:

    int (theta - theta_0) w + h [ int (A grad theta + B grad phi) . grad w + surface flux w ] = 0
    int phi w - k int grad theta . grad w + s int beta'(theta) tr(sigma) w = 0
    int sigma : eps(v) = boundary work

Summing the first line over w = 1 cancels the interior: sodium is conserved to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.fem.banded import BandedFactors, BandedPattern, solve_bordered
from particle_sim.fem.space import Integers, Space
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.materials.material import Material
from particle_sim.particle.discrete import Rate
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.linearised import Cellwise, Linearised
from particle_sim.particle.support import Bordered, add_support
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.unknowns import Numbering, Stage
from particle_sim.transport.coefficients import flux_coefficients, gradient_energy, potentials_of
from particle_sim.transport.kinetics import electrode_potential
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import PhysicsTerm, Potential
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class ParticleSystem:
    """Everything fixed during a solve."""

    space: Space
    elasticity: Elasticity
    material: Material
    physics: tuple[PhysicsTerm, ...]
    surfaces: dict[int, SurfaceCondition]
    """Surface conditions by the concentration dof they act on."""
    scales: Scales
    extrapolates: bool = True

    @cached_property
    def potentials(self) -> frozenset[Potential]:
        """Parts of phi that some term reads."""
        return potentials_of(self.physics)

    @property
    def is_coupled(self) -> bool:
        """Whether stress acts back on the sodium."""
        return Potential.STRESS in self.potentials

    @property
    def theta(self) -> Integers:
        """Where theta sits among the unknowns."""
        return self.numbering.theta

    @property
    def needs_start(self) -> bool:
        return bool(self.potentials)

    @property
    def smallest_cell(self) -> float:
        return float(self.space.mesh.cell_sizes.min())

    @cached_property
    def numbering(self) -> Numbering:
        return Numbering(
            space=self.space,
            has_potential=bool(self.potentials),
            displacement=self.elasticity.displacement_space if self.is_coupled else None,
        )

    @cached_property
    def pattern(self) -> BandedPattern:
        return BandedPattern(cell_dofs=self.numbering.cell_dofs, dimension=self.numbering.size)

    @property
    def _globals(self) -> int:
        return self.elasticity.globals_count if self.is_coupled else 0

    @cached_property
    def _products(self) -> tuple[Array, Array, Array]:
        """N_i N_j, N'_i N_j, N'_i N'_j at the points of the unit cell, each (q, i*j)."""
        values, slopes = self.space.values, self.space.reference_gradients
        pairs = ((values, values), (slopes, values), (slopes, slopes))
        first, second, third = (
            np.einsum("qi,qj->qij", a, b).reshape(len(values), -1) for a, b in pairs
        )
        return first, second, third

    @cached_property
    def _weights(self) -> tuple[Array, Array, Array]:
        """Quadrature weights (e, q) over the powers 0, 1, 2 of the cell size."""
        weights, sizes = self.space.weights, self.space.mesh.cell_sizes[:, None]
        return weights, weights / sizes, weights / sizes**2

    @cached_property
    def mass(self) -> Array:
        """Cell mass matrices (e, i, j)."""
        return self._square(self._weights[0] @ self._products[0])

    @cached_property
    def _rigidity(self) -> Array:
        """Cell matrices of int grad N_i . grad N_j (e, i, j)."""
        return self._square(self._weights[2] @ self._products[2])

    @cached_property
    def volumes(self) -> Array:
        """Volume that belongs to each concentration dof (n,); sums to the particle's."""
        loads = self._weights[0] @ self.space.values
        return self._mass_pattern.scatter(loads)

    @cached_property
    def _mass_diagonal(self) -> Array:
        diagonal = np.einsum("eii->ei", self.mass)
        return self._mass_pattern.scatter(diagonal)

    @cached_property
    def _gradient_energy(self) -> float:
        return gradient_energy(self.physics, self.material, self.scales)

    def _square(self, flat: Array) -> Array:
        nodes = self.space.order + 1
        return flat.reshape(-1, nodes, nodes)

    def linearise(self, packed: Array, overall: Array, stage: Stage) -> Linearised:
        """Residual and tangent at the unknowns ``packed`` and the global ones."""
        cell_dofs, m = self.numbering.cell_dofs, self._globals
        cells, local = cell_dofs.shape
        cellwise = Cellwise(
            residual=np.zeros((cells, local)),
            tangent=np.zeros((cells, local, local)),
            columns=np.zeros((cells, local, m)),
            rows=np.zeros((cells, m, local)),
            overall_residual=np.zeros(m),
            corner=np.zeros((m, m)),
        )
        unknowns = packed[cell_dofs]
        is_linear = self._add_transport(cellwise, unknowns, stage)
        if self.potentials:
            self._add_potential(cellwise, unknowns)
        if self.is_coupled:
            self._add_mechanics(cellwise, unknowns, overall)
        return self._collect(cellwise, (packed, overall), stage, is_linear)

    def _add_transport(self, cellwise: Cellwise, unknowns: Array, stage: Stage) -> bool:
        at_theta, at_phi, _ = self.numbering.slices
        theta = unknowns[:, at_theta]
        values, slopes = self.space.values, self.space.reference_gradients
        _, _per_size, per_size2 = self._weights
        flux = flux_coefficients(self.physics, self.material, self.scales, theta @ values.T)
        gradient = theta @ slopes.T  # per cell size
        transported = flux.diffusivity * gradient
        change = flux.diffusivity_slope * gradient
        if self.potentials:
            assert flux.mobility is not None
            assert flux.mobility_slope is not None
            phi_gradient = unknowns[:, at_phi] @ slopes.T
            transported = transported + flux.mobility * phi_gradient
            change = change + flux.mobility_slope * phi_gradient
            cellwise.tangent[:, at_theta, at_phi] = stage.length * self._square(
                (per_size2 * flux.mobility) @ self._products[2]
            )
        old = theta - stage.history[self.space.cell_dofs]
        cellwise.residual[:, at_theta] = (self.mass @ old[:, :, None])[:, :, 0] + (
            (stage.length * per_size2 * transported) @ slopes
        )
        interior = (per_size2 * flux.diffusivity) @ self._products[2]
        interior += (per_size2 * change) @ self._products[1]
        cellwise.tangent[:, at_theta, at_theta] = self.mass + stage.length * self._square(interior)
        return not (self.potentials or flux.diffusivity_slope.any())

    def _add_potential(self, cellwise: Cellwise, unknowns: Array) -> None:
        at_theta, at_phi, _ = self.numbering.slices
        theta, phi = unknowns[:, at_theta], unknowns[:, at_phi]
        rigidity = self._gradient_energy * self._rigidity
        cellwise.residual[:, at_phi] = (self.mass @ phi[:, :, None])[:, :, 0]
        cellwise.residual[:, at_phi] -= (rigidity @ theta[:, :, None])[:, :, 0]
        cellwise.tangent[:, at_phi, at_phi] = self.mass
        cellwise.tangent[:, at_phi, at_theta] = -rigidity

    def _add_mechanics(self, cellwise: Cellwise, unknowns: Array, overall: Array) -> None:
        """Stress in phi, and equilibrium; the stiffness is constant (checked by the solver)."""
        at_theta, at_phi, at_u = self.numbering.slices
        elasticity, cells = self.elasticity, self.elasticity.cells
        theta = unknowns[:, at_theta] @ self.space.values.T
        lame, shear = elasticity.lame(theta)
        bulk = 3 * lame + 2 * shear
        beta = elasticity.chemical_strain(theta)
        strain = self.material["chemical_strain"]
        slope, curvature = strain.slope(theta), strain.curvature(theta)
        traces = elasticity.strain.local_trace[:cells]
        overall_traces = elasticity.strain.overall_trace[:cells]
        u = unknowns[:, at_u]
        volumetric = (traces @ u[:, :, None])[:, :, 0] + overall_traces @ overall
        scale = elasticity.reference_modulus / (self.scales.concentration * self.scales.energy)
        pull = scale * self._weights[0] * slope * bulk
        values = self.space.values
        dilation = volumetric - 3 * beta
        cellwise.residual[:, at_phi] += (pull * dilation) @ values
        bend = scale * self._weights[0] * bulk * curvature * dilation - 3 * pull * slope
        cellwise.tangent[:, at_phi, at_theta] += self._square(bend @ self._products[0])
        cellwise.tangent[:, at_phi, at_u] = values.T @ (pull[:, :, None] * traces)
        cellwise.columns[:, at_phi] = values.T @ (pull[:, :, None] * overall_traces)

        stiffness, border, corner = self._stiffness
        weighted = self._weights[0] * bulk
        push, push_slope = weighted * beta, weighted * slope
        cellwise.residual[:, at_u] = (
            (stiffness @ u[:, :, None])[:, :, 0]
            + border @ overall
            - (push[:, None, :] @ traces)[:, 0]
        )
        cellwise.tangent[:, at_u, at_u] = stiffness
        cellwise.tangent[:, at_u, at_theta] = -traces.transpose(0, 2, 1) @ (
            push_slope[:, :, None] * values
        )
        cellwise.columns[:, at_u] = border
        cellwise.rows[:, :, at_u] = border.transpose(0, 2, 1)
        cellwise.rows[:, :, at_theta] = -overall_traces.transpose(0, 2, 1) @ (
            push_slope[:, :, None] * values
        )
        cellwise.corner[:] = corner
        cellwise.overall_residual[:] = (
            np.einsum("eim,ei->m", border, u)
            + corner @ overall
            - np.einsum("eq,eqm->m", push, overall_traces)
        )

    @cached_property
    def _stiffness(self) -> tuple[Array, Array, Array]:
        """Cell stiffness (e, i, j), border (e, i, m) and corner (m, m) of the material."""
        half = np.full_like(self.space.weights, 0.5)
        return self.elasticity.cell_stiffness(half)

    def _collect(
        self, cellwise: Cellwise, unknowns: tuple[Array, Array], stage: Stage, is_linear: bool
    ) -> Linearised:
        packed, overall = unknowns
        pattern, m = self.pattern, self._globals
        residual = pattern.scatter(cellwise.residual)
        band = pattern.assemble(cellwise.tangent)
        columns = np.zeros((pattern.dimension, m))
        rows = np.zeros((m, pattern.dimension))
        for k in range(m):
            columns[:, k] = pattern.scatter(cellwise.columns[:, :, k])
            rows[k] = pattern.scatter(cellwise.rows[:, k])
        held: dict[int, float] = {}
        flows: dict[int, float] = {}
        reacts = False
        for dof, surface in self.surfaces.items():
            if surface.held_site_fraction is None:
                flows[dof], slope = self._add_flux(dof, residual, band, packed, stage)
                reacts = reacts or slope
                continue
            place = int(self.numbering.theta[dof])
            held[dof] = float(residual[place])
            residual[place] = packed[place] - surface.held_site_fraction
            pattern.make_identity_row(band, place)
        if self.is_coupled:
            matrix = Bordered(residual=residual, band=band, columns=columns, rows=rows)
            add_support(self, matrix, cellwise, packed, overall)
        return Linearised(
            residual=residual,
            overall_residual=cellwise.overall_residual,
            band=band,
            columns=columns,
            rows=rows,
            corner=cellwise.corner,
            is_linear=is_linear and not held and not reacts,
            flows=flows,
            held=held,
        )

    def response(self, dof: int, packed: Array, stage: Stage) -> SurfaceResponse:
        """What the surface condition at a dof answers at the given unknowns [SI]."""
        numbering, scales = self.numbering, self.scales
        phi = packed[numbering.phi[dof]] * scales.energy if numbering.has_potential else 0.0
        state = SurfaceState(
            time=stage.time * scales.time,
            piece=stage.piece,
            site_fraction=np.asarray(packed[numbering.theta[dof]]),
            potential=np.asarray(phi),
            separates=Potential.GRADIENT_ENERGY in self.potentials,
        )
        surface = self.surfaces[dof]
        return (surface.total or surface).respond(state)  # an even surface shares no current out

    def start(self, theta: Array) -> tuple[Array, Array]:
        """All unknowns before the first solve, held surfaces at their value."""
        packed = np.zeros(self.numbering.size)
        packed[self.theta] = theta
        for dof, surface in self.surfaces.items():
            if surface.held_site_fraction is not None:
                packed[self.theta[dof]] = surface.held_site_fraction
        return packed, np.zeros(self._globals)

    def surface_fillings(self, packed: Array) -> Array:
        """Site fractions on all surfaces that sodium passes."""
        return packed[self.theta[list(self.surfaces)]]

    def voltage_excess(
        self, packed: Array, overall: Array, time: float, piece: tuple[float, float]
    ) -> float:
        """Excess of the electrode potential over its limits [V]; negative inside."""
        worst, energy = -1.0, self.scales.energy
        for dof, surface in self.surfaces.items():
            if surface.voltage_limits is None or surface.total is None:
                continue
            phi = packed[self.numbering.phi[dof]] if self.numbering.has_potential else 0.0
            voltage = electrode_potential(
                self.material,
                packed[self.theta[dof]],
                np.asarray(phi * energy),
                np.asarray(surface.total.between(*piece, time * self.scales.time)),
                self.scales.temperature,
                separates=Potential.GRADIENT_ENERGY in self.potentials,
            )
            low, high = surface.voltage_limits
            worst = max(worst, low - float(voltage), float(voltage) - high)
        return worst

    def _add_flux(
        self, dof: int, residual: Array, band: Array, packed: Array, stage: Stage
    ) -> tuple[float, bool]:
        """Add a surface\'s flux; returns the flow out and whether it reacts to the sodium."""
        pattern, place = self.pattern, int(self.numbering.theta[dof])
        answer = self.response(dof, packed, stage)
        mesh, scales = self.space.mesh, self.scales
        area = mesh.coordinates.surface(float(self.space.nodes[dof])) / scales.flux
        flux, slope = float(answer.flux), float(answer.slope)
        residual[place] += stage.length * area * flux
        pattern.add(band, place, place, stage.length * area * slope)
        if self.potentials:
            phi = int(self.numbering.phi[dof])
            by_phi = area * float(answer.potential_slope) * scales.energy
            pattern.add(band, place, phi, stage.length * by_phi)
        return area * flux, slope != 0

    def settled_flows(self, linearised: Linearised) -> dict[int, float]:
        return linearised.flows  # direct solves leave nothing to balance

    def residual_norm(self, linearised: Linearised) -> float:
        """Largest residual of sodium and potential over the diagonal of the mass matrix."""
        places = [self.numbering.theta, *([self.numbering.phi] if self.potentials else [])]
        parts = [np.abs(linearised.residual[place]) / self._mass_diagonal for place in places]
        return float(max(part.max() for part in parts))

    def rate(self, packed: Array, overall: Array, time: float, piece: tuple[float, float]) -> Rate:
        """d theta/dt (n,) and sodium outflow at the given unknowns: M rate = -transport."""
        theta = packed[self.numbering.theta]
        stage = Stage(time=time, piece=piece, length=1.0, history=theta)
        linearised = self.linearise(packed, overall, stage)
        right_side = -linearised.residual[self.numbering.theta]
        for dof in linearised.held:
            right_side[dof] = 0.0
        rate = self._mass_factors.solve(right_side)
        stored = self._mass_product(rate)
        reactions = {dof: -value - stored[dof] for dof, value in linearised.held.items()}
        return Rate(theta=rate, flows={**linearised.flows, **reactions})

    @cached_property
    def _mass_pattern(self) -> BandedPattern:
        return BandedPattern(cell_dofs=self.space.cell_dofs, dimension=self.space.dimension)

    @cached_property
    def _mass_factors(self) -> BandedFactors:
        band = self._mass_pattern.assemble(self.mass)
        for dof, surface in self.surfaces.items():
            if surface.held_site_fraction is not None:
                self._mass_pattern.make_identity_row(band, dof)
        return self._mass_pattern.factorise(band)

    def _mass_product(self, theta: Array) -> Array:
        local = self.mass @ theta[self.space.cell_dofs][:, :, None]
        return self._mass_pattern.scatter(local[:, :, 0])

    def newton_step(self, linearised: Linearised) -> tuple[Array, Array]:
        """Solution of tangent times step = -residual."""
        factors = self.pattern.factorise(linearised.band)
        border = (linearised.columns, linearised.rows, linearised.corner)
        right_sides = (-linearised.residual, -linearised.overall_residual)
        return solve_bordered(factors, *border, *right_sides)
