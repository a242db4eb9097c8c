"""Do half cells in a batch end where PyBaMM's single-particle half cell ends?"""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import HalfCellEnd, half_cell_batch

RATES = {"nvp": (0.2, 20.0), "he_v": (1.0, 5.0), "he_o3_li2024": (0.5, 30.0)}
POINTS = 150
"""Of PyBaMM's particle: its own error in the surface filling is then below 1e-5."""


def capacities(
    name: str, direction: Direction, factor: float = 1.0
) -> tuple[list[float], list[float], bool]:
    """Ours, PyBaMM's, and whether both name the same end."""
    material = ps.load_material(name)
    radius = np.full(2, factor * material.value("particle_radius"))
    batch = half_cell_batch(
        material,
        c_rate=np.array(RATES[name]),
        values={"particle_radius": radius},
        direction=direction,
    )
    cell = ps.half_cell(material, radial_points=POINTS)
    protocol = getattr(ps.protocols, direction.value)
    runs = [ps.solve_cell(cell, protocol(rate)) for rate in RATES[name]]
    ends = [HalfCellEnd(code).name for code in batch.end]
    same = ends == [run.end.name for run in runs]
    return list(batch.capacity), [float(run.capacity[-1]) for run in runs], same


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("name", list(RATES))
def test_capacity_is_pybamm_s(name: str, direction: Direction) -> None:
    ours, theirs, same_end = capacities(name, direction)
    assert ours == pytest.approx(theirs, rel=1e-5)
    assert same_end


def test_a_radius_off_by_two_per_cent_is_noticed() -> None:
    ours, theirs, _ = capacities("he_o3_li2024", Direction.DISCHARGE, factor=1.02)
    assert ours[1] != pytest.approx(theirs[1], rel=1e-3)


def test_voltage_and_fillings_follow_pybamm_s_curve() -> None:
    material = ps.load_material("he_o3_li2024")
    batch = half_cell_batch(material, c_rate=np.array([1.0]), output=41)
    run = ps.solve_cell(ps.half_cell(material, radial_points=POINTS), ps.protocols.discharge(1.0))
    inside = slice(1, -1)
    at = batch.capacity_grid[0, inside]
    pairs = (
        (batch.voltage, run.voltage, 1e-3),
        (batch.mean_site_fraction, run.positive.mean_site_fraction, 1e-5),
        (batch.surface_site_fraction, run.positive.surface_site_fraction, 2e-4),
    )
    for ours, theirs, tolerance in pairs:
        assert ours[0, inside] == pytest.approx(np.interp(at, run.capacity, theirs), abs=tolerance)


def test_peak_stress_is_the_particle_solver_s() -> None:
    """The flux of PyBaMM's run through ``solve_particle``, with NVP's strain that bends."""
    material = ps.load_material("nvp")
    run = ps.solve_cell(ps.half_cell(material, radial_points=POINTS), ps.protocols.charge(2.0))
    mesh = ps.shapes.sphere(material.value("particle_radius"), cells=40, grading=30.0)
    particle = ps.solve_particle(
        ps.Particle(material=material, mesh=mesh),
        run.positive.surface_flux,
        tolerance=1e-6,
        times=np.linspace(0, run.time[-1], 200)[1:-1],
    )
    batch = half_cell_batch(material, c_rate=np.array([2.0]), direction=Direction.CHARGE)
    hoop = ps.metrics.peak_hoop_stress(particle)
    assert batch.peak_hoop_stress[0] == pytest.approx(hoop, rel=1e-3)
    assert batch.peak_tension[0] == pytest.approx(ps.metrics.surface_tension(particle), rel=1e-3)
    inhomogeneity = ps.metrics.inhomogeneity(particle)
    assert batch.peak_inhomogeneity[0] == pytest.approx(inhomogeneity, abs=1e-4)
