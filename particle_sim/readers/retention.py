"""A measured retention: capacity against the number of the cycle, as a table or a cycler's file.

cycle, capacity [mAh/g], coulombic_efficiency [%], c_rate [1/h]
1, 104.2, 93.1, 1
2, 104.0, 99.2, 1

or ``retention [%]`` in the place of the capacity. Efficiency and rate may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.readers.positive import Positive
from particle_sim.readers.record import Record, record_or_text
from particle_sim.readers.series import SAME_RATE, cycles
from particle_sim.readers.table import Column, Table, not_increasing, refuse, table_of
from particle_sim.readers.text import Text
from particle_sim.units import Array

_CAPACITY = Column(
    unit="A*h/kg",
    example="mAh/g",
    required=False,
    positive=True,
    of_the_cell="A*h",
    stems=("cap", "kapaz"),
)
COLUMNS = {
    "cycle": Column(unit="1", example="1", counted=True, stems=("cyc", "zykl", "number")),
    "capacity": _CAPACITY,
    "retention": Column(unit="1", example="%", required=False, positive=True),
    "coulombic_efficiency": Column(unit="1", example="%", required=False, positive=True),
    "c_rate": Column(unit="1/h", example="1/h", required=False, positive=True),
}
FIRST = 1
"""The cycle that a retention refers to; some programs count from 0."""
RISE = 0.01
"""Relative rise over the first cycle from which the first ones count as formation."""
TWICE = 1.3
"""Retention or efficiency from which a number looks like percent, and below 1.3 % like a share."""
_NAMED = 6
"""Gaps that are named."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """One cell's capacity over the cycles at one rate.

    ``kept`` is over the capacity of ``reference``, the first cycle or, where the capacity rises in
    the first ones, the cycle where it is largest: fade counts from there.
    """

    name: str
    cycle: NDArray[np.intp]
    """(n,) increasing"""
    kept: Array
    """Capacity over that of the cycle ``reference`` (n,)"""
    capacity: Array | None
    """[A h/kg], equal to mAh/g (n,)"""
    coulombic_efficiency: Array | None
    c_rate: float | None
    """[1/h]"""
    reference: int
    lines: NDArray[np.intp]
    """Of the file, where each row stands"""
    doubts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """What a file holds of every cycle (n,)."""

    name: str
    cycle: NDArray[np.intp]
    values: Array
    measured: bool
    """Whether the values are capacities"""
    rate: Array | None
    rate_unit: str
    efficiency: Array | None
    lines: NDArray[np.intp]
    notes: tuple[str, ...] = ()


@arguments_checked
def read_retention(
    path: Path,
    *,
    mass: float | None = None,
    c_rate: float | None = None,
    one_c_current: float | None = None,
    positive: Positive | None = None,
) -> Retention:
    """The capacities or retentions of the table ``path``, or of the discharges in a cycler's file.

    ``mass`` [kg] of active material divides a capacity of the whole cell; ``c_rate`` [1/h] chooses
    where the file holds several rates. ``one_c_current`` [A/kg] is what a cycler's currents are
    rates of, ``positive`` as in :func:`particle_sim.readers.record.read_record`. Cycles that are
    missing and a capacity that rises at first are doubts of the result.

    >>> from pathlib import Path
    >>> table = "cycle,retention [%]" + chr(10) + "1,100" + chr(10) + "2,95" + chr(10)
    >>> _ = Path("two.csv").write_text(table)
    >>> read_retention(Path("two.csv")).kept
    array([1.  , 0.95])

    Raises :class:`InputError` with a sentence per problem: no first cycle, a cycle that comes twice
    or is no whole number, a retention above 1, percent without its sign, a capacity that never
    falls, two rates without a choice.
    """
    source = record_or_text(path, mass=mass, positive=positive)
    given = (
        _recorded(source, one_c_current) if isinstance(source, Record) else _tabled(source, mass)
    )
    chosen, rate = _chosen(given, c_rate)
    cycle, values = given.cycle[chosen], given.values[chosen]
    first = _reference(given.name, cycle, values)
    return Retention(
        name=given.name,
        cycle=cycle,
        kept=values / values[first],
        capacity=values if given.measured else None,
        coulombic_efficiency=None if given.efficiency is None else given.efficiency[chosen],
        c_rate=rate,
        reference=int(cycle[first]),
        lines=given.lines[chosen],
        doubts=(
            *given.notes,
            *_gaps(given.name, given.cycle),
            *_formation(given.name, cycle, values, first),
        ),
    )


def _tabled(text: Text, mass: float | None) -> _Rows:
    table = table_of(text, COLUMNS, mass=mass)
    given = [name for name in ("capacity", "retention") if name in table.columns]
    if len(given) != 1:
        which = "both of" if given else "neither of"
        raise InputError(
            f"{table.name}: it has {which} the columns capacity [mAh/g] and retention [%]; "
            "give one."
        )
    refuse([*_of_the_cycles(table), *_of_the_shares(table)])
    return _Rows(
        name=table.name,
        cycle=table.columns["cycle"].astype(np.intp),
        values=table.columns[given[0]],
        measured=given[0] == "capacity",
        rate=table.columns.get("c_rate"),
        rate_unit="1/h",
        efficiency=table.columns.get("coulombic_efficiency"),
        lines=table.lines,
    )


def _recorded(record: Record, one_c_current: float | None) -> _Rows:
    """Discharges in their order; without a 1C, their currents stand for rates."""
    found = cycles(record)
    whole = one_c_current is None
    return _Rows(
        name=record.name,
        cycle=found.number,
        values=found.capacity,
        measured=True,
        rate=found.current / (one_c_current or 1.0),
        rate_unit="mA/g (without a one_c_current)" if whole else "1/h",
        efficiency=None if np.isnan(found.efficiency).all() else found.efficiency,
        lines=record.lines[found.rows],
        notes=found.notes,
    )


def _of_the_cycles(table: Table) -> Iterator[str]:
    cycle = table.columns["cycle"]
    broken = np.flatnonzero(cycle != np.round(cycle))
    for row in broken[:1]:
        yield (
            f"{table.name}, line {table.lines[row]}: cycle is {cycle[row]:g}; it must be a whole "
            "number."
        )
    yield from not_increasing(table, "cycle", "sort the rows by cycle")
    first = int(cycle.argmin())
    if not len(broken) and cycle[first] > FIRST:
        yield (
            f"{table.name}, line {table.lines[first]}: the first cycle is {cycle[first]:g}, and a "
            "retention refers to cycle 1; add that row."
        )


def _of_the_shares(table: Table) -> Iterator[str]:
    for name, most in (("retention", 1.0), ("coulombic_efficiency", TWICE)):
        values = table.columns.get(name)
        if values is None:
            continue
        where = f"{table.name}, line {table.lines[int(values.argmax())]}: {name} is"
        if values.max() > TWICE:
            yield f"{where} {values.max():g}, which looks like percent; write {name} [%]."
        elif values.max() <= TWICE / 100:
            yield (
                f"{where} {100 * values.max():g} % and none is larger, which looks like a share of "
                f"1; write {name} [1]."
            )
        elif values.max() > most:
            yield (
                f"{where} {values.max():g} of the first cycle's; it is at most 1, so give the "
                "capacities, of which a rise at first can be told apart."
            )


def _chosen(given: _Rows, wanted: float | None) -> tuple[NDArray[np.intp], float | None]:
    """The cycles at one rate, and the rate [1/h]; None where it is only known as a current."""
    known = given.rate
    if known is None:
        return np.arange(len(given.lines)), wanted
    rates: list[float] = []
    for rate in known.tolist():
        if not any(abs(rate / other - 1) <= SAME_RATE for other in rates):
            rates.append(rate)
    shown = f"{', '.join(f'{rate:.4g}' for rate in sorted(rates))} {given.rate_unit}"
    if wanted is None and len(rates) > 1:
        raise InputError(
            f"{given.name}: the cycles are at the rates {shown}; choose one of them as c_rate."
        )
    chosen = rates[0] if wanted is None else wanted
    rows = np.flatnonzero(np.abs(known / chosen - 1) <= SAME_RATE)
    if not len(rows):
        raise InputError(f"{given.name}: no cycle is at the rate {chosen:g}; they are at {shown}.")
    return rows, chosen if given.rate_unit == "1/h" else None


def _reference(name: str, cycle: NDArray[np.intp], values: Array) -> int:
    """The row that the others are over."""
    if len(values) < 2:
        raise InputError(f"{name}: it holds one cycle; a retention needs two.")
    largest = int(values.argmax())
    first = largest if values[largest] > (1 + RISE) * values[0] else 0
    if first == len(values) - 1:
        raise InputError(
            f"{name}: the capacity rises up to the last cycle, {cycle[-1]}; there is no fade in "
            "it, so measure on."
        )
    return first


def _formation(name: str, cycle: NDArray[np.intp], values: Array, first: int) -> Iterator[str]:
    if first:
        rise = 100 * (values[first] / values[0] - 1)
        yield (
            f"{name}: the capacity rises by {rise:.3g} % up to cycle {cycle[first]}, as in "
            "formation; fade is counted from there."
        )


def _gaps(name: str, cycle: NDArray[np.intp]) -> Iterator[str]:
    """Runs of cycles that no row is of."""
    after = np.flatnonzero(np.diff(cycle) > 1)
    if not len(after):
        return
    runs = [(int(cycle[row]) + 1, int(cycle[row + 1]) - 1) for row in after]
    count = sum(last - first + 1 for first, last in runs)
    named = [str(a) if a == b else f"{a} to {b}" for a, b in runs[:_NAMED]]
    more = f" and {len(runs) - _NAMED} more gaps" if len(runs) > _NAMED else ""
    yield f"{name}: {count} cycles are missing: {', '.join(named)}{more}."
