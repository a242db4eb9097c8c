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
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import Space
from particle_sim.fem.sparse_pattern import SparsePattern
from particle_sim.flux import SurfaceResponse
from particle_sim.materials.material import Material
from particle_sim.particle.band_solver import BandSolver
from particle_sim.particle.coupling import Coupler
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.forms import SodiumForms
from particle_sim.particle.held import HeldSurfaces
from particle_sim.particle.linearised import (
    NO_DRIFT,
    Drift,
    Linearised,
    Missed,
    identity_rows,
)
from particle_sim.particle.open_surfaces import OpenSurfaces
from particle_sim.particle.particle import Particle
from particle_sim.particle.rate import Rate
from particle_sim.particle.sodium_transport import SodiumTransport
from particle_sim.particle.stage_stress import StageStress
from particle_sim.particle.stress_solver import StressSolver
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.tangent_solver import TangentSolver, is_large
from particle_sim.particle.unknowns import Piece, Stage
from particle_sim.transport.coefficients import Coefficients, potentials_of
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
    def solver(self) -> BandSolver | TangentSolver | StressSolver:
        """One band LU of a line; of sections and bodies what their size and coupling ask for."""
        fields = 2 if self.potentials else 1
        if self.is_line:
            coupled = self.elasticity if self.is_coupled else None
            return BandSolver(space=self.space, fields=fields, elasticity=coupled)
        if self.potentials == {Potential.STRESS} and is_large(self.space):
            sodium = TangentSolver(forms=self.forms, fields=1, gradient_energy=0.0)
            return StressSolver(sodium=sodium)
        return TangentSolver(
            forms=self.forms,
            fields=fields,
            gradient_energy=self.transport.coefficients.gradient_energy,
        )

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

    @cached_property
    def theta(self) -> slice:
        return slice(0, self.space.dimension)

    @cached_property
    def phi(self) -> slice:
        """Place of phi; empty where no term reads it."""
        n = self.space.dimension
        return slice(n, 2 * n) if self.potentials else slice(n, n)

    @cached_property
    def u(self) -> slice:
        """Place of the displacement; empty where stress does not act back."""
        start = self.phi.stop
        return slice(start, start + (self.elasticity.size if self.is_coupled else 0))

    @cached_property
    def _surface_dofs(self) -> Integers:
        return np.unique(np.concatenate([self.space.boundary_dofs(n) for n in self.surfaces]))

    @cached_property
    def held(self) -> HeldSurfaces:
        """Surfaces whose concentration is held."""
        return HeldSurfaces.of(self.space, self.surfaces)

    @property
    def volumes(self) -> Array:
        return self.space.volumes

    @cached_property
    def smallest_cell(self) -> float:
        return float(self.space.mesh.cell_sizes.min())

    @property
    def needs_start(self) -> bool:
        return bool(self.potentials) or bool(self.exchange.unknown_voltages)

    @cached_property
    def _pattern(self) -> SparsePattern:
        cells = self.space.cell_dofs
        if self.potentials:
            cells = np.concatenate([cells, cells + self.space.dimension], axis=1)
        return SparsePattern(rows=cells, columns=cells, shape=(self.phi.stop,) * 2)

    @cached_property
    def exchange(self) -> OpenSurfaces:
        """What passes the open surfaces."""
        scales = self.scales
        energy = scales.concentration * scales.energy * scales.length
        cracks, active = self.particle.cracks, self.elasticity.active
        return OpenSurfaces(
            space=self.space,
            wetted=None if cracks is None else cracks.wetted[active] * scales.length,
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
        ratio = self.elasticity.regions.diffusivity_ratio_in(self.elasticity.active)
        return SodiumForms(space=self.space, ratio=ratio)

    @cached_property
    def transport(self) -> SodiumTransport:
        """What the physics terms move."""
        terms, material, scales = self.particle.physics, self.material, self.scales
        coefficients = Coefficients(terms=terms, material=material, scales=scales)
        return SodiumTransport(forms=self.forms, coefficients=coefficients)

    @cached_property
    def coupler(self) -> Coupler:
        return Coupler.of(self.elasticity, self.scales)

    @cached_property
    def _stress(self) -> StageStress:
        return StageStress(coupler=self.coupler)

    def linearise(self, packed: Array, overall: Array, stage: Stage) -> Linearised:
        """Residual and tangent at the unknowns ``packed`` and the global ones."""
        t = self.phi.stop
        moved = self.transport.of(packed[:t], stage)
        total = moved.residual
        borders = self.exchange.add(total, packed, overall, stage, {})
        coupling = None
        if self.is_coupled:
            coupling = self.coupler.at(packed[self.theta], packed[self.u])
            total = self._with_stress(total, coupling.potential, coupling.equilibrium)

        def blocks() -> Array:
            tangent = moved.make_tangent()
            borders.add_to(tangent)
            if coupling is not None:
                i = coupling.potential_slope.shape[1]
                tangent[:, i:, :i] += coupling.potential_slope
            return tangent

        held = self.held.replace(total, packed)
        is_linear = self.transport.linear is not None
        return Linearised(
            packed=packed,
            overall=overall,
            residual=total,
            overall_residual=borders.overall,
            pattern=self._pattern,
            make_blocks=blocks,
            held_dofs=self.held.dofs,
            coupling=coupling,
            borders=borders,
            held=held,
            length=stage.length,
            diffusivity=moved.diffusivity,
            mobility=moved.mobility,
            is_linear=is_linear and not borders.reacts and not held,
        )

    def missed(
        self, packed: Array, overall: Array, stage: Stage, answers: Mapping[str, SurfaceResponse]
    ) -> Missed:
        """The residual alone; surfaces with an unknown potential keep the slopes of ``answers``."""
        total = self.transport.residual(packed[: self.phi.stop], stage)
        borders = self.exchange.add(total, packed, overall, stage, answers)
        if self.is_coupled:
            acting = self._stress.residuals(packed[self.theta], packed[self.u])
            total = self._with_stress(total, *acting)
        self.held.replace(total, packed)
        return Missed(
            packed=packed,
            residual=total,
            overall_residual=borders.overall,
            outflow=borders.outflow,
            answers=borders.answers,
        )

    def _with_stress(self, sodium: Array, potential: Array, equilibrium: Array) -> Array:
        """All rows, from the sodium's (t,) and what stress adds to the potential's (n,)."""
        sodium[self.phi] += potential
        return np.concatenate([sodium, equilibrium])

    def linear_stage(self, tangent: Linearised, ahead: Array, drift: Drift) -> Missed:
        """A linear system's stage, later by a drift, whose solution is move + moved.

        At moved unknowns and theta less what is kept its residual is r + h K moved - M kept, and
        the tangent M + h K: that leaves r - M ``ahead``, ahead = moved + kept.
        """
        return Missed(
            packed=tangent.packed,
            residual=tangent.residual + drift.residual - self.forms.mass_matrix @ ahead,
            overall_residual=tangent.overall_residual,
            outflow=tangent.outflow + drift.outflow,
            answers=tangent.answers,
        )

    def move(
        self, tangent: Linearised, here: Linearised | Missed, extra: Drift = NO_DRIFT
    ) -> Array:
        """All unknowns' solution, global ones last, of tangent times move = -residual of ``here``.

        ``extra`` is added to the residual.
        """
        packed, overall = self.solver.solve(
            tangent, here.residual + extra.residual, here.overall_residual + extra.overall_residual
        )
        if not len(overall):
            return packed
        moved = [packed]
        for k, name in enumerate(self.exchange.unknown_voltages):
            answer, facets = here.answers[name], self.exchange.facets[name]
            flux = answer.flux + answer.voltage_slope * overall[k]
            flux += answer.slope * np.einsum("fqi,fi->fq", facets.values, packed[facets.dofs])
            if self.potentials:
                local = packed[facets.dofs + self.space.dimension]
                phi = self.scales.energy * np.einsum("fqi,fi->fq", facets.values, local)
                flux += answer.potential_slope * phi
            old = here.packed[self.exchange.currents[name]]
            moved.append(flux.ravel() / self.scales.flux - old)
        return np.concatenate([*moved, overall])

    def drift(self, here: Linearised, stage: Stage, length: float) -> Drift:
        """What a residual gains over ``length`` by time alone."""
        later = replace(stage, time=stage.time + length)
        if not self.exchange.changes(here.packed, here.overall, stage, later):
            return NO_DRIFT
        there = self.missed(here.packed, here.overall, later, here.answers)
        return Drift(
            residual=there.residual - here.residual,
            overall_residual=there.overall_residual - here.overall_residual,
            outflow=there.outflow - here.outflow,
        )

    def flows(self, packed: Array, overall: Array, time: float, piece: Piece) -> dict[str, float]:
        """Sodium leaving per scaled time, by surface."""
        if self.held.values:
            return dict(self.rate(packed, overall, time, piece).flows)
        stage = Stage(time=time, piece=piece, length=0.0, history=packed[self.theta])
        return self.exchange.flows(packed, overall, stage)

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
        self.held.put(packed)
        voltages = [float(self.material.potential(np.array(theta.mean()), self.scales.temperature))]
        return packed, np.array(voltages * len(self.exchange.unknown_voltages))

    def rate(self, packed: Array, overall: Array, time: float, piece: Piece) -> Rate:
        """d theta/dt (n,) and sodium outflow at the given unknowns: M rate = -transport."""
        theta = packed[self.theta]
        stage = Stage(time=time, piece=piece, length=1.0, history=theta)
        linearised = self.linearise(packed, overall, stage)
        right_side = -linearised.residual[self.theta]
        right_side[self.held.dofs] = 0.0
        matrix = identity_rows(self.forms.mass_matrix, self.held.dofs)
        rate = self.solver.solve_mass(matrix, right_side, symmetric=not linearised.held)
        stored = self.held.shares(self.forms.mass_matrix @ rate)
        reactions = {name: -value - stored[name] for name, value in linearised.held.items()}
        return Rate(theta=rate, flows={**linearised.borders.flows, **reactions})

    def surface_fillings(self, packed: Array) -> Array:
        """Site fractions at the dofs of all open surfaces."""
        return packed[self._surface_dofs]

    def voltage_excess(self, packed: Array, overall: Array, time: float, piece: Piece) -> float:
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
