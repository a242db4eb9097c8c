"""Does the fit of a whole titration record return a known diffusivity, with intervals that hold
it as often as they say?

Records are in closed form (a sphere under steps of flux, Crank 1975, with charge transfer and a
resistance) or PyBaMM's half cell; what reads them never saw D.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.signal import lfilter

from particle_sim.cell.half_cell import half_cell
from particle_sim.cell.solve import solve_cell
from particle_sim.inference.data import TitrationData
from particle_sim.inference.record_fit import independence
from particle_sim.inference.titration import Titration, titrate
from particle_sim.materials.functions import LogTable
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.protocols.step import Mode, Step
from particle_sim.protocols.step import Protocol as Steps
from particle_sim.units import Array
from tests.unit.titrations import Protocol, solid_solution, stepped, titration

MATERIAL = solid_solution()
PLAN = Protocol(pulses=6, c_rate=-1.0, every=1.0, rests_every=60.0)
KNOWN = PLAN.diffusivity / PLAN.radius**2
ACCURACY = 0.01
REPLICATES = 50
COVERED = (0.84, 0.95)
"""Of 300 intervals of 90 %: 0.9 plus or minus three standard deviations, with pulses of one record
correlated by neighbours (measured: 0.90)."""


def data_of(rows: Array) -> TitrationData:
    time, current, voltage = rows.T
    return TitrationData(name="virtual", time=time, current=current, voltage=voltage)


def read(rows: Array) -> Titration:
    return titrate(data_of(rows), MATERIAL)


def ratios(found: Titration, known: float = KNOWN) -> Array:
    return np.array([pulse.diffusion_rate for pulse in found.pulses]) / known


def usual(found: Titration, known: float = KNOWN) -> Array:
    return np.array([pulse.usual.rate for pulse in found.pulses]) / known


def noisy(rows: Array, seed: int, size: float = 1e-4, memory: float = 0.0) -> Array:
    """White noise, or one that remembers the row before by ``memory``; equal variances."""
    white = np.random.default_rng(seed).standard_normal(len(rows))
    changed = rows.copy()
    changed[:, 2] += size * lfilter([np.sqrt(1 - memory**2)], [1, -memory], white)
    return changed


# --- closed form ---------------------------------------------------------------------------------


@pytest.mark.parametrize("c_rate", [-1.0, 1.0])
@pytest.mark.parametrize("pulse", [10.0, 60.0, 300.0])
def test_a_known_diffusivity_comes_back(pulse: float, c_rate: float) -> None:
    """t_p D/R^2 from 0.006 to 0.17: the usual formula ends at 0.05. The last pulse leads where
    no rest was, so that its potential and overpotential are only continued."""
    plan = replace(PLAN, pulse=pulse, c_rate=c_rate * 60 / max(pulse, 60), every=pulse / 60)
    found = read(titration(MATERIAL, plan))
    assert np.all(np.abs(ratios(found)[:-1] - 1) < ACCURACY)
    assert abs(ratios(found)[-1] - 1) < 2 * ACCURACY


def test_a_clock_that_is_slow_by_two_per_cent_fails() -> None:
    """Sabotage."""
    rows = titration(MATERIAL, PLAN)
    rows[:, 0] *= 1.02
    assert np.all(np.abs(ratios(read(rows)) - 1) > ACCURACY)


def test_what_earlier_pulses_left_is_carried_on() -> None:
    """Rests of a tenth of R^2/D: the formula takes what relaxes for the pulse's own."""
    plan = replace(PLAN, rest=180.0, rests_every=3.0, pulses=8)
    found = read(titration(MATERIAL, plan))
    assert np.all(np.abs(ratios(found)[:-1] - 1) < ACCURACY)
    assert np.all(np.abs(usual(found) - 1) > 4 * ACCURACY)


def test_forgetting_earlier_pulses_fails() -> None:
    """Sabotage: cut into pieces of one pulse, nothing is known of the earlier ones."""
    plan = replace(PLAN, rest=180.0, rests_every=3.0, pulses=8)
    rows = titration(MATERIAL, plan)
    begin = 4 * (plan.rest + plan.pulse)
    piece = rows[(rows[:, 0] >= begin) & (rows[:, 0] <= begin + 2 * plan.rest + plan.pulse)]
    assert not np.all(np.abs(ratios(read(piece)) - 1) < ACCURACY)


