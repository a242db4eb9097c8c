"""Differential capacity of a cell run, and times at which fillings are reached."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.run import STEEPEST, CellEnd, CellRun, ElectrodeRun, differential_capacity
from particle_sim.flux import SurfaceFlux
from particle_sim.materials.load import load_material
from particle_sim.studies.choices import Direction
from particle_sim.studies.particle_case import galvanostatic_flux, times_of_fillings
from particle_sim.units import Array

NVP = load_material("nvp")
RADIUS, HIGHEST = NVP.value("particle_radius"), NVP.maximum_concentration


def run_with(capacity: Array, voltage: Array) -> CellRun:
    nothing = np.zeros_like(capacity)
    flux = ps.constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    return CellRun(
        cell=ps.half_cell(NVP),
        protocol=ps.protocols.charge(1.0),
        time=capacity,
        current=nothing,
        voltage=voltage,
        capacity=capacity,
        step=np.zeros(len(capacity), dtype=int),
        positive=ElectrodeRun(
            mean_site_fraction=nothing, surface_site_fraction=nothing, surface_flux=flux
        ),
        end=CellEnd.TIME,
    )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_straight_voltage_has_one_differential_capacity(sign: float) -> None:
    capacity = np.linspace(0, 150, 77)
    grid, slope = differential_capacity(run_with(capacity, 3 + sign * capacity / 100), points=50)
    assert len(grid) == 50
    assert (grid[0], grid[-1]) == (0.0, 150.0)
    assert np.allclose(slope, 100.0, rtol=1e-9)


def test_curved_voltage() -> None:
    """V = 2 + a Q^2 gives dQ/dV = 1/(2 a Q)."""
    capacity = np.linspace(10, 110, 4001)
    grid, slope = differential_capacity(run_with(capacity, 2 + 1e-4 * capacity**2), points=201)
    assert np.allclose(slope[1:-1], 1 / (2e-4 * grid[1:-1]), rtol=1e-4)


def test_standing_voltage_is_capped() -> None:
    capacity = np.linspace(0, 150, 20)
    _, slope = differential_capacity(run_with(capacity, np.full(20, 3.37)))
    assert np.allclose(slope, STEEPEST, rtol=1e-12)


def test_times_of_fillings_of_a_constant_flux() -> None:
    """theta = theta_0 - 3 N t / (R c_max)."""
    flux = ps.constant_flux(1e-7, 5000.0, initial_site_fraction=0.9)
    speed = 3 * 1e-7 / (RADIUS * HIGHEST)
    last = 0.9 - 5000.0 * speed
    wanted = (0.9, 0.7 * 0.9 + 0.3 * last, last - 0.01)
    times = times_of_fillings(flux, NVP, wanted)
    assert times[0] == pytest.approx(0.0, abs=1e-9)
    assert times[1] == pytest.approx(1500.0, rel=1e-12)
    assert np.isnan(times[2])


def test_times_of_fillings_when_sodium_enters_in_steps() -> None:
    flux = SurfaceFlux(
        time=np.array([0.0, 100.0, 100.0, 300.0]),
        flux=np.array([-2e-7, -2e-7, -1e-7, -1e-7]),
        initial_site_fraction=0.1,
    )
    per_second = 3e-7 / (RADIUS * HIGHEST)
    wanted = (0.1 + 50 * 2 * per_second, 0.1 + (200 + 70) * per_second)
    assert np.allclose(times_of_fillings(flux, NVP, wanted), [50.0, 170.0], rtol=1e-12)


def test_times_of_fillings_on_a_ramp() -> None:
    """N = a t passes a t^2 / 2, so a quarter of the sodium has left at half the time."""
    flux = SurfaceFlux(
        time=np.array([0.0, 1000.0]), flux=np.array([0.0, 2e-7]), initial_site_fraction=0.9
    )
    total = 3 * flux.passed(0.0, 1000.0) / (RADIUS * HIGHEST)
    assert times_of_fillings(flux, NVP, (0.9 - 0.25 * total,))[0] == pytest.approx(500.0, rel=1e-6)


@pytest.mark.parametrize(("direction", "sign"), [(Direction.CHARGE, 1), (Direction.DISCHARGE, -1)])
def test_galvanostatic_flux_is_the_c_rate(direction: Direction, sign: int) -> None:
    """1C of NVP is 100 mA/g; its window holds 155.2 mAh/g."""
    start, stop = (0.95, 0.05) if sign > 0 else (0.05, 0.95)
    flux = galvanostatic_flux(NVP, 2.0, direction, start, stop)
    hours = 0.9 * NVP.specific_capacity / (2.0 * 100.0)
    assert flux.time[-1] == pytest.approx(3600 * hours, rel=1e-9)
    assert np.sign(flux.flux).tolist() == [sign, sign]
    assert times_of_fillings(flux, NVP, (stop,))[0] == pytest.approx(flux.time[-1], rel=1e-12)


def test_electrode_thickness_and_current_follow_the_design() -> None:
    """2 mg/cm2 on 1.13 cm2 at 100 mA/g, half of the volume active."""
    cell = ps.half_cell(NVP)
    assert cell.one_c_current == pytest.approx(0.1 * 2.0e-3 * 1.13, rel=1e-9)
    assert cell.electrode_thickness == pytest.approx(0.02 / (NVP.value("density") * 0.5), rel=1e-9)


@pytest.mark.parametrize(
    ("voltage", "filling"),
    [(1.2, 1 - 5e-4), (2.5, 0.7578), (3.37, 0.7578 / 2), (1.63, 1 - 0.2422 / 2), (3.9, 5e-4)],
)
def test_rest_filling_is_the_equilibrium_inside_the_margin(voltage: float, filling: float) -> None:
    """Shares 0.7578 and 0.2422 of the plateaus at 3.37 and 1.63 V; 5e-4 is kept at both ends."""
    assert ps.half_cell(NVP).rest_filling(voltage) == pytest.approx(filling, abs=1e-9)
