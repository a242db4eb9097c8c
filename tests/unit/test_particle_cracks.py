"""Sections of particles whose cracks are driven by a radial run: their stress is the run's."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackLoad,
    Fatigue,
    LengthScale,
    Split,
    crack,
    crack_particle,
    fatigue_particle,
    particle_load,
)
from particle_sim.damage.field.particle_cracks import chemical_strain_of
from particle_sim.errors import InputError
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.run import ParticleRun

RADIUS = 2.5e-7
MEANING = LengthScale.MATERIAL


def charged(mesh: Mesh, share: int) -> tuple[ParticleRun, BrittleSolid]:
    """NVP that loses a tenth of its sodium, and a solid of its elasticity, l = R/6."""
    material, half = ps.load_material("nvp"), np.array(0.5)
    duration = 0.1 * RADIUS**2 / 3e-15
    flux = ps.constant_flux(
        material.maximum_concentration * RADIUS / share / duration,
        duration,
        initial_site_fraction=0.6,
    )
    run = ps.solve_particle(ps.Particle(material=material, mesh=mesh), flux, limits=None)
    solid = BrittleSolid(
        youngs_modulus=float(material["youngs_modulus"](half)),
        poisson_ratio=float(material["poisson_ratio"](half)),
        toughness=17.0,
        length_scale=RADIUS / 6,
    )
    return run, solid


def test_sections_follow_the_run_of_a_sphere() -> None:
    """A meridian's stress under the run's sodium is the run's own; another radius is refused."""
    run, solid = charged(ps.shapes.sphere(RADIUS, cells=30, grading=5), 30)
    section = ps.shapes.ball_section(RADIUS, cell_size=RADIUS / 26, half=True, curved=False)
    time = [float(run.time[-1])]
    found = crack_particle(run, solid, section, time, meaning=MEANING)
    assert found.damage.max() == 0
    stress = found.stress(0)[0][..., 2]
    hoop = np.interp(
        np.linalg.norm(found.body.moved.points, axis=2),
        run.positions[:, 0] / run.length,
        run.component("hoop")[-1],
    )
    scale = np.abs(run.component("hoop")[-1]).max()
    assert np.abs(stress - hoop).max() < 0.05 * scale
    with pytest.raises(InputError, match="same radius"):
        crack_particle(run, solid, section.scaled(1.1), time, meaning=MEANING)
    with pytest.raises(InputError, match="the run has"):
        crack_particle(run, solid, section, [1e9], meaning=MEANING)


def check_wire(*, held: bool = False) -> None:
    """Axial stress of a disc is that of the cylinder whose run drives it, by 5 % of its size."""
    run, solid = charged(ps.shapes.cylinder(RADIUS, cells=30, grading=5), 20)
    section = ps.shapes.disc(RADIUS, cell_size=RADIUS / 26, quarter=True, curved=False)
    time = [float(run.time[-1])]
    if held:
        body = CrackBody(mesh=section, solid=solid)
        found = crack(body, CrackLoad(strain=chemical_strain_of(run)), time, meaning=MEANING)
    else:
        found = crack_particle(run, solid, section, time, meaning=MEANING)
    axial = run.component("axial")[-1]
    distance = np.linalg.norm(found.body.moved.points, axis=2)
    expected = np.interp(distance, run.positions[:, 0] / run.length, axial)
    apart = float(np.abs(found.stress(0)[0][..., 2] - expected).max())
    assert apart < 0.05 * np.abs(axial).max(), "the axial stress is another"


def softened(*, known: bool = True) -> None:
    """Stress in a disc whose modulus doubles with its filling is that of the cylinder's run."""
    duration, radius = 50.0, RADIUS
    material = ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=3e-16,
        youngs_modulus=LinearTable((0.0, 1.0), (4e10, 1.2e11)),
        partial_molar_volume=4e-6,
    )
    flux = ps.constant_flux(0.4 * 2e4 * radius / 2 / duration, duration, initial_site_fraction=0.9)
    particle = ps.Particle(material=material, mesh=ps.shapes.cylinder(radius, cells=30, grading=5))
    run = ps.solve_particle(particle, flux, limits=None)
    solid = BrittleSolid(
        youngs_modulus=8e10, poisson_ratio=0.3, toughness=1e3, length_scale=radius / 6
    )
    section = ps.shapes.disc(radius, cell_size=radius / 26, quarter=True, curved=False)
    time = [float(run.time[-1])]
    load = particle_load(run, solid, section, time)
    load = load if known else dataclasses.replace(load, modulus=None)
    found = crack(CrackBody(mesh=section, solid=solid), load, time, meaning=MEANING)
    axial = run.component("axial")[-1]
    distance = np.linalg.norm(found.body.moved.points, axis=2)
    expected = np.interp(distance, run.positions[:, 0] / run.length, axial)
    apart = float(np.abs(found.stress(0)[0][..., 2] - expected).max())
    assert apart < 0.05 * np.abs(axial).max(), "the axial stress is another"


