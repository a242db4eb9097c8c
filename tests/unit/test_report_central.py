"""The sentence between the answer's ratio and that of the runs on the page."""

from __future__ import annotations

import pytest

from particle_sim.claims.law_table import Factor, Interval
from particle_sim.report.central import explained
from particle_sim.studies.differences import Difference

DIFFERENCES = [
    Difference(
        name="volume_change", unit="1", baseline=0.08, candidate=0.02, common=None, why="measured",
        ratio=1.5,
    )
]  # fmt: skip


def factors(median: float) -> list[Factor]:
    drawn = Interval(low=0.5 * median, median=median, high=2 * median)
    return [Factor(name="volume change", factor=drawn)]


@pytest.mark.parametrize(
    ("central", "median", "factor", "end"),
    [
        (6.0, 4.8, 3.2, ": volume change is a factor of 4 at the central values, 3.2 in them."),
        (6.0, 4.8, 4.0, "draws from the plausible ranges."),
        (4.9, 4.8, 3.2, ""),
    ],
)
def test_two_ratios_that_differ_say_why(
    central: float, median: float, factor: float, end: str
) -> None:
    said = explained(central, median, factors(factor), DIFFERENCES)
    assert said.endswith(end)
    assert bool(said) == bool(end)
    if end:
        assert f"where the ratio is {central:.2g}; the answer's {median:.2g} is the median" in said
