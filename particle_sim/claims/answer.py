"""From a claim to an answer: draws, the test, its interval, and what the answer rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.cell.design import FULL_CELL_CATALOGUE
from particle_sim.claims.interval import Region, Verdict, region_of, share_interval, verdict_of
from particle_sim.claims.kinds import KINDS
from particle_sim.claims.question import Evidence, Numbers, Question, Tools
from particle_sim.claims.schema import BECAUSE, Claim, TestEntry
from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.plausible.defaults import SAMPLES, SEED
from particle_sim.studies.drawn_half_cells import draw_half_cells


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known of one claim, as plain data."""

    id: str
    verdict: Verdict
    sentence: str
    because: str = ""
    """Why it is not testable: assumed, not modelled or not printed"""
    share: float | None = None
    draws: int = 0
    interval: tuple[float, float] | None = None
    alike_share: float | None = None
    """Share when the assumed properties have the same ranges in both materials"""
    solid_share: float | None = None
    """Share with every material as a solid solution, where one reacts in two phases"""
    region: Region | None = None
    decided_by: str = ""
    numbers: Mapping[str, tuple[float, str]]


def answer(claim: Claim, tools: Tools, samples: int = SAMPLES, seed: int = SEED) -> Answer:
    """The answer to one claim over ``samples`` draws.

    Where the claim names assumed properties, it is asked again with those drawn from the same
    range for both materials; an answer that then changes was put in by us and is no answer.
    Raises :class:`InputError` when a material of the claim cannot be simulated.
    """
    test = claim.file.test
    if test is None:
        return _untested(claim)
    return judged(question_of(claim, tools, samples, seed), test, KINDS[test.kind].test)


def judged(
    question: Question, test: TestEntry, ask: Callable[[Question], Evidence], opening: str = ""
) -> Answer:
    """What ``ask`` finds for a question, as an answer; ``opening`` begins its sentence instead."""
    found = ask(question)
    found = replace(found, text=opening or found.text)
    if found.exact:
        return _exact(question.claim, found)
    if found.draws == 0:
        return untested(
            question.claim.id,
            f"{found.text} No combination of plausible inputs gets to that state.",
            numbers=_rounded(found.numbers),
        )
    other = _asked_alike(question, test)
    levelled = None if other is None else ask(other)
    return _judged(question.claim, test, found, levelled)


def question_of(claim: Claim, tools: Tools, samples: int, seed: int) -> Question:
    """The claim with its draws."""
    names = tuple(claim.file.claim.materials)
    try:
        draws = tuple(draw_half_cells(tools.load(name), samples, seed) for name in names)
    except InputError as error:
        raise InputError(*(f"{claim.path.name}: {problem}" for problem in error.problems)) from None
    return Question(
        claim=claim,
        draws=draws,
        names=names,
        tools=tools,
        samples=samples,
        seed=seed,
    )


def _asked_alike(question: Question, test: TestEntry) -> Question | None:
    """The question with assumed differences taken out, ``None`` when the claim names none."""
    name = test.alike or (question.names[1] if len(question.names) > 1 else None)
    if not test.assumes or name is None:
        return None
    other = question.tools.load(name).properties
    beliefs = {key: other[key] for key in test.assumes if key in other}
    own = question.draws[0].material
    first = draw_half_cells(own, question.samples, question.seed, beliefs)
    return question.with_draws(first, *question.draws[1:])


