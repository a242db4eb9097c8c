"""Newton's method on the body equations: exact tangents and quadratic convergence.

The directional derivative of the residual, by central differences, against the whole tangent:
sodium block, coupling to the displacement, and the border of an unknown electrode potential. Grains
with turned anisotropic stiffness, misfit and diffusivity. The residual history of a nonlinear
stage falls as e_{n+1} <= C e_n^2 (Kantorovich).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from reference import RT

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.flux import SurfaceState
from particle_sim.materials.functions import LinearTable, Polynomial
from particle_sim.particle import elastic_solvers, stress_solver
from particle_sim.particle.accuracy import controls_of
from particle_sim.particle.crystal import Crystal, Inert
from particle_sim.particle.discretise import discretised
from particle_sim.particle.iterative import IterativeElastic
from particle_sim.particle.linearised import Linearised
from particle_sim.particle.mechanics import Matrix, MechanicalBoundary
from particle_sim.particle.shapes import outlines
from particle_sim.particle.stepper import Stepper, Trajectory
from particle_sim.particle.stiffness import trigonal_stiffness
from particle_sim.particle.stress_solver import StressSolver
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.tangent_solver import TangentSolver
from particle_sim.particle.unknowns import Stage
from particle_sim.transport import coefficients
from particle_sim.transport.coefficients import flux_coefficients
from particle_sim.transport.kinetics import butler_volmer
from particle_sim.transport.term import Flux, PhysicsTerm
from particle_sim.units import Array

SIZE, FULL, LENGTH, START = 1e-8, 2e4, 3e-9, 0.4
FICK = (ps.physics.fickian_diffusion,)
DRIFT = (*FICK, ps.physics.stress_drift)
DILUTE = (*FICK, ps.physics.dilute_stress_drift)
DARKEN = (ps.physics.darken_diffusion,)
COHERENT = (ps.physics.coherent_phase_separation,)
CURVED = Polynomial((1e-14, 2e-14, -1.5e-14))
STIFF = trigonal_stiffness(205e9, 60e9, 40e9, 120e9, 35e9, c14=15e9)


def material(diffusivity: Polynomial | float = CURVED) -> ps.Material:
    return ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=diffusivity,
        youngs_modulus=5e10,
        partial_molar_volume=4e-6,
        open_circuit_potential=0.2,
        exchange_current_density=0.8,
        regular_solution_parameter=2.8,
        gradient_coefficient=LENGTH**2 * RT * FULL,
    )


def grains(stiffness: Array = STIFF, ratio: float = 0.25) -> Crystal:
    first, second, third = (LinearTable((0.0, 1.0), (0.0, b)) for b in (0.011, 0.004, -0.008))
    return Crystal(
        stiffness=stiffness,
        strain=(first, second, third),
        diffusivity_ratio=(1.0, 0.5, ratio),
        orientations=ps.crystal.random_orientations(3, seed=2),
    )


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a system is built from."""

    law: tuple[PhysicsTerm, ...]
    mesh: str
    surface: str = "flux"
    crystal: Crystal | None = None
    inert: Mapping[int, Inert] = field(default_factory=dict)
    mechanics: MechanicalBoundary = ps.mechanics.free_surface
    diffusivity: Polynomial | float = CURVED
    wetting: float = 0.0


MESHES: dict[str, Callable[[], BodyMesh]] = {
    "ball": lambda: ps.shapes.polycrystal(outlines.ball(SIZE), grains=3, seed=1, cell_size=5e-9),
    "disc": lambda: ps.shapes.polycrystal(outlines.disc(SIZE), grains=3, seed=1, cell_size=5e-9),
    "section": lambda: ps.shapes.ball_section(SIZE, cell_size=SIZE / 2),
    "coated": lambda: ps.shapes.ball_section(SIZE, core_radius=6e-9, cell_size=SIZE / 3),
}
SHELL = {1: Inert(youngs_modulus=3e10, poisson_ratio=0.2, misfit_strain=0.003)}
HARD = MechanicalBoundary(matrix=Matrix(youngs_modulus=2e10, poisson_ratio=0.25), pressure=1e7)
SETUPS = {
    "fickian grains": Setup(law=FICK, mesh="ball", crystal=grains()),
    "drift in grains": Setup(law=DRIFT, mesh="ball", crystal=grains()),
    "dilute drift in a section": Setup(law=DILUTE, mesh="section", mechanics=HARD),
    "drift in a core": Setup(law=DRIFT, mesh="coated", inert=SHELL),
    "separating": Setup(law=(ps.physics.phase_separation,), mesh="section", wetting=0.05),
    "coherent grains": Setup(law=COHERENT, mesh="ball", crystal=grains()),
    "coherent disc held": Setup(law=COHERENT, mesh="disc", crystal=grains(), surface="potential"),
    "darken with a current": Setup(law=DARKEN, mesh="section", surface="current"),
    "drift with a current": Setup(law=DRIFT, mesh="section", surface="current"),
    "coherent grains with a current": Setup(
        law=COHERENT, mesh="ball", crystal=grains(), surface="current"
    ),
}


