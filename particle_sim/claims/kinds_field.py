"""Tests on fields inside a particle during a charge: uniformity, stress, cracks.

They read maps of stress and inhomogeneity against D/R^2 (:mod:`particle_sim.studies.size_map`),
solved under the reaction each material's source describes. A material that reacts in two phases is
looked at twice more: as a solid solution, and at its centre with a coherent boundary; when the
latter turns the central answer round, the claim cannot be decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import xarray as xr

from particle_sim.claims.interval import Verdict, verdict_of
from particle_sim.claims.question import (
    COHERENT,
    GROWTH,
    OWN,
    SOLID,
    Evidence,
    Flags,
    Numbers,
    Question,
)
from particle_sim.claims.readings import map_driving, read, spread, stress
from particle_sim.plausible.draws import MaterialDraws, centre, named_inputs
from particle_sim.studies.size_map import LAST_FRACTION
from particle_sim.units import Array

Draws = tuple[MaterialDraws, ...]
Tables = tuple[xr.Dataset, ...]
Judge = Callable[[Draws, Tables], Flags]

SEPARATES_ABOVE = 2.0
"""Interaction chi above which a regular solution splits into two phases."""
REACHED = 0.97 * LAST_FRACTION
"""Fraction of the capacity from which a draw counts as having reached the last state."""


def uniform(question: Question) -> Evidence:
    """(max - min)/c_max at 90 % of the capacity stays below ``uniform_below``.

    A solid solution whose drawn chi exceeds 2 would separate and is not uniform.
    """
    limit = question.number("uniform_below")

    def judge(draws: Draws, tables: Tables) -> Flags:
        return _even(draws[0], tables[0], limit)

    return _evidence(question, judge, arrives=True)


def heterogeneous(question: Question) -> Evidence:
    """(max - min)/c_max at 90 % of the capacity exceeds ``uniform_below``."""
    limit = question.number("uniform_below")

    def judge(draws: Draws, tables: Tables) -> Flags:
        return ~_even(draws[0], tables[0], limit)

    return _evidence(question, judge, arrives=True)


def surface_richer(question: Question) -> Evidence:
    """At 90 % of a charge the surface holds more sodium than the mean of the particle."""

    def judge(draws: Draws, tables: Tables) -> Flags:
        return np.asarray(read(draws[0], tables[0], "surface_excess") > 0)

    return _evidence(question, judge)


def caused_by_diffusivity(question: Question) -> Evidence:
    """With the second material's diffusivity instead of its own, the first would be uniform.

    Counted are the draws in which it is not uniform with its own.
    """
    limit = question.number("uniform_below")

    def judge(draws: Draws, tables: Tables) -> Flags:
        faster = draws[0].having(diffusivity=draws[1].values["diffusivity"])
        return _even(faster, tables[0], limit)

    found = _evidence(question, judge, turns=False)
    counted, smooth = (
        ~_even(question.draws[0], _tables(question, law)[0], limit) for law in (OWN, SOLID)
    )
    turned_by = ""
    if question.draws[0].material.two_phase and smooth.any():
        cured = judge(question.draws, _tables(question, SOLID))[smooth]
        verdicts = [
            verdict_of(int(flags.sum()), flags.size) for flags in (found.holds[counted], cured)
        ]
        if verdicts[0] is not verdicts[1]:
            title = question.draws[0].material.title
            turned_by = (
                f"whether {title} takes up sodium in two phases (as a solid solution it is "
                f"heterogeneous in {100 * smooth.mean():.0f} % of the draws, of which the other "
                f"diffusivity cures {100 * cured.mean():.0f} %)"
            )
    return replace(found, counted=counted, solid_share=None, turned_by=turned_by)


def lower_stress(question: Question) -> Evidence:
    """The peak von Mises stress of the first material is below that of the second."""

    def judge(draws: Draws, tables: Tables) -> Flags:
        first, second = (
            stress(each, table, "peak_stress") for each, table in zip(draws, tables, strict=True)
        )
        return np.asarray(first < second)

    def peak(each: MaterialDraws, table: xr.Dataset) -> Array:
        return stress(each, table, "peak_stress")

    return _with_central(question, _evidence(question, judge), "peak stress", "Pa", peak)


def cracks(question: Question) -> Evidence:
    """K = 1.12 sigma sqrt(pi a) of the surface flaw reaches the toughness within one charge.

    A small share leaves the claim open: growth over cycles is not modelled.
    """

    def judge(draws: Draws, tables: Tables) -> Flags:
        return np.asarray(map_driving(draws[0], tables[0]) >= 1)

    found = _evidence(question, judge)
    return replace(
        _with_central(question, found, "K over K_IC", "1", map_driving), cannot_contradict=GROWTH
    )


def holds_together(question: Question) -> Evidence:
    """K = 1.12 sigma sqrt(pi a) of the surface flaw stays below the toughness within one charge."""

    def judge(draws: Draws, tables: Tables) -> Flags:
        return np.asarray(map_driving(draws[0], tables[0]) < 1)

    found = _evidence(question, judge)
    return _with_central(question, found, "K over K_IC", "1", map_driving)


def fewer_cracks(question: Question) -> Evidence:
    """K over K_IC of the first material is below that of the second."""

    def judge(draws: Draws, tables: Tables) -> Flags:
        first, second = (
            map_driving(each, table) for each, table in zip(draws, tables, strict=True)
        )
        return np.asarray(first < second)

    found = _evidence(question, judge)
    return _with_central(question, found, "K over K_IC", "1", map_driving)


def _even(draws: MaterialDraws, table: xr.Dataset, limit: float) -> Flags:
    even: Flags = np.asarray(spread(draws, table) < limit)
    chi = draws.values.get("regular_solution_parameter")
    if chi is None or draws.material.two_phase:
        return even
    return np.asarray(even & (chi <= SEPARATES_ABOVE))


def _evidence(
    question: Question,
    judge: Judge,
    *,
    arrives: bool = False,
    turns: bool = True,
) -> Evidence:
    """``judge`` under every law; ``arrives`` counts only draws that get to 90 %."""
    own = _tables(question, OWN)
    holds = judge(question.draws, own)
    counted = np.ones_like(holds)
    if arrives:
        counted = np.asarray(read(question.draws[0], own[0], "reached") >= REACHED)
    solid_share, turned_by = None, ""
    if any(each.material.two_phase for each in question.draws):
        smooth = judge(question.draws, _tables(question, SOLID))
        solid_share = float(smooth.mean())
        successes, total = int((holds & counted).sum()), int(counted.sum())
        if turns and total and verdict_of(successes, total) is not Verdict.UNDECIDED:
            turned_by = _turned(question, judge, own)
    return Evidence(
        holds=holds,
        counted=counted,
        inputs=named_inputs(question.draws),
        text=f"On charge at {question.number('c_rate'):g}C.",
        solid_share=solid_share,
        turned_by=turned_by,
    )


def _turned(question: Question, judge: Judge, own: Tables) -> str:
    middle = tuple(centre(each) for each in question.draws)
    bound = _tables(question, COHERENT)
    if judge(middle, own)[0] == judge(middle, bound)[0]:
        return ""
    titles = [each.material.title for each in question.draws if each.material.two_phase]
    return f"whether the phase boundary in {' and '.join(titles)} is coherent"


def _tables(question: Question, law: str) -> Tables:
    """One map a material; only those that react in two phases have a coherent one."""
    return tuple(
        question.tools.field_map(
            name,
            question.number("c_rate"),
            OWN if law == COHERENT and not each.material.two_phase else law,
        )
        for name, each in zip(question.names, question.draws, strict=True)
    )


def _with_central(
    question: Question,
    found: Evidence,
    what: str,
    unit: str,
    of: Callable[[MaterialDraws, xr.Dataset], Array],
) -> Evidence:
    """The evidence with a number of the central values of each material."""
    tables = zip(question.draws, _tables(question, OWN), strict=True)
    numbers: Numbers = {
        f"central {what} of {each.material.title}": (float(of(centre(each), table)[0]), unit)
        for each, table in tables
    }
    return replace(found, numbers=numbers)
