"""A tolerance that means what it says: default radial meshes, and the estimate of their error.

Crank's series of a constant flux (solid shapes), the quasi-steady profile of a hollow sphere,
c = q r^2/6 + q a^3/(3 r) + const, with Timoshenko's free hollow sphere, whose hoop stress at a
surface is k (mean c - c), k = E Omega/(3 (1 - nu)), and its radial stress 0.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from series import cylinder_flux, slab_flux, sphere_flux

import particle_sim as ps
from particle_sim.constants import GAS_CONSTANT
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.space_error import sodium_error
from particle_sim.particle.validity import space_warning, warnings_for
from particle_sim.transport.term import PhysicsTerm

RADIUS, DIFFUSIVITY, FULL, REACH = 1e-6, 1e-14, 2e4, 0.1
UNIT = RADIUS**2 / DIFFUSIVITY
SERIES = {"sphere": sphere_flux, "cylinder": cylinder_flux, "slab": slab_flux}
STRESS = 1e10 * 3e-6 * FULL / (3 * 0.7)
"""k c_max [Pa]"""
WORST = 2.0
"""Error over the tolerance that may be seen: mesh and steps each keep the tolerance."""
MATERIAL = ps.material_from_values(
    maximum_concentration=FULL, diffusivity=DIFFUSIVITY, partial_molar_volume=3e-6
)


def fill(
    mesh: Mesh,
    tau: float,
    tolerance: float,
    law: PhysicsTerm = ps.physics.fickian_diffusion,
    order: int = 2,
) -> ParticleRun:
    """A flux that builds up ``REACH`` over the radius."""
    particle = ps.Particle(material=MATERIAL, mesh=mesh, order=order, physics=(law,))
    flux = -REACH * DIFFUSIVITY * FULL / RADIUS
    surface = ps.constant_flux(flux, tau * UNIT, initial_site_fraction=0.1)
    times = np.geomspace(1e-4, 1.0, 9)[:-1] * tau * UNIT
    return ps.solve_particle(particle, surface, times=times, tolerance=tolerance, limits=None)


def series_error(run: ParticleRun, shape: str, tolerance: float) -> float:
    """Largest error of theta over the tolerance at all times after 1e-5 of R^2/D."""
    worst, x = 0.0, run.radius / RADIUS
    for time, theta in zip(run.time / UNIT, run.site_fraction, strict=True):
        if time > 1e-5:
            expected = 0.1 + REACH * SERIES[shape](x, float(time))
            worst = max(worst, float(np.abs(theta - expected).max()))
    return worst / REACH / tolerance


@pytest.mark.parametrize("tolerance", [1e-3, 1e-4, 1e-5, 1e-7])
@pytest.mark.parametrize("shape", list(SERIES))
def test_a_default_mesh_keeps_the_tolerance(shape: str, tolerance: float) -> None:
    run = fill(getattr(ps.shapes, shape)(RADIUS), 0.3, tolerance)
    # 400 terms of the cylinder's series are good to 2e-6 at these times
    assert series_error(run, shape, tolerance) < (WORST if tolerance > 1e-6 else 2 * WORST)
    assert run.warnings == ()


def test_a_mesh_of_given_cells_does_not() -> None:
    """The sabotage: 24 graded cells at 1e-7 are off by a factor of hundreds and say so."""
    run = fill(ps.shapes.sphere(RADIUS, cells=24), 0.3, 1e-7)
    assert series_error(run, "sphere", 1e-7) > 100
    assert any("use more cells" in text for text in run.warnings)


@pytest.mark.parametrize(("cells", "order"), [(12, 1), (24, 1), (12, 2), (24, 2), (8, 3), (16, 3)])
@pytest.mark.parametrize("shape", list(SERIES))
def test_the_estimate_is_of_the_size_of_the_error(shape: str, cells: int, order: int) -> None:
    """Within a factor of 10, too small or too large, between the dofs and at them."""
    run = fill(getattr(ps.shapes, shape)(RADIUS, cells=cells, grading=5.0), 0.3, 1e-8, order=order)
    points = np.linspace(0.02, 1.0, 197) * RADIUS
    theta = run.profile(points).site_fraction.values
    chosen = run.time / UNIT > 1e-2
    expected = [0.1 + REACH * SERIES[shape](points / RADIUS, t) for t in run.time[chosen] / UNIT]
    error = float(np.abs(theta[chosen] - np.array(expected)).max()) / REACH
    late = fill_late(run)
    assert 0.1 < late / error < 10


def fill_late(run: ParticleRun) -> float:
    chosen = run.time / UNIT > 1e-2
    return float(sodium_error(run.elasticity.sodium, run.site_fraction[chosen]).max()) / REACH


def hollow_errors(mesh: Mesh, tolerance: float) -> tuple[float, float, ParticleRun]:
    """Hoop at both surfaces and radial stress inside against the closed form, over the scale."""
    a = mesh.inner / mesh.outer
    run = fill(mesh, 3 * (1 - a) ** 2, tolerance)
    wall = 1 - a
    q = 3 / (3 * wall - 3 * wall**2 + wall**3)  # 3/(1 - a^3) without its cancellation

    # c(r) - c(1) over REACH, from r - 1 alone
    def below(d: float) -> float:
        return q * ((d**2 - 2 * d) / 6 + a**3 * d / (3 * (1 - d)))

    x, w = np.polynomial.legendre.leggauss(20)
    depth = 0.5 * wall * (x + 1)
    weight = w * (1 - depth) ** 2
    mean = float(np.sum(weight * [below(d) for d in depth]) / weight.sum())
    stress, unit = run.stress[-1], STRESS * REACH * wall
    hoop = [
        stress[node, 1] - STRESS * REACH * (mean - below(d)) for node, d in ((0, wall), (-1, 0.0))
    ]
    return float(np.abs(hoop).max()) / unit, abs(float(stress[0, 0])) / unit, run


@pytest.mark.parametrize("inner", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-5])
def test_a_hollow_sphere_keeps_the_tolerance_inside_too(inner: float, tolerance: float) -> None:
    mesh = ps.shapes.sphere(RADIUS, inner_radius=inner * RADIUS)
    hoop, radial, run = hollow_errors(mesh, tolerance)
    assert hoop < WORST * tolerance
    assert radial < WORST * tolerance
    assert run.warnings == ()


def test_cells_graded_to_the_outside_alone_miss_the_inside_and_say_so() -> None:
    mesh = ps.shapes.sphere(RADIUS, inner_radius=0.05 * RADIUS, cells=24)
    hoop, _, run = hollow_errors(mesh, 1e-4)
    assert hoop > 1e-3
    assert run.balances.space is not None
    assert run.balances.space > 1e-3
    assert any("use more cells" in text for text in run.warnings)


@pytest.mark.parametrize("wall", [1e-2, 1e-4, 1e-6])
def test_a_thin_wall_is_right(wall: float) -> None:
    """Rounding of radii next to 1 leaves 1e-16 over the wall and its cells, 1e-8 at worst."""
    mesh = ps.shapes.sphere(RADIUS, inner_radius=(1 - wall) * RADIUS)
    hoop, radial, _ = hollow_errors(mesh, 1e-3)
    assert max(hoop, radial) < 2e-3


@pytest.mark.parametrize("shape", [ps.shapes.sphere, ps.shapes.cylinder])
def test_a_hollow_particle_moves_by_its_mean(shape: object) -> None:
    """A uniform filling expands freely: u = beta r at every radius, no stress."""
    mesh = shape(RADIUS, inner_radius=0.7 * RADIUS)  # type: ignore[operator]
    particle = ps.Particle(material=MATERIAL, mesh=mesh)
    surface = ps.constant_flux(0.0, 1.0, initial_site_fraction=0.4)
    run = ps.solve_particle(particle, surface)
    expected = 3e-6 * FULL * 0.4 / 3 * run.radius
    moved = run.to_dataset().displacement.values[-1]
    assert moved == pytest.approx(expected, rel=1e-9)
    assert np.abs(run.stress).max() < 1e-9 * STRESS


def test_a_hollow_particle_under_two_way_stress_diffuses_faster() -> None:
    """Free sphere, hollow or not: D (1 + k c (1 - theta)), k = 2 Omega^2 E/(9 R T (1 - nu))."""
    mesh = ps.shapes.sphere(RADIUS, inner_radius=0.6 * RADIUS, cells=12)
    k = 2 * 3e-6**2 * 1e10 / (9 * GAS_CONSTANT * 298.15 * 0.7) * FULL
    theta = np.linspace(0, 1, 401)
    table = LinearTable(tuple(theta), tuple(DIFFUSIVITY * (1 + k * theta * (1 - theta))))
    faster = ps.material_from_values(
        maximum_concentration=FULL, diffusivity=table, partial_molar_volume=3e-6
    )
    surface = ps.constant_flux(-1e-6, 1.0, initial_site_fraction=0.3)
    both = (ps.physics.fickian_diffusion, ps.physics.stress_drift)
    runs = [
        ps.solve_particle(
            ps.Particle(material=material, mesh=mesh, physics=law), surface, tolerance=1e-6
        )
        for material, law in ((MATERIAL, both), (faster, both[:1]), (MATERIAL, both[:1]))
    ]
    coupled, closed, plain = (run.site_fraction[-1] for run in runs)
    reach = np.ptp(closed)
    assert np.abs(coupled - closed).max() < 1e-3 * reach
    assert np.abs(plain - closed).max() > 1e-2 * reach


def test_a_space_error_is_compared_with_the_tolerance() -> None:
    assert space_warning(0.9e-4, 1e-4) is None
    assert space_warning(None, 1e-4) is None
    assert "about 0.0002 in space" in (space_warning(2e-4, 1e-4) or "")


def test_a_default_mesh_resolves_a_phase_boundary() -> None:
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        open_circuit_potential=3.4,
        regular_solution_parameter=3.0,
        gradient_coefficient=5e-10,
    )
    particle = ps.Particle(
        material=material,
        mesh=ps.shapes.sphere(0.1 * RADIUS),
        physics=(ps.physics.phase_separation,),
    )
    flux = 0.1 * RADIUS * FULL / 3 / 360
    surface = ps.constant_flux(flux, 340.0, initial_site_fraction=0.98)
    run = ps.solve_particle(particle, surface, tolerance=1e-2)
    low, high = run.balances.site_fraction
    assert -1e-2 < low < 0.2
    assert 0.9 < high < 1.01
    assert not any("holds only 0 to 1" in text or "wide but" in text for text in run.warnings)


@pytest.mark.parametrize("shape", [ps.shapes.slab, ps.shapes.cylinder])
def test_only_a_sphere_is_told_about_spheres(shape: object) -> None:
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        open_circuit_potential=3.4,
        regular_solution_parameter=3.0,
        gradient_coefficient=5e-10,
    )
    surface = ps.constant_flux(0.0, 1e-3, initial_site_fraction=0.98)
    told = []
    for make in (shape, ps.shapes.sphere):
        particle = ps.Particle(
            material=material,
            mesh=make(0.1 * RADIUS),  # type: ignore[operator]
            physics=(ps.physics.phase_separation,),
        )
        run = ps.solve_particle(particle, surface, tolerance=1e-2)
        told.append(any("sphere" in text for text in warnings_for(run, 1e-2)))
    assert told == [False, True]


def test_a_run_carries_the_mesh_that_was_chosen() -> None:
    mesh = ps.shapes.sphere(RADIUS)
    run = fill(mesh, 0.01, 1e-5)
    assert mesh.automatic
    assert not run.particle.mesh.automatic
    assert len(run.particle.mesh.vertices) > len(mesh.vertices)
    fixed = dataclasses.replace(mesh, automatic=False)
    assert len(fill(fixed, 0.01, 1e-5).particle.mesh.vertices) == len(mesh.vertices)
