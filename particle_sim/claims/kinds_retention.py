"""A printed retention against what cracks let one expect, and against rules that know no cracks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.claims.conditioned import NOISE
from particle_sim.claims.expected import LOWER, expectation
from particle_sim.claims.kinds_life import MECHANISMS
from particle_sim.claims.question import (
    MEASURED,
    ONLY_CRACKS,
    Branch,
    Evidence,
    Numbers,
    Question,
    every,
)
from particle_sim.claims.worn import Worn, after, cycles_of, cycling, growing, parts, worn
from particle_sim.damage.fade import Fade
from particle_sim.inference.fade_law import FadeLaw, fades_in_print
from particle_sim.life.calibration import calibrated, may_carry, with_constant
from particle_sim.life.chain import Held, Rule
from particle_sim.plausible.draws import MaterialDraws, named_inputs
from particle_sim.plausible.streams import generator
from particle_sim.studies.drawn_half_cells import draw_half_cells
from particle_sim.units import Array

ENOUGH = 20
"""Draws below which a mechanism that hardly carries the known retention predicts nothing."""
REPEATS = 2
"""Times as many draws where those alone count that carry a known retention."""


@dataclass(frozen=True, kw_only=True)
class _Member:
    """What one mechanism and rule of growth predict in the draws that are left."""

    name: str
    kept: Array
    draws: MaterialDraws


def keeps_over_cycles(question: Question) -> Evidence:
    """The retention that cracks leave, against the printed one, with the noise of a measurement.

    ``holds`` where a draw keeps at least the print. Where the claim names a retention that is known
    (``known_kept`` of the second material), each draw has the constant of growth with which cracks
    alone give that, and draws that cannot are left out; a lower print then is lower than expected.
    Without one, what else takes capacity leaves the claim open. Beside it stand the rules that fade
    is as the second material's, goes with the volume change squared, or is the same per hour.
    """
    printed, known = question.claim.printed["kept"] / 100, "known_kept" in question.claim.printed
    members = tuple(_known(question) if known else _free(question))
    noise = generator(question.seed, "noise of a retention")
    values = [each.kept + NOISE * noise.standard_normal(each.kept.size) for each in members]
    if not members:
        none = every(np.zeros(0))
        return Evidence(holds=none[0], counted=none[1], inputs={}, text=_told(question))
    branches = []
    for each, kept in zip(members, values, strict=True):
        holds, counted = every(kept >= printed)
        branches.append(Branch(name=each.name, holds=holds, counted=counted))
    fit = expectation(values, printed, 1.0)
    return Evidence(
        holds=branches[0].holds,
        counted=branches[0].counted,
        inputs=named_inputs([members[0].draws]),
        follows=np.round(members[0].kept, 3),  # what could be measured
        text=_told(question),
        name=branches[0].name,
        branches=tuple(branches[1:]),
        fit="" if fit == LOWER and not known else fit,
        numbers=_numbers(members, values, printed) | (_null_rules(question) if known else {}),
        cannot_support=ONLY_CRACKS,
        cannot_contradict=MEASURED,
    )


def keeps_as_in_print(question: Question) -> Evidence:
    """The printed retention, against those of other tests in print, its own paper's among them.

    ``holds`` where a draw of :mod:`particle_sim.inference.fade_law`, which has not seen the print,
    keeps at least as much. What cracks alone leave is shown beside it, without a vote.
    """
    material, printed = question.draws[0].material, question.claim.printed["kept"] / 100
    test = Fade(retention=printed, cycles=cycles_of(question), c_rate=question.rate(material))
    law = FadeLaw(rows=fades_in_print()).without(material.name, test)
    expected = law.expected(material.name, test)
    kept = expected.retentions(test.cycles, question.samples, question.seed)
    holds, counted = every(kept >= printed)
    cracks = keeps_over_cycles(question)
    own = Branch(name=cracks.name, holds=cracks.holds, counted=cracks.counted)
    known = sum(row.name == material.name for row in law.rows)
    low, middle, high = np.quantile(kept, [0.05, 0.5, 0.95])
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text=(
            f"Over {test.cycles:g} cycles at {test.c_rate:.3g}C, {100 * low:.0f} to "
            f"{100 * high:.0f} % are expected from {len(law.rows)} retentions of sodium cathodes "
            f"in print, {known} of them of {material.title}."
        ),
        name="as retentions in print",
        branches=tuple(replace(each, votes=False) for each in (own, *cracks.branches)),
        fit=expectation([kept], printed, 1.0),
        numbers={
            "kept, 5 % of what is in print": (float(low), "1"),
            "kept, median of what is in print": (float(middle), "1"),
            "kept, 95 % of what is in print": (float(high), "1"),
            **cracks.numbers,
        },
        cannot_support=MEASURED,
        cannot_contradict=MEASURED,
    )


def _free(question: Question) -> Iterator[_Member]:
    """Every draw that delivers at the rate."""
    draws = growing(question, 0)
    for held, found in zip(Held, worn(question, 0), strict=True):
        for rule, each in found.items():
            yield _member(held, rule, each, draws)


def _known(question: Question) -> Iterator[_Member]:
    """Draws in which cracks alone give the second material's known retention."""
    count = REPEATS * question.samples
    many = question.with_draws(
        *(draw_half_cells(each.material, count, question.seed) for each in question.draws)
    )
    for held in Held:
        found: dict[Rule, list[_Member]] = {rule: [] for rule in Rule}
        for rule, member in _carrying(many, held):
            found[rule].append(member)
        joined = [_joined(some) for some in found.values() if some]
        yield from (each for each in joined if each.kept.size >= ENOUGH)


