"""Why the ratio of the runs shown is not the ratio of the answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from particle_sim.claims.central import peaks
from particle_sim.claims.compare import ComparisonResult
from particle_sim.claims.law_table import Factor
from particle_sim.studies.differences import Difference

ALIKE = 1.05
"""Two ratios within this factor of each other are the same to a reader."""
PROPERTIES = {"volume change": "volume_change", "size": "particle_radius"}
"""What a factor of the ratio is called among the differences."""


def central_sentence(result: ComparisonResult) -> str:
    """Nothing where central values and draws give the same ratio, or the runs are not at one
    diffusivity.
    """
    if any(each.name == "diffusivity" and each.common is None for each in result.differences):
        return ""
    found = peaks(result.settings, result.candidate, result.baseline).numbers
    return explained(
        float(found["ratio"][0]),
        result.table.rows[0].ratio.median,
        result.table.factors,
        result.differences,
    )


def explained(
    central: float, median: float, factors: Sequence[Factor], differences: Sequence[Difference]
) -> str:
    """The sentence for a central ratio and the median of the draws.

    A factor at the central values is the ratio over that without the difference.
    """
    if _apart(central, median) < ALIKE:
        return ""
    without = {each.name: each.ratio for each in differences if each.common is None}
    pairs = [
        (factor.name, central / without[PROPERTIES[factor.name]], factor.factor.median)
        for factor in factors
        if without.get(PROPERTIES.get(factor.name, ""), 0.0) > 0.0
    ]
    said = (
        f"The pictures and runs below take the central value of every input, where the ratio is "
        f"{central:.2g}; the answer's {median:.2g} is the median over draws from the plausible "
        "ranges"
    )
    widest = max(pairs, key=lambda pair: _apart(*pair[1:]), default=("", 1.0, 1.0))
    name, own, drawn = widest
    if _apart(own, drawn) < ALIKE:
        return f"{said}."
    return f"{said}: {name} is a factor of {own:.2g} at the central values, {drawn:.2g} in them."


def _apart(one: float, other: float) -> float:
    """By which factor two ratios differ, at least 1; infinite where one is none."""
    if not (0 < one < math.inf and 0 < other < math.inf):
        return math.inf
    return max(one / other, other / one)
