"""From a claim to an answer: draws, the test, its interval, and what the answer rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from particle_sim.claims import words
from particle_sim.claims.interval import Region, Verdict, region_of, share_interval, verdict_of
from particle_sim.claims.kinds import KINDS
from particle_sim.claims.measurements import FIXES
from particle_sim.claims.question import Branch, Evidence, Numbers, Question, Tools
from particle_sim.claims.schema import BECAUSE, Claim, Given, TestEntry
from particle_sim.claims.tools import level
from particle_sim.claims.worth import worth_of
from particle_sim.errors import InputError
from particle_sim.plausible.defaults import SAMPLES, SEED
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.plausible.sensitivity import strongest
from particle_sim.studies.drawn_half_cells import draw_half_cells


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The answer under one physics, direction or control."""

    name: str
    share: float
    draws: int
    verdict: Verdict
    votes: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known of one claim, as plain data."""

    id: str
    verdict: Verdict
    sentence: str
    because: str = ""
    """Why it is not testable: assumed, not modelled or not printed"""
    label: str = ""
    """Arithmetic, tautology or inconsistency: listed and not counted as support"""
    given: str = ""
    """Another claim that the answer takes for true"""
    fit: str = ""
    """For a measured number: as expected, higher or lower; empty where too little is known"""
    share: float | None = None
    draws: int = 0
    interval: tuple[float, float] | None = None
    alike_share: float | None = None
    """Share when the assumed properties have the same ranges in both materials"""
    branches: tuple[Asked, ...] = ()
    """The same question under other physics, in the other direction, of the baseline"""
    region: Region | None = None
    decided_by: str = ""
    settled_by: tuple[str, ...] = ()
    """Measurements that would settle it, or the claim that it takes for true"""
    worth: Mapping[str, float] = field(default_factory=dict)
    """The share of readings of one measurement after which it would be settled, by what is known"""
    numbers: Mapping[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether it is supported or contradicted by more than arithmetic and what was put in."""
        return self.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED) and not self.label


Test = Callable[[Question], Evidence]


def answer(claim: Claim, tools: Tools, samples: int = SAMPLES, seed: int = SEED) -> Answer:
    """The answer to one claim over ``samples`` draws.

    Where the claim names assumed properties, it is asked again with those drawn from the same
    range for both materials; an answer that then changes was put in by us and is no answer. Every
    branch of physics and direction that votes must agree, and the baseline must not pass the same
    test where the claim says that this tells the two apart. Raises :class:`InputError` when a
    material of the claim cannot be simulated.
    """
    test = claim.file.test
    if test is None:
        return _untested(claim)
    return judged(question_of(claim, tools, samples, seed), test, KINDS[test.kind].test)


def judged(question: Question, test: TestEntry, ask: Test, opening: str = "") -> Answer:
    """What ``ask`` finds for a question, as an answer; ``opening`` begins its sentence instead."""
    even = _asked_given(question, test.given)
    found = ask(question if even is None else even)
    found = replace(found, text=opening or found.text)
    if found.exact:
        return _exact(question.claim, found)
    if found.draws == 0:
        return untested(
            question.claim,
            f"{found.text} No combination of plausible inputs gets to that state.",
            numbers=_rounded(found.numbers),
        )
    if test.given is not None:
        bare = ask(_levelled(question, [test.given.higher], question.names[1]))
        note = f"without {test.given.claim}, over the same ranges"
        extra = Branch(name=note, holds=bare.holds, counted=bare.counted, votes=False)
        found = replace(found, branches=(*found.branches, extra))
    other = _asked_alike(question, test)
    levelled = None if other is None else ask(other)
    return _judged(question.claim, test, found, levelled, _control(question, test, ask))


def question_of(claim: Claim, tools: Tools, samples: int, seed: int) -> Question:
    """The claim with its draws."""
    names = tuple(claim.file.claim.materials)
    try:
        materials = level(tuple(map(tools.load, names)))
        draws = tuple(draw_half_cells(each, samples, seed) for each in materials)
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


