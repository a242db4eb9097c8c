"""Tests on the sodium inside a particle: uniformity, its cause, the surface.

They read maps of inhomogeneity against D/R^2 (:mod:`particle_sim.studies.size_map`), solved under
the reaction that each material's source describes, on charge and on discharge; a sentence that
names a direction is judged in it, and the other is shown. A material that reacts in two phases is
asked with coherent phases as well, which part to two sides of a free sphere at almost no elastic
energy (at its centre, where all draws agree), and shown as a solid solution.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from particle_sim.claims.question import (
    COHERENT,
    OWN,
    SOLID,
    Branch,
    Evidence,
    Flags,
    Question,
)
from particle_sim.claims.readings import on_map, read, spread
from particle_sim.plausible.draws import MaterialDraws, named_inputs
from particle_sim.studies.choices import Direction
from particle_sim.studies.size_map import LAST_FRACTION

Draws = tuple[MaterialDraws, ...]
Tables = tuple[xr.Dataset, ...]
Judge = Callable[[Draws, Tables], tuple[Flags, Flags]]
"""(draws, maps) -> where it holds, and which draws count"""

SEPARATES_ABOVE = 2.0
"""Interaction chi above which a regular solution splits into two phases."""
UNDER = {OWN: "", SOLID: ", as a solid solution", COHERENT: ", with coherent phases side by side"}
"""What a law is called after the direction."""
REACHED = 0.97 * LAST_FRACTION
"""Fraction of the capacity from which a draw counts as having reached the last state."""


def uniform(question: Question) -> Evidence:
    """(max - min)/c_max at 90 % of the capacity stays below ``uniform_below``.

    A solid solution whose drawn chi exceeds 2 would separate and is not uniform.
    """
    limit = question.number("uniform_below")

    def judge(draws: Draws, tables: Tables) -> tuple[Flags, Flags]:
        return _even(draws[0], tables[0], limit), _arrived(draws[0], tables[0])

    return _evidence(question, judge)


def heterogeneous(question: Question) -> Evidence:
    """(max - min)/c_max at 90 % of the capacity exceeds ``uniform_below``."""
    limit = question.number("uniform_below")

    def judge(draws: Draws, tables: Tables) -> tuple[Flags, Flags]:
        return ~_even(draws[0], tables[0], limit), _arrived(draws[0], tables[0])

    return _evidence(question, judge)


def surface_richer(question: Question) -> Evidence:
    """At 90 % of a charge or discharge the surface holds more sodium than the particle's mean."""

    def judge(draws: Draws, tables: Tables) -> tuple[Flags, Flags]:
        richer = np.asarray(read(draws[0], tables[0], "surface_excess") > 0)
        return richer, np.ones_like(richer)

    return _evidence(question, judge)


def caused_by_diffusivity(question: Question) -> Evidence:
    """With the second material's diffusivity instead of its own, the first would be uniform.

    Counted are the draws in which it is not uniform with its own.
    """
    limit = question.number("uniform_below")

    def judge(draws: Draws, tables: Tables) -> tuple[Flags, Flags]:
        faster = draws[0].having(diffusivity=draws[1].values["diffusivity"])
        return _even(faster, tables[0], limit), ~_even(draws[0], tables[0], limit)

    return _evidence(question, judge)


def one_phase_goes_farther(question: Question) -> Evidence:
    """At one mobility, a solid solution has exchanged more when its surface ends the run.

    The material under the law of its source, two phases with a boundary that moves inwards, against
    the same draws without phases. Counted are draws that lie on the map of two phases and of which
    at least one law does not reach the last state: where both do, nothing is compared.
    """
    rate, found = question.number("c_rate"), []
    (draws,), (name,) = question.draws[:1], question.names[:1]
    for way in question.tools.directions:
        two, one = (question.tools.field_map(name, rate, law, way) for law in (OWN, SOLID))
        reached = [read(draws, table, "reached") for table in (two, one)]
        counted = on_map(draws, two) & (np.minimum(*reached) < REACHED)
        holds = np.asarray(reached[1] > reached[0])
        found.append(Branch(name=f"on {way.value}", holds=holds, counted=counted))
    first = found[0]
    return Evidence(
        holds=first.holds,
        counted=first.counted,
        inputs=named_inputs([draws]),
        text=f"{draws.material.title} at {rate:g}C, in two phases and as a solid solution.",
        name=first.name,
        branches=tuple(found[1:]),
        numbers={
            f"median share reached on {way.value}, {law}": (value, "1")
            for way in question.tools.directions
            for law, value in _reached(question, draws, name, way)
        },
    )


def _reached(
    question: Question, draws: MaterialDraws, name: str, way: Direction
) -> list[tuple[str, float]]:
    """Median share exchanged by draws on the map of two phases, under both laws."""
    tables = [
        question.tools.field_map(name, question.number("c_rate"), law, way) for law in (OWN, SOLID)
    ]
    inside = on_map(draws, tables[0])
    return [
        (law, float(np.median(read(draws, table, "reached")[inside])))
        for law, table in zip(("two phases", "one phase"), tables, strict=True)
    ]


def _even(draws: MaterialDraws, table: xr.Dataset, limit: float) -> Flags:
    even: Flags = np.asarray(spread(draws, table) < limit)
    chi = draws.values.get("regular_solution_parameter")
    if chi is None or draws.material.two_phase:
        return even
    return np.asarray(even & (chi <= SEPARATES_ABOVE))


def _arrived(draws: MaterialDraws, table: xr.Dataset) -> Flags:
    return np.asarray(read(draws, table, "reached") >= REACHED)


def _evidence(question: Question, judge: Judge) -> Evidence:
    """``judge`` in the direction that the sentence names, or in both; and as solid solutions."""
    test = question.claim.file.test
    named = None if test is None else test.direction
    offered = question.tools.directions
    asked = [way for way in offered if named in (None, way.value)] or list(offered)
    found = [
        _branch(question, judge, OWN, way, votes=way in asked)
        for way in sorted(offered, key=lambda way: way not in asked)
    ]
    if any(each.material.two_phase for each in question.draws):
        found.append(_branch(question, judge, COHERENT, asked[0], votes=True))
        found.append(_branch(question, judge, SOLID, asked[0], votes=False))
    first = found[0]
    return Evidence(
        holds=first.holds,
        counted=first.counted,
        inputs=named_inputs(question.draws),
        text=f"At {question.number('c_rate'):g}C.",
        name=first.name,
        branches=tuple(found[1:]),
    )


def _branch(
    question: Question, judge: Judge, law: str, direction: Direction, *, votes: bool
) -> Branch:
    tables = tuple(
        question.tools.field_map(
            name,
            question.number("c_rate"),
            OWN if law == COHERENT and not each.material.two_phase else law,
            direction,
        )
        for name, each in zip(question.names, question.draws, strict=True)
    )
    holds, counted = judge(question.draws, tables)
    return Branch(
        name=f"on {direction.value}{UNDER[law]}", holds=holds, counted=counted, votes=votes
    )
