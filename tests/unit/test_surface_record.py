"""Is the surface's excess along a record the sum of its modes, and are its derivatives its own?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq

from particle_sim.inference.data import TitrationData
from particle_sim.inference.pulses import pulses_of
from particle_sim.inference.surface_record import Record, excess, excess_by_rates, record_of
from particle_sim.units import Array
from tests.unit.titrations import Protocol, solid_solution, titration

RATES = np.log([2e-4, 8e-4, 4e-4])
"""D/R^2 of three pulses, which have not relaxed when the next begins."""
MODES = 3000


def record() -> Record:
    plan = Protocol(pulses=3, rest=400.0, rests_every=40.0, every=10.0)
    time, current, voltage = titration(solid_solution(), plan).T
    data = TitrationData(name="virtual", time=time, current=current, voltage=voltage)
    return record_of(pulses_of(data, solid_solution()))


def by_modes(of: Record, logs: Array) -> Array:
    """e' = -l^2 k(t) e + (2/3) i for every mode tan l = l, from change to change."""
    count = np.arange(1, MODES + 1)
    near = np.pi * (count + 0.5)
    roots = np.array([
        brentq(lambda x: np.sin(x) - x * np.cos(x), np.pi * n, np.pi * n + np.pi / 2)
        for n in count[:40]
    ])  # fmt: skip
    squares = np.concatenate([roots, near[40:] - 1 / near[40:]]) ** 2
    changes = of.changes
    stops = np.unique(np.concatenate([changes.time, of.epochs, of.time]))
    state, flux, found = np.zeros(MODES), 0.0, {}
    for now, then in pairwise(stops):
        flux += changes.step[changes.time == now].sum()
        k = np.exp(logs[max(np.searchsorted(of.epochs, now, side="right") - 1, 0)])
        kept = np.exp(-squares * k * (then - now))
        state = state * kept + 2 / 3 * flux * (1 - kept) / (squares * k)
        rest = flux / k * 2 / 3 / (np.pi**2 * MODES)
        found[then] = state.sum() + rest
    return np.array([found.get(time, 0.0) for time in of.time])


def test_the_excess_is_the_sum_of_the_modes() -> None:
    """The modes that are left out are steady within 10 s: 1/(pi^2 n) of them are added."""
    of = record()
    known = by_modes(of, RATES)
    settled = np.ones(len(of.time), dtype=bool)
    for at in of.changes.time:
        settled &= ~((of.time >= at) & (of.time < at + 9))
    np.testing.assert_allclose(excess(of, RATES)[settled], known[settled], rtol=1e-4, atol=1e-9)


def test_another_rate_of_the_first_pulse_is_noticed_in_the_last() -> None:
    """Sabotage: what the first pulse left matters two pulses later."""
    of = record()
    known = by_modes(of, RATES)
    last = of.slices[2]
    moved = excess(of, RATES + np.array([0.1, 0.0, 0.0]))
    assert not np.allclose(moved[last], known[last], rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("run", [0, 1, 2])
def test_derivatives_are_differences(run: int) -> None:
    """Over four cells of the table in ln s, whose straight pieces a smaller step would see."""
    of, small = record(), 0.02
    slopes = excess_by_rates(of, RATES)
    step = np.eye(3)[run] * small
    wanted = (excess(of, RATES + step) - excess(of, RATES - step)) / (2 * small)
    scale = np.abs(wanted).max()
    for part, (low, table) in zip(of.slices, slopes, strict=True):
        if low <= run < low + table.shape[1]:
            assert np.abs(table[:, run - low] - wanted[part]).max() < 1e-3 * scale
