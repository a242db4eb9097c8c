"""Each material under each law, at one diffusivity and at plausible ones, with its intervals.

The headline of a comparison is read off this table: the ratio on one law at one diffusivity first,
then what a phase boundary would add.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from particle_sim.claims.readings import stress
from particle_sim.metrics.stress_bracket import NEEDS, boundary_in, stress_bracket
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.choices import Direction
from particle_sim.transport.laws import SOLID_SOLUTION
from particle_sim.units import Array

QUANTILES = (0.05, 0.5, 0.95)
EQUAL, PLAUSIBLE = "equal", "plausible"
"""Diffusivity: one number drawn for both, or each from its own file's range."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """5, 50 and 95 % quantiles over the draws, in SI."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """One law at one kind of diffusivity: both peak stresses [Pa] and their ratio."""

    law: str
    diffusivity: str
    baseline: Interval
    candidate: Interval
    ratio: Interval
    """Baseline over candidate, draw by draw"""
    share: float
    """Of the draws in which the baseline is stressed more"""


@dataclass(frozen=True, kw_only=True)
class Bracket:
    """What a boundary between two phases may do to one material: largest tension [Pa]."""

    relieved: Interval
    """Of the least stressed branch that costs no more than coherency"""
    upper: Interval
    """min(coherent, yield stress, pop-in of the flaw)"""
    least: str
    """Branch of least energy in most draws"""
    least_share: float
    """Share of the draws in which it is"""
    safe_share: float
    """Share of the draws in which no flaw of any size grows, even coherent"""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """What one kind of difference contributes to the ratio; the factors multiply to it."""

    name: str
    factor: Interval


@dataclass(frozen=True, kw_only=True)
class LawTable:
    """The rows, and the factors of the ratio as solid solutions at plausible diffusivities."""

    rows: tuple[Row, ...]
    factors: tuple[Factor, ...]
    brackets: tuple[Bracket | None, Bracket | None]
    """Baseline and candidate in two phases; ``None`` where the file lacks what a bracket needs"""


def law_table(
    draws: tuple[MaterialDraws, MaterialDraws],
    maps: tuple[xr.Dataset, xr.Dataset],
    direction: Direction,
) -> LawTable:
    """The table over the draws, from each material's map as a solid solution."""
    first, second = (bracket(each, direction) for each in draws)
    return LawTable(
        rows=solid_rows(draws, maps), factors=factors(draws, maps), brackets=(first, second)
    )


def bracket(draws: MaterialDraws, direction: Direction) -> Bracket | None:
    """Relief, yield and cracks at a boundary between a material's empty and full phase."""
    known = {*draws.material.properties, *draws.values}
    if not known.issuperset(NEEDS):
        return None
    boundary = boundary_in(
        draws.material, draws.values, on_extraction=direction is Direction.CHARGE
    )
    found = stress_bracket(boundary)
    shares = {mechanism: found.share(mechanism) for mechanism in found.branches}
    least = max(shares, key=lambda mechanism: shares[mechanism])
    return Bracket(
        relieved=interval(found.relieved),
        upper=interval(found.upper),
        least=least.value,
        least_share=shares[least],
        safe_share=float(np.mean(found.no_flaw_grows)),
    )


def interval(values: Array) -> Interval:
    """Quantiles of draws (n,)."""
    low, median, high = (float(value) for value in np.quantile(values, QUANTILES))
    return Interval(low=low, median=median, high=high)


def row(law: str, diffusivity: str, first: Array, second: Array) -> Row:
    """Peak stresses (n,) of both materials under one law, draw by draw."""
    return Row(
        law=law,
        diffusivity=diffusivity,
        baseline=interval(first),
        candidate=interval(second),
        ratio=interval(first / np.maximum(second, 1e-300)),
        share=float(np.mean(first > second)),
    )


def solid_rows(
    draws: tuple[MaterialDraws, MaterialDraws], maps: tuple[xr.Dataset, xr.Dataset]
) -> tuple[Row, Row]:
    """Both as solid solutions: at one diffusivity, and at each one's own."""
    first, second = draws
    level = second.having(diffusivity=first.values["diffusivity"])
    one = stress(first, maps[0], "peak_stress")
    return (
        row(SOLID_SOLUTION.title, EQUAL, one, stress(level, maps[1], "peak_stress")),
        row(SOLID_SOLUTION.title, PLAUSIBLE, one, stress(second, maps[1], "peak_stress")),
    )


def factors(
    draws: tuple[MaterialDraws, MaterialDraws], maps: tuple[xr.Dataset, xr.Dataset]
) -> tuple[Factor, ...]:
    """The ratio as solid solutions taken apart: one input after the other becomes the candidate's.

    In the order volume change, size, diffusivity; what is left is capacity, the current called
    1C and where in the window the volume changes. The factors of one draw multiply to its ratio.
    """
    first, second = draws
    steps: dict[str, str] = {
        "volume change": "volume_change",
        "size": "particle_radius",
        "diffusivity": "diffusivity",
    }
    before, found = stress(first, maps[0], "peak_stress"), []
    for name, key in steps.items():
        first = first.having(**{key: second.values[key]})
        after = stress(first, maps[0], "peak_stress")
        found.append(Factor(name=name, factor=interval(before / after)))
        before = after
    rest = before / stress(second, maps[1], "peak_stress")
    return (*found, Factor(name="capacity, 1C and where the volume changes", factor=interval(rest)))
