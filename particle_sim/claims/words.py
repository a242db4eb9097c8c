"""The sentences of an answer: in which share it holds, under what, and what decides."""

from __future__ import annotations

from collections.abc import Sequence

from particle_sim.cell.design import FULL_CELL_CATALOGUE
from particle_sim.claims.interval import Region, Verdict, share_interval, verdict_of
from particle_sim.claims.question import Branch, Evidence
from particle_sim.claims.schema import TestEntry
from particle_sim.damage.constants import GROWTH_CATALOGUE
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.plausible.inputs import VARIED


def shares(
    found: Evidence,
    levelled: Evidence | None,
    test: TestEntry,
    shown: Sequence[Branch],
    because: str,
) -> list[str]:
    """What was asked, in which share it holds, and in which share otherwise."""
    low, high = share_interval(found.successes, found.draws)
    given = f"Given {test.given.claim}: " if test.given else ""
    under = f" {found.name}" if found.name else ""
    said = [
        found.text,
        f"{given}Holds in {_of(found)} ({percent(low)} to {percent(high)}){under}.",
    ]
    said += [
        f"{_capital(each.name)}: {_verdict(each)}, in {_of(each)}." for each in shown if each.draws
    ]
    if levelled is not None:
        names = " and ".join(plain(name) for name in test.assumes)
        said.append(f"With the same range of {names} for both, in {_of(levelled)}.")
        if because:
            said.append(f"So the answer would only repeat what was assumed of {names}.")
    return said


def passes_too(control: Branch) -> str:
    """Why a test that the baseline passes says nothing."""
    whom, _, under = control.name.removeprefix("asked of ").partition(", ")
    return f"{whom} passes the same test {under}, so it does not tell the two apart"


def decisive(branches: Sequence[Branch]) -> str:
    """Under which branches it holds, and under which it does not, as a clause.

    >>> import numpy as np
    >>> from particle_sim.claims.question import every
    >>> ways = (("if it relieves", 0), ("if it holds", 1))
    >>> decisive([Branch(name=n, holds=h, counted=c) for n, k in ways
    ...           for h, c in (every(np.full(100, k)),)])
    'no if it relieves; yes if it holds'
    """
    ways: dict[str, list[str]] = {}
    for each in branches:
        if each.draws:
            ways.setdefault(_in_a_word(each), []).append(each.name)
    return "; ".join(f"{word} {', and '.join(names)}" for word, names in ways.items())


def _in_a_word(branch: Branch) -> str:
    known = {Verdict.SUPPORTED: "yes", Verdict.CONTRADICTED: "no"}
    verdict = verdict_of(branch.successes, branch.draws)
    return known.get(verdict) or f"in {percent(branch.successes / branch.draws)} of the draws"


def region_sentence(region: Region) -> str:
    """Which input decides, and in which part of its range the claim fails."""
    prop = region.name.partition(" of ")[0]
    known = {**CATALOGUE, **FULL_CELL_CATALOGUE, **GROWTH_CATALOGUE}
    unit = known[prop].unit if prop in known else ""
    value = f"{region.split:.2g} {unit if unit != '1' else ''}".strip()
    return (
        f"It turns on the {plain(region.name)}: holds in {percent(region.below)} of the draws up "
        f"to {value} and in {percent(region.above)} above."
    )


def follows(name: str) -> str:
    """Which input what is measured follows most."""
    return f"It follows the {plain(name)} most."


def whose(name: str) -> str:
    """Before the name of an input that decides: is it assumed, or learned from data?"""
    return "the assumed" if name.partition(" of ")[0] in VARIED else "the"


def percent(share: float) -> str:
    """0.5 as 50 %."""
    return f"{100 * share:.0f} %"


def plain(name: str) -> str:
    """A name of the code without its underscores."""
    return name.replace("_", " ")


def _of(found: Evidence | Branch) -> str:
    return f"{percent(found.successes / max(found.draws, 1))} of {found.draws} draws"


def _verdict(branch: Branch) -> str:
    return verdict_of(branch.successes, branch.draws).value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
