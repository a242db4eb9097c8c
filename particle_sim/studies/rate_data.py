"""Rate tests that are in print: what the library's facts say, and public series.

Every point is a printed number. Where a printed list contradicts itself, each way to read it is a
series of its own; nothing is averaged or chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.design import CellDesign, CellKind, load_cell_design, with_values
from particle_sim.cell.full_cell import FULL_CELL
from particle_sim.errors import InputError
from particle_sim.materials.derive import c_rate, printed_window
from particle_sim.materials.printed import Fact
from particle_sim.materials.system import System
from particle_sim.studies.rate_measurements import Measurement, load_measurement, measurement_names
from particle_sim.units import Array

BACK = "(back)"
"""Marks the step of a rate test that returns to the first rate."""

_OTHER_TEMPERATURE = re.compile(r"at -?\d+ C")


@dataclass(frozen=True, kw_only=True)
class RateSeries:
    """Printed capacities against rate, increasing; of one sample under one reading."""

    label: str
    cell: CellKind
    c_rate: Array
    """[1/h], of the material's printed 1C"""
    capacity: Array
    """[A h/kg], or the share kept when ``relative``"""
    source: str
    place: str
    relative: bool = False
    """Whether the print is a share of the capacity at an unnamed low rate."""
    fresh: bool = True
    """Whether a model of a new cell at 25 degrees may be held against it."""
    note: str = ""


def printed_series(system: System, one_c_current: float) -> tuple[RateSeries, ...]:
    """Every printed rate test of a material, the ``system`` of its file; both readings of a
    contradictory one.

    ``one_c_current`` [A/kg] turns rates printed in mA/g into C. Steps back to the first rate are
    left out: they tell of ageing. Facts that state no rate, or only words, are no points.

    >>> from particle_sim.materials.system import load_system
    >>> [len(each.capacity) for each in printed_series(load_system("he_o3_li2024"), 120.0)]
    [6, 6, 6, 1, 2, 1, 6, 1, 1]

    Raises :class:`InputError` for a printed fact that cannot be read.
    """
    facts = system.file.printed
    found = [
        *(s for fact in facts.get("rate_series", []) for s in _listed(fact, one_c_current)),
        *_points(facts.get("capacity", []), CellKind.HALF, one_c_current, _places(facts)),
        *_kept(facts.get("rate_capability", []), one_c_current),
        *(s for fact in facts.get("full_cell", []) for s in _full_list(fact, one_c_current)),
        *_points(facts.get("full_cell", []), CellKind.FULL, one_c_current, frozenset()),
    ]
    return tuple(found)


def public_series(material: str, one_c_current: float) -> tuple[RateSeries, ...]:
    """The public measurements whose file names ``material``."""
    loaded = (load_measurement(name) for name in measurement_names())
    return tuple(as_series(m, one_c_current) for m in loaded if m.material == material)


def as_series(measurement: Measurement, one_c_current: float) -> RateSeries:
    """A measurement with its currents in units of ``one_c_current`` [A/kg].

    Rates printed in C keep their number: the current their paper calls 1C is not known.
    """
    rates = np.asarray(measurement.rates)
    in_c = measurement.rate_unit == "C"
    return RateSeries(
        label=f"public, {measurement.title}",
        cell=CellKind.HALF,
        c_rate=rates if in_c else rates / one_c_current,
        capacity=np.asarray(measurement.capacity),
        source=measurement.source,
        place=measurement.citation,
        note=measurement.note,
    )


def full_cell_design(system: System) -> CellDesign:
    """The shipped full cell with the cut-offs and the pre-sodiation that are in print."""
    facts = system.file.printed.get("full_cell", [])
    sodiated = any("pre-sodiated" in fact.text("partner") for fact in facts)
    shipped = "sodium_full_cell_presodiated" if sodiated else FULL_CELL
    return in_printed_window(system, load_cell_design(shipped))


def in_printed_window(system: System, design: CellDesign) -> CellDesign:
    """A full cell's design with the cut-offs that are in print, if any are."""
    for fact in system.file.printed.get("full_cell", []):
        window = printed_window(fact.text("window"))
        if window is not None:
            return with_values(design, lower_voltage=window[0], upper_voltage=window[1])
    return design


def _places(facts: dict[str, list[Fact]]) -> frozenset[tuple[str, str]]:
    """Where whole lists stand; single capacities printed there repeat them."""
    return frozenset((fact.source, fact.place) for fact in facts.get("rate_series", []))