# --- intervals -----------------------------------------------------------------------------------


@cache
def replicates(memory: float) -> tuple[Titration, ...]:
    rows = titration(MATERIAL, PLAN)
    count = REPLICATES // 2 if memory else REPLICATES
    return tuple(read(noisy(rows, seed, memory=memory)) for seed in range(count))


def coverage(found: tuple[Titration, ...], known: float = KNOWN, narrower: float = 1.0) -> float:
    inside = [
        abs(np.log(pulse.diffusion_rate / known))
        <= narrower * np.log(pulse.high / pulse.diffusion_rate)
        for one in found
        for pulse in one.pulses
        if np.isfinite(pulse.diffusion_rate)
    ]
    return float(np.mean(inside))


def test_intervals_hold_the_known_value_as_often_as_they_say() -> None:
    assert COVERED[0] < coverage(replicates(0.0)) < COVERED[1]
    middle = np.nanmedian([ratios(found) for found in replicates(0.0)], axis=0)
    assert np.all(np.abs(middle[:-1] - 1) < 2 * ACCURACY)


def test_half_the_interval_does_not() -> None:
    """Sabotage."""
    assert coverage(replicates(0.0), narrower=0.5) < COVERED[0]


def test_noise_that_remembers_widens_the_interval() -> None:
    """With 0.8 of a row's noise in the next one, (1 + 0.8)/(1 - 0.8) = 9 rows make one."""
    found = replicates(0.8)
    assert coverage(found) > 0.8
    rows = np.median([pulse.correlated for one in found for pulse in one.pulses])
    assert 3 < rows < 9
    assert coverage(found, narrower=1 / 3) < 0.6


def test_independent_rows_are_counted() -> None:
    """A first-order process of known memory, long enough to tell."""
    white = np.random.default_rng(1).standard_normal(40_000)
    for memory in (0.0, 0.5, 0.8):
        expected = (1 + memory) / (1 - memory)
        assert independence(lfilter([1], [1, -memory], white)) == pytest.approx(expected, rel=0.1)


# --- records as they come ------------------------------------------------------------------------


def edges(rows: Array) -> Array:
    """Rows on both sides of a change of the current, and the two ends."""
    change = np.flatnonzero(np.diff((rows[:, 1] != 0).astype(int)))
    kept = np.zeros(len(rows), dtype=bool)
    kept[[0, -1, *change, *(change + 1)]] = True
    return kept


def test_irregular_rows_tell_the_same() -> None:
    rows = titration(MATERIAL, PLAN)
    chance = np.random.default_rng(2).random(len(rows))
    found = read(rows[edges(rows) | (chance < 0.3)])
    assert np.all(np.abs(ratios(found)[:-1] - 1) < ACCURACY)


def test_a_time_that_is_wrong_is_noticed() -> None:
    """Sabotage: the rows of the pulses come a fifth too late."""
    rows = titration(MATERIAL, PLAN)
    late = rows.copy()
    begins = np.repeat(0.0, len(rows))
    for begin in rows[np.flatnonzero(np.diff((rows[:, 1] != 0).astype(int)) == 1), 0]:
        begins[(rows[:, 0] >= begin) & (rows[:, 1] != 0)] = begin
    flowing = rows[:, 1] != 0
    late[flowing, 0] = begins[flowing] + (rows[flowing, 0] - begins[flowing]) ** 2 / PLAN.pulse
    assert np.any(np.abs(ratios(read(late)) - 1) > 5 * ACCURACY)


def test_behind_a_missing_rest_the_record_begins_anew() -> None:
    rows = titration(MATERIAL, replace(PLAN, pulses=8))
    flowing = rows[:, 1] != 0
    starts = np.flatnonzero(np.diff(flowing.astype(int)) == 1) + 1
    stops = np.flatnonzero(np.diff(flowing.astype(int)) == -1) + 1
    found = read(np.delete(rows, np.arange(stops[2], starts[3]), axis=0))
    assert len(found.pulses) == 6
    assert np.all(np.abs(ratios(found)[[0, 2, 3, 4]] - 1) < 2 * ACCURACY)
    assert np.isnan([p.filling for p in found.pulses]).tolist() == [False] * 2 + [True] * 4


