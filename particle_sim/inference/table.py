"""Measured tables: comma-separated numbers with a unit behind every column's name.

# comments start with a hash
c_rate [1/h], capacity [mAh/g], uncertainty [mAh/g]
0.1, 117, 1
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError, closest
from particle_sim.files import read_text
from particle_sim.units import Array, to_si

_HEADER = re.compile(r"^\s*([A-Za-z_]\w*)\s*(?:\[([^\]]*)\])?\s*$")
_HOURS = re.compile(r"(?<![A-Za-z])([munkM]?)Ah(?![A-Za-z])")
MOST_BYTES = 50_000_000
"""Largest file that is read."""
MOST_PROBLEMS = 10
"""Problems of one file that are listed."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column a table may hold: its SI unit and the values allowed in it."""

    unit: str
    example: str
    """The unit text people usually write."""
    required: bool = True
    positive: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns in SI units, and the line of the file each row stands in."""

    name: str
    columns: Mapping[str, Array]
    lines: NDArray[np.intp]


def read_table(path: Path, allowed: Mapping[str, Column]) -> Table:
    """The numbers of ``path`` in SI units.

    Raises :class:`InputError` with one sentence per problem, each with its line.
    """
    rows = _rows(path)
    if not rows:
        raise InputError(f"{path.name} is empty; {_expected(allowed)}.")
    (header_line, header), *body = rows
    names, units = _header(path.name, header_line, header, allowed)
    if not body:
        raise InputError(f"{path.name}, line {header_line}: no row of numbers follows the header.")
    problems: list[str] = []
    values = []
    for line, cells in body:
        where = f"{path.name}, line {line}"
        if len(cells) != len(names):
            problems.append(
                f"{where}: {len(cells)} cells stand under {len(names)} columns; give one each."
            )
            continue
        values.append([_number(*item, where, problems) for item in zip(names, cells, strict=True)])
    if problems:
        raise InputError(*problems[:MOST_PROBLEMS])
    factors = [
        to_si(1.0, unit, allowed[name].unit) for name, unit in zip(names, units, strict=True)
    ]
    numbers = np.asarray(values) * np.asarray(factors)
    table = Table(
        name=path.name,
        columns={name: numbers[:, i] for i, name in enumerate(names)},
        lines=np.array([line for line, _ in body]),
    )
    refuse(not_positive(table, allowed))
    return table


def not_positive(table: Table, allowed: Mapping[str, Column]) -> list[str]:
    """Problems with values that must be positive."""
    return [
        f"{table.name}, line {line}: {name} is {value:g} {allowed[name].unit}; it must be positive."
        for name, values in table.columns.items()
        if allowed[name].positive
        for line, value in zip(table.lines, values, strict=True)
        if value <= 0
    ]


def not_increasing(table: Table, name: str) -> list[str]:
    """Problems with a column whose values must rise from row to row."""
    values = table.columns[name]
    problems = []
    for row in np.flatnonzero(np.diff(values) <= 0) + 1:
        where = f"{table.name}, line {table.lines[row]}: {name} is {values[row]:g}"
        if values[row] in values[:row]:
            problems.append(f"{where} a second time; keep one row of each.")
        else:
            problems.append(f"{where} after {values[row - 1]:g}; sort the rows by {name}.")
    return problems


def refuse(problems: Sequence[str]) -> None:
    """Raise :class:`InputError` when there are problems."""
    if problems:
        raise InputError(*problems[:MOST_PROBLEMS])


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    text = read_text(path, MOST_BYTES)
    rows = enumerate(text.splitlines(), 1)
    kept = ((line, row.partition("#")[0].strip()) for line, row in rows)
    return [(line, [cell.strip() for cell in row.split(",")]) for line, row in kept if row]


def _header(
    file: str, line: int, cells: Sequence[str], allowed: Mapping[str, Column]
) -> tuple[list[str], list[str]]:
    where = f"{file}, line {line}"
    names, units, problems = [], [], []
    for cell in cells:
        match = _HEADER.match(cell)
        if match is None or match[1] not in allowed:
            name = cell if match is None else match[1]
            problems.append(f'{where}: "{name}" is not a known column; {closest(name, allowed)}')
            continue
        name, unit = match[1], (match[2] or "").strip()
        if name in names:
            problems.append(f"{where}: the column {name} stands there twice; keep one.")
        problems += _unit_problems(where, name, unit, allowed[name])
        names.append(name)
        units.append(_spelled(unit))
    for name, column in allowed.items():
        if column.required and name not in names:
            problems.append(
                f"{where}: the column {name} is missing; write it like {name} [{column.example}]."
            )
    refuse(problems)
    return names, units


def _unit_problems(where: str, name: str, unit: str, column: Column) -> list[str]:
    if not unit:
        return [f"{where}: the column {name} has no unit; write {name} [{column.example}]."]
    try:
        to_si(1.0, _spelled(unit), column.unit)
    except InputError:
        return [
            f'{where}: the column {name} is in "{unit}", which is not readable as '
            f"{column.example}; write {name} [{column.example}]."
        ]
    return []


def _spelled(unit: str) -> str:
    """``mAh/g`` as ``mA*h/g``, which every unit reader knows."""
    return _HOURS.sub(r"\1A*h", unit)


def _number(name: str, cell: str, where: str, problems: list[str]) -> float:
    try:
        value = float(cell)
    except ValueError:
        problems.append(f'{where}: {name} is "{cell[:40]}"; give a number.')
        return math.nan
    if not math.isfinite(value):
        problems.append(f"{where}: {name} is {cell}; give a finite number or leave the row out.")
    return value


def _expected(allowed: Mapping[str, Column]) -> str:
    columns = [f"{name} [{column.example}]" for name, column in allowed.items() if column.required]
    return f"it needs a header with {', '.join(columns)} and rows of numbers"
