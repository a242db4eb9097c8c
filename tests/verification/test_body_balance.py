"""Sodium is conserved by every physics term and surface condition, and blocked where it should be.

Inventory against what passed; against N A t/(V c_max) where the flux is given; against the integral
of the reported flux where it reacts. A rectangle open on one side is a slab (Crank); half open, its
mean along the surface is the slab with half the flux.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from reference import RT, assert_close
from series import slab_flux

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle import tangent_solver
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.tangent_solver import TangentSolver
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array

SIZE, FULL, LENGTH, DIFFUSIVITY = 1e-8, 2e4, 2e-9, 1e-14
UNIT = SIZE**2 / DIFFUSIVITY
RATE = 0.2 * DIFFUSIVITY * FULL / SIZE
END, START = 0.1, 0.4
MATERIAL = ps.material_from_values(
    maximum_concentration=FULL,
    diffusivity=DIFFUSIVITY,
    youngs_modulus=5e10,
    partial_molar_volume=4e-6,
    open_circuit_potential=0.2,
    exchange_current_density=100.0,
    regular_solution_parameter=2.8,
    gradient_coefficient=LENGTH**2 * RT * FULL,
)
FICK = ps.physics.fickian_diffusion
LAWS: dict[str, tuple[PhysicsTerm, ...]] = {
    "fickian": (FICK,),
    "darken": (ps.physics.darken_diffusion,),
    "stress drift": (FICK, ps.physics.stress_drift),
    "dilute stress drift": (FICK, ps.physics.dilute_stress_drift),
    "phase separation": (ps.physics.phase_separation,),
    "coherent phase separation": (ps.physics.coherent_phase_separation,),
}
SURFACES: dict[str, SurfaceCondition] = {
    "flux": ps.constant_flux(RATE, END * UNIT, initial_site_fraction=START),
    "held": ps.surface.FixedConcentration(
        site_fraction=0.45, duration=END * UNIT, initial_site_fraction=START
    ),
    "exchange": ps.surface.LinearExchange(
        coefficient=0.5 * DIFFUSIVITY / SIZE,
        reservoir_site_fraction=0.6,
        maximum_concentration=FULL,
        duration=END * UNIT,
        initial_site_fraction=START,
    ),
    "potential": ps.surface.ButlerVolmer(
        material=MATERIAL, voltage=0.18, duration=END * UNIT, initial_site_fraction=START
    ),
    "current": ps.surface.Galvanostatic(
        material=MATERIAL, total=ps.constant_flux(RATE, END * UNIT, initial_site_fraction=START)
    ),
}
MESHES: dict[str, Callable[[], BodyMesh]] = {
    "section": lambda: ps.shapes.spheroid_section(SIZE, 1.3 * SIZE, cell_size=SIZE / 3),
    "disc": lambda: ps.shapes.disc(SIZE, cell_size=SIZE / 3),
    "ball": lambda: ps.shapes.ball(SIZE, cell_size=SIZE / 4, octant=True),
}


def solved(mesh: BodyMesh, law: str, surface: str, **more: object) -> ParticleRun:
    body = ps.Particle(material=MATERIAL, mesh=mesh, physics=LAWS[law])
    return ps.solve_particle(body, SURFACES[surface], tolerance=1e-3, **more)


def ratio(run: ParticleRun) -> float:
    """Open area over volume [1/m]."""
    space = run.elasticity.sodium
    return float(space.boundary("surface").area / space.weights.sum() / run.length)


def check_balance(mesh: BodyMesh, law: str, surface: str, given: float = RATE) -> None:
    run = solved(mesh, law, surface)
    assert run.balances.sodium <= 1e-12, f"sodium balance {run.balances.sodium:.1e}"
    gained = run.mean_site_fraction - START
    if surface in ("flux", "current"):
        expected = -given * run.time * ratio(run) / FULL
        assert_close("mean filling", gained, expected, scale=1.0, tolerance=1e-12)
        assert_close("flux", run.surface_flux["surface"], given, scale=RATE, tolerance=1e-9)
    elif surface != "held":
        flux, steps = run.surface_flux["surface"], np.diff(run.time)
        passed = np.sum(steps * (flux[1:] + flux[:-1]) / 2) * ratio(run) / FULL
        assert_close("mean filling", gained[-1], -passed, scale=gained[-1], tolerance=2e-2)


@pytest.mark.parametrize("surface", list(SURFACES))
@pytest.mark.parametrize("law", list(LAWS))
def test_balance_in_a_section(law: str, surface: str) -> None:
    check_balance(MESHES["section"](), law, surface)


@pytest.mark.parametrize(
    ("law", "surface"),
    [
        ("fickian", "held"),
        ("stress drift", "potential"),
        ("darken", "exchange"),
        ("coherent phase separation", "current"),
        ("coherent phase separation", "flux"),
    ],
)
@pytest.mark.parametrize("name", ["disc", "ball"])
def test_balance(name: str, law: str, surface: str) -> None:
    check_balance(MESHES[name](), law, surface)


@pytest.mark.parametrize("surface", list(SURFACES))
def test_balance_with_the_displacement_condensed(
    surface: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tangent_solver, "CONDENSED_LIMIT", 0)
    check_balance(MESHES["ball"](), "stress drift", surface)


def test_balance_notices_an_unfinished_linear_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TangentSolver, "_conserve", staticmethod(lambda *_: None))
    with pytest.raises(AssertionError, match="sodium balance"):
        check_balance(MESHES["ball"](), "coherent phase separation", "flux")


@pytest.mark.parametrize("surface", ["flux", "current"])
def test_balance_notices_another_flux(surface: str) -> None:
    with pytest.raises(AssertionError, match="mean filling"):
        check_balance(MESHES["section"](), "fickian", surface, given=(1 + 1e-9) * RATE)


SLAB = {"cells": (12, 4)}


def slab_run(mesh: BodyMesh, surfaces: tuple[str, ...], times: Array) -> ParticleRun:
    body = ps.Particle(material=MATERIAL, mesh=mesh)
    flux = ps.constant_flux(-RATE, times[-1], initial_site_fraction=START)
    run = ps.solve_particle(body, flux, on=surfaces, times=times, limits=None, tolerance=1e-5)
    assert run.balances.sodium <= 1e-12
    return run


def check_slab(mesh: BodyMesh, surfaces: tuple[str, ...], share: float) -> None:
    """The mean of theta along the open side at several depths, over the flux's scale."""
    taus = (0.05, 0.1, 0.3)
    run = slab_run(mesh, surfaces, np.array(taus) * UNIT)
    along = (np.arange(48) + 0.5) / 48
    for tau in taus:
        index = int(np.argmin(np.abs(run.time - tau * UNIT)))
        for depth in (0.0, 0.5, 0.8, 1.0):
            places = np.full((len(along), mesh.dimension), 0.5)
            places[:, 0], places[:, 1] = depth, along
            mean = run.at(places * SIZE).site_fraction.values[index].mean()
            expected = share * slab_flux(np.array([depth]), tau)[0]
            taken = (mean - START) / 0.2
            assert_close("mean theta", taken, expected, scale=1.0, tolerance=1e-3)


