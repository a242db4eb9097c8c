"""Newton's method on the particle equations: exact tangents and quadratic convergence.

The directional derivative of the residual, by central differences, against the assembled tangent;
and the residual history of a nonlinear stage, e_{n+1} <= C e_n^2 (Kantorovich).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from reference import RT

import particle_sim as ps
from particle_sim.fem.banded import BandedMatrix
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.functions import LinearTable, Polynomial
from particle_sim.materials.material import Material
from particle_sim.particle.accuracy import controls_of
from particle_sim.particle.band_solver import BandSolver
from particle_sim.particle.discretise import discretised
from particle_sim.particle.linearised import Linearised
from particle_sim.particle.mechanics import Lateral, MechanicalBoundary, Shell, free_surface
from particle_sim.particle.stepper import Stepper, Trajectory
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.unknowns import Stage
from particle_sim.transport import coefficients
from particle_sim.transport.coefficients import flux_coefficients
from particle_sim.transport.term import Flux, PhysicsTerm
from particle_sim.units import Array

SIZE, FULL, LENGTH = 3e-8, 2e4, 2e-9
FICK = (ps.physics.fickian_diffusion,)
DILUTE = (*FICK, ps.physics.dilute_stress_drift)
SOLID_SOLUTION = (*FICK, ps.physics.stress_drift)
COHERENT = (ps.physics.coherent_phase_separation,)
BENT = LinearTable((0.0, 0.4, 0.6, 1.0), (0.0, 0.004, 0.012, 0.015), rounding=0.1)
STEEP = LinearTable((0.0, 1.0), (2e-15, 1.6e-14))
CURVED = Polynomial((1e-14, 2e-14, -1.5e-14))


def material(diffusivity: LinearTable | Polynomial | float = CURVED) -> Material:
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


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a system is built from."""

    law: tuple[PhysicsTerm, ...]
    mesh: Mesh
    is_held: bool = False
    stress_in_kinetics: bool = True
    mechanics: MechanicalBoundary = free_surface
    diffusivity: LinearTable | Polynomial | float = CURVED
    is_bent: bool = False


BALL = ps.shapes.sphere(SIZE, cells=6, grading=3)
SETUPS = {
    "diffusivity of the filling": Setup(law=FICK, mesh=BALL),
    "dilute drift": Setup(law=DILUTE, mesh=BALL),
    "solid-solution drift": Setup(law=SOLID_SOLUTION, mesh=BALL),
    "drift with a bent strain": Setup(law=SOLID_SOLUTION, mesh=BALL, is_bent=True),
    "drift in a cylinder": Setup(law=SOLID_SOLUTION, mesh=ps.shapes.cylinder(SIZE, cells=6)),
    "drift in a bending slab": Setup(
        law=SOLID_SOLUTION,
        mesh=ps.shapes.slab(SIZE, cells=6),
        mechanics=MechanicalBoundary(lateral=Lateral.BENDING),
    ),
    "drift in a hollow ball": Setup(
        law=SOLID_SOLUTION, mesh=ps.shapes.sphere(SIZE, inner_radius=0.4 * SIZE, cells=6)
    ),
    "drift in a hollow cylinder": Setup(
        law=SOLID_SOLUTION, mesh=ps.shapes.cylinder(SIZE, inner_radius=0.4 * SIZE, cells=6)
    ),
    "drift in a shell": Setup(
        law=SOLID_SOLUTION,
        mesh=BALL,
        mechanics=MechanicalBoundary(
            shell=Shell(
                thickness=0.2 * SIZE, youngs_modulus=1e11, poisson_ratio=0.2, misfit_strain=0.01
            )
        ),
    ),
    "phase separation": Setup(law=(ps.physics.phase_separation,), mesh=BALL),
    "coherent phase separation": Setup(law=COHERENT, mesh=BALL),
    "coherent phase separation in a slab": Setup(law=COHERENT, mesh=ps.shapes.slab(SIZE, cells=6)),
    "Butler-Volmer": Setup(law=FICK, mesh=BALL, is_held=True),
    "Butler-Volmer with stress": Setup(law=SOLID_SOLUTION, mesh=BALL, is_held=True),
    "Butler-Volmer blind to stress": Setup(
        law=SOLID_SOLUTION, mesh=BALL, is_held=True, stress_in_kinetics=False
    ),
    "Butler-Volmer with coherency": Setup(law=COHERENT, mesh=BALL, is_held=True),
    "surface stress": Setup(
        law=SOLID_SOLUTION,
        mesh=BALL,
        is_held=True,
        mechanics=MechanicalBoundary(surface_stress=1.0, surface_modulus=5.0),
    ),
}


