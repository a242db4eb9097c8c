"""Tests on cracks and capacity after cycling: each asked of every mechanism and rule of growth.

A boundary between phases is relieved or holds its misfit up to yielding, and cracks grow per cycle
or per second (:mod:`particle_sim.life.chain`): an answer must be the same in all of these. Which
part of the volume change is one boundary's is its plateau's part of the charge, or anything from
that to the whole, drawn: where a material has several steps, the lattice may change more in one
than in another. One boundary that holds all of it is shown and has no vote, as those steps are in
print. Counted are particles that cycling has cracked; those with a flaw across them as made are
not. What many or few is, is assumed: every test is asked at its ``limit`` and at ``other_limit``
too. Growth per second and the other limit are shown where a verdict turns on them, which leaves the
claim open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.claims.interval import Verdict, verdict_of
from particle_sim.claims.kinds_crack import (
    BOTH_HELD,
    BOTH_RELIEVED,
    HELD,
    ONE_HELD,
    RELIEVED,
)
from particle_sim.claims.question import Branch, Evidence, Flags, Numbers, Question
from particle_sim.claims.worn import Altered, Worn, as_drawn, cycles_of, growing, worn
from particle_sim.life.chain import Held, Rule
from particle_sim.materials.material import Material
from particle_sim.metrics.stress_bracket import misfit_in
from particle_sim.plausible.draws import MaterialDraws, named_inputs
from particle_sim.plausible.streams import evenly

MECHANISMS = {Held.RELIEVED: RELIEVED, Held.HELD: HELD}
MORE = "if a boundary holds more than its plateau's part"
BOTH_MORE = "if boundaries in both hold more than their plateaus' parts"
WHOLE = "if one boundary holds the whole volume change"
BOTH_WHOLE = "if boundaries in both hold the whole volume change"
HEARD = 0.05
"""Share of the draws that must have something to compare, for a way of asking to have a vote."""

Judge = Callable[[Worn, float], Flags]
"""A worn material and a limit -> whether the claim holds (n,)"""
Compare = Callable[[Worn, Worn, float], tuple[Flags, Flags]]
"""Two worn materials and a limit -> whether the claim holds, and whether it says something (n,)"""


@dataclass(frozen=True, kw_only=True)
class _Way:
    """One way of asking, by any rule of growth and at any limit."""

    name: str
    judge: Callable[[Rule, float], tuple[Flags, Flags]]
    limit: float
    votes: bool = True

    def at(self, rule: Rule, limit: float) -> Branch:
        holds, counted = self.judge(rule, limit)
        name = self.name + ", cracks growing per second" * (rule is Rule.SLOW)
        name += f", at the limit of {limit:.2g}" * (limit != self.limit)
        return Branch(name=name, holds=holds, counted=counted, votes=self.votes)


def cracks_over_cycles(question: Question) -> Evidence:
    """Cycling cracks more than the share ``limit`` of the particles.

    Asked too of dense agglomerates that stand in the particle's place where the claim gives their
    radii, ``agglomerate_least`` to ``agglomerate_most``.
    """
    return _alone(question, lambda each, limit: each.cracked > limit)


def stays_whole(question: Question) -> Evidence:
    """Cycling cracks less than the share ``limit`` of the particles."""
    return _alone(question, lambda each, limit: each.cracked < limit)


def cracks_leave(question: Question) -> Evidence:
    """Cracks alone leave at least the printed capacity: they give no reason for a faster fade.

    Half cell at the rate of the test; its first cycle is the whole. A powder that delivers nothing
    there is not the one that was measured and does not count. Whatever else takes capacity is not
    asked, nor whether another material would pass.
    """
    printed = question.claim.printed["kept"] / 100
    found = _alone(question, lambda each, _: each.kept >= printed)
    return replace(found, numbers={**found.numbers, "kept as printed": (printed, "1")})


def cracks_less_over_cycles(question: Question) -> Evidence:
    """Cycling cracks a smaller share of the first material's particles than of the second's.

    In draws in which it cracks more than the share ``limit`` of either's.
    """
    return _ordered(
        question,
        lambda first, second, limit: (
            first.cracked < second.cracked,
            np.maximum(first.cracked, second.cracked) > limit,
        ),
        "of either's particles cracked",
    )


def fades_less_by_cracks(question: Question) -> Evidence:
    """Cracks alone leave more of the first material's capacity than of the second's.

    In draws in which they take more than the share ``limit`` of either's.
    """
    return _ordered(
        question,
        lambda first, second, limit: (
            first.kept > second.kept,
            np.minimum(first.kept, second.kept) < 1 - limit,
        ),
        "of either's capacity lost",
    )


def _alone(question: Question, judge: Judge) -> Evidence:
    """The first material, under what its source describes first."""
    material = question.draws[0].material
    mechanisms: list[tuple[str, Altered | None]] = [(RELIEVED, None), (HELD, as_drawn)]
    if material.two_phase:
        mechanisms.reverse()
    if _shared_out(material):
        mechanisms += [(MORE, _more(question.seed)), (WHOLE, _whole)]
    boundaries = [of for _, of in mechanisms]
    ways, numbers = [], Numbers()
    for body, of_size in _bodies(question):
        every = worn(question, 0, boundaries, of_size)
        for (mechanism, _), found in zip(mechanisms, every, strict=True):
            numbers |= _taken(material.title, mechanism + body, found)
            judged = _counting(judge, found)
            votes = mechanism is not WHOLE
            ways.append(
                _Way(name=mechanism + body, judge=judged, limit=_limit(question), votes=votes)
            )
    inputs = named_inputs([growing(question, 0)])
    return replace(_evidence(question, ways), inputs=inputs, numbers=numbers)


def _whole(draws: MaterialDraws) -> MaterialDraws:
    """The whole volume change at one boundary."""
    return draws.having(misfit_share=np.ones(len(draws.values["volume_change"])))


def _more(seed: int) -> Altered:
    """From the part of the most strained plateau to the whole, the same way in every material."""

    def altered(draws: MaterialDraws) -> MaterialDraws:
        change = draws.values["volume_change"]
        least = misfit_in(draws.material, draws.values) / (change / 3)
        place = evenly("part of the volume change at one boundary", len(change), seed)
        return draws.having(misfit_share=least + place * (1 - least))

    return altered


def _shared_out(material: Material) -> bool:
    """Whether one boundary has a part of the volume change only."""
    change = np.array(material.value("volume_change"))
    return bool(misfit_in(material, {"volume_change": change}) < 0.999 * change / 3)


def _limit(question: Question) -> float:
    return question.claim.parameters.get("limit", 0.0)


def _counting(
    judge: Judge, found: dict[Rule, Worn]
) -> Callable[[Rule, float], tuple[Flags, Flags]]:
    return lambda rule, limit: (judge(found[rule], limit), found[rule].delivers)


def _bodies(question: Question) -> Iterator[tuple[str, Altered]]:
    """What cycles: the particle, and an agglomerate where the claim names its radii."""
    yield "", as_drawn
    given = question.claim.parameters
    if "agglomerate_least" in given:
        ends = np.log([given["agglomerate_least"], given["agglomerate_most"]])

        def dense(draws: MaterialDraws) -> MaterialDraws:
            place = evenly(
                "agglomerate radius", len(draws.values["particle_radius"]), question.seed
            )
            return draws.having(particle_radius=np.exp(ends[0] + place * np.ptp(ends)))

        yield ", as dense agglomerates", dense


def _ordered(question: Question, compare: Compare, seen: str) -> Evidence:
    """Both materials under one mechanism and as their sources say, by one rule of growth.

    A way in which fewer than ``HEARD`` of the draws have anything to compare is shown, and so is a
    boundary that holds in the less likely material alone; neither has a vote.
    """
    shared = any(_shared_out(each.material) for each in question.draws)
    more = (_more(question.seed), _whole) if shared else ()
    found = [worn(question, place, (None, as_drawn, *more)) for place in (0, 1)]
    first, second = (dict(zip(Held, each[:2], strict=True)) for each in found)
    own = [each.material.two_phase for each in question.draws]
    titles = [each.material.title for each in question.draws]
    relieved, holding = Held.RELIEVED, Held.HELD
    rows = [
        (BOTH_RELIEVED, relieved, relieved, True),
        (BOTH_HELD, holding, holding, True),
        (ONE_HELD.format(titles[1]), relieved, holding, own == [False, True]),
        (ONE_HELD.format(titles[0]), holding, relieved, own == [True, False]),
    ]
    pairs = [(name, first[one], second[other], votes) for name, one, other, votes in rows]
    if shared:
        held_more = zip((BOTH_MORE, BOTH_WHOLE), found[0][2:], found[1][2:], strict=True)
        pairs += [(*each, each[0] is BOTH_MORE) for each in held_more]
    ways, numbers = [], Numbers()
    for name, mine, yours, votes in pairs:
        judge = _both(compare, mine, yours)
        says = judge(Rule.FATIGUE, _limit(question))[1]
        votes = votes and bool(says.mean() >= HEARD)
        ways.append(_Way(name=name, judge=judge, limit=_limit(question), votes=votes))
    for title, each in zip(titles, (first, second), strict=True):
        for held, by_rule in each.items():
            numbers |= _taken(title, MECHANISMS[held], by_rule)
    ways.sort(key=lambda way: not way.votes)
    inputs = named_inputs([growing(question, place) for place in (0, 1)])
    said = _evidence(question, ways)
    return replace(
        said,
        text=f"{said.text} Counted are draws with more than {100 * _limit(question):g} % {seen}.",
        inputs=inputs,
        numbers=numbers,
    )


def _both(
    compare: Compare, first: dict[Rule, Worn], second: dict[Rule, Worn]
) -> Callable[[Rule, float], tuple[Flags, Flags]]:
    def judge(rule: Rule, limit: float) -> tuple[Flags, Flags]:
        holds, says = compare(first[rule], second[rule], limit)
        return holds, says & first[rule].delivers & second[rule].delivers

    return judge


def _evidence(question: Question, ways: list[_Way]) -> Evidence:
    """Every way by growth per cycle at ``limit``; the others where they change its verdict."""
    given = question.claim.parameters
    limits = [given[name] for name in ("limit", "other_limit") if name in given] or [0.0]
    branches = []
    for way in ways:
        first = way.at(Rule.FATIGUE, limits[0])
        others = [way.at(rule, limit) for limit in limits for rule in Rule][1:]
        new = {_verdict(other): other for other in reversed(others) if other.draws}
        branches.append(first)
        if way.votes:
            branches += [other for verdict, other in new.items() if verdict is not _verdict(first)]
    rate = question.rate(question.draws[0].material)
    return Evidence(
        holds=branches[0].holds,
        counted=branches[0].counted,
        inputs={},
        text=f"Cracks growing per cycle over {cycles_of(question):g} cycles at {rate:.3g}C.",
        name=branches[0].name,
        branches=tuple(branches[1:]),
    )


def _verdict(branch: Branch) -> Verdict:
    return verdict_of(branch.successes, branch.draws)


def _taken(title: str, mechanism: str, found: dict[Rule, Worn]) -> Numbers:
    """What cracks come to in 95 % of the draws that deliver, at most, by the worse rule."""
    some = [each for each in found.values() if np.any(each.delivers)]
    if not some:
        return {}
    cracked = max(float(np.quantile(each.cracked[each.delivers], 0.95)) for each in some)
    kept = min(float(np.quantile(each.kept[each.delivers], 0.05)) for each in some)
    return {
        f"share of {title} cracked in 95 % of the draws at most, {mechanism}": (cracked, "1"),
        f"share kept by {title} in 95 % of the draws at least, {mechanism}": (kept, "1"),
    }