def system_of(setup: Setup) -> ParticleSystem:
    values = material(setup.diffusivity)
    flux = ps.constant_flux(-1e-6, 1.0, initial_site_fraction=START)
    surfaces: dict[str, SurfaceCondition] = {
        "flux": flux,
        "potential": ps.surface.ButlerVolmer(
            material=values, voltage=0.21, duration=1.0, initial_site_fraction=START
        ),
        "current": ps.surface.Galvanostatic(material=values, total=flux),
    }
    body = ps.Particle(
        material=values,
        mesh=MESHES[setup.mesh](),
        physics=setup.law,
        crystal=setup.crystal,
        inert=setup.inert,
        mechanics=setup.mechanics,
        wetting_energy=setup.wetting,
    )
    name = "interface" if setup.inert else "surface"
    return discretised(body, {name: surfaces[setup.surface]}, resolve_interface=False)


def stage_of(system: ParticleSystem) -> Stage:
    history = np.full(system.space.dimension, 0.42)
    return Stage(time=1e-3, piece=(0.0, 1.0), length=0.02, history=history)


def state_of(system: ParticleSystem, seed: int) -> tuple[Array, Array, Array]:
    """A rough state, the sizes of its parts (0 where nothing moves), and the potential [V].

    Local fluxes of a shared current obey the kinetics at the state, where its law is exact.
    """
    numbers = np.random.default_rng(seed)
    packed, overall = system.start(np.full(system.space.dimension, 0.45))
    sizes = np.zeros(len(packed))
    sizes[system.theta], sizes[system.phi] = 0.1, 0.3
    if system.is_coupled:
        sizes[system.u] = np.where(system.elasticity.supports.fixed, 0.0, 0.005)
    packed = packed + sizes * numbers.uniform(-1, 1, len(packed))
    overall = overall + 0.01
    for name, place in system.exchange.currents.items():
        facets = system.exchange.facets[name]
        theta = np.einsum("fqi,fi->fq", facets.values, packed[facets.dofs])
        phi = np.zeros_like(theta)
        if system.potentials:
            local = packed[facets.dofs + system.space.dimension]
            phi = system.scales.energy * np.einsum("fqi,fi->fq", facets.values, local)
        given = {"time": 0.0, "piece": (0.0, 1.0), "separates": system.exchange.separates}
        state = SurfaceState(site_fraction=theta, potential=phi, **given)
        volts, kelvin = float(overall[0]), system.scales.temperature
        answer = butler_volmer(system.material, state, volts, kelvin, stress_in_kinetics=True)
        packed[place] = answer.flux.ravel() / system.scales.flux
    return packed, sizes, overall


def apply(
    system: ParticleSystem, linearised: Linearised, direction: Array, overall: Array
) -> tuple[Array, Array]:
    """The whole tangent times a direction: rows of theta, phi and u, and of the potentials."""
    t, n = system.phi.stop, system.space.dimension
    first = linearised.tangent @ direction[:t] + linearised.columns @ overall
    equilibrium = np.zeros(0)
    if linearised.coupling is not None:
        on_phi, equilibrium = linearised.coupling.apply(direction[:n], direction[system.u])
        first[n : 2 * n] += on_phi
    last = linearised.rows @ direction[:t] + linearised.corner @ overall
    return np.concatenate([first, equilibrium]), last


def check_tangent(given: Setup, true: Setup) -> None:
    """The tangent of ``given`` is the derivative of the residual of ``true``."""
    system = system_of(true)
    packed, sizes, overall = state_of(system, 1)
    numbers = np.random.default_rng(2)
    direction = sizes * numbers.uniform(-1, 1, len(sizes))
    overall_direction = 0.01 * numbers.uniform(-1, 1, len(overall))
    stage, step = stage_of(system), 1e-4
    above, below = (
        system.linearise(packed + s * direction, overall + s * overall_direction, stage)
        for s in (step, -step)
    )
    expected = (above.residual - below.residual) / (2 * step)
    expected_overall = (above.overall_residual - below.overall_residual) / (2 * step)
    other = system_of(given)
    tangent = other.linearise(packed, overall, stage)
    product, product_overall = apply(other, tangent, direction, overall_direction)
    for name, place in (("theta", system.theta), ("phi", system.phi), ("u", system.u)):
        if place.stop > place.start:
            scale = np.abs(expected[place]).max()
            error = np.abs(product - expected)[place].max() / scale
            assert error < 1e-6, f"tangent of {name} is off by {error:.1e}"
    if len(overall):
        error = np.abs(product_overall / expected_overall - 1).max()
        assert error < 1e-6, f"tangent of the potential is off by {error:.1e}"


def check_step(setup: Setup) -> None:
    """A Newton step solves tangent times step = -residual to the linear solver's tolerance."""
    check_solved(system_of(setup))


