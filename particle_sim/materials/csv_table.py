"""Long tables of a property: a CSV file beside the material file, read into its entry.

stoichiometry,values        the header; "filling" instead of "stoichiometry" for 0 to 1
0.44,2.843
1.0,2.955
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from particle_sim.errors import InputError, gathering
from particle_sim.files import read_text
from particle_sim.materials.schema import MaterialFile, PropertyEntry

MOST_ROWS = 500
"""Rows of a table: every one is a corner that each evaluation visits."""

MOST_BYTES = 100_000
AXES = ("stoichiometry", "filling")


def with_csv_tables(file: MaterialFile, path: Path) -> MaterialFile:
    """The material file at ``path`` with the tables of the CSV files that its entries name.

    Raises :class:`InputError` with everything that is wrong with them.
    """
    problems: list[str] = []
    properties = _read(file.properties, "properties", path, problems)
    readings = {
        name: reading.model_copy(
            update={
                "properties": _read(
                    reading.properties, f"readings.{name}.properties", path, problems
                )
            }
        )
        for name, reading in file.readings.items()
    }
    if problems:
        raise InputError(*problems)
    return file.model_copy(update={"properties": properties, "readings": readings})


def csv_paths(entries: Mapping[str, PropertyEntry], path: Path) -> tuple[Path, ...]:
    """The CSV files that the entries of the material file at ``path`` were read from."""
    names = dict.fromkeys(entry.csv for entry in entries.values() if entry.csv is not None)
    return tuple(path.parent / name for name in names)


def _read(
    entries: Mapping[str, PropertyEntry], where: str, path: Path, problems: list[str]
) -> dict[str, PropertyEntry]:
    read = dict(entries)
    for name, entry in entries.items():
        if entry.csv is not None:
            with gathering(problems):
                read[name] = _filled(entry, entry.csv, f"{path.name}: {where}.{name}", path.parent)
    return read


def _filled(entry: PropertyEntry, name: str, place: str, folder: Path) -> PropertyEntry:
    if entry.values is not None or any(getattr(entry, axis) is not None for axis in AXES):
        raise InputError(f'{place} has csv = "{name}" and numbers of its own; keep one of them.')
    if name != Path(name).name or "\\" in name or not name.endswith(".csv"):
        raise InputError(
            f'{place}.csv is "{name}"; give the name of a .csv file beside this file, no folder.'
        )
    axis, at, values = _columns(read_text(folder / name, MOST_BYTES), f"{place}: {name}")
    return entry.model_copy(update={axis: at, "values": values})


def _columns(text: str, where: str) -> tuple[str, list[float], list[float]]:
    """The name of the first column, and both columns."""
    rows = [row for row in csv.reader(text.splitlines()) if row]
    header = [cell.strip() for cell in rows[0]] if rows else []
    if header not in ([axis, "values"] for axis in AXES):
        raise InputError(
            f'{where} begins with "{",".join(header)[:60]}"; its first line must be '
            '"stoichiometry,values" or "filling,values".'
        )
    if len(rows) > MOST_ROWS + 1:
        raise InputError(f"{where} has {len(rows) - 1} rows; at most {MOST_ROWS} are allowed.")
    numbers = [_numbers(row, f"{where}, row {place}") for place, row in enumerate(rows[1:], 1)]
    return header[0], [row[0] for row in numbers], [row[1] for row in numbers]


def _numbers(row: list[str], where: str) -> tuple[float, float]:
    try:
        at, value = (float(cell) for cell in row)
    except ValueError:
        raise InputError(
            f'{where} is "{",".join(row)[:60]}"; write two numbers with a comma between.'
        ) from None
    return at, value
