"""Each material under each law, at one diffusivity and at plausible ones, with its intervals.

The headline of a comparison is read off this table: the ratio on one law at one diffusivity first,
then what a phase boundary would add. In two phases the larger of two stresses counts, draw by draw:
that of the gradients, which a flux N makes as N/D in either phase as in one, and the boundary's,
which knows no D.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from particle_sim.claims.readings import stress
from particle_sim.metrics.stress_bracket import NEEDS, StressBracket, boundary_in, stress_bracket
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.choices import Direction, StressMeasure
from particle_sim.transport.laws import SOLID_SOLUTION
from particle_sim.units import Array

QUANTILES = (0.05, 0.5, 0.95)
EQUAL, PLAUSIBLE = "equal", "plausible"
"""Diffusivity: one number drawn for both, or each from its own file's range."""
DIFFUSIVITY = "diffusivity"
OWN_LAW = "each under its own law"
RELIEVED, HELD = "relieved", "held"
"""Ends of the bracket over what a boundary does with its misfit."""
SAME_AT_A_BOUNDARY: Mapping[Direction, frozenset[StressMeasure]] = {
    Direction.CHARGE: frozenset(
        {StressMeasure.VON_MISES, StressMeasure.HOOP, StressMeasure.FIRST_PRINCIPAL}
    ),
    Direction.DISCHARGE: frozenset({StressMeasure.FIRST_PRINCIPAL}),
}
"""Stresses that are the boundary's largest tension: on charge those of a thin shell, E e/(1 - nu)
each; on discharge the core is pulled evenly, which is neither von Mises nor the shell's hoop."""
ZERO_AT_MOST = 0.05
"""Share of the draws without any stress up to which a ratio is given."""


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
class BoundaryRow:
    """Both materials in two phases: largest tension [Pa] at the boundary, which has no D in it."""

    end: str
    baseline: Interval
    candidate: Interval
    ratio: Interval | None
    """Baseline over candidate; ``None`` where either is 0 in more than ``ZERO_AT_MOST``"""
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
    relief_share: float
    """Share of the draws in which letting go, or a cut, costs no more than coherency"""
    safe_share: float
    """Share of the draws in which no flaw of any size grows, even coherent"""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """What one kind of difference contributes to the ratio; the factors multiply to it."""

    name: str
    factor: Interval


@dataclass(frozen=True, kw_only=True)
class PhaseBehaviour:
    """What it contributes that each material reacts as its source says, at one end of the bracket.

    (stress in two phases)/(as a solid solution) of the baseline over that of the candidate, 1 for a
    material of one phase; times the other factors it is the ratio with each under its own law.
    """

    end: str
    factor: Interval
    equal: Row
    """Each under its own law, at one diffusivity"""
    plausible: Row


@dataclass(frozen=True, kw_only=True)
class LawTable:
    """The rows, and the factors of the ratio as solid solutions at plausible diffusivities."""

    rows: tuple[Row, ...]
    factors: tuple[Factor, ...]
    brackets: tuple[Bracket | None, Bracket | None]
    """Baseline and candidate in two phases; ``None`` where the file lacks what a bracket needs"""
    boundary: tuple[BoundaryRow, ...] = ()
    """Relieved and held; empty unless both have a bracket"""
    phases: tuple[PhaseBehaviour, ...] = ()
    """Relieved and held; empty where neither reacts in two phases, one that does has no bracket, or
    the stress shown is not the boundary's tension"""


def law_table(
    draws: tuple[MaterialDraws, MaterialDraws],
    maps: tuple[xr.Dataset, xr.Dataset],
    direction: Direction,
    measure: StressMeasure = StressMeasure.VON_MISES,
) -> LawTable:
    """The table over the draws, from each material's map of ``measure`` as a solid solution.

    Which material reacts in two phases says the material of its draws.
    """
    found = tuple(_boundary(each, direction) for each in draws)
    first, second = (None if each is None else _summed_up(each) for each in found)
    comparable = measure in SAME_AT_A_BOUNDARY[direction]
    return LawTable(
        rows=solid_rows(draws, maps),
        factors=factors(draws, maps),
        brackets=(first, second),
        boundary=_boundary_rows(found),
        phases=phase_behaviour(draws, maps, direction) if comparable else (),
    )


