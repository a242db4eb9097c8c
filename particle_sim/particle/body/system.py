"""The discrete body: residual and exact tangent of one implicit stage.

The weak form is that of the radial particle (``particle_sim.particle.system``) with tensors:

    int (theta - theta_0) w + h [ int T (A grad theta + B grad phi) . grad w + surface flux w ] = 0
    int phi w - k int grad theta . grad w + s int (beta'(theta) : sigma) w - wetting = 0
    int sigma : eps(v) = boundary work

T is the crystal's ratio tensor of its region. Where a surface has an unknown electrode potential V,
the mean of its flux is one more equation. Summing the first line over w = 1 cancels the interior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import BodyMesh, Integers
from particle_sim.fem.body_space import BodySpace
from particle_sim.fem.sparse_pattern import SparsePattern, scatter
from particle_sim.flux import SurfaceResponse
from particle_sim.materials.material import Material
from particle_sim.particle.body.coupling import Coupling
from particle_sim.particle.body.elasticity import BodyElasticity
from particle_sim.particle.body.forms import SodiumForms
from particle_sim.particle.body.linear_solvers import TangentSolver
from particle_sim.particle.body.surfaces import OpenSurfaces
from particle_sim.particle.discrete import Rate
from particle_sim.particle.particle import Particle
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.unknowns import Stage
from particle_sim.transport.coefficients import flux_coefficients, gradient_energy, potentials_of
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Potential
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class BodyLinearised:
    """Residual and tangent blocks of one stage; t sodium unknowns, m displacements, g globals.

    residual (t + m,), tangent (t, t), columns (t, g), rows (g, t), corner (g, g).
    """

    packed: Array
    residual: Array
    overall_residual: Array
    tangent: sparse.csr_array
    coupling: Coupling | None
    columns: Array
    rows: Array
    corner: Array
    flows: Mapping[str, float]
    held: Mapping[str, float]
    answers: Mapping[str, SurfaceResponse]
    """What the surfaces with an unknown potential answered"""
    length: float
    """Length of the stage, scaled"""
    diffusivity: Array
    """Scaled diffusivity A at the quadrature points (e, q)"""
    mobility: Array | None
    """Scaled mobility B there; ``None`` where no term has one"""
    is_linear: bool


@dataclass(frozen=True, kw_only=True)
class BodySystem:
    """Everything fixed during a solve; ``surfaces`` by the name of the boundary they act on."""

    particle: Particle[BodyMesh]
    elasticity: BodyElasticity
    surfaces: Mapping[str, SurfaceCondition]
    scales: Scales
    solver: TangentSolver

    @property
    def space(self) -> BodySpace:
        return self.elasticity.sodium

    @property
    def material(self) -> Material:
        return self.particle.material

    @cached_property
    def potentials(self) -> frozenset[Potential]:
        return potentials_of(self.particle.physics)

    @property
    def is_coupled(self) -> bool:
        """Whether stress acts back on the sodium."""
        return Potential.STRESS in self.potentials

    @property
    def theta(self) -> slice:
        return slice(0, self.space.dimension)

    @property
    def phi(self) -> slice:
        """Place of phi; empty where no term reads it."""
        n = self.space.dimension
        return slice(n, 2 * n) if self.potentials else slice(n, n)

    @property
    def u(self) -> slice:
        """Place of the displacement; empty where stress does not act back."""
        start = self.phi.stop
        return slice(start, start + (self.elasticity.size if self.is_coupled else 0))

    @cached_property
    def _surface_dofs(self) -> Integers:
        return np.unique(np.concatenate([self.space.boundary_dofs(n) for n in self.surfaces]))

    @cached_property
    def _held(self) -> dict[str, Integers]:
        return {
            name: self.space.boundary_dofs(name)
            for name, surface in self.surfaces.items()
            if surface.held_site_fraction is not None
        }

    @property
    def volumes(self) -> Array:
        return self.space.volumes

    @cached_property
    def smallest_cell(self) -> float:
        return float(self.space.mesh.cell_sizes.min())

    @property
    def needs_start(self) -> bool:
        return bool(self.potentials) or bool(self.exchange.unknown_voltages)

    @property
    def extrapolates(self) -> bool:
        """Not where phi reads gradients: a rough guess of theta spoils the linear solver."""
        return not self.potentials

    @cached_property
    def _cell_unknowns(self) -> Integers:
        dofs = self.space.cell_dofs
        if not self.potentials:
            return dofs
        return np.concatenate([dofs, dofs + self.space.dimension], axis=1)

    @cached_property
    def _pattern(self) -> SparsePattern:
        cells, size = self._cell_unknowns, self.phi.stop
        return SparsePattern(rows=cells, columns=cells, shape=(size, size))

    @cached_property
    def exchange(self) -> OpenSurfaces:
        """What passes the open surfaces."""
        scales = self.scales
        energy = scales.concentration * scales.energy * scales.length
        return OpenSurfaces(
            space=self.space,
            conditions=self.surfaces,
            scales=scales,
            has_potential=bool(self.potentials),
            separates=Potential.GRADIENT_ENERGY in self.potentials,
            wetting=self.particle.wetting_energy / energy,
            first_current=self.u.stop,
        )

    @cached_property
    def forms(self) -> SodiumForms:
        tensors = self.elasticity.regions.diffusivity_ratio
        ratio = None if tensors is None else tensors[self.space.mesh.regions]
        return SodiumForms(space=self.space, ratio=ratio)

    @cached_property
    def _rigidity(self) -> Array:
        """Cell matrices of k int grad N_i . grad N_j (e, i, j)."""
        return self.gradient_energy * self.forms.stiff(np.ones_like(self.space.weights), None)

    @cached_property
    def gradient_energy(self) -> float:
        """Scaled gradient coefficient k."""
        return gradient_energy(self.particle.physics, self.material, self.scales)

    @cached_property
    def _constant_diffusivity(self) -> float | None:
        """Scaled D where it is one number and nothing else moves sodium; else ``None``."""
        if self.potentials:
            return None
        probe = np.linspace(-0.1, 1.1, 25)
        flux = flux_coefficients(self.particle.physics, self.material, self.scales, probe)
        same = np.ptp(flux.diffusivity) <= 1e-14 * abs(flux.diffusivity[0])
        return float(flux.diffusivity[0]) if same and not flux.diffusivity_slope.any() else None

    @cached_property
    def _diffusion(self) -> Array:
        """Cell matrices of a constant diffusivity (e, i, j)."""
        assert self._constant_diffusivity is not None
        coefficient = np.full_like(self.space.weights, self._constant_diffusivity)
        return self.forms.stiff(coefficient, self.forms.ratio)

    def linearise(self, packed: Array, overall: Array, stage: Stage) -> BodyLinearised:
        """Residual and tangent at the unknowns ``packed`` and the global ones."""
        i, unknowns = self.space.cell_dofs.shape[1], packed[self._cell_unknowns]
        residual = np.zeros_like(unknowns)
        tangent = np.zeros((*unknowns.shape, unknowns.shape[1]))
        theta, old = unknowns[:, :i], stage.history[self.space.cell_dofs]
        diffusivity, mobility = self._add_transport(residual, tangent, unknowns, stage)
        residual[:, :i] += (self.forms.mass @ (theta - old)[:, :, None])[:, :, 0]
        tangent[:, :i, :i] += self.forms.mass
        if self.potentials:
            self._add_potential(residual, tangent, unknowns)
        borders = self.exchange.add(residual, tangent, packed, overall, stage)
        coupling, equilibrium = None, np.zeros(0)
        if self.is_coupled:
            coupling = Coupling.at(self.elasticity, self.scales, theta, packed[self.u])
            residual[:, i:] += coupling.potential
            tangent[:, i:, :i] += coupling.potential_slope
            equilibrium = coupling.equilibrium
        total = np.concatenate([scatter(self._cell_unknowns, residual, self.phi.stop), equilibrium])
        matrix = self._pattern.assemble(tangent)
        held = self._hold(total, packed)
        if held:
            matrix = self._identity_rows(matrix)
        return BodyLinearised(
            packed=packed,
            residual=total,
            overall_residual=borders.overall,
            tangent=matrix,
            coupling=coupling,
            columns=borders.columns,
            rows=borders.rows,
            corner=borders.corner,
            flows=borders.flows,
            held=held,
            answers=borders.answers,
            length=stage.length,
            diffusivity=diffusivity,
            mobility=mobility,
            is_linear=self._constant_diffusivity is not None and not borders.reacts and not held,
        )

    def _add_transport(
        self, residual: Array, tangent: Array, unknowns: Array, stage: Stage
    ) -> tuple[Array, Array | None]:
        """Add diffusion and drift; returns diffusivity and mobility at the points."""
        i = self.space.cell_dofs.shape[1]
        theta, values = unknowns[:, :i], self.space.values
        if self._constant_diffusivity is not None:
            residual[:, :i] += stage.length * (self._diffusion @ theta[:, :, None])[:, :, 0]
            tangent[:, :i, :i] += stage.length * self._diffusion
            return np.full_like(self.space.weights, self._constant_diffusivity), None
        flux = flux_coefficients(
            self.particle.physics, self.material, self.scales, theta @ values.T
        )
        gradient = self.forms.gradient(theta)
        moved = flux.diffusivity[..., None] * gradient
        change = flux.diffusivity_slope[..., None] * gradient
        ratio = self.forms.ratio
        if self.potentials:
            assert flux.mobility is not None
            assert flux.mobility_slope is not None
            pull = self.forms.gradient(unknowns[:, i:])
            moved = moved + flux.mobility[..., None] * pull
            change = change + flux.mobility_slope[..., None] * pull
            tangent[:, :i, i:] += stage.length * self.forms.stiff(flux.mobility, ratio)
        if ratio is not None:
            moved, change = moved @ ratio, change @ ratio
        weights = stage.length * self.space.weights[..., None]
        flat = self.forms.flattened
        cells = len(flat)
        residual[:, :i] += ((weights * moved).reshape(cells, 1, -1) @ flat)[:, 0]
        tangent[:, :i, :i] += stage.length * self.forms.stiff(flux.diffusivity, ratio)
        along = (weights * change)[..., None, :] @ self.space.gradients.transpose(0, 1, 3, 2)
        tangent[:, :i, :i] += along[:, :, 0].transpose(0, 2, 1) @ values
        return flux.diffusivity, flux.mobility

    def _add_potential(self, residual: Array, tangent: Array, unknowns: Array) -> None:
        i = self.space.cell_dofs.shape[1]
        theta, phi = unknowns[:, :i, None], unknowns[:, i:, None]
        residual[:, i:] += (self.forms.mass @ phi - self._rigidity @ theta)[:, :, 0]
        tangent[:, i:, i:] += self.forms.mass
        tangent[:, i:, :i] -= self._rigidity

    def _hold(self, residual: Array, packed: Array) -> dict[str, float]:
        """Replace held rows; what the other rows still lack counts as passed through them."""
        held = self._shares(residual[self.theta])
        for name, dofs in self._held.items():
            wanted = self.surfaces[name].held_site_fraction
            assert wanted is not None
            residual[dofs] = packed[dofs] - wanted
        return held

    def _shares(self, rows: Array) -> dict[str, float]:
        """Sum of rows by held surface; rows of other dofs are divided among the surfaces."""
        shares = {name: float(rows[dofs].sum()) for name, dofs in self._held.items()}
        rest = float(rows.sum()) - sum(shares.values())
        return {name: share + rest / len(shares) for name, share in shares.items()}

    def _identity_rows(self, matrix: sparse.csr_array) -> sparse.csr_array:
        dofs = np.concatenate(list(self._held.values()))
        keep = np.ones(matrix.shape[0])
        keep[dofs] = 0.0
        return sparse.csr_array(sparse.diags_array(keep) @ matrix + sparse.diags_array(1 - keep))

    @cached_property
    def _mass_diagonal(self) -> Array:
        return np.asarray(self.forms.mass_matrix.diagonal())

    def settled_flows(self, linearised: BodyLinearised) -> dict[str, float]:
        """Flows less what Newton's method left of the total balance, which is below its tolerance.

        Only a flux that reacts to the sodium leaves anything.
        """
        flows = dict(linearised.flows)
        if linearised.length > 0 and not linearised.held and flows:
            rest = float(linearised.residual[self.theta].sum()) / linearised.length
            flows = {name: flow - rest / len(flows) for name, flow in flows.items()}
        return flows

    def residual_norm(self, linearised: BodyLinearised) -> float:
        """Largest residual of sodium, potential (over the mass diagonal) and total current."""
        n, scale = self.space.dimension, self._mass_diagonal
        worst = float(np.abs(linearised.residual[:n] / scale).max())
        if self.potentials:
            worst = max(worst, float(np.abs(linearised.residual[self.phi] / scale).max()))
        if len(linearised.overall_residual):
            unit = max(float(self.volumes.sum()), 1e-300)
            worst = max(worst, float(np.abs(linearised.overall_residual).max()) / unit)
        return worst

    def newton_step(self, linearised: BodyLinearised) -> tuple[Array, Array]:
        """Solution of tangent times step = -residual."""
        packed, overall = self.solver.solve(self, linearised)
        moved = [packed]
        for k, name in enumerate(self.exchange.unknown_voltages):
            answer, facets = linearised.answers[name], self.exchange.facets[name]
            flux = answer.flux + answer.voltage_slope * overall[k]
            flux += answer.slope * np.einsum("fqi,fi->fq", facets.values, packed[facets.dofs])
            if self.potentials:
                local = packed[facets.dofs + self.space.dimension]
                phi = self.scales.energy * np.einsum("fqi,fi->fq", facets.values, local)
                flux += answer.potential_slope * phi
            old = linearised.packed[self.exchange.currents[name]]
            moved.append(flux.ravel() / self.scales.flux - old)
        return np.concatenate(moved), overall

    def start(self, theta: Array) -> tuple[Array, Array]:
        """All unknowns before the first solve."""
        packed = np.zeros(
            self.u.stop + sum(s.stop - s.start for s in self.exchange.currents.values())
        )
        packed[self.theta] = theta
        for name, place in self.exchange.currents.items():
            total = self.surfaces[name].total
            assert total is not None
            packed[place] = total.flux[0] / self.scales.flux
        for name, dofs in self._held.items():
            packed[dofs] = self.surfaces[name].held_site_fraction
        voltages = [float(self.material.potential(np.array(theta.mean()), self.scales.temperature))]
        return packed, np.array(voltages * len(self.exchange.unknown_voltages))

    def rate(self, packed: Array, overall: Array, time: float, piece: tuple[float, float]) -> Rate:
        """d theta/dt (n,) and sodium outflow at the given unknowns: M rate = -transport."""
        theta = packed[self.theta]
        stage = Stage(time=time, piece=piece, length=1.0, history=theta)
        linearised = self.linearise(packed, overall, stage)
        right_side = -linearised.residual[self.theta]
        matrix = self.forms.mass_matrix
        if linearised.held:
            right_side[np.concatenate(list(self._held.values()))] = 0.0
            matrix = self._identity_rows(matrix)
        rate = self.solver.solve_mass(self, matrix, right_side)
        stored = self._shares(self.forms.mass_matrix @ rate)
        reactions = {name: -value - stored[name] for name, value in linearised.held.items()}
        return Rate(theta=rate, flows={**linearised.flows, **reactions})

    def surface_fillings(self, packed: Array) -> Array:
        """Site fractions at the dofs of all open surfaces."""
        return packed[self._surface_dofs]

    def voltage_excess(
        self, packed: Array, overall: Array, time: float, piece: tuple[float, float]
    ) -> float:
        """How far an electrode potential lies beyond its limits [V]; negative inside."""
        worst = -1.0
        for name, voltage in zip(self.exchange.unknown_voltages, overall, strict=True):
            limits = self.surfaces[name].voltage_limits
            if limits is not None:
                worst = max(worst, limits[0] - float(voltage), float(voltage) - limits[1])
        return worst