def half_open(mesh: BodyMesh, part: float = 0.5) -> BodyMesh:
    """The right side split; its upper part is called contact."""
    return mesh.with_boundary("contact", "right", lambda x: x[:, 1] > part * SIZE)


def square() -> BodyMesh:
    return ps.shapes.rectangle((SIZE, SIZE), cells=(8, 8))


def cube() -> BodyMesh:
    return ps.shapes.box((SIZE, SIZE, SIZE), cells=(5, 4, 2))


@pytest.mark.parametrize("mesh", [square, cube])
def test_one_open_side(mesh: Callable[[], BodyMesh]) -> None:
    check_slab(mesh(), ("right",), 1.0)
    check_slab(half_open(mesh()), ("right", "contact"), 1.0)


@pytest.mark.parametrize("mesh", [square, cube])
@pytest.mark.parametrize("name", ["right", "contact"])
def test_half_an_open_side(mesh: Callable[[], BodyMesh], name: str) -> None:
    check_slab(half_open(mesh()), (name,), 0.5)


def test_blocked_sides_notice() -> None:
    for mesh, surfaces in (
        (square(), ("right", "top")),
        (half_open(square(), 0.6), ("right",)),
        (replace(square(), points=1.02 * square().points), ("right",)),
    ):
        with pytest.raises(AssertionError, match="mean theta"):
            check_slab(mesh, surfaces, 1.0 if len(surfaces) == 2 else 0.5)


def check_cap(mesh: BodyMesh, given: float) -> None:
    """Only what is not in contact lets sodium through; the rest of the ball fills from there."""
    mesh = mesh.with_boundary("contact", "surface", lambda x: x[:, -1] < -0.3 * SIZE)
    run = solved(mesh, "fickian", "flux", times=[END * UNIT])
    gained = run.mean_site_fraction[-1] - START
    expected = -given * END * UNIT * ratio(run) / FULL
    assert_close("mean filling", gained, expected, scale=1.0, tolerance=1e-12)
    upper, lower = run.nodes[:, -1].argmax(), run.nodes[:, -1].argmin()
    drawn = START - run.site_fraction[-1]
    assert drawn[upper] > 2 * drawn[lower] > 0


@pytest.mark.parametrize("shape", [ps.shapes.ball_section, ps.shapes.ball])
def test_ball_in_contact(shape: Callable[..., BodyMesh]) -> None:
    check_cap(shape(SIZE, cell_size=SIZE / 3), RATE)


def test_ball_in_contact_notices() -> None:
    with pytest.raises(AssertionError, match="mean filling"):
        check_cap(ps.shapes.ball_section(SIZE, cell_size=SIZE / 3), 1.000001 * RATE)