def _asked_given(question: Question, given: Given | None) -> Question | None:
    """The question over equal ranges, in the draws where the first material has the more."""
    if given is None:
        return None
    even = _levelled(question, [given.higher], question.names[1])
    first, second = (each.values[given.higher] for each in even.draws[:2])
    return even.with_draws(*(each.kept(np.asarray(first > second)) for each in even.draws))


def _asked_alike(question: Question, test: TestEntry) -> Question | None:
    """The question with assumed differences taken out, ``None`` when the claim names none."""
    name = test.alike or (question.names[1] if len(question.names) > 1 else None)
    if not test.assumes or name is None:
        return None
    return _levelled(question, test.assumes, name)


def _levelled(question: Question, properties: list[str], name: str) -> Question:
    """The question with the first material's ranges of ``properties`` those of another."""
    other = question.tools.load(name).properties
    beliefs = {key: other[key] for key in properties if key in other}
    own = question.draws[0].material
    first = draw_half_cells(own, question.samples, question.seed, beliefs)
    return question.with_draws(first, *question.draws[1:])


def _control(question: Question, test: TestEntry, ask: Test) -> Branch | None:
    """The same test of the baseline, under the physics in which it passes most easily."""
    if test.tells_apart is None:
        return None
    material = question.tools.load(test.tells_apart)
    draws: MaterialDraws = draw_half_cells(material, question.samples, question.seed)
    found = ask(replace(question, draws=(draws,), names=(test.tells_apart,)))
    easiest = max(_voters(found), key=lambda each: each.successes / max(each.draws, 1))
    return replace(easiest, name=f"asked of {material.title}, {easiest.name}", votes=False)


def _voters(found: Evidence) -> list[Branch]:
    own = Branch(
        name=found.name,
        holds=found.holds,
        counted=found.counted,
        measurable=found.measurable,
    )
    return [own, *(each for each in found.branches if each.votes)]


def _verdict(found: Evidence) -> Verdict:
    """Of every branch that votes, or undecided where they differ."""
    verdicts = {verdict_of(each.successes, each.draws) for each in _voters(found) if each.draws}
    return verdicts.pop() if len(verdicts) == 1 else Verdict.UNDECIDED


def _judged(
    claim: Claim,
    test: TestEntry,
    found: Evidence,
    levelled: Evidence | None,
    control: Branch | None,
) -> Answer:
    verdict, because = _verdict(found), ""
    region = None
    if found.follows is None:
        region = region_of(found.holds, found.counted, found.inputs)
    if levelled is not None and verdict is not Verdict.UNDECIDED and _verdict(levelled) != verdict:
        verdict, because = Verdict.NOT_TESTABLE, BECAUSE[0]
    shown = [*found.branches, *([control] if control else [])]
    said = words.shares(found, levelled, test, shown, because)
    deciding = region.name if region else _strongest(found)
    assumed = f"{words.whose(deciding)} {words.plain(deciding)}"
    decided_by = assumed if found.fit and deciding else ""
    clause = "" if found.fit else _left_open(found, verdict, control)
    verdict = Verdict.UNDECIDED if found.fit else verdict
    if clause:
        verdict, decided_by = Verdict.UNDECIDED, decided_by or clause
        said.append(f"Left open: {clause}.")
    if deciding:
        decided_by = decided_by or assumed
        said.append(words.region_sentence(region) if region else words.follows(deciding))
    own = FIXES.get(deciding.partition(" of ")[0])
    low, high = share_interval(found.successes, found.draws)
    return Answer(
        id=claim.id,
        verdict=verdict,
        because=because,
        label=claim.file.claim.label,
        given=test.given.claim if test.given else "",
        fit=found.fit,
        sentence=" ".join(said),
        share=_digits(found.successes / found.draws),
        draws=found.draws,
        interval=(_digits(low), _digits(high)),
        alike_share=None if levelled is None else _digits(_share(levelled)),
        branches=tuple(_asked(each) for each in shown if each.draws),
        region=region,
        decided_by=decided_by,
        settled_by=() if found.fit else _settled_by(claim, verdict, own),
        worth={} if found.fit else _worth(claim, found, verdict, control),
        numbers=_rounded(found.numbers),
    )


