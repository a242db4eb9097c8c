"""The first lines of a comparison: one answer, what a phase boundary would add, what decides.

The answer is a ratio on the law that both materials can have, at one diffusivity: anything else
would compare two laws, or two assumptions, instead of two materials.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from particle_sim.claims.law_table import DIFFUSIVITY, Bracket, Factor, Interval, LawTable
from particle_sim.claims.words import percent
from particle_sim.studies.footing import LEVELLED, OWN, rests_on
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison

PAIRED = 0.95
"""Share of the draws from which one side counts as stressed more."""
ONE_PROPERTY = {"volume change": "volume_change", "size": "particle_radius"}
"""Factors of the ratio that are one property, and which."""
CLOSE_TO_ONE = 1.095
"""Below which two digits of a ratio would say 1."""


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The answer, and what it stands on."""

    answer: str
    phases: str
    decides: str
    rests: str = ""
    """Whose number behind the largest factor is not its own; empty where each is known"""


def headline(
    settings: Comparison,
    baseline: MaterialResult,
    candidate: MaterialResult,
    table: LawTable,
    *,
    narrowed: bool = False,
) -> Headline:
    """The answer of a comparison, from its table alone; ``narrowed``: by rate tests."""
    titles = baseline.title, candidate.title
    return Headline(
        answer=_answer(settings, titles, table),
        phases=" ".join(
            _phases(result, bracket)
            for result, bracket in zip((baseline, candidate), table.brackets, strict=True)
        ).strip(),
        decides=_decides((baseline, candidate), table, narrowed=narrowed),
        rests=_rests((baseline, candidate), table),
    )


def ratio_text(ratio: Interval) -> str:
    """``4.8 (3.3 to 6.7)``: the median, and 5 to 95 % of the draws."""
    low, median, high = (_digits(value) for value in (ratio.low, ratio.median, ratio.high))
    return median if low == high else f"{median} ({low} to {high})"


def stress_text(stress: Interval) -> str:
    """The same of stresses, in MPa."""
    low, median, high = (_megapascal(value) for value in (stress.low, stress.median, stress.high))
    return f"{median} MPa" if low == high else f"{median} ({low} to {high}) MPa"


def _answer(settings: Comparison, titles: tuple[str, str], table: LawTable) -> str:
    row = table.rows[0]
    first, second = titles
    opening = "On one law (solid solution) and at one diffusivity,"
    condition = f"peak {STRESSES[settings.stress].title}, {settings.direction.value} at"
    condition = f"({condition} {settings.c_rate:g}C)"
    if 1 - PAIRED < row.share < PAIRED:
        return (
            f"{opening} neither {first} nor {second} is stressed more in {percent(PAIRED)} of the "
            f"draws: the ratio is {ratio_text(row.ratio)} {condition}."
        )
    ratio = row.ratio
    if row.share <= 1 - PAIRED:
        first, second = second, first
        ratio = Interval(low=1 / ratio.high, median=1 / ratio.median, high=1 / ratio.low)
    return (
        f"{opening} {first} is stressed {_digits(ratio.median)} times as much as {second}; 5 to "
        f"95 % of the draws: {_digits(ratio.low)} to {_digits(ratio.high)} {condition}."
    )


def _phases(result: MaterialResult, found: Bracket | None) -> str:
    """What a boundary would do, if there is one, to this material."""
    if found is None:
        return ""
    opening = (
        f"{result.title} counts as reacting in two phases. Their boundary puts"
        if result.law.separates
        else f"{result.title} counts as a solid solution. If it parted, a boundary would put"
    )
    article = "an" if found.least[0] in "aeiou" else "a"
    return (
        f"{opening} up to {_megapascal(found.upper.median)} MPa on it if it holds its misfit (the "
        "least of coherent stress, yield and pop-in), and none if it relieves it, which costs no "
        f"more energy than coherency in {percent(found.relief_share)} of the draws; {article} "
        f"{found.least} boundary has the least energy in {percent(found.least_share)}."
    )


def _decides(
    pair: tuple[MaterialResult, MaterialResult], table: LawTable, *, narrowed: bool
) -> str:
    """Where the ratio at one diffusivity comes from, and what makes it wide at plausible ones."""
    fixed = [factor for factor in table.factors if factor.name != DIFFUSIVITY]
    main, widest = max(fixed, key=_away_from_one), max(table.factors, key=_width)
    first, second = (result.title for result in pair)
    opening = f"At one diffusivity the ratio comes from {main.name}"
    if 1 - PAIRED < table.rows[0].share < PAIRED:
        main = max(fixed, key=_width)
        opening = f"At one diffusivity what leaves it open is {main.name}"
    plausible = table.rows[1]
    more, share = (first, plausible.share)
    if share < 0.5:
        more, share = second, 1 - share
    unknown = widest.name in LEVELLED and not any(_is_known(each, widest.name) for each in pair)
    own = "as rate tests leave it" if narrowed else "of its file's plausible range"
    return (
        f"{opening} (a factor of {ratio_text(main.factor)}). With each one's own diffusivity, "
        f"{own}, the ratio of {first} to {second} is {ratio_text(plausible.ratio)}, and "
        f"{more} is stressed more in {percent(share)} of the draws; what decides is {widest.name}"
        f"{', printed of neither' if unknown else ''}."
    )


def _rests(pair: tuple[MaterialResult, MaterialResult], table: LawTable) -> str:
    """Of the factor that an answer comes from, where it is one property that is not made equal."""
    fixed = [factor for factor in table.factors if factor.name != DIFFUSIVITY]
    name = ONE_PROPERTY.get(max(fixed, key=_away_from_one).name)
    if 1 - PAIRED < table.rows[0].share < PAIRED or name is None:
        return ""
    return rests_on([each.record for each in pair], name)


def _away_from_one(factor: Factor) -> float:
    return abs(math.log(factor.factor.median))


def _width(factor: Factor) -> float:
    return factor.factor.high / factor.factor.low


def _is_known(result: MaterialResult, name: str) -> bool:
    """Whether a number is known of this material, or the user's."""
    return name in result.record.overrides or result.record.material[name].evidence in OWN


def _digits(value: float) -> str:
    """Two digits, and a third just above 1: a ratio between ranges has no more."""
    rounded = float(f"{value:.{3 if 1 <= value < CLOSE_TO_ONE else 2}g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _megapascal(value: float) -> str:
    rounded = float(f"{value / 1e6:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"