def check_solved(system: ParticleSystem) -> None:
    packed, _, overall = state_of(system, 1)
    linearised = system.linearise(packed, overall, stage_of(system))
    move = system.move(linearised, linearised)
    step, overall_step = move[: len(packed)], move[len(packed) :]
    product, product_overall = apply(system, linearised, step, overall_step)
    left = np.concatenate([product + linearised.residual, product_overall])
    left[len(product) :] += linearised.overall_residual
    whole = np.concatenate([linearised.residual, linearised.overall_residual])
    error = float(np.linalg.norm(left) / np.linalg.norm(whole))
    assert error < 1e-5, f"the step leaves {error:.1e} of the residual"


@pytest.mark.parametrize("name", list(SETUPS))
def test_tangent_is_the_derivative(name: str) -> None:
    check_tangent(SETUPS[name], SETUPS[name])


@pytest.mark.parametrize("name", list(SETUPS))
def test_step_solves_the_tangent(name: str) -> None:
    check_step(SETUPS[name])


@pytest.mark.parametrize(
    "name", ["drift in grains", "coherent grains", "coherent grains with a current"]
)
def test_step_solves_the_tangent_by_multigrid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a large free body, whose rigid motion is projected out instead of pinned."""
    monkeypatch.setattr(elastic_solvers, "DIRECT_LIMIT", {2: 0, 3: 0})
    check_step(SETUPS[name])


@pytest.mark.parametrize("name", ["drift in grains", "drift with a current"])
@pytest.mark.parametrize("direct", [0, 10**9])
def test_condensed_passes_solve_the_tangent(
    name: str, direct: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a large body, in passes to the linear solver's tolerance."""
    monkeypatch.setattr(elastic_solvers, "DIRECT_LIMIT", {2: direct, 3: direct})
    system = system_of(replace(SETUPS[name], mesh="ball"))
    monkeypatch.setattr(stress_solver, "ENOUGH", 1e-7)
    sodium = TangentSolver(forms=system.forms, fields=1, gradient_energy=0.0)
    system.__dict__["solver"] = StressSolver(sodium=sodium)
    check_solved(system)


def test_multigrid_step_notices_forgotten_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic_solvers, "DIRECT_LIMIT", {2: 0, 3: 0})
    plain = IterativeElastic.precondition
    monkeypatch.setattr(
        IterativeElastic,
        "precondition",
        lambda self, x: plain(replace(self, pins=np.zeros(0, dtype=np.intp)), x),
    )
    with pytest.raises(np.linalg.LinAlgError, match="did not converge"):
        check_step(SETUPS["drift in grains"])


@pytest.mark.parametrize("name", list(SETUPS))
def test_tangent_notices_another_diffusivity(name: str) -> None:
    with pytest.raises(AssertionError, match="tangent of theta"):
        check_tangent(replace(SETUPS[name], diffusivity=1e-14), SETUPS[name])


@pytest.mark.parametrize("crystal", [grains(1.001 * STIFF), grains(ratio=0.26), None])
def test_tangent_notices_another_crystal(crystal: Crystal | None) -> None:
    true = SETUPS["coherent grains with a current"]
    with pytest.raises(AssertionError, match="tangent"):
        check_tangent(replace(true, crystal=crystal), true)


def check_quadratic(law: tuple[PhysicsTerm, ...]) -> None:
    """In a long nonlinear stage every residual is at most the square of the one before."""
    body = ps.Particle(
        material=material(Polynomial((2e-15, 1.4e-14))),
        mesh=MESHES["ball"](),
        physics=law,
        crystal=grains(),
    )
    flux = -1.5 * 1e-14 * FULL / SIZE
    surface = ps.constant_flux(flux, 0.05 * SIZE**2 / 1e-14, initial_site_fraction=0.1)
    system = discretised(body, {"surface": surface})
    controls = controls_of(system, surface, 1e-2, None)
    stepper = Stepper(system=system, controls=controls, trajectory=Trajectory())
    packed, overall = system.start(np.full(system.space.dimension, 0.1))
    stage = Stage(time=0.0, piece=(0.0, 1.0), length=0.05, history=packed[system.theta])
    stepper.newton(packed, overall, stage)
    residuals = np.array(stepper.trajectory.newton_residuals)
    assert len(residuals) >= 3, f"not quadratic to see: {residuals}"
    constants = residuals[1:] / residuals[:-1] ** 2
    assert constants.max() <= 1.0, f"not quadratic: residuals {residuals}"


def no_slopes(*arguments: Any) -> Flux:
    flux = flux_coefficients(*arguments)
    nothing = np.zeros_like(flux.diffusivity)
    return replace(flux, diffusivity_slope=nothing, mobility_slope=nothing)


@pytest.mark.parametrize("law", [FICK, DRIFT])
def test_newton_converges_quadratically(law: tuple[PhysicsTerm, ...]) -> None:
    check_quadratic(law)


@pytest.mark.parametrize("law", [FICK, DRIFT])
def test_newton_notices_missing_slopes(
    law: tuple[PhysicsTerm, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coefficients, "flux_coefficients", no_slopes)
    with pytest.raises(AssertionError, match="not quadratic"):
        check_quadratic(law)