def _worth(
    claim: Claim, found: Evidence, verdict: Verdict, control: Branch | None
) -> dict[str, float]:
    """What one measurement would settle of a claim that stays undecided."""
    possible = {
        each
        for each in (Verdict.SUPPORTED, Verdict.CONTRADICTED)
        if not _left_open(found, each, control)
    }
    if verdict is not Verdict.UNDECIDED or not possible:
        return {}
    named = claim.file.claim.settled_by
    shares = worth_of(_voters(found), found.inputs, frozenset(possible), named, SEED)
    return {name: _digits(share) for name, share in shares.items()}


def _left_open(found: Evidence, verdict: Verdict, control: Branch | None) -> str:
    """Why the claim stays open whatever its share, as a clause, or nothing."""
    if verdict is Verdict.CONTRADICTED:
        return found.cannot_contradict
    if verdict is Verdict.SUPPORTED:
        passes = control and verdict_of(control.successes, control.draws) is Verdict.SUPPORTED
        return found.cannot_support or (words.passes_too(control) if control and passes else "")
    differ = {verdict_of(each.successes, each.draws) for each in _voters(found) if each.draws}
    if verdict is Verdict.UNDECIDED and len(differ) > 1:
        return words.decisive(_voters(found))
    return ""


def _strongest(found: Evidence) -> str:
    """The input whose rank what is measured follows most closely."""
    if found.follows is None or not np.ptp(found.follows):
        return ""
    return strongest(found.inputs, found.follows)[0]


def _asked(branch: Branch) -> Asked:
    return Asked(
        name=branch.name,
        share=_digits(branch.successes / branch.draws),
        draws=branch.draws,
        verdict=verdict_of(branch.successes, branch.draws),
        votes=branch.votes,
    )


def _settled_by(claim: Claim, verdict: Verdict, deciding: str | None) -> tuple[str, ...]:
    """The measurements that the claim names, or else that of the input that decides.

    None where the answer stands and takes no other claim for true.
    """
    named, test = claim.file.claim.settled_by, claim.file.test
    if verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED):
        return tuple(named) if test is not None and test.given is not None else ()
    return tuple(named) if named or deciding is None else (deciding,)


def _exact(claim: Claim, found: Evidence) -> Answer:
    """Arithmetic: no draws, no interval."""
    numbers = "; ".join(f"{name} {v:.4g} {u}" for name, (v, u) in found.numbers.items())
    return Answer(
        id=claim.id,
        verdict=Verdict.SUPPORTED if found.holds.all() else Verdict.CONTRADICTED,
        label=claim.file.claim.label,
        sentence=f"{found.text} No draws: {numbers}.",
        numbers=_rounded(found.numbers),
    )


def _untested(claim: Claim) -> Answer:
    reason = claim.file.not_testable
    if reason is None:
        return untested(claim, "")
    return untested(claim, reason.reason, because=reason.because)


def untested(
    claim: Claim, why: str, *, because: str = BECAUSE[1], numbers: Numbers | None = None
) -> Answer:
    """No answer, and the sentence that says why."""
    return Answer(
        id=claim.id,
        verdict=Verdict.NOT_TESTABLE,
        because=because,
        label=claim.file.claim.label,
        sentence=why,
        settled_by=_settled_by(claim, Verdict.NOT_TESTABLE, None),
        numbers=numbers or {},
    )


def _share(found: Evidence) -> float:
    return found.successes / max(found.draws, 1)


def _rounded(numbers: Numbers) -> Numbers:
    """Five digits: more would be noise of the draws, and differ between machines."""
    return {name: (_digits(value), unit) for name, (value, unit) in numbers.items()}


def _digits(value: float) -> float:
    if not math.isfinite(value):
        return 0.0
    return float(np.format_float_scientific(value, precision=4))