def test_a_pulse_that_ends_at_a_cut_off_is_followed_by_its_current() -> None:
    """A current that falls after 20 s, with a resistance alone: the current is followed step by
    step, and the pulse is doubted all the same, as charge transfer would not go with it."""
    found = read(stepped(MATERIAL, PLAN, hold=20.0, decay=30.0))
    assert np.all(np.abs(ratios(found)[:-1] - 1) < ACCURACY)
    assert all(any("is not constant" in text for text in p.doubts) for p in found.pulses)


def test_taking_that_current_as_constant_fails() -> None:
    """Sabotage: the mean current in every row of the pulse."""
    rows = stepped(MATERIAL, PLAN, hold=20.0, decay=30.0)
    flat = rows.copy()
    flowing = rows[:, 1] != 0
    flat[flowing, 1] = rows[flowing, 1].mean()
    assert np.all(~(np.abs(ratios(read(flat)) - 1) < 10 * ACCURACY))


# --- what cannot be told -------------------------------------------------------------------------


def test_a_flat_potential_has_no_diffusivity() -> None:
    flat = solid_solution(width=0.2)
    rows = titration(flat, replace(PLAN, start=0.5))
    found = titrate(data_of(rows), flat)
    assert np.all(np.isnan(ratios(found)))
    assert all(any("two phases" in text for text in p.doubts) for p in found.pulses)
    assert all((p.low, p.high) == (0.0, np.inf) for p in found.pulses)


def test_long_pulses_leave_a_lower_bound() -> None:
    """R^2/D of 18 s and a row every 10 s: nothing of the diffusion is seen."""
    plan = Protocol(pulses=5, c_rate=-0.05, pulse=1800.0, every=10.0, rests_every=60.0,
                    radius=3e-7, noise=2e-4)  # fmt: skip
    known = plan.diffusivity / plan.radius**2
    found = read(titration(MATERIAL, plan))
    assert np.all(np.isnan(ratios(found)))
    assert all(0 < pulse.low < known and pulse.high == np.inf for pulse in found.pulses)
    assert all(any("too long to tell D" in text for text in p.doubts) for p in found.pulses)


# --- D that depends on the filling ---------------------------------------------------------------

FALLING = LogTable((0.0, 1.0), (1e-15, 1e-17))
RADIUS = 2e-6
FALLING_ACCURACY = 0.06
"""Of undoubted pulses (measured: 0.045): a pulse has one D, the sphere a little more."""


@cache
def falling() -> tuple[TitrationData, Material]:
    """40 pulses over four fifths of the window while D falls from 1e-15 to 2e-17 m2/s."""
    material = load_material("he_o3_li2024")
    material = material.replaced(
        diffusivity=replace(material["diffusivity"], function=FALLING),
        particle_radius=material["particle_radius"].with_magnitude(RADIUS),
    )
    pair = (
        Step(mode=Mode.DISCHARGE, c_rate=0.12, duration=600.0),
        Step(mode=Mode.REST, duration=7200.0),
    )
    steps = (Step(mode=Mode.REST, duration=600.0), *(40 * pair))
    cell = half_cell(material, radial_points=100)
    run = solve_cell(cell, Steps(name="GITT", steps=steps, starts_full=False))
    return (
        TitrationData(name="falling", time=run.time, current=run.current / cell.active_mass,
                      voltage=run.voltage),
        material,
    )  # fmt: skip


@cache
def followed() -> Titration:
    return titrate(*falling())


def off(found: Titration, fillings: Array) -> Array:
    """Of the undoubted pulses, from D at ``fillings``, as a logarithm."""
    rate = np.array([pulse.diffusion_rate for pulse in found.pulses])
    known = FALLING(fillings) / RADIUS**2
    return np.log(rate / known)[[pulse.trusted for pulse in found.pulses]]


def test_a_diffusivity_that_falls_is_followed() -> None:
    found = followed()
    error = off(found, np.array([pulse.filling for pulse in found.pulses]))
    assert len(error) > 20
    assert np.all(np.abs(error) < FALLING_ACCURACY)
    doubted = [pulse for pulse in found.pulses[30:] if not pulse.trusted]
    assert len(doubted) == 10


def test_reading_it_at_the_start_of_the_pulse_fails() -> None:
    """Sabotage: the surface is already elsewhere."""
    found = followed()
    error = off(found, np.array([pulse.site_fraction for pulse in found.pulses]))
    assert np.abs(error).max() > 2 * FALLING_ACCURACY
