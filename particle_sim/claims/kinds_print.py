"""Tests on formulas, on hard carbon, and on what is printed across the library."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from particle_sim.cell.negative import load_negative
from particle_sim.claims.question import (
    Branch,
    Evidence,
    Flags,
    Question,
    every,
    single,
)
from particle_sim.composition.capacity import theoretical_capacity
from particle_sim.damage.printed_fade import load_retention, retention_names
from particle_sim.materials.system import System, load_system, system_names
from particle_sim.plausible.sensitivity import rank_correlation, rank_correlations
from particle_sim.plausible.streams import generator

_CURVE = 400
ROUNDING = 1e-9


def formula_capacity(question: Question) -> Evidence:
    """n F / (3600 M) of the formula agrees with the printed theoretical capacity."""
    material = question.draws[0].material
    found = theoretical_capacity(material.value("molar_mass"), question.number("electrons"))
    printed = question.claim.printed["capacity"]
    holds, counted = single(abs(found / printed - 1) <= question.number("tolerance"))
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text=f"{question.number('electrons'):g} electrons of {material.formula}.",
        numbers={"from the formula": (found, "mA h/g"), "as printed": (printed, "mA h/g")},
        exact=True,
    )


def carbon_plateau(question: Question) -> Evidence:
    """The median potential over the hard carbon's filling lies within ``within`` of ``plateau``."""
    potential = load_negative("hard_carbon").potential
    ends = potential.site_fraction[0], potential.site_fraction[-1]
    middle = float(np.median(potential(np.linspace(*ends, _CURVE))))
    holds, counted = single(abs(middle - question.number("plateau")) <= question.number("within"))
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text="Hard carbon of PyBaMM's Chayambuka2022.",
        numbers={"median potential": (middle, "V")},
        exact=True,
    )


def fade_follows_strain(question: Question) -> Evidence:
    """Over the library, a larger printed volume change goes with a faster fade than by chance.

    Fade per cycle 1 - r^(1/N) of the longest printed retention r over N cycles. A draw shuffles
    the fades among the materials; it counts for the claim when Spearman's rho with the volume
    change falls below the printed one, so the share is 1 - p of a one-sided permutation test.
    Rates, windows and cells differ between the papers: it says what they print, not why. Asked
    again with public cells of the same compositions. Shown beside: pairs that one paper cycled at
    one rate, where makers and cells are the same.
    """
    systems = [load_system(name) for name in system_names()]
    points, pairs = fade_points(systems), ordered_pairs(systems)
    wider = fade_points(systems, public=True)
    holds, found = _beyond_chance(points, question, "order of the fades")
    other, found_wider = _beyond_chance(wider, question, "order of the fades with public cells")
    more = sum(pairs.values())
    return Evidence(
        holds=holds,
        counted=every(holds)[1],
        inputs={},
        text=(
            f"{len(points)} materials: {', '.join(point[0] for point in points)}. Within pairs of "
            f"one paper and rate, the one that strains less fades less in {more} of {len(pairs)}"
            f"{_named(pairs)}."
        ),
        name="as the library's own papers print",
        branches=(
            Branch(
                name="with the longest tests of public cells", holds=other, counted=every(other)[1]
            ),
        ),
        numbers={
            "Spearman's rho": (found, "1"),
            "Spearman's rho with public cells": (found_wider, "1"),
            "pairs in that order": (float(more), "1"),
            "pairs": (float(len(pairs)), "1"),
        },
        cannot_contradict="a handful of materials cannot speak against it",
    )


def _beyond_chance(
    points: list[tuple[str, float, float]], question: Question, name: str
) -> tuple[Flags, float]:
    """In which shuffles (n,) rho stays below that of the points, and that."""
    change, fade = (np.array([point[column] for point in points]) for column in (1, 2))
    stream = generator(question.seed, name, len(points))
    found = rank_correlation(change, fade)
    shuffled = {str(k): stream.permutation(fade) for k in range(question.samples)}
    chance = rank_correlations({"change": change}, shuffled).influence.values[0]
    return every(chance < found - ROUNDING)[0], found


def _named(pairs: Mapping[str, bool]) -> str:
    return f" ({', '.join(pairs)})" if pairs else ""


def ordered_pairs(systems: list[System]) -> dict[str, bool]:
    """Pairs of cathodes that one paper cycled at one rate for as long, by name: whether the one of
    the smaller volume change fades less."""
    tests: dict[tuple[str, str, float], list[tuple[str, float, float]]] = {}
    for system in systems:
        change = _change(system)
        if system.host is None or change is None:
            continue
        for fact in system.file.printed.get("retention", []):
            cycles, kept = fact.number("cycles"), fact.number("retention_pct")
            if cycles and kept and fact.text("rate"):
                test = (fact.source, fact.text("rate"), cycles)
                tests.setdefault(test, []).append((system.file.material.title, change, kept))
    return {
        f"{one[0]} and {other[0]} at {rate}": (one[1] < other[1]) == (one[2] > other[2])
        for (_, rate, _), found in tests.items()
        for one, other in combinations(found, 2)
        if one[1] != other[1] and one[2] != other[2]
    }


def fade_points(systems: list[System], *, public: bool = False) -> list[tuple[str, float, float]]:
    """(title, volume change [%], fade per cycle) of cathodes that print both; ``public``: with the
    retentions of public cells of the same compositions."""
    points = []
    for system in systems:
        change, fade = _change(system), _longest_fade(system, public=public)
        if system.host is not None and change is not None and fade is not None:
            points.append((system.file.material.title, change, fade))
    return points


def _change(system: System) -> float | None:
    """Printed volume change [%]."""
    facts = system.file.printed.get("volume_change", [])
    return next((value for fact in facts if (value := fact.number("pct")) is not None), None)


def _longest_fade(system: System, *, public: bool = False) -> float | None:
    known = [
        (cycles, kept / 100)
        for fact in system.file.printed.get("retention", [])
        if (cycles := fact.number("cycles")) and (kept := fact.number("retention_pct"))
    ]
    if public:
        own = system.file.material.name
        others = [row for name in retention_names() for row in load_retention(name)]
        known += [(r.fade.cycles, r.fade.retention) for r in others if r.material == own]
    if not known:
        return None
    cycles, kept = max(known)
    return float(1 - kept ** (1 / cycles))
