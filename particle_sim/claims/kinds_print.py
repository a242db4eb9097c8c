"""Tests on formulas, on hard carbon, and on what is printed across the library."""

from __future__ import annotations

import numpy as np

from particle_sim.cell.negative import load_negative
from particle_sim.claims.question import (
    Evidence,
    Question,
    every,
    single,
)
from particle_sim.composition.capacity import theoretical_capacity
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
    Rates, windows and cells differ between the papers: it says what they print, not why.
    """
    points = fade_points([load_system(name) for name in system_names()])
    change = np.array([point[1] for point in points])
    fade = np.array([point[2] for point in points])
    stream = generator(question.seed, "order of the fades", len(points))
    found = rank_correlation(change, fade)
    shuffled = {str(k): stream.permutation(fade) for k in range(question.samples)}
    chance = rank_correlations({"change": change}, shuffled).influence.values[0]
    holds, counted = every(chance < found - ROUNDING)
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text=f"{len(points)} materials: {', '.join(point[0] for point in points)}.",
        numbers={"Spearman's rho": (found, "1")},
        cannot_contradict="a handful of materials cannot speak against it",
    )


def fade_points(systems: list[System]) -> list[tuple[str, float, float]]:
    """(title, volume change [%], fade per cycle) of cathodes that print both."""
    points = []
    for system in systems:
        change = next(
            (
                value
                for fact in system.file.printed.get("volume_change", [])
                if (value := fact.number("pct")) is not None
            ),
            None,
        )
        fade = _longest_fade(system)
        if system.host is not None and change is not None and fade is not None:
            points.append((system.file.material.title, change, fade))
    return points


def _longest_fade(system: System) -> float | None:
    known = [
        (cycles, kept / 100)
        for fact in system.file.printed.get("retention", [])
        if (cycles := fact.number("cycles")) and (kept := fact.number("retention_pct"))
    ]
    if not known:
        return None
    cycles, kept = max(known)
    return float(1 - kept ** (1 / cycles))