def bracket(draws: MaterialDraws, direction: Direction) -> Bracket | None:
    """Relief, yield and cracks at a boundary between a material's empty and full phase."""
    found = _boundary(draws, direction)
    return None if found is None else _summed_up(found)


def _boundary(draws: MaterialDraws, direction: Direction) -> StressBracket | None:
    known = {*draws.material.properties, *draws.values}
    if not known.issuperset(NEEDS):
        return None
    extraction = direction is Direction.CHARGE
    return stress_bracket(boundary_in(draws.material, draws.values, on_extraction=extraction))


def _summed_up(found: StressBracket) -> Bracket:
    shares = {mechanism: found.share(mechanism) for mechanism in found.branches}
    least = max(shares, key=lambda mechanism: shares[mechanism])
    return Bracket(
        relieved=interval(found.relieved),
        upper=interval(found.upper),
        least=least.value,
        least_share=shares[least],
        relief_share=float(np.mean(found.relieved == 0)),
        safe_share=float(np.mean(found.no_flaw_grows)),
    )


def _ends(found: StressBracket) -> Mapping[str, Array]:
    return {RELIEVED: found.relieved, HELD: found.upper}


def _boundary_rows(found: Sequence[StressBracket | None]) -> tuple[BoundaryRow, ...]:
    first, second = found
    if first is None or second is None:
        return ()
    return tuple(
        BoundaryRow(
            end=end,
            baseline=interval(one),
            candidate=interval(other),
            ratio=_ratio_of(one, other),
            share=float(np.mean(one > other)),
        )
        for (end, one), other in zip(_ends(first).items(), _ends(second).values(), strict=True)
    )


def _ratio_of(first: Array, second: Array) -> Interval | None:
    there = (first > 0) & (second > 0)
    if np.mean(there) < 1 - ZERO_AT_MOST:
        return None
    return interval(first[there] / second[there])


def phase_behaviour(
    draws: tuple[MaterialDraws, MaterialDraws],
    maps: tuple[xr.Dataset, xr.Dataset],
    direction: Direction,
) -> tuple[PhaseBehaviour, ...]:
    """Each material under its own law, relieved and held; see :class:`PhaseBehaviour`."""
    if not any(each.material.two_phase for each in draws):
        return ()
    first, second = draws
    level = second.having(diffusivity=first.values["diffusivity"])
    found = []
    for end in (RELIEVED, HELD):
        one, other, even = (
            _own(each, table, direction, end)
            for each, table in zip((first, second, level), (*maps, maps[1]), strict=True)
        )
        if one is None or other is None or even is None:
            return ()
        solid = [
            stress(each, table, "peak_stress") for each, table in zip(draws, maps, strict=True)
        ]
        found.append(
            PhaseBehaviour(
                end=end,
                factor=interval((one / solid[0]) / (other / solid[1])),
                equal=row(OWN_LAW, EQUAL, one, even),
                plausible=row(OWN_LAW, PLAUSIBLE, one, other),
            )
        )
    return tuple(found)


def _own(draws: MaterialDraws, table: xr.Dataset, direction: Direction, end: str) -> Array | None:
    """Peak stress of every draw under the material's own law (n,); ``None`` without a bracket."""
    smooth = stress(draws, table, "peak_stress")
    if not draws.material.two_phase:
        return smooth
    found = _boundary(draws, direction)
    return None if found is None else np.maximum(smooth, _ends(found)[end])


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
        DIFFUSIVITY: "diffusivity",
    }
    before, found = stress(first, maps[0], "peak_stress"), []
    for name, key in steps.items():
        first = first.having(**{key: second.values[key]})
        after = stress(first, maps[0], "peak_stress")
        found.append(Factor(name=name, factor=interval(before / after)))
        before = after
    rest = before / stress(second, maps[1], "peak_stress")
    return (
        *found,
        Factor(name="capacity, 1C and where the volume changes", factor=interval(rest)),
    )
