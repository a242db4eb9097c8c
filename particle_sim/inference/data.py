"""Measured data of three kinds, read from tables and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from particle_sim.errors import InputError
from particle_sim.inference.table import Column, Table, not_increasing, read_table, refuse
from particle_sim.units import Array

MOST_RATES = 60
MOST_POINTS = 4000
"""Points of a voltage curve that are kept, evenly thinned; neighbours carry the same news."""

_CAPACITY = Column(unit="mA*h/g", example="mAh/g", positive=True)
_RATE_COLUMNS = {
    "c_rate": Column(unit="1/h", example="1/h", required=False, positive=True),
    "current": Column(unit="A/kg", example="mA/g", required=False, positive=True),
    "capacity": _CAPACITY,
    "uncertainty": Column(unit="mA*h/g", example="mAh/g", required=False, positive=True),
}
_VOLTAGE_COLUMNS = {
    "capacity": Column(unit="mA*h/g", example="mAh/g"),
    "voltage": Column(unit="V", example="V"),
    "uncertainty": Column(unit="V", example="mV", required=False, positive=True),
}
_TITRATION_COLUMNS = {
    "time": Column(unit="s", example="s"),
    "current": Column(unit="A/kg", example="mA/g"),
    "voltage": Column(unit="V", example="V"),
}


@dataclass(frozen=True, kw_only=True)
class RateData:
    """Discharge capacity [mAh/g] against current [mA/g], which equals A/kg; rates increase."""

    name: str
    current: Array
    capacity: Array
    uncertainty: Array | None
    """Standard deviation of every capacity [mAh/g]; None where the file states none."""


@dataclass(frozen=True, kw_only=True)
class VoltageData:
    """One discharge: voltage [V] against capacity [mAh/g] at a constant ``current`` [mA/g]."""

    name: str
    current: float
    capacity: Array
    voltage: Array
    uncertainty: Array | None


@dataclass(frozen=True, kw_only=True)
class TitrationData:
    """Pulses and rests: time [s], current [mA/g] (positive on discharge), voltage [V]."""

    name: str
    time: Array
    current: Array
    voltage: Array


def read_rates(path: Path, *, one_c_current: float) -> RateData:
    """Capacity against rate from a table with ``c_rate [1/h]`` or ``current [mA/g]``.

    ``one_c_current`` [mA/g] turns C-rates into currents. Raises :class:`InputError` with a
    sentence per problem.
    """
    table = read_table(path, _RATE_COLUMNS)
    rates = [name for name in ("c_rate", "current") if name in table.columns]
    if len(rates) != 1:
        found = "both" if rates else "neither"
        raise InputError(
            f"{table.name}: has {found} of the columns c_rate [1/h] and current [mA/g]; give one."
        )
    refuse(not_increasing(table, rates[0]))
    _few_enough(table, MOST_RATES)
    factor = one_c_current if rates[0] == "c_rate" else 1.0
    return RateData(
        name=table.name,
        current=table.columns[rates[0]] * factor,
        capacity=table.columns["capacity"],
        uncertainty=table.columns.get("uncertainty"),
    )


def read_voltage(path: Path, *, current: float) -> VoltageData:
    """A discharge curve from ``capacity [mAh/g], voltage [V]``, taken at ``current`` [mA/g]."""
    table = read_table(path, _VOLTAGE_COLUMNS)
    refuse(not_increasing(table, "capacity"))
    count = len(table.lines)
    if count < 3:
        raise InputError(f"{table.name}: has {count} points; a voltage curve needs at least 3.")
    keep = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(int))
    given = table.columns.get("uncertainty")
    return VoltageData(
        name=table.name,
        current=current,
        capacity=table.columns["capacity"][keep],
        voltage=table.columns["voltage"][keep],
        uncertainty=None if given is None else given[keep],
    )


def read_titration(path: Path) -> TitrationData:
    """Pulses and rests from ``time [s], current [mA/g], voltage [V]``."""
    table = read_table(path, _TITRATION_COLUMNS)
    time = table.columns["time"]
    back = np.flatnonzero(np.diff(time) < 0) + 1
    refuse([
        f"{table.name}, line {table.lines[row]}: time is {time[row]:g} s after "
        f"{time[row - 1]:g} s; it must not decrease."
        for row in back
    ])  # fmt: skip
    return TitrationData(
        name=table.name,
        time=time,
        current=table.columns["current"],
        voltage=table.columns["voltage"],
    )


def _few_enough(table: Table, most: int) -> None:
    if len(table.lines) > most:
        raise InputError(
            f"{table.name}: has {len(table.lines)} rates; at most {most} are fitted, so average "
            "repeats first."
        )