def test_the_modulus_of_a_section_is_that_of_its_sodium() -> None:
    softened()


def test_sabotage_modulus() -> None:
    with pytest.raises(AssertionError, match="axial stress"):
        softened(known=False)


def test_toughness_falls_with_the_sodium_that_is_gone() -> None:
    """G_c0 (1 - q (1 - theta)); a run says that q is assumed, one without q has no such field."""
    run, solid = charged(ps.shapes.sphere(RADIUS, cells=30, grading=5), 30)
    section = ps.shapes.ball_section(RADIUS, cell_size=RADIUS / 26, half=True, curved=False)
    time = float(run.time[-1])
    load = particle_load(run, solid, section, [time], embrittlement=0.4)
    assert load.toughness is not None
    ends = np.array([[0.0, 0.0], [RADIUS, 0.0]])
    expected = 1 - 0.4 * (1 - run.site_fraction[-1][[0, -1]])
    np.testing.assert_allclose(load.toughness(ends, time), expected, rtol=1e-9)
    assert particle_load(run, solid, section, [time]).toughness is None
    found = crack_particle(run, solid, section, [time], meaning=MEANING, embrittlement=0.4)
    assert "40% of its toughness" in found.warnings[-1]
    with pytest.raises(InputError, match="has lost, 0 to"):
        particle_load(run, solid, section, [time], embrittlement=0.6)


def test_a_disc_is_a_wire_with_free_ends() -> None:
    check_wire()


def test_sabotage_wire() -> None:
    """A wire whose ends are held apart has another axial stress."""
    with pytest.raises(AssertionError, match="axial stress"):
        check_wire(held=True)


def check_tired(kind: str, *, last: int = -1) -> None:
    """A that cycles bring to a section without damage is N times the energy density of its run.

    1/2 sigma : S sigma with the radial run's own stress at the section's points, by 3 %.
    """
    if kind == "meridian":
        run, solid = charged(ps.shapes.sphere(RADIUS, cells=30, grading=5), 30)
        section = ps.shapes.ball_section(RADIUS, cell_size=RADIUS / 26, half=True, curved=False)
    else:
        run, solid = charged(ps.shapes.cylinder(RADIUS, cells=30, grading=5), 20)
        section = ps.shapes.disc(RADIUS, cell_size=RADIUS / 26, quarter=True, curved=False)
    solid = dataclasses.replace(solid, split=Split.NONE)
    cycle, worn = [float(run.time[last]), float(run.time[0])], Fatigue(threshold=1e12)
    found = fatigue_particle(run, solid, section, cycle, 4, fatigue=worn, meaning=MEANING)
    assert found.damage.max() == 0
    assert found.counted.max() > 1
    third = "hoop" if kind == "meridian" else "axial"
    stress = np.array([run.component(name)[-1] for name in ("radial", "hoop", third)])
    nu, mean = solid.poisson_ratio, stress.sum(axis=0)
    energy = ((1 + nu) * (stress**2).sum(axis=0) - nu * mean**2) / (2 * solid.youngs_modulus)
    distance = np.linalg.norm(found.cycling.body.moved.points, axis=2)
    most = np.interp(distance, run.positions[:, 0] / run.length, energy).max()
    np.testing.assert_allclose(found.accumulated, found.cycle * most, rtol=0.03)


@pytest.mark.parametrize("kind", ["meridian", "wire"])
def test_cycles_of_a_particle_bring_the_energy_of_its_run(kind: str) -> None:
    check_tired(kind)


def test_sabotage_cycles() -> None:
    """A cycle that ends a little earlier brings another."""
    with pytest.raises(AssertionError, match="tolerance"):
        check_tired("meridian", last=-2)