def _carrying(question: Question, held: Held) -> Iterator[tuple[Rule, _Member]]:
    printed = question.claim.printed
    first, second = (growing(question, place) for place in (0, 1))
    own, other = cycling(question, 0), cycling(question, 1, question.number("known_rate"))
    cycles, kept = printed["known_cycles"], printed["known_kept"] / 100
    able = may_carry(second, other.cell, other.c_rate, kept)
    first, second = first.kept(able), second.kept(able)
    for rows in parts(second):
        powder = other.of(second.kept(rows), held)
        for rule in Rule:
            constant, carries = calibrated(powder, rule, cycles, kept)
            if np.any(carries):
                draws = with_constant(first.kept(rows), rule, constant, carries)
                tested = own.of(draws, held)
                each = after(tested, rule, cycles_of(question), tested.at_test)
                yield rule, _member(held, rule, each, draws)


def _member(held: Held, rule: Rule, each: Worn, draws: MaterialDraws) -> _Member:
    """Draws that deliver at the rate."""
    return _Member(
        name=f"{MECHANISMS[held]}, cracks growing {rule.value}",
        kept=each.kept[each.delivers],
        draws=draws.kept(each.delivers),
    )


def _joined(some: list[_Member]) -> _Member:
    values = {
        name: np.concatenate([each.draws.values[name] for each in some])
        for name in some[0].draws.values
    }
    return _Member(
        name=some[0].name,
        kept=np.concatenate([each.kept for each in some]),
        draws=some[0].draws.having(**values),
    )


def _null_rules(question: Question) -> Numbers:
    """What fade by rules without any crack leaves, from the known retention."""
    printed = question.claim.printed
    first, second = (each.material for each in question.draws)
    times = cycles_of(question) / printed["known_cycles"]
    slower = question.number("known_rate") / question.rate(first)
    squared = (first.value("volume_change") / second.value("volume_change")) ** 2
    title = second.title
    return {
        f"{words}": (float((printed["known_kept"] / 100) ** (times * factor)), "1")
        for words, factor in (
            (f"kept if it faded per cycle as {title}", 1.0),
            (f"kept if it faded per hour as {title}", slower),
            (f"kept if fade went from {title} with the volume change squared", squared),
        )
    }


def _numbers(members: tuple[_Member, ...], values: list[Array], printed: float) -> Numbers:
    numbers: Numbers = {"kept as printed": (printed, "1")}
    for each, kept in zip(members, values, strict=True):
        for words, part in (("5 %", 0.05), ("median", 0.5), ("95 %", 0.95)):
            numbers[f"kept {each.name}, {words}"] = float(np.quantile(kept, part)), "1"
    return numbers


def _told(question: Question) -> str:
    rate = question.rate(question.draws[0].material)
    text = f"Over {cycles_of(question):g} cycles, at {rate:.3g}C."
    if "known_kept" not in question.claim.printed:
        return text
    printed, other = question.claim.printed, question.draws[1].material.title
    return (
        f"{text} Predicted with constants of growth by which cracks alone leave {other} "
        f"{printed['known_kept']:g} % after {printed['known_cycles']:g} cycles at "
        f"{question.number('known_rate'):g}C."
    )
