"""What to measure next: the missing measurements, by how many claims each would settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from particle_sim.claims.ledger import Entry
from particle_sim.claims.measurements import MEASUREMENTS


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A measurement and the claims that wait for it, by id."""

    name: str
    title: str
    alone: tuple[str, ...]
    """Those that it would settle by itself"""
    with_others: tuple[str, ...]
    """Those that need another measurement as well"""


def missing_measurements(entries: Sequence[Entry]) -> list[Missing]:
    """Every measurement that an open claim waits for, those that settle most by themselves first.

    A claim that takes another for true waits for what would settle that one.
    """
    found = []
    for name, title in MEASUREMENTS.items():
        waiting = [entry.answer for entry in entries if name in entry.answer.settled_by]
        alone = tuple(each.id for each in waiting if len(each.settled_by) == 1)
        rest = tuple(each.id for each in waiting if len(each.settled_by) > 1)
        if waiting:
            found.append(Missing(name=name, title=title, alone=alone, with_others=rest))
    return sorted(found, key=lambda each: (-len(each.alone), -len(each.with_others)))


def missing_lines(entries: Sequence[Entry]) -> list[str]:
    """The list as text: how many claims, what, and which."""
    lines = []
    for each in missing_measurements(entries):
        lines.append(
            f"{len(each.alone):3} alone, {len(each.with_others):2} with others  {each.title}"
        )
        lines.append(f"      {', '.join((*each.alone, *each.with_others))}")
    return lines