def system_of(setup: Setup) -> ParticleSystem:
    values = material(setup.diffusivity)
    if setup.is_bent:
        strain = replace(values["chemical_strain"], function=BENT)
        values = values.replaced(chemical_strain=strain)
    surface: SurfaceCondition = ps.constant_flux(-1e-6, 1.0, initial_site_fraction=0.4)
    if setup.is_held:
        surface = ps.surface.ButlerVolmer(
            material=values,
            voltage=0.15,
            duration=1.0,
            initial_site_fraction=0.4,
            stress_in_kinetics=setup.stress_in_kinetics,
        )
    body = ps.Particle(
        material=values, mesh=setup.mesh, physics=setup.law, mechanics=setup.mechanics
    )
    name = "surface" if setup.mechanics.shell is None else "interface"
    return discretised(body, {name: surface})


def state_of(system: ParticleSystem, seed: int) -> tuple[Array, Array]:
    """A rough state inside the window, and the sizes of its parts; 0 where u is held."""
    numbers, sizes = np.random.default_rng(seed), np.zeros(system.u.stop)
    sizes[system.theta], sizes[system.phi] = 0.15, 0.5
    if system.is_coupled:
        sizes[system.u] = np.where(system.elasticity.supports.fixed, 0.0, 0.01)
    state = sizes * numbers.uniform(-1, 1, len(sizes))
    state[system.theta] += 0.5
    return state, sizes


def apply(system: ParticleSystem, linearised: Linearised, direction: Array) -> Array:
    """Tangent times a direction: rows of theta, phi and u."""
    t, n = system.phi.stop, system.space.dimension
    first, equilibrium = linearised.tangent @ direction[:t], np.zeros(0)
    if linearised.coupling is not None:
        on_phi, equilibrium = linearised.coupling.apply(direction[:n], direction[t:])
        first[n : 2 * n] += on_phi
    return np.concatenate([first, equilibrium])


STAGE = {"time": 1e-3, "piece": (0.0, 1.0), "length": 0.02}


def check_tangent(given: Setup, true: Setup) -> None:
    """The tangent of ``given`` is the derivative of the residual of ``true``."""
    system = system_of(true)
    state, sizes = state_of(system, 1)
    direction = sizes * np.random.default_rng(2).uniform(-1, 1, len(sizes))
    stage = Stage(**STAGE, history=np.full(system.space.dimension, 0.45))
    step, nothing = 1e-4, np.zeros(0)
    above, below = (system.linearise(state + s * direction, nothing, stage) for s in (step, -step))
    expected = (above.residual - below.residual) / (2 * step)
    other = system_of(given)
    product = apply(other, other.linearise(state, nothing, stage), direction)
    for name, place in (("theta", system.theta), ("phi", system.phi), ("u", system.u)):
        if place.stop > place.start:
            scale = np.abs(expected[place]).max()
            error = np.abs(product - expected)[place].max() / scale
            assert error < 1e-6, f"tangent of {name} is off by {error:.1e}"