def _listed(fact: Fact, one_c: float) -> Iterator[RateSeries]:
    """The readings of a printed list: as it stands, and with a step missing if it cannot be right.

    It cannot be right when values and steps differ in number, or when the return to the first
    rate gives less than the fastest step before it.
    """
    steps, values = _texts(fact), _numbers(fact, "capacity_mAh_g")
    forward = [text for text in steps if not text.endswith(BACK)]
    rates = [_rate(text, one_c, fact) for text in forward]
    label = fact.text("series") or "rate test"
    returns = len(forward) < len(steps)
    wrong_number = len(values) != len(steps)
    contradictory = wrong_number or (returns and values[-1] < values[len(forward) - 1])
    note = fact.text("note")
    if not contradictory:
        yield _series(fact, label, rates, values[: len(rates)], note=note)
        return
    shown = label.split(",")[0]
    yield _series(fact, f"{shown}, in the printed order", rates, values[: len(rates)], note=note)
    kept = [values[0], *values[2 : len(rates) + 1]]
    yield _series(
        fact, f"{shown}, if a step is missing in print", rates[: len(kept)], kept, note=note
    )


def _full_list(fact: Fact, one_c: float) -> Iterator[RateSeries]:
    values = fact.statement.get("capacity_mAh_g_list")
    if isinstance(values, list):
        rates = [_rate(text, one_c, fact) for text in _texts(fact)]
        numbers = _numbers(fact, "capacity_mAh_g_list")
        label = f"full cell, {fact.text('partner')}"
        yield _series(fact, label, rates, numbers, cell=CellKind.FULL)


def _points(
    facts: list[Fact], cell: CellKind, one_c: float, repeated: frozenset[tuple[str, str]]
) -> Iterator[RateSeries]:
    """Single printed capacities, those of one series and condition together."""
    groups: dict[tuple[str, bool, str, str], list[tuple[float, float]]] = {}
    first: dict[tuple[str, bool, str, str], Fact] = {}
    for fact in facts:
        text, capacity = fact.text("rate"), fact.number("capacity_mAh_g")
        rate = None if text.endswith(BACK) else c_rate(text, one_c)
        if rate is None or capacity is None or (fact.source, fact.place) in repeated:
            continue
        warm = _OTHER_TEMPERATURE.fullmatch(fact.text("kind"))
        fresh = not (fact.number("cycle") or fact.number("cycles") or warm)
        words = fact.text("series") or ("" if fresh else fact.text("kind") or "after cycles")
        partner = fact.text("partner")
        label = words or (f"full cell at one rate, {partner}" if partner else "single values")
        key = (label, fresh, fact.source, fact.place)
        groups.setdefault(key, []).append((rate, capacity))
        first.setdefault(key, fact)
    for key, points in groups.items():
        label, fresh, *_ = key
        rates, values = zip(*sorted(points), strict=True)
        yield _series(first[key], label, rates, values, cell=cell, fresh=fresh)


def _kept(facts: list[Fact], one_c: float) -> Iterator[RateSeries]:
    for fact in facts:
        rate, kept = c_rate(fact.text("rate"), one_c), fact.number("capacity_kept_pct")
        if rate is not None and kept is not None:
            yield _series(fact, "share kept", [rate], [kept / 100], relative=True)


def _series(
    fact: Fact,
    label: str,
    rates: Sequence[float],
    values: Sequence[float],
    *,
    cell: CellKind = CellKind.HALF,
    relative: bool = False,
    fresh: bool = True,
    note: str = "",
) -> RateSeries:
    return RateSeries(
        label=label,
        cell=cell,
        c_rate=np.asarray(rates),
        capacity=np.asarray(values),
        source=fact.source,
        place=fact.place,
        relative=relative,
        fresh=fresh,
        note=note,
    )


def _texts(fact: Fact) -> list[str]:
    listed = fact.statement.get("rates") or fact.statement.get("rates_printed") or []
    return [str(text) for text in listed] if isinstance(listed, list) else []


def _numbers(fact: Fact, key: str) -> list[float]:
    listed = fact.statement.get(key) or []
    return [float(value) for value in listed] if isinstance(listed, list) else []


def _rate(text: str, one_c: float, fact: Fact) -> float:
    rate = c_rate(text, one_c)
    if rate is None:
        raise InputError(
            f'A printed rate list of {fact.source} ({fact.place}) holds "{text}", which is no '
            'rate; write it like "0.2C", "C/10" or "10 mA/g".'
        )
    return rate
