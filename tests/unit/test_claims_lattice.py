"""Do the tests on lattices, hops and scaled rates find a truth that was put in, and only that?"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from particle_sim.claims.answer import Answer, answer
from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.schema import Claim, claims_folder, library, load_claim
from particle_sim.claims.tools import simulations

TOOLS, LIBRARY = simulations(), library()
DRAWS = 400
BOLTZMANN = 8.617333262e-5


def claim(name: str) -> Claim:
    return load_claim(claims_folder() / f"{name}.toml", NEEDS, LIBRARY)


def asked(name: str, **printed: float) -> Answer:
    """The shipped claim with other printed numbers."""
    shipped = claim(name)
    return answer(replace(shipped, printed={**shipped.printed, **printed}), TOOLS, samples=DRAWS)


def bragg_shift(distance: float, change: float) -> float:
    """2 theta of the layers minus that of the grown ones, Cu K-alpha1 [degrees]."""
    before, after = (
        2 * math.degrees(math.asin(1.5406 / (2 * d))) for d in (distance, distance * (1 + change))
    )
    return before - after


def test_printed_shift_and_lattice_exclude_each_other() -> None:
    found = asked("c57a")
    assert found.verdict is Verdict.CONTRADICTED
    for title, distance, change, digits in (("HE", 5.51, 0.041, 0.64), ("NFM", 5.46, 0.046, 0.72)):
        shift = bragg_shift(distance, change)
        assert shift == pytest.approx(digits, abs=0.005)
        low, high = (
            found.numbers[f"shift of {title} by Bragg, {x}"][0] for x in ("least", "largest")
        )
        assert low < shift < high
        assert high - low < 0.08
    asks = found.numbers["change of c that NFM's shift asks for"][0]
    assert bragg_shift(5.46, asks) == pytest.approx(0.9, abs=1e-3)


def test_shifts_that_follow_from_the_lattice_are_supported() -> None:
    """Both ways to relate a change differ by 0.03 degrees, within the rounding of a shift."""
    shifts = {"first_shift": 0.65, "second_shift": 0.735}
    assert asked("c57a", **shifts).verdict is Verdict.SUPPORTED
    assert asked("c57a", **{**shifts, "first_shift": 0.8}).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("first", "verdict"),
    [(0.75, Verdict.CONTRADICTED), (1.3, Verdict.SUPPORTED), (1.05, Verdict.UNDECIDED)],
)
def test_only_a_high_barrier_holds_the_metal(first: float, verdict: Verdict) -> None:
    found = asked("c66", first_barrier=first)
    assert found.verdict is verdict
    expected = math.exp(first / (BOLTZMANN * 298.15)) / 1e13
    assert found.numbers["wait at the first barrier"][0] == pytest.approx(expected, rel=1e-4)


def test_a_metal_that_neither_barrier_lets_go_is_no_difference() -> None:
    assert asked("c66", first_barrier=1.4, second_barrier=1.4).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("barrier", "verdict"),
    [(1.27, Verdict.CONTRADICTED), (0.85, Verdict.SUPPORTED), (1.09, Verdict.UNDECIDED)],
)
def test_a_reported_share_needs_a_barrier_low_enough(barrier: float, verdict: Verdict) -> None:
    found = asked("c67a", barrier=barrier)
    assert found.verdict is verdict
    assert found.numbers["least barrier for the share"][0] > 0.95
    assert found.numbers["largest barrier for the share"][0] < 1.22


def share_kept(rate: float) -> float:
    return 1000.0 * (1 - 0.1 * math.log10(rate / 0.01))


def test_the_speed_up_is_that_of_the_series() -> None:
    """The first keeps at three times the rate what the second keeps, as its rates are listed.

    With a step missing at 0.2C, its fifth and sixth values stand at 0.5C and 1C, and the share
    that the first keeps at 5C lies between them.
    """
    listed, tenth = (0.1, 0.3, 0.5, 1.0, 3.0, 5.0), 0.1
    second = {f"second_{i}": share_kept(rate) for i, rate in enumerate(listed)}
    first = {f"first_{i}": share_kept(max(rate / 3, tenth)) for i, rate in enumerate(listed)}
    found = asked("c38", **first, **second, second_6=share_kept(5.0) - 1)
    low, high = (found.numbers[f"speed-up, {q} % of the draws below"][0] for q in (5, 95))
    missing = 5 / (0.5 * 2 ** (math.log(5 / 3) / math.log(3)))
    assert low == pytest.approx(3.0, rel=0.03)
    assert high == pytest.approx(missing, rel=0.03)


@pytest.mark.parametrize(
    ("first", "gain", "barriers"),
    [
        (0.497, Verdict.UNDECIDED, Verdict.UNDECIDED),
        (0.304, Verdict.SUPPORTED, Verdict.CONTRADICTED),
        (0.804, Verdict.CONTRADICTED, Verdict.SUPPORTED),
    ],
)
def test_barriers_against_the_printed_rates(first: float, gain: Verdict, barriers: Verdict) -> None:
    """A factor of 1e5 carries any gain and no size hides it; 1/2400 carries none and needs none."""
    assert asked("c38", first_barrier=first).verdict is gain
    found = asked("c41", first_barrier=first)
    assert found.verdict is barriers
    factor = math.exp((0.604 - first) / (BOLTZMANN * 298.15))
    assert found.numbers["factor of the printed barriers"][0] == pytest.approx(factor, rel=1e-3)
