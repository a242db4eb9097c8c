"""Cracks and capacity of a claim's draws after the cycles that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.claims.kinds_crack import UNYIELDING
from particle_sim.claims.question import Flags, Question
from particle_sim.life.chain import Held, Rule, cycled, growth_of, holding, with_growth
from particle_sim.life.loads import GradientTable, Site
from particle_sim.life.powder import FEW, CycledPowder
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.units import Array

AT_ONCE = 250
"""Draws whose cracks are followed together; more would only fill the memory."""

Altered = Callable[[MaterialDraws], MaterialDraws]


def as_drawn(draws: MaterialDraws) -> MaterialDraws:
    """Nothing altered."""
    return draws


@dataclass(frozen=True, kw_only=True)
class Worn:
    """Draws (n,) of a material after cycling."""

    cracked: Array
    """Share that cycling has cracked of the particles that were whole as made"""
    kept: Array
    """Capacity at the rate over that of the first cycle, by cracks alone"""
    delivers: Flags
    """Whether the fresh powder delivers anything at the rate"""


@dataclass(frozen=True, kw_only=True)
class Cycling:
    """A half cell at a C-rate, as :func:`~particle_sim.life.chain.cycled` takes it."""

    c_rate: float
    cell: Cell
    tables: Mapping[Site, GradientTable]

    def of(self, draws: MaterialDraws, held: Held) -> CycledPowder:
        return cycled(draws, self.c_rate, held, cell=self.cell, tables=self.tables)


def cycling(question: Question, place: int, c_rate: float | None = None) -> Cycling:
    """One material of the question at its own rate, or at another."""
    material = question.draws[place].material
    return Cycling(
        c_rate=question.rate(material) if c_rate is None else c_rate,
        cell=half_cell(material),
        tables=question.tools.cycle_loads(question.names, place),
    )


def growing(question: Question, place: int) -> MaterialDraws:
    """The draws of one material with constants of growth; a missing strength is beyond reach."""
    draws = question.draws[place]
    count = len(draws.values["diffusivity"])
    missing = {
        name: np.full(count, value)
        for name, value in UNYIELDING.items()
        if name not in draws.material.properties
    }
    return with_growth(draws.having(**missing), question.seed)


def parts(draws: MaterialDraws) -> Iterator[NDArray[np.intp]]:
    """Numbers of the draws that are followed together."""
    rows = np.arange(len(draws.values["diffusivity"]))
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def worn(
    question: Question,
    place: int,
    boundaries: Sequence[Altered | None] = (None, as_drawn),
    body: Altered = as_drawn,
) -> list[dict[Rule, Worn]]:
    """One material of the question after its ``cycles`` at its rate, by every rule of growth.

    For each of ``boundaries``: relieved (``None``), or holding the misfit of the altered draws.
    ``body`` alters them all.
    """
    draws, test = body(growing(question, place)), cycling(question, place)
    every = [draws if of is None else of(draws) for of in boundaries]
    found: list[dict[Rule, list[Worn]]] = [{rule: [] for rule in Rule} for _ in boundaries]
    for rows in parts(draws):
        relieved = test.of(draws.kept(rows), Held.RELIEVED)
        for of, own, by_rule in zip(boundaries, every, found, strict=True):
            powder = relieved if of is None else holding(relieved, own.kept(rows))
            for rule, some in by_rule.items():
                some.append(after(powder, rule, cycles_of(question), relieved.at_test))
    return [{rule: _joined(some) for rule, some in by_rule.items()} for by_rule in found]


def after(powder: CycledPowder, rule: Rule, cycles: float, capacity: Array) -> Worn:
    """A powder after ``cycles``; its first cycle's is the whole of the ``capacity`` of its test."""
    growth = growth_of(powder.draws.values, rule)
    cracked = powder.cracked(growth, np.array([0.0, cycles]))
    return Worn(
        cracked=(cracked[:, 1] - powder.as_made) / np.maximum(1 - powder.as_made, FEW),
        kept=powder.retention(cracked, cracked[:, 0], capacity)[:, 1],
        delivers=capacity[:, 0] > 0,
    )


def cycles_of(question: Question) -> float:
    """Printed number of cycles, or the one that is chosen."""
    printed = question.claim.printed
    return printed["cycles"] if "cycles" in printed else question.number("cycles")


def _joined(some: list[Worn]) -> Worn:
    columns = zip(*(vars(each).values() for each in some), strict=True)
    cracked, kept, delivers = (np.concatenate(column) for column in columns)
    return Worn(cracked=cracked, kept=kept, delivers=delivers)
