"""What a measurement is expected to narrow, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.inference.measure_next import rates_to_measure
from particle_sim.inference.next_datum import Datum, Draws, expected_widths

DRAWS = 6000
BAND = 3.2897
"""Between 5 and 95 % of a normal distribution, in deviations."""
EVEN = np.ones(DRAWS)


def widths(
    mean: np.ndarray, variance: np.ndarray, datum: Datum, weight: np.ndarray = EVEN
) -> tuple[float, float]:
    draws = Draws(mean=mean[:, None], variance=variance[:, None], most=60 * EVEN, weight=weight)
    now, then = expected_widths(draws, [datum], np.random.default_rng(3))
    return float(now[0]), float(then[0, 0])


@pytest.fixture
def unknown() -> np.ndarray:
    return np.random.default_rng(2).standard_normal(DRAWS)


@pytest.mark.parametrize("deviation", [0.2, 0.5, 2.0])
def test_a_direct_reading_narrows_a_normal_belief_as_it_must(
    unknown: np.ndarray, deviation: float
) -> None:
    """x ~ N(0, 1) read to s: 1/s^2 + 1 is what is known after it."""
    read = Datum(name="x", mean=unknown, deviation=deviation * EVEN)
    now, then = widths(10 + unknown, 0 * EVEN, read)
    assert now == pytest.approx(BAND, rel=0.03)
    assert then == pytest.approx(BAND * (1 + deviation**-2) ** -0.5, rel=0.06)


def test_a_reading_of_something_else_narrows_nothing(unknown: np.ndarray) -> None:
    """The twin: the same reading, of another draw's x."""
    read = Datum(name="y", mean=np.roll(unknown, 1), deviation=0.2 * EVEN)
    now, then = widths(10 + unknown, 0 * EVEN, read)
    assert then == pytest.approx(now, rel=0.05)


@pytest.mark.parametrize("noise", [0.1, 1.0])
def test_a_neighbouring_rate_takes_its_share_of_the_discrepancy(noise: float) -> None:
    """All draws alike: q and y = q + e share a discrepancy of 1, e is the noise."""
    square = (1 + noise**2) * EVEN
    read = Datum(name="y", mean=10 * EVEN, deviation=np.sqrt(square), gain=(1 / square)[:, None])
    now, then = widths(10 * EVEN, EVEN, read)
    assert now == pytest.approx(BAND, rel=0.03)
    assert then == pytest.approx(BAND * noise / (1 + noise**2) ** 0.5, rel=0.03)


def test_a_model_that_does_not_know_the_quantity_keeps_its_weight(unknown: np.ndarray) -> None:
    """Half the draws know x = q, the other half only that q is 50: both stay as likely."""
    knows = np.arange(DRAWS) < DRAWS // 2
    mean = np.where(knows, 10 + unknown, 50.0)
    read = Datum(name="x", mean=np.where(knows, unknown, np.nan), deviation=0.1 * EVEN)
    now, then = widths(mean, 0 * EVEN, read)
    assert now == pytest.approx(50 - (10 - 1.2816), rel=0.02)  # 5 % of all is 10 % of a half
    assert then == pytest.approx(40, rel=0.02)
    _, alone = widths(mean, 0 * EVEN, read, weight=knows.astype(float))
    assert alone < 0.5


@pytest.mark.parametrize("centre", [-100.0, 100.0])
def test_capacities_end_at_nothing_and_at_what_a_draw_can_hold(
    unknown: np.ndarray, centre: float
) -> None:
    now, _ = widths(centre + unknown, 0 * EVEN, Datum(name="x", mean=unknown, deviation=EVEN))
    assert now == 0


@pytest.mark.parametrize(
    ("measured", "asked", "found"),
    [
        ([0.1, 1.0], [3.0, 10.0], [1.0, 2.0, 5.0]),
        ([0.1], [5.0], [0.1, 0.5, 1.0, 2.0, 3.0]),
        ([0.1, 5.0], [0.3], [5.0]),
        ([1.0], [2.05], [1.0]),
    ],
)
def test_rates_worth_running_lie_between_what_is_known_and_what_is_asked(
    measured: list[float], asked: list[float], found: list[float]
) -> None:
    assert rates_to_measure(np.array(measured), np.array(asked)).tolist() == found