def check_step(setup: Setup) -> None:
    """The band solves tangent times step = -residual, the global unknowns included."""
    system = system_of(setup)
    state, _ = state_of(system, 1)
    stage = Stage(**STAGE, history=np.full(system.space.dimension, 0.45))
    linearised = system.linearise(state, np.zeros(0), stage)
    step = system.move(linearised, linearised)
    left = apply(system, linearised, step) + linearised.residual
    error = float(np.abs(left).max() / np.abs(linearised.residual).max())
    assert error < 1e-9, f"the step leaves {error:.1e} of the residual"


def check_quadratic(law: tuple[PhysicsTerm, ...]) -> None:
    """In a long nonlinear stage every residual is at most the square of the one before."""
    values = material(STEEP)
    body = ps.Particle(
        material=values, mesh=ps.shapes.sphere(SIZE, cells=12, grading=3), physics=law
    )
    flux = ps.constant_flux(-1.5 * 1e-14 * FULL / SIZE, 0.02, initial_site_fraction=0.05)
    system = discretised(body, {"surface": flux})
    controls = controls_of(system, flux, 1e-2, None)
    stepper = Stepper(system=system, controls=controls, trajectory=Trajectory())
    packed, overall = system.start(np.full(system.space.dimension, 0.05))
    history = packed[system.theta]
    stepper.newton(packed, overall, Stage(**STAGE | {"length": 0.05}, history=history))
    residuals = np.array(stepper.trajectory.newton_residuals)
    clear = residuals[residuals > 1e-14]
    assert len(clear) >= 4, f"not quadratic to see: {residuals}"
    constants = clear[1:] / clear[:-1] ** 2
    assert constants.max() <= 1.0, f"not quadratic: residuals {residuals}"


def no_slopes(*arguments: Any) -> Flux:
    flux = flux_coefficients(*arguments)
    nothing = np.zeros_like(flux.diffusivity)
    return replace(flux, diffusivity_slope=nothing, mobility_slope=nothing)


@pytest.mark.parametrize("name", list(SETUPS))
def test_tangent_is_the_derivative(name: str) -> None:
    check_tangent(SETUPS[name], SETUPS[name])


@pytest.mark.parametrize("name", list(SETUPS))
def test_step_solves_the_tangent(name: str) -> None:
    check_step(SETUPS[name])


def test_step_notices_forgotten_displacements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BandSolver, "_stiffness", property(_softened))
    with pytest.raises(AssertionError, match="the step leaves"):
        check_step(SETUPS["drift in a hollow ball"])


def _softened(solver: BandSolver) -> BandedMatrix:
    assert solver.elasticity is not None
    places = solver._places[solver.fields * solver.space.dimension :]
    return solver._pattern.banded(0.9 * solver.elasticity.constant_stiffness, places)


@pytest.mark.parametrize(
    ("given", "true"),
    [
        ("solid-solution drift", "dilute drift"),
        ("dilute drift", "solid-solution drift"),
        ("Butler-Volmer blind to stress", "Butler-Volmer with stress"),
        ("diffusivity of the filling", "Butler-Volmer"),
    ],
)
def test_tangent_notices(given: str, true: str) -> None:
    with pytest.raises(AssertionError, match="tangent"):
        check_tangent(SETUPS[given], SETUPS[true])


@pytest.mark.parametrize("name", list(SETUPS))
def test_tangent_notices_another_diffusivity(name: str) -> None:
    with pytest.raises(AssertionError, match="tangent"):
        check_tangent(replace(SETUPS[name], diffusivity=STEEP), SETUPS[name])


@pytest.mark.parametrize("law", [FICK, DILUTE, SOLID_SOLUTION])
def test_newton_converges_quadratically(law: tuple[PhysicsTerm, ...]) -> None:
    check_quadratic(law)


def test_newton_notices_missing_slopes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coefficients, "flux_coefficients", no_slopes)
    with pytest.raises(AssertionError, match="not quadratic"):
        check_quadratic(FICK)
