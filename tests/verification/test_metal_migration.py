"""Hops over a barrier against their rate equation, and the barrier read back from a share."""

from __future__ import annotations

import numpy as np
import pytest
from reference import assert_close

from particle_sim.errors import InputError
from particle_sim.metrics.metal_migration import (
    ELECTRONVOLT,
    barrier_of_share,
    hop_rate,
    settled_share,
    share_moved,
)

BOLTZMANN = 8.617333262e-5
"""[eV/K], CODATA 2018: another constant than the module's R and F."""


def check_times(temperature: float) -> None:
    """1/k = exp(E/(k_B T))/nu of the printed barriers: microseconds, half a second, nine years."""
    for barrier, low, high in ((0.47, 1e-6, 1e-5), (0.75, 0.4, 0.6), (1.27, 2.5e8, 3.2e8)):
        wait = 1 / hop_rate(barrier * ELECTRONVOLT, temperature=temperature)
        expected = np.exp(barrier / (BOLTZMANN * 298.15)) / 1e13
        assert_close("time", wait, expected, scale=expected, tolerance=1e-6)
        assert low < wait < high


def integrated(barrier: float, site_energy: float, duration: float) -> float:
    """ds/dt = k (1 - s) - k' s with k' = k exp(G/(k_B T)), by the trapezoidal rule."""
    rate = 1e13 * np.exp(-barrier / (BOLTZMANN * 298.15))
    back = rate * np.exp(site_energy / (BOLTZMANN * 298.15))
    steps = 200_000
    step, share = duration / steps, 0.0
    for _ in range(steps):  # trapezoidal rule, exact to the square of k times the step
        now = rate * (1 - share) - back * share
        share += step * now / (1 + 0.5 * step * (rate + back))
    return share


def check_share(barrier: float, site_energy: float, duration: float, *, sign: float = 1.0) -> None:
    given = sign * site_energy * ELECTRONVOLT
    share = share_moved(barrier * ELECTRONVOLT, duration, site_energy=given)
    expected = integrated(barrier, site_energy, duration)
    assert_close("share", share, expected, scale=expected, tolerance=1e-5)
    again = barrier_of_share(share, duration, site_energy=given)
    assert_close("barrier", again, barrier * ELECTRONVOLT, scale=1e5, tolerance=1e-6)


CASES = [(1.0, 0.0, 3600.0), (1.05, 0.05, 36000.0), (0.95, -0.03, 360.0), (1.2, 0.1, 3600.0)]


def test_waiting_times() -> None:
    check_times(298.15)


@pytest.mark.parametrize(("barrier", "site_energy", "duration"), CASES)
def test_share_moved(barrier: float, site_energy: float, duration: float) -> None:
    check_share(barrier, site_energy, duration)


def test_share_without_return_is_the_limit_of_a_deep_site() -> None:
    one_way = share_moved(1.05 * ELECTRONVOLT, 36000.0)
    deep = share_moved(1.05 * ELECTRONVOLT, 36000.0, site_energy=-1.0 * ELECTRONVOLT)
    assert_close("deep", deep, one_way, scale=one_way, tolerance=1e-12)
    k = hop_rate(1.05 * ELECTRONVOLT)
    assert_close("share", one_way, -np.expm1(-k * 36000.0), scale=1.0, tolerance=1e-15)


def test_settled_share_is_boltzmann() -> None:
    for energy in (-0.2, 0.0, 0.023, 0.5):
        expected = 1 / (1 + np.exp(energy / (BOLTZMANN * 298.15)))
        found = settled_share(energy * ELECTRONVOLT)
        assert_close("settled", found, expected, scale=expected, tolerance=1e-6)
    with pytest.raises(InputError, match=r"temperature is 0\.0; it must be above 0 K"):
        settled_share(1000.0, temperature=0.0)


def test_waiting_times_notice() -> None:
    with pytest.raises(AssertionError, match=r"time: .* exceeds"):
        check_times(299.0)


def test_share_moved_notices() -> None:
    with pytest.raises(AssertionError, match=r"share: .* exceeds"):
        check_share(1.05, 0.05, 36000.0, sign=-1.0)
