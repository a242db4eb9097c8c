"""What a body's run says of itself: true of its shape, its coating, its range and its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.flux import SurfaceFlux
from particle_sim.materials.property import assumed
from particle_sim.particle.crystal import Inert
from particle_sim.particle.mechanics import MechanicalBoundary, Shell
from particle_sim.particle.run import ParticleRun

R, FULL, DIFFUSIVITY = 1e-7, 2e4, 1e-14
UNIT = R**2 / DIFFUSIVITY


def material(**changed: float) -> ps.Material:
    return ps.material_from_values(
        **{
            "maximum_concentration": FULL,
            "diffusivity": DIFFUSIVITY,
            "partial_molar_volume": 3e-6,
            "open_circuit_potential": 3.4,
            **changed,
        }
    )


def told(run: ParticleRun, words: str) -> list[str]:
    return [text for text in run.warnings if words in text]


def drained(mean: float, *, back: bool = False) -> ParticleRun:
    """A quarter disc emptied from 0.5 to a mean filling in a hundredth of its time; and back."""
    flux = (0.5 - mean) * FULL * R / 2 / UNIT
    history = (np.array([0.0, UNIT]), np.array([flux, flux]))
    if back:
        times = np.array([0.0, UNIT, UNIT, 3 * UNIT])
        history = (times, np.array([flux, flux, -flux / 2, -flux / 2]))
    return ps.solve_particle(
        ps.Particle(material=material(), mesh=ps.shapes.disc(R, cell_size=R / 4, quarter=True)),
        SurfaceFlux(time=history[0], flux=history[1], initial_site_fraction=0.5),
        times=[history[0][-1]],
        tolerance=1e-2,
        limits=None,
    )


def test_a_run_that_leaves_the_window_says_how_far() -> None:
    """Emptied below nothing, as nothing stops it: the mean, by the flux's balance, is -0.5."""
    run = drained(-0.5)
    assert run.mean_site_fraction[-1] == pytest.approx(-0.5, abs=1e-3)  # parabolas for a circle
    low, high = run.balances.site_fraction
    assert low == run.site_fraction.min()
    assert low < -0.5
    assert 0.5 <= high < 0.51
    (text,) = told(run, "a crystal holds only 0 to 1")
    assert f"from {low:.3g}" in text


def test_a_run_inside_the_window_says_nothing_of_it() -> None:
    assert told(drained(0.3), "a crystal holds only") == []


def test_the_range_counts_steps_that_are_not_stored() -> None:
    """There and back again: start and end lie in the window, the middle does not."""
    run = drained(-0.5, back=True)
    assert len(run.time) == 2
    assert run.site_fraction.min() > 0.3
    assert run.balances.site_fraction[0] < -0.5
    assert told(run, "a crystal holds only") != []


@pytest.mark.parametrize(("size", "expected"), [(3e-3, 1), (1e-6, 0), (3e-10, 1)])
def test_a_size_that_no_particle_has_is_questioned(size: float, expected: int) -> None:
    mesh = ps.shapes.ball_section(size, cell_size=size / 3, half=True)
    run = ps.solve_stress(ps.Particle(material=material(), mesh=mesh), lambda x: 0.5 + 0 * x[:, 0])
    assert len(told(run, "which no battery particle has")) == expected


def coated(inert: int) -> ParticleRun:
    """A ball of half the radius in a shell, whose ``inert`` region, 0 or 1, is 1 % too large.

    The other, which yields at 1 MPa, holds sodium. The ball, pulled or pressed alike from all
    sides, has no von Mises stress; the shell has.
    """
    mesh = ps.shapes.ball_section(R, core_radius=0.5 * R, cell_size=R / 6, half=True)
    misfitting = Inert(youngs_modulus=1e11, poisson_ratio=0.3, misfit_strain=0.01)
    soft = material(partial_molar_volume=0.0).replaced(
        yield_stress=assumed("yield_stress", 1e6, "Pa")
    )
    return ps.solve_stress(
        ps.Particle(material=soft, mesh=mesh, inert={inert: misfitting}),
        lambda x: 0.5 + 0 * x[:, 0],
    )


def test_the_yield_stress_of_the_material_is_not_that_of_its_coating() -> None:
    run = coated(1)
    in_shell = run.points.sodium < 0
    assert run.von_mises_stress[0, in_shell].max() > 1e7
    assert run.von_mises_stress[0, ~in_shell].max() < 1e6
    assert told(run, "yield stress") == []


def test_the_yield_stress_of_the_material_is_told_where_it_is_passed() -> None:
    run = coated(0)
    (told_of,) = told(run, "yield stress")
    assert "an upper bound" in told_of


@pytest.mark.parametrize("shape", ["rectangle", "disc", "ball_section"])
def test_no_body_is_told_of_radial_symmetry(shape: str) -> None:
    mesh = {
        "rectangle": lambda: ps.shapes.rectangle((R, R), cells=(3, 3)),
        "disc": lambda: ps.shapes.disc(R, cell_size=R / 3, quarter=True),
        "ball_section": lambda: ps.shapes.ball_section(R, cell_size=R / 3, half=True),
    }[shape]()
    separating = material(
        partial_molar_volume=0.0, regular_solution_parameter=2.2, gradient_coefficient=1e-7
    )
    particle = ps.Particle(
        material=separating, mesh=mesh, physics=[ps.physics.phase_separation], order=1
    )
    run = ps.solve_stress(particle, lambda x: 0.5 + 0.1 * x[:, 0] / R)
    assert not any("sphere" in text or "adial" in text for text in run.warnings)


def barred(on: tuple[str, ...]) -> ParticleRun:
    """A bar of three bricks, sodium on both sides of an inert one."""
    mesh = ps.shapes.rectangle((3 * R, R), cells=(3, 1))
    column = (mesh.points[mesh.cells].mean(axis=1)[:, 0] // R).astype(np.intp)
    body = ps.Particle(
        material=material(),
        mesh=replace(mesh, regions=column),
        inert={1: Inert(youngs_modulus=1e10, poisson_ratio=0.3)},
    )
    surface = ps.constant_flux(1e-6, 1.0, initial_site_fraction=0.5)
    return ps.solve_particle(body, surface, on=on, times=[1.0], tolerance=0.1)


def test_sodium_that_no_surface_reaches_is_told() -> None:
    run = barred(("left",))
    (text,) = told(run, "touch no open surface")
    assert text.startswith("1 of the 2 pieces")
    far = run.nodes[:, 0] > 1.5 * R
    assert np.abs(run.site_fraction[-1, far] - 0.5).max() < 1e-12  # nothing flows there
    assert run.site_fraction[-1, ~far].max() < 0.5
    assert told(barred(("left", "right")), "touch no open surface") == []


@pytest.mark.parametrize(("thickness", "expected"), [(0.2 * R, 1), (0.05 * R, 0)])
def test_a_coating_too_thick_for_a_membrane_is_told(thickness: float, expected: int) -> None:
    shell = Shell(thickness=thickness, youngs_modulus=1e10, poisson_ratio=0.3)
    body = ps.Particle(
        material=material(),
        mesh=ps.shapes.disc(R, cell_size=R / 3, quarter=True),
        mechanics=MechanicalBoundary(shell=shell),
    )
    run = ps.solve_stress(body, lambda x: 0.5 + 0 * x[:, 0])
    assert len(told(run, "a membrane stands for")) == expected
