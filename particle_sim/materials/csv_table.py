"""Long tables of a property: a CSV file beside the material file, read into its entry.

stoichiometry; values          "filling" instead of "stoichiometry" for 0 to 1
0,44; 2,843
1,0; 2,955

One file may serve several entries: each takes the column of its own name, with a unit behind it
or in the unit of the entry, as in ``stoichiometry, lattice_a [angstrom], lattice_c [angstrom]``.
Separators, decimal signs and encodings are those of any measured file
(:mod:`particle_sim.readers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from particle_sim.errors import InputError, gathering, located
from particle_sim.materials.schema import MaterialFile, PropertyEntry
from particle_sim.readers.cells import numbers, read_cells
from particle_sim.readers.table import check_widths, name_and_unit
from particle_sim.readers.text import read_text_file
from particle_sim.units import to_si

MOST_ROWS = 500
"""Rows of a table: every one is a corner that each evaluation visits."""

MOST_BYTES = 100_000
AXES = ("stoichiometry", "filling")
VALUES = "values"


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
                place = f"{path.name}: {where}.{name}"
                read[name] = _filled(entry, name, entry.csv, place, path.parent)
    return read


def _filled(entry: PropertyEntry, key: str, name: str, place: str, folder: Path) -> PropertyEntry:
    if entry.values is not None or any(getattr(entry, axis) is not None for axis in AXES):
        raise InputError(f'{place} has csv = "{name}" and numbers of its own; keep one of them.')
    if name != Path(name).name or "\\" in name or not name.endswith(".csv"):
        raise InputError(
            f'{place}.csv is "{name}"; give the name of a .csv file beside this file, no folder.'
        )
    with located(place):
        axis, at, values = _columns(folder / name, key, entry.unit)
    return entry.model_copy(update={axis: at, "values": values})


def _columns(path: Path, key: str, unit: str) -> tuple[str, list[float], list[float]]:
    """The name of the axis, and the numbers of both columns, in the unit of the entry."""
    text = read_text_file(path, MOST_BYTES)
    wanted = (*AXES, VALUES, key)
    sheet = read_cells(text.name, text.whole(), lambda cell: name_and_unit(cell)[0] in wanted)
    header = [name_and_unit(cell) for cell in sheet.rows[0][1]] if sheet.rows else []
    names = [name for name, _ in header]
    axis = next((name for name in names if name in AXES), "")
    column = next((name for name in (key, VALUES) if name in names), "")
    if not axis or not column:
        shown = sheet.separator.join(sheet.rows[0][1])[:60] if sheet.rows else ""
        raise InputError(
            f'{path.name} begins with "{shown}"; its first line must be "stoichiometry,values" or '
            f'"filling,values", or name the column {key} instead of values.'
        )
    body = sheet.rows[1:]
    if len(body) > MOST_ROWS:
        raise InputError(
            f"{path.name} has {len(body)} rows; at most {MOST_ROWS} are allowed, so thin them out."
        )
    check_widths(sheet, body, len(names))
    places = names.index(axis), names.index(column)
    factor = _factor(header[places[1]], unit)
    found = numbers(sheet, [(line, names[at], row[at]) for line, row in body for at in places])
    return axis, found[::2], [factor * value for value in found[1::2]]


def _factor(column: tuple[str, str], unit: str) -> float:
    """From the unit behind a column's name to that of the entry."""
    return to_si(1.0, column[1], unit) if column[1] else 1.0
