"""The first lines of a comparison: one answer, what a phase boundary would add, what decides.

The answer is a ratio on the law that both materials can have, at one diffusivity: anything else
would compare two laws, or two assumptions, instead of two materials.
"""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.claims.law_table import Bracket, Factor, Interval, LawTable
from particle_sim.studies.footing import LEVELLED, OWN
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.units import readable

PAIRED = 0.95
"""Share of the draws from which one side counts as stressed more."""


@dataclass(frozen=True, kw_only=True)
class Headline:
    """Three sentences."""

    answer: str
    phases: str
    decides: str


def headline(
    settings: Comparison, baseline: MaterialResult, candidate: MaterialResult, table: LawTable
) -> Headline:
    """The answer of a comparison, from its table alone."""
    titles = baseline.title, candidate.title
    return Headline(
        answer=_answer(settings, titles, table),
        phases=" ".join(
            _phases(result, bracket)
            for result, bracket in zip((baseline, candidate), table.brackets, strict=True)
        ),
        decides=_decides((baseline, candidate), table),
    )


def ratio_text(ratio: Interval) -> str:
    """``4.8 (3.3 to 6.7)``: the median, and 5 to 95 % of the draws."""
    return f"{_digits(ratio.median)} ({_digits(ratio.low)} to {_digits(ratio.high)})"


def stress_text(stress: Interval) -> str:
    """The same of stresses, in MPa."""
    low, median, high = (_megapascal(value) for value in (stress.low, stress.median, stress.high))
    return f"{median} ({low} to {high}) MPa"


def _answer(settings: Comparison, titles: tuple[str, str], table: LawTable) -> str:
    row = table.rows[0]
    first, second = titles
    opening = "On one law (solid solution) and at one diffusivity,"
    condition = f"peak {STRESSES[settings.stress].title}, {settings.direction.value} at"
    condition = f"({condition} {settings.c_rate:g}C)"
    if 1 - PAIRED < row.share < PAIRED:
        return (
            f"{opening} neither {first} nor {second} is stressed more in 95 % of the draws: the "
            f"ratio is {ratio_text(row.ratio)} {condition}."
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
    """What a boundary would add, if there is one, to this material."""
    if found is None:
        return ""
    opening = (
        f"{result.title} counts as reacting in two phases: their boundary adds"
        if result.material.two_phase
        else f"{result.title} counts as a solid solution; if it parted, a boundary would add"
    )
    low, high = _megapascal(found.relieved.median), _megapascal(found.upper.median)
    article = "an" if found.least[0] in "aeiou" else "a"
    return (
        f"{opening} {low} MPa where it is relieved and up to {high} MPa where it is held (the "
        f"least of coherent stress, yield and pop-in); {article} {found.least} boundary has the "
        f"least energy in {found.least_share:.0%} of the draws."
    )


def _decides(pair: tuple[MaterialResult, MaterialResult], table: LawTable) -> str:
    widest = max(table.factors, key=lambda factor: factor.factor.high / factor.factor.low)
    main = _largest(table.factors[0], table.factors[-1])
    plausible, title = table.rows[1], pair[0].title
    unknown = widest.name in LEVELLED and not any(_is_known(each, widest.name) for each in pair)
    name = f"{widest.name}, printed of neither," if unknown else widest.name
    return (
        f"At one diffusivity the ratio comes from {main.name} (a factor of "
        f"{ratio_text(main.factor)}). With each file's own plausible diffusivity it is "
        f"{ratio_text(plausible.ratio)}, and {title} is stressed more in {plausible.share:.0%} of "
        f"the draws: the {name} decides how much."
    )


def _is_known(result: MaterialResult, name: str) -> bool:
    """Whether a number is known of this material, or the user's."""
    return name in result.record.overrides or result.record.material[name].evidence in OWN


def _largest(*factors: Factor) -> Factor:
    return max(factors, key=lambda factor: abs(factor.factor.median - 1))


def _digits(value: float) -> str:
    """Two digits: a ratio between ranges has no more."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _megapascal(value: float) -> str:
    return readable(float(f"{value / 1e6:.2g}"))
