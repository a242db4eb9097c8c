"""Peaks of voltammograms and of dQ/dV, and claims about them, on made-up curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.run import CellEnd, CellRun, ElectrodeRun
from particle_sim.cell.voltammogram import scan_rate_exponent, voltammogram
from particle_sim.claims.kinds_sweep import _steepest
from particle_sim.errors import InputError
from particle_sim.flux import constant_flux
from particle_sim.studies.swept_half_cells import Sweeps
from particle_sim.units import Array

CELL = ps.half_cell(ps.load_material("nvp"))
UP = np.linspace(2.5, 4.0, 301)


def bell(voltage: Array, at: float, height: float) -> Array:
    return np.asarray(height * np.exp(-(((voltage - at) / 0.05) ** 2)))


def swept(up: Array, down: Array) -> CellRun:
    """A run with these anodic and cathodic currents [A] on the way up and down."""
    nothing = constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    still = ElectrodeRun(
        mean_site_fraction=np.zeros(602), surface_site_fraction=np.zeros(602), surface_flux=nothing
    )
    return CellRun(
        cell=CELL,
        protocol=ps.protocols.sweep(1e-3, lower=2.5, upper=4.0),
        time=np.arange(602.0),
        current=np.concatenate([-up, down]),
        voltage=np.concatenate([UP, UP[::-1]]),
        capacity=np.zeros(602),
        step=np.repeat([0, 1], 301),
        positive=still,
        end=CellEnd.TIME,
    )


def test_peaks_are_where_the_curves_were_made() -> None:
    found = voltammogram(swept(bell(UP, 3.421, 2e-4), bell(UP[::-1], 3.352, 1e-4)))
    assert found.anodic is not None
    assert found.cathodic is not None
    assert found.gap == pytest.approx(0.069, abs=1e-4)
    assert found.anodic.current == pytest.approx(2e-4 / CELL.active_mass, rel=1e-4)
    assert found.cathodic.current == pytest.approx(-1e-4 / CELL.active_mass, rel=1e-4)
    area = CELL.design.value("electrode_area")
    assert found.anodic.current_density == pytest.approx(2e-4 / area, rel=1e-4)
    width = 2 * 0.05 * np.sqrt(np.log(2))
    assert found.anodic.half_height_width == pytest.approx(width, rel=1e-3)


def test_peaks_of_one_plateau_are_paired() -> None:
    """The anodic branch is highest at the low step, the cathodic one at the high step."""
    up = bell(UP, 2.8, 3e-4) + bell(UP, 3.6, 2e-4)
    down = bell(UP[::-1], 2.7, 2e-4) + bell(UP[::-1], 3.5, 3e-4)
    assert voltammogram(swept(up, down)).gap == pytest.approx(0.1, abs=1e-3)


def test_a_branch_that_turns_before_its_last_peak_still_has_partners() -> None:
    """One more peak on the way down at the top, then one less at the bottom."""
    up = bell(UP, 2.8, 3e-4) + bell(UP, 3.4, 2e-4)
    low, middle, high = (bell(UP[::-1], at, 2e-4) for at in (2.7, 3.3, 3.8))
    assert voltammogram(swept(up, low + middle + high)).gap == pytest.approx(0.1, abs=1e-3)
    up = bell(UP, 2.8, 2e-4) + bell(UP, 3.4, 3e-4)
    assert voltammogram(swept(up, middle)).gap == pytest.approx(0.1, abs=1e-3)
    up = bell(UP, 2.8, 3e-4) + bell(UP, 3.4, 2e-4)
    assert voltammogram(swept(up, middle)).cathodic is None


def test_a_current_that_still_rises_is_no_peak() -> None:
    found = voltammogram(swept(np.exp(UP) * 1e-6, bell(UP[::-1], 3.4, 1e-4)))
    assert found.anodic is None
    assert found.gap is None


def test_a_run_without_a_sweep_has_no_voltammogram() -> None:
    run = replace(swept(UP, UP), protocol=ps.protocols.charge(1.0))
    with pytest.raises(InputError, match=r"it holds no upward sweep; run protocols\.sweep"):
        voltammogram(run)


@pytest.mark.parametrize(
    ("rates", "currents", "words"),
    [
        ([1.0], [1.0], "two or more different rates"),
        ([1.0, 1.0], [1.0, 2.0], "two or more different rates"),
        ([1.0, 2.0], [1.0], "one current for each"),
        ([1.0, 2.0], [1.0, 0.0], "is 0 or not finite"),
    ],
)
def test_exponents_of_nothing_are_refused(
    rates: list[float], currents: list[float], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        scan_rate_exponent(np.array(rates), np.array(currents))


@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_the_exponent_is_that_of_a_power_law(exponent: float) -> None:
    rates = np.array([1e-4, 3e-4, 1e-3])
    assert scan_rate_exponent(rates, 7 * rates**exponent) == pytest.approx(exponent)


def test_dq_dv_is_largest_where_the_voltage_stands_still() -> None:
    capacity = np.linspace(0, 1, 241)
    flat = 3.4 + 2.0 * (capacity - 0.5) ** 3
    flatter = np.where(capacity > 0.9, 1.6, flat)
    curves = np.stack([flat, flatter, np.full(241, 1.6)])
    assert _steepest(curves, (2.5, 3.9))[:2] == pytest.approx([3.4, 3.4], abs=1e-3)
    assert np.isnan(_steepest(curves, (2.5, 3.9))[2])
    assert _steepest(curves, (1.0, 3.9))[1] == pytest.approx(1.6)


def test_a_batch_tells_a_peak_outside_its_window() -> None:
    current = np.stack([bell(UP, 3.2, 1.0), UP])
    sweeps = Sweeps(
        voltage=np.concatenate([UP, UP[-2::-1]]),
        current=np.concatenate([current, -current[:, -2::-1]], axis=1),
        turn=301,
    )
    voltage, height = sweeps.peak(anodic=True)
    assert voltage[0] == pytest.approx(3.2)
    assert height[0] == pytest.approx(1.0)
    assert np.isnan([voltage[1], height[1]]).all()
