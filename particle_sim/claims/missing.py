"""What to measure next: missing measurements, by how many claims each is expected to settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from particle_sim.claims.answer import Answer
from particle_sim.claims.interval import Verdict
from particle_sim.claims.measurements import MEASUREMENTS, WAYS, WITHIN, measurement_of
from particle_sim.claims.words import plain

MOST_SHOWN = 4
"""Measurements that a comparison names."""


class Answered(Protocol):
    """A claim of the ledger, or a sentence of a comparison, with its answer."""

    @property
    def answer(self) -> Answer: ...


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A measurement and the claims that wait for it, by id."""

    name: str
    title: str
    alone: tuple[str, ...]
    """Those that it would settle by itself"""
    with_others: tuple[str, ...]
    """Those that need another measurement as well"""
    expected: float = 0.0
    """How many undecided claims one of its readings is expected to settle"""


def missing_measurements(entries: Sequence[Answered]) -> list[Missing]:
    """Every measurement that an open claim waits for, those expected to settle most first.

    A claim that takes another for true waits for what would settle that one.
    """
    found = []
    for name, title in MEASUREMENTS.items():
        waiting = [entry.answer for entry in entries if name in entry.answer.settled_by]
        alone = tuple(each.id for each in waiting if len(each.settled_by) == 1)
        rest = tuple(each.id for each in waiting if len(each.settled_by) > 1)
        expected = sum(_best(entry, name) for entry in entries)
        if waiting or expected:
            found.append(
                Missing(name=name, title=title, alone=alone, with_others=rest, expected=expected)
            )
    return sorted(found, key=lambda m: (-m.expected, -len(m.alone), -len(m.with_others)))


def _best(entry: Answered, measurement: str) -> float:
    """The share of readings of a measurement, of whichever input, that would settle a claim."""
    shares = [v for name, v in entry.answer.worth.items() if measurement_of(name) == measurement]
    return max(shares, default=0.0)


def worth_in_words(name: str, share: float) -> str:
    """``diffusivity of NVP within a factor 1.5: in 83 % of the cases``.

    >>> worth_in_words("diffusivity of NVP", 0.83)
    'diffusivity of NVP within a factor 1.5: in 83 % of the cases'
    """
    measured = measurement_of(name)
    within = f"{plain(name)} within a factor {WITHIN[measured]:g}" if measured in WITHIN else ""
    told = MEASUREMENTS[measured] if name in WAYS else within
    return f"{told}: in {100 * share:.0f} % of the cases"


def missing_lines(entries: Sequence[Answered]) -> list[str]:
    """The list as text: how many claims, what, and which."""
    lines = []
    for each in missing_measurements(entries):
        lines.append(
            f"{each.expected:4.1f} expected, {len(each.alone):2} alone, "
            f"{len(each.with_others):2} with others  {each.title}"
        )
        lines.append(f"      {', '.join((*each.alone, *each.with_others))}")
    return lines or ["None of these claims waits for a measurement that is known to settle it."]


def next_lines(findings: Sequence[Answered]) -> list[str]:
    """What to measure next about two materials: by how many of the open sentences of their
    comparison one reading is expected to settle, the most first. Empty where none is open.
    """
    waiting = [each for each in findings if each.answer.verdict is Verdict.UNDECIDED]
    if not waiting:
        return []
    found = [each for each in missing_measurements(waiting) if each.expected]
    if not found:
        return ["Measure next: no single measurement is expected to settle what is open."]
    lines = [f"  {each.expected:.2g}  {each.title}" for each in found[:MOST_SHOWN]]
    return [f"Measure next, by how many of {len(waiting)} open sentences it should settle:", *lines]
