"""Does a law of transport say the same in PyBaMM, in the batch and in our own particle?

Each is given the same half cell: PyBaMM with the effective diffusivity on its own mesh, the batch
with it in tables, the particle with the terms themselves and the stress of its elasticity, behind
a surface of one potential. Bounds are those of the meshes: the batch promises 1e-4 of the filling,
PyBaMM's 150 shells leave 5e-4 of a capacity, the particle's time steps 1e-3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.half_cell import CellModel
from particle_sim.cell.run import CellRun
from particle_sim.cell.solve import solve_cell
from particle_sim.errors import InputError
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.protocols.charge import charge
from particle_sim.protocols.discharge import discharge
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import HalfCellBatch, half_cell_batch
from particle_sim.studies.particle_cell import particle_cell, run_cell
from particle_sim.transport.laws import (
    COHERENT,
    DARKEN,
    SOLID_SOLUTION,
    STRESS_DRIFT,
    TWO_PHASE,
    Law,
)
from particle_sim.transport.term import Flux, PhysicsTerm, Point

CARRIED = (SOLID_SOLUTION, STRESS_DRIFT, DARKEN)
RATE, SHELLS, WARM = 2.0, 150, 318.15
OF_CAPACITY, OF_VOLTAGE = 1e-3, 2e-3
"""Relative, and [V] at forty parts of the discharge, the first and last left out."""


def slow(name: str = "hnfm") -> Material:
    """A material with a straight strain, so slow that the particle is far from uniform."""
    material = load_material(name)
    diffusivity = material["diffusivity"]
    return material.replaced(diffusivity=diffusivity.with_magnitude(diffusivity.magnitude / 15))


def in_pybamm(material: Material, law: Law, kelvin: float) -> CellRun:
    cell = ps.half_cell(material, law=law, radial_points=SHELLS)
    return solve_cell(cell, discharge(RATE), temperature=kelvin)


def in_batch(material: Material, law: Law, kelvin: float) -> HalfCellBatch:
    rate = np.array([RATE])
    return half_cell_batch(material, c_rate=rate, law=law, temperature=kelvin, output=41)


def distance(run: CellRun, batch: HalfCellBatch) -> tuple[float, float]:
    """Of the capacities, relative, and of the voltages [V] on the way."""
    inside = batch.capacity_grid[0, 1:-2]
    voltage = np.interp(inside, run.capacity, run.voltage)
    capacity = float(batch.capacity[0])
    return (
        abs(float(run.capacity[-1]) / capacity - 1),
        float(np.max(np.abs(voltage - batch.voltage[0, 1:-2]))),
    )


@pytest.mark.parametrize("law", CARRIED, ids=lambda law: law.name)
def test_three_routes_agree(law: Law) -> None:
    """Away from the temperature of the files, where its laws act too."""
    material = slow()
    batch = in_batch(material, law, WARM)
    for run in (
        in_pybamm(material, law, WARM),
        particle_cell(ps.half_cell(material, law=law), discharge(RATE), temperature=WARM),
    ):
        capacity, voltage = distance(run, batch)
        assert capacity < OF_CAPACITY
        assert voltage < OF_VOLTAGE
        assert run.end.name == "LOWER_VOLTAGE"


def test_a_drift_of_another_stiffness_does_not_agree() -> None:
    material = slow()
    stiffer = material["youngs_modulus"].with_magnitude(1.2 * material.value("youngs_modulus"))
    run = in_pybamm(material.replaced(youngs_modulus=stiffer), STRESS_DRIFT, 298.15)
    assert distance(run, in_batch(material, STRESS_DRIFT, 298.15))[0] > 2 * OF_CAPACITY


@pytest.mark.parametrize("law", CARRIED, ids=lambda law: law.name)
def test_charges_agree(law: Law) -> None:
    material = slow()
    cell = ps.half_cell(material, law=law, radial_points=SHELLS)
    batch = half_cell_batch(material, c_rate=np.array([RATE]), law=law, direction=Direction.CHARGE)
    capacity = solve_cell(cell, charge(RATE)).capacity[-1]
    assert capacity == pytest.approx(batch.capacity[0], rel=OF_CAPACITY)


def _trapped(point: Point, material: Material) -> Flux:
    """Migration into a place sodium leaves only slowly: a forty-eighth of the diffusivity."""
    known = material["diffusivity"]
    return Flux(
        diffusivity=known(point.site_fraction, point.temperature) / 48,
        diffusivity_slope=known.slope(point.site_fraction, point.temperature) / 48,
    )


TRAPPED = Law(
    name="trapped",
    title="trapped",
    terms=(PhysicsTerm(name="trapped", law="N = -D/48 grad c", flux=_trapped),),
)


@pytest.mark.parametrize(
    ("material", "law", "change"),
    [(load_material("hnfm"), TRAPPED, -0.3), (slow(), STRESS_DRIFT, 0.05)],
    ids=["trapped", "stress drift"],
)
def test_what_a_law_does_to_the_particle_shows_in_the_capacity_at_a_rate(
    material: Material, law: Law, change: float
) -> None:
    plain, other = (in_batch(material, each, 298.15).capacity[0] for each in (SOLID_SOLUTION, law))
    gain = other / plain - 1
    assert abs(gain) > abs(change)
    assert gain * change > 0
    run = in_pybamm(material, law, 298.15)
    assert run.capacity[-1] == pytest.approx(other, rel=OF_CAPACITY)


def test_laws_that_are_no_diffusivity_are_refused_or_solved_in_the_particle() -> None:
    nvp = load_material("nvp")
    for law, reason in (
        (TWO_PHASE, "its gradient energy"),
        (COHERENT, "its gradient energy"),
        (STRESS_DRIFT, "not one straight line"),
        (DARKEN, "jumps between"),
    ):
        with pytest.raises(InputError, match=reason):
            half_cell_batch(nvp, c_rate=np.array([1.0]), law=law)
        with pytest.raises(InputError, match=reason):
            solve_cell(ps.half_cell(nvp, law=law), discharge(1.0))
    with pytest.raises(InputError, match="SPM half cell, not discharge at 1C"):
        run_cell(ps.half_cell(nvp, law=TWO_PHASE, model=CellModel.SPME), discharge(1.0))


@pytest.mark.parametrize("kelvin", [298.15, 313.15])
def test_a_cell_of_two_phases_keeps_its_sodium(kelvin: float) -> None:
    """Capacity is the gain of filling times that of the window; the plateau is the material's."""
    nvp = load_material("nvp")
    gradient = nvp["gradient_coefficient"]
    wide = nvp.replaced(gradient_coefficient=gradient.with_magnitude(100 * gradient.magnitude))
    run = run_cell(ps.half_cell(wide, law=TWO_PHASE), discharge(0.5), temperature=kelvin)
    filling = run.positive.mean_site_fraction
    gained = (filling[-1] - filling[0]) * wide.specific_capacity
    assert gained == pytest.approx(run.capacity[-1], rel=1e-6)
    flux = run.positive.surface_flux
    assert flux.time[-1] == run.time[-1]
    assert run.voltage[-1] == pytest.approx(1.2, abs=2e-3)


def test_a_voltage_of_the_protocol_ends_the_particle_s_run() -> None:
    cell = ps.half_cell(slow(), law=STRESS_DRIFT)
    step = replace(discharge(1.0).steps[0], voltage=2.9)
    run = particle_cell(cell, replace(discharge(1.0), steps=(step,)))
    assert run.voltage[-1] == pytest.approx(2.9, abs=2e-3)