def _judged(claim: Claim, test: TestEntry, found: Evidence, levelled: Evidence | None) -> Answer:
    verdict = verdict_of(found.successes, found.draws)
    low, high = share_interval(found.successes, found.draws)
    region = region_of(found.holds, found.counted, found.inputs)
    words = [found.text, f"Holds in {_share(found)} ({_percent(low)} to {_percent(high)})."]
    because, decided_by, same = "", "", None
    if levelled is not None:
        same = levelled.successes / max(levelled.draws, 1)
        names = " and ".join(_plain(name) for name in test.assumes)
        words.append(f"With the same range of {names} for both, in {_share(levelled)}.")
        if (
            verdict is not Verdict.UNDECIDED
            and verdict_of(levelled.successes, levelled.draws) is not verdict
        ):
            verdict, because = Verdict.NOT_TESTABLE, BECAUSE[0]
            words.append(f"So the answer would only repeat what was assumed of {names}.")
    words += _solid_solution(verdict, found, levelled)
    for side, clause in (
        (Verdict.CONTRADICTED, found.cannot_contradict),
        (Verdict.SUPPORTED, found.cannot_support),
    ):
        if clause and verdict is side:
            verdict, decided_by = Verdict.UNDECIDED, clause
            words.append(f"Left open: {clause}.")
    if found.turned_by and verdict is not Verdict.NOT_TESTABLE:
        verdict, decided_by = Verdict.UNDECIDED, found.turned_by
        words.append(f"Decided by {found.turned_by}.")
    if region is not None:
        decided_by = decided_by or f"the assumed {_plain(region.name)}"
        words.append(region_sentence(region))
    return Answer(
        id=claim.id,
        verdict=verdict,
        because=because,
        sentence=" ".join(words),
        share=_digits(found.successes / found.draws),
        draws=found.draws,
        interval=(_digits(low), _digits(high)),
        alike_share=None if same is None else _digits(same),
        solid_share=None if found.solid_share is None else _digits(found.solid_share),
        region=region,
        decided_by=decided_by,
        numbers=_rounded(found.numbers),
    )


def _solid_solution(verdict: Verdict, found: Evidence, levelled: Evidence | None) -> list[str]:
    """What the answer would be in one phase, and whether it rests on there being two."""
    shown = levelled or found
    if shown.solid_share is None:
        return []
    share = shown.solid_share
    successes = round(share * shown.draws)
    alike = " and the same ranges" if levelled is not None else ""
    words = f"As solid solutions{alike}, in {_percent(share)}"
    if verdict is Verdict.UNDECIDED or verdict_of(successes, shown.draws) is verdict:
        return [f"{words}."]
    return [f"{words}: the answer rests on a reaction in two phases."]


def region_sentence(region: Region) -> str:
    """Which input decides, and in which part of its range the claim fails."""
    prop = region.name.partition(" of ")[0]
    known = {**CATALOGUE, **FULL_CELL_CATALOGUE}
    unit = known[prop].unit if prop in known else ""
    value = f"{region.split:.2g} {unit if unit != '1' else ''}".strip()
    return (
        f"It turns on the {_plain(region.name)}: holds in {_percent(region.below)} of the draws up "
        f"to {value} and in {_percent(region.above)} above."
    )


def _exact(claim: Claim, found: Evidence) -> Answer:
    """Arithmetic: no draws, no interval."""
    holds = bool(found.holds.all())
    numbers = "; ".join(f"{name} {v:.4g} {u}" for name, (v, u) in found.numbers.items())
    return Answer(
        id=claim.id,
        verdict=Verdict.SUPPORTED if holds else Verdict.CONTRADICTED,
        sentence=f"{found.text} Arithmetic, no draws: {numbers}.",
        numbers=_rounded(found.numbers),
    )


def _untested(claim: Claim) -> Answer:
    reason = claim.file.not_testable
    if reason is None:
        return untested(claim.id, "")
    return untested(claim.id, reason.reason, because=reason.because)


def untested(
    name: str, why: str, *, because: str = BECAUSE[1], numbers: Numbers | None = None
) -> Answer:
    """No answer, and the sentence that says why."""
    return Answer(
        id=name,
        verdict=Verdict.NOT_TESTABLE,
        because=because,
        sentence=why,
        numbers=numbers or {},
    )


def _share(found: Evidence) -> str:
    return f"{_percent(found.successes / max(found.draws, 1))} of {found.draws} draws"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _rounded(numbers: Numbers) -> Numbers:
    """Five digits: more would be noise of the draws, and differ between machines."""
    return {name: (_digits(value), unit) for name, (value, unit) in numbers.items()}


def _digits(value: float) -> float:
    if not math.isfinite(value):
        return 0.0
    return float(np.format_float_scientific(value, precision=4))
