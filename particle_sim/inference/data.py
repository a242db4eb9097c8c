"""Measured data of three kinds, read from tables and checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.inference.consistency import Place
from particle_sim.readers import series
from particle_sim.readers.positive import Positive
from particle_sim.readers.record import Record, read_record, record_or_text
from particle_sim.readers.table import Column, Table, not_increasing, refuse, table_of
from particle_sim.units import Array

MOST_RATES = 60
MOST_POINTS = 4000
"""Points of a voltage curve that are kept, evenly thinned; neighbours carry the same news."""

_CURRENT = Column(
    unit="A/kg", example="mA/g", of_the_cell="A", stems=("curr", "<i>", "strom", "i/ma")
)
_VOLTAGE = Column(unit="V", example="V", stems=("volt", "ecell", "potential", "spannung"))
_CAPACITY = Column(
    unit="mA*h/g", example="mAh/g", positive=True, of_the_cell="A*h", stems=("cap", "kapaz")
)
_RATE_COLUMNS = {
    "c_rate": Column(unit="1/h", example="1/h", required=False, positive=True),
    "current": replace(_CURRENT, required=False, positive=True),
    "capacity": _CAPACITY,
    "uncertainty": replace(_CAPACITY, required=False, stems=()),
}
_VOLTAGE_COLUMNS = {
    "capacity": replace(_CAPACITY, positive=False),
    "voltage": _VOLTAGE,
    "uncertainty": Column(unit="V", example="mV", required=False, positive=True),
    "current": replace(_CURRENT, required=False),
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """What every measured series has."""

    name: str
    lines: NDArray[np.intp] | None = None
    """Line of the file that each row stands in."""
    notes: tuple[str, ...] = ()
    """What a reader of the result must know of the file."""

    @property
    def place(self) -> Place:
        """Where a row stands."""
        return Place(name=self.name, lines=self.lines)


@dataclass(frozen=True, kw_only=True)
class RateData(Series):
    """Discharge capacity [mAh/g] against current [mA/g], which equals A/kg; rates increase.

    ``name`` stands in reports, ``lines`` (m,) are those of the file, ``notes`` what to know of it.
    :func:`read_rates` reads and checks a file; made by hand, nothing is checked before the fit.

    >>> measured = RateData(
    ...     name="mine",
    ...     current=np.array([12.0, 120.0]),
    ...     capacity=np.array([110.0, 95.0]),
    ...     uncertainty=None,
    ... )
    >>> float(measured.capacity[-1])
    95.0

    Raises nothing.
    """

    current: Array
    capacity: Array
    uncertainty: Array | None
    """Standard deviation of every capacity [mAh/g]; None where the file states none."""


@dataclass(frozen=True, kw_only=True)
class VoltageData(Series):
    """One discharge: voltage [V] against capacity [mAh/g] at a constant ``current`` [mA/g]."""

    current: float
    capacity: Array
    voltage: Array
    uncertainty: Array | None


@dataclass(frozen=True, kw_only=True)
class TitrationData(Series):
    """Pulses and rests: time [s], current [mA/g] (positive on discharge), voltage [V]."""

    time: Array
    current: Array
    voltage: Array


def read_rates(
    path: Path,
    *,
    one_c_current: float,
    mass: float | None = None,
    positive: Positive | None = None,
) -> RateData:
    """Capacity against rate of the file ``path``: a table with ``c_rate [1/h]`` or ``current
    [mA/g]``, or the discharges of a cycler's file.

    ``one_c_current`` [mA/g] turns C-rates into currents, ``mass`` [kg] what is in mA and mAh into
    mA/g and mAh/g, ``positive`` is as in :func:`particle_sim.readers.record.read_record`. Raises
    :class:`InputError` with a sentence per problem; a file with both columns is read where they
    agree.

    >>> from pathlib import Path
    >>> table = chr(10).join(["c_rate [1/h],capacity [mAh/g]", "0.1,117", "1,101"])
    >>> _ = Path("mine.csv").write_text(table)
    >>> read_rates(Path("mine.csv"), one_c_current=120.0).current
    array([ 12., 120.])
    """
    source = record_or_text(path, mass=mass, positive=positive)
    if isinstance(source, Record):
        return _measured_rates(source)
    table = table_of(source, _RATE_COLUMNS, mass=mass)
    rates = [name for name in ("c_rate", "current") if name in table.columns]
    if not rates:
        raise InputError(
            f"{table.name}: has neither of the columns c_rate [1/h] and current [mA/g]; give one."
        )
    if len(rates) == 2:
        _check_rates_agree(table, one_c_current)
    refuse(not_increasing(table, rates[0], f"sort the rows by {rates[0]}"))
    if len(table.lines) > MOST_RATES:
        raise InputError(
            f"{table.name}: has {len(table.lines)} rates; at most {MOST_RATES} are fitted, so "
            "average repeats first."
        )
    factor = one_c_current if rates[0] == "c_rate" else 1.0
    return RateData(
        name=table.name,
        lines=table.lines,
        notes=_notes(table),
        current=table.columns[rates[0]] * factor,
        capacity=table.columns["capacity"],
        uncertainty=table.columns.get("uncertainty"),
    )


def read_voltage(
    path: Path, *, current: float, mass: float | None = None, positive: Positive | None = None
) -> VoltageData:
    """A discharge curve at ``current`` [mA/g], from ``capacity [mAh/g], voltage [V]`` or out of a
    cycler's file.

    ``mass`` [kg] and ``positive`` as in :func:`read_rates`. A column of the current must agree with
    ``current``.
    """
    source = record_or_text(path, mass=mass, positive=positive)
    if isinstance(source, Record):
        return _measured_curve(source, current)
    table = table_of(source, _VOLTAGE_COLUMNS, mass=mass)
    refuse(
        not_increasing(
            table, "capacity", "keep the rows of one discharge, in the order they were taken"
        )
    )
    count = len(table.lines)
    if count < 3:
        raise InputError(f"{table.name}: has {count} points; a voltage curve needs at least 3.")
    _check_current(table, current)
    keep = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(int))
    given = table.columns.get("uncertainty")
    return VoltageData(
        name=table.name,
        lines=table.lines[keep],
        notes=_notes(table),
        current=current,
        capacity=table.columns["capacity"][keep],
        voltage=table.columns["voltage"][keep],
        uncertainty=None if given is None else given[keep],
    )


def read_titration(
    path: Path, *, mass: float | None = None, positive: Positive | None = None
) -> TitrationData:
    """Pulses and rests from ``time [s], current [mA/g], voltage [V]`` or a cycler's file.

    ``mass`` [kg] and ``positive`` as in :func:`read_rates`.
    """
    pulses, notes = series.titration(read_record(path, mass=mass, positive=positive))
    return TitrationData(
        name=pulses.name,
        lines=pulses.lines,
        notes=notes,
        time=pulses.time,
        current=pulses.specific_current,
        voltage=pulses.voltage,
    )


def _measured_rates(record: Record) -> RateData:
    found = series.rates(record)
    return RateData(
        name=record.name,
        lines=record.lines[found.rows],
        notes=found.notes,
        current=found.current,
        capacity=found.capacity,
        uncertainty=None,
    )


def _measured_curve(record: Record, current: float) -> VoltageData:
    found = series.curve(record, current)
    count = len(found.capacity)
    keep = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(int))
    return VoltageData(
        name=record.name,
        lines=record.lines[found.rows[keep]],
        notes=found.notes,
        current=found.current,
        capacity=found.capacity[keep],
        voltage=found.voltage[keep],
        uncertainty=None,
    )


SAME_CURRENT = 0.05
"""Relative difference up to which two statements of a current agree."""


def _check_rates_agree(table: Table, one_c: float) -> None:
    rate, current = table.columns["c_rate"], table.columns["current"]
    for row in np.flatnonzero(np.abs(current / (rate * one_c) - 1) > SAME_CURRENT)[:1]:
        raise InputError(
            f"{table.name}, line {table.lines[row]}: both columns c_rate and current are given and "
            f"disagree: {rate[row]:g} 1/h of the material's 1C of {one_c:g} mA/g is "
            f"{rate[row] * one_c:g} mA/g, and the current is {current[row]:g}; keep one column."
        )


def _check_current(table: Table, current: float) -> None:
    given = table.columns.get("current")
    if given is None:
        return
    for row in np.flatnonzero(np.abs(given / current - 1) > SAME_CURRENT)[:1]:
        raise InputError(
            f"{table.name}, line {table.lines[row]}: the current is {given[row]:g} mA/g and the "
            f"curve's is {current:g} (--c-rate times the material's 1C), positive on discharge; "
            "they disagree, so correct one or leave the column out."
        )


def _notes(table: Table) -> tuple[str, ...]:
    if not table.ignored:
        return ()
    names = ", ".join(f'"{name[:40]}"' for name in table.ignored[:12])
    return (f"Columns of {table.name} that are not needed: {names}.",)
