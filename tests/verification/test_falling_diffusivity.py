"""Does a diffusivity that falls with the occupancy of the lattice mean the same everywhere?

Kirchhoff's transform is the closed form: Theta = int D dtheta is harmonic in a steady state. Cells
are compared among PyBaMM, the batch with either engine, and our own particle.
"""

from __future__ import annotations

import importlib.util
import math

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.batch.advance import Engine
from particle_sim.materials.load import load_record
from particle_sim.materials.material import Material
from particle_sim.protocols.discharge import discharge
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.particle_cell import particle_cell
from particle_sim.transport.laws import DARKEN, SOLID_SOLUTION
from particle_sim.transport.table import GRID
from particle_sim.units import Array

DECADES, RATE, SHELLS = 1.5, 3.0, 150
HALF_FULL = {"nvp": (2.0 - 1.0) / 2.639, "he_o3_li2024": (0.5 - 0.4978) / 0.5022}
"""Filling of the window at which half of the sites are full: Na2 of four, Na0.5 of one."""
SITES = {"nvp": 4.0, "he_o3_li2024": 1.0}
RANGE = {"nvp": 2.639, "he_o3_li2024": 0.5022}


def falling(name: str, decades: float = DECADES) -> Material:
    return load_record(name, overrides={"diffusivity_fall": repr(decades)}).material


def transformed(name: str, theta: Array) -> Array:
    """int_0^theta D/D_0: theta up to half occupancy, then (1 - exp(-b (theta - h)))/b beyond it."""
    start, rate = HALF_FULL[name], math.log(10) * DECADES * 2 * RANGE[name] / SITES[name]
    beyond = np.maximum(theta - start, 0.0)
    return np.asarray(np.minimum(theta, start) - np.expm1(-rate * beyond) / rate)


@pytest.mark.parametrize("name", list(HALF_FULL))
def test_the_integral_that_batches_and_pybamm_are_given(name: str) -> None:
    """Straight lines between 1025 fillings: 1e-6 of the integral, and twice the kink's interval."""
    material = falling(name)
    carried = SOLID_SOLUTION.in_sphere(material, 298.15)
    integral = carried.shape.integral * carried.scale / material.value("diffusivity")
    assert np.abs(integral - transformed(name, GRID)).max() < 5e-6
    other = SOLID_SOLUTION.in_sphere(falling(name, 1.4), 298.15)
    wrong = other.shape.integral * other.scale / material.value("diffusivity")
    assert np.abs(wrong - transformed(name, GRID)).max() > 1e-3


def steady(name: str, decades: float) -> tuple[Array, Array, float]:
    """Radii, fillings and flux, scaled, of a hollow sphere held at 0.1 inside and 0.9 outside."""
    material = falling(name, decades)
    outer, inner = 1e-6, 0.4e-6
    duration = 300 * outer**2 / material.value("diffusivity")
    ends = [
        ps.surface.FixedConcentration(
            site_fraction=held, duration=duration, initial_site_fraction=0.5
        )
        for held in (0.9, 0.1)
    ]
    mesh = ps.shapes.sphere(outer, inner_radius=inner, cells=60, grading=1.0)
    particle = ps.Particle(material=material, mesh=mesh)
    run = ps.solve_particle(particle, ends[0], inner_surface=ends[1])
    unit = material.value("diffusivity") * material.maximum_concentration / outer
    return run.radius / outer, run.site_fraction[-1], float(run.outflow[-1]) / unit


def off_from_the_steady_state(name: str, decades: float = DECADES) -> tuple[float, float]:
    """Theta is a + b/r: largest distance of the profile's, and of the flux, relative."""
    radius, theta, flux = steady(name, decades)
    low, high = transformed(name, np.array([0.1, 0.9]))
    line = low + (high - low) * (1 / 0.4 - 1 / radius) / (1 / 0.4 - 1)
    expected = -(high - low) / (1 / 0.4 - 1)
    profile = np.abs(transformed(name, theta) - line).max() / (high - low)
    return float(profile), abs(flux / expected - 1)


@pytest.mark.parametrize("name", list(HALF_FULL))
def test_a_hollow_sphere_between_two_held_surfaces_is_kirchhoff_s(name: str) -> None:
    """The kink of D lies inside an element, which costs some 1e-5."""
    profile, flux = off_from_the_steady_state(name)
    assert profile < 5e-5
    assert flux < 5e-5


def test_another_fall_is_not_that_steady_state() -> None:
    profile, flux = off_from_the_steady_state("nvp", 0.9 * DECADES)
    assert profile > 5e-3
    assert flux > 5e-3


def slow(decades: float = DECADES) -> Material:
    """HE-O3, so slow at its rich end that the surface fills long before the middle."""
    material = falling("he_o3_li2024", decades)
    return material.replaced(diffusivity=material["diffusivity"].with_magnitude(1e-15))


def in_batch(material: Material, engine: Engine) -> float:
    run = half_cell_batch(material, c_rate=np.array([RATE]), engine=engine)
    return float(run.capacity[0])


def in_pybamm(material: Material) -> float:
    cell = ps.half_cell(material, radial_points=SHELLS)
    return float(ps.solve_cell(cell, discharge(RATE)).capacity[-1])


def test_pybamm_batch_and_particle_give_one_capacity() -> None:
    """PyBaMM's shells leave 3e-4 where D falls, the particle's time steps 1e-3; a constant D or a
    fall a tenth smaller gives 4 % more and over.
    """
    material = slow()
    batch = in_batch(material, Engine.NUMPY)
    if importlib.util.find_spec("numba") is not None:
        assert in_batch(material, Engine.NUMBA) == pytest.approx(batch, rel=1e-6)
    assert in_pybamm(material) == pytest.approx(batch, rel=5e-4)
    own = particle_cell(ps.half_cell(material), discharge(RATE))
    assert float(own.capacity[-1]) == pytest.approx(batch, rel=1e-3)
    assert in_pybamm(slow(0.9 * DECADES)) > 1.02 * batch


def test_drawn_falls_are_those_of_materials_of_their_own() -> None:
    """Two tables and a weight give D to 0.17 %, and the capacity to less."""
    falls, law = np.array([1.51, 0.0, 1.21, 1.59, -0.33]), SOLID_SOLUTION
    rates, size = np.array([3.0, 3.0, 3.0, 1.0, 3.0]), np.full(5, 1e-15)
    given = {"diffusivity_fall": falls, "diffusivity": size}
    drawn = half_cell_batch(slow(), c_rate=rates, values=given, law=law, output=5)
    for row, (fall, rate) in enumerate(zip(falls, rates, strict=True)):
        own = half_cell_batch(slow(float(fall)), c_rate=np.array([rate]), law=law, output=5)
        assert drawn.capacity[row] == pytest.approx(own.capacity[0], rel=1e-3)
        assert drawn.voltage[row, :-1] == pytest.approx(own.voltage[0, :-1], abs=1e-3)
        assert drawn.end[row] == own.end[0]
    swapped = half_cell_batch(
        slow(), c_rate=rates, values={**given, "diffusivity_fall": falls[::-1]}
    )
    assert swapped.capacity != pytest.approx(drawn.capacity, rel=1e-2)


def test_darken_multiplies_the_diffusivity_that_falls() -> None:
    plain, falls = (
        DARKEN.in_sphere(material, 298.15).values
        for material in (ps.load_material("he_o3_li2024"), falling("he_o3_li2024"))
    )
    y = 0.4978 + 0.5022 * 0.5
    assert falls[512] / plain[512] == pytest.approx(10 ** (-DECADES * (2 * y - 1)), rel=1e-9)
