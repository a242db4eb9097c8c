"""The discrete particle: residual and exact tangent of one implicit stage.

Unknowns, scaled: theta (sodium), phi/RT (non-local chemical potential, where a term reads it), and
displacement (where stress acts back on the sodium). Weak form of one stage of length h with known
history theta_0, for all test functions w and v:

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

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import Space
from particle_sim.fem.sparse_pattern import SparsePattern, scatter
from particle_sim.materials.material import Material
from particle_sim.particle.band_solver import BandSolver
from particle_sim.particle.coupling import Coupler
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.forms import SodiumForms
from particle_sim.particle.linearised import Linearised, identity_rows
from particle_sim.particle.open_surfaces import OpenSurfaces
from particle_sim.particle.particle import Particle
from particle_sim.particle.rate import Rate
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.tangent_solver import TangentSolver
from particle_sim.particle.unknowns import Stage
from particle_sim.transport.coefficients import flux_coefficients, gradient_energy, potentials_of
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Potential
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class ParticleSystem:
    """Everything fixed during a solve; ``surfaces`` by the name of the boundary they act on."""

    particle: Particle
    elasticity: Elasticity
    surfaces: Mapping[str, SurfaceCondition]
    scales: Scales

    @cached_property
    def solver(self) -> BandSolver | TangentSolver:
        """One band LU of a line; of sections and bodies what their size asks for."""
        fields = 2 if self.potentials else 1
        if self.is_line:
            coupled = self.elasticity if self.is_coupled else None
            return BandSolver(space=self.space, fields=fields, elasticity=coupled)
        return TangentSolver(forms=self.forms, fields=fields, gradient_energy=self.gradient_energy)

    @property
    def is_line(self) -> bool:
        return self.space.mesh.dimension == 1

    @property
    def space(self) -> Space:
        return self.elasticity.sodium

    @property
    def positions(self) -> Array:
        """Of the sodium's dofs [m]: radii (n,) on a line, else coordinates (n, d)."""
        nodes = self.space.nodes * self.scales.length
        return nodes[:, 0] if self.is_line else nodes

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
    def _held_dofs(self) -> Integers:
        return np.concatenate([*self._held.values(), np.zeros(0, dtype=np.intp)])

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
        """Not where phi reads gradients: a rough guess of theta spoils an iterative solver."""
        return self.is_line or not self.potentials

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
            material=self.material,
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

    def linearise(self, packed: Array, overall: Array, stage: Stage) -> Linearised:
        """Residual and tangent at the unknowns ``packed`` and the global ones."""
        i, unknowns = self.space.cell_dofs.shape[1], packed[self._cell_unknowns]
        residual = np.zeros_like(unknowns)
        tangent = self._standing.copy()
        theta, old = unknowns[:, :i], stage.history[self.space.cell_dofs]
        diffusivity, mobility = self._add_transport(residual, tangent, unknowns, stage)
        residual[:, :i] += times(self.forms.mass, theta - old)
        if self.potentials:
            phi = unknowns[:, i:]
            residual[:, i:] += times(self.forms.mass, phi) - times(self._rigidity, theta)
        borders = self.exchange.add(residual, tangent, packed, overall, stage)
        coupling, equilibrium = None, np.zeros(0)
        if self.is_coupled:
            coupling = self._coupler.at(theta, packed[self.u])
            residual[:, i:] += coupling.potential
            tangent[:, i:, :i] += coupling.potential_slope
            equilibrium = coupling.equilibrium
        total = np.concatenate([scatter(self._cell_unknowns, residual, self.phi.stop), equilibrium])
        held = self._hold(total, packed)
        return Linearised(
            packed=packed,
            residual=total,
            overall_residual=borders.overall,
            pattern=self._pattern,
            blocks=tangent,
            held_dofs=self._held_dofs,
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
            residual[:, :i] += stage.length * self._diffused(theta)
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
        residual[:, :i] += stage.length * self.forms.divergence(moved)
        tangent[:, :i, :i] += stage.length * (
            self.forms.stiff(flux.diffusivity, ratio) + self.forms.carried(change)
        )
        return flux.diffusivity, flux.mobility

    def _diffused(self, theta: Array) -> Array:
        """What a constant diffusivity moves, by cell; on a line by its flux, which sums to zero."""
        if self.is_line:
            assert self._constant_diffusivity is not None
            return self.forms.divergence(self._constant_diffusivity * self.forms.gradient(theta))
        return times(self._diffusion, theta)

    @cached_property
    def _standing(self) -> Array:
        """The part of the tangent that no state changes (e, a, a): the masses, and k int grad."""
        mass, i = self.forms.mass, self.space.cell_dofs.shape[1]
        standing = np.zeros((len(mass), *(self._cell_unknowns.shape[1],) * 2))
        standing[:, :i, :i] = mass
        if self.potentials:
            standing[:, i:, i:] = mass
            standing[:, i:, :i] = -self._rigidity
        return standing

    def _hold(self, residual: Array, packed: Array) -> dict[str, float]:
        """Replace held rows; what the other rows still lack counts as passed through them."""
        if not self._held:
            return {}
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

    @cached_property
    def _coupler(self) -> Coupler:
        return Coupler.of(self.elasticity, self.scales)

    @cached_property
    def _mass_diagonal(self) -> Array:
        return np.asarray(self.forms.mass_matrix.diagonal())

    def settled_flows(self, linearised: Linearised) -> dict[str, float]:
        """Flows less what Newton's method left of the total balance, which is below its tolerance.

        Only a flux that reacts to the sodium leaves anything.
        """
        flows = dict(linearised.flows)
        if linearised.length > 0 and not linearised.held and flows:
            rest = float(linearised.residual[self.theta].sum()) / linearised.length
            flows = {name: flow - rest / len(flows) for name, flow in flows.items()}
        return flows

    def residual_norm(self, linearised: Linearised) -> float:
        """Largest residual of sodium, potential (over the mass diagonal) and total current."""
        n, scale = self.space.dimension, self._mass_diagonal
        worst = float(np.abs(linearised.residual[:n] / scale).max())
        if self.potentials:
            worst = max(worst, float(np.abs(linearised.residual[self.phi] / scale).max()))
        if len(linearised.overall_residual):
            unit = max(float(self.volumes.sum()), 1e-300)
            worst = max(worst, float(np.abs(linearised.overall_residual).max()) / unit)
        return worst

    def newton_step(self, linearised: Linearised) -> tuple[Array, Array]:
        """Solution of tangent times step = -residual."""
        packed, overall = self.solver.solve(linearised)
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
        right_side[self._held_dofs] = 0.0
        matrix = identity_rows(self.forms.mass_matrix, self._held_dofs)
        rate = self.solver.solve_mass(matrix, right_side, symmetric=not linearised.held)
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
        for name, surface in self.surfaces.items():
            if surface.voltage_limits is None or surface.total is None:
                continue
            stage = Stage(time=time, piece=piece, length=0.0, history=np.zeros(0))
            voltage = self.exchange.voltage(name, packed, overall, stage)
            low, high = surface.voltage_limits
            worst = max(worst, low - voltage, voltage - high)
        return worst


def times(matrices: Array, vectors: Array) -> Array:
    """Products (e, i) of cell matrices (e, i, j) and cell vectors (e, j)."""
    return np.asarray(np.einsum("eij,ej->ei", matrices, vectors))
