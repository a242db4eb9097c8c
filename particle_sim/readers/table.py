"""Measured tables: numbers with a unit behind every column's name.

# comments start with a hash
c_rate [1/h], capacity [mAh/g], uncertainty [mAh/g]
0.1, 117, 1

Columns that are not looked for may stay. Separators and decimal signs: :mod:`.cells`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError, closest
from particle_sim.readers.cells import Row, Sheet, numbers, read_cells
from particle_sim.readers.text import Text, read_text_file
from particle_sim.units import Array, to_si

_HEADER = re.compile(r"([^\[\]()]*?)\s*(?:[\[(]([^\])]*)[\])])?")
_HOURS = re.compile(r"(?<![A-Za-z])([munkM]?)Ah(?![A-Za-z])")
_MISSPELT = 0.82
"""Likeness from which an unknown column counts as a misspelt one."""
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
    of_the_cell: str = ""
    """The unit before it is divided by the active mass; empty where there is none."""
    stems: tuple[str, ...] = ()
    """Parts of the names that cyclers give it."""
    counted: bool = False
    """Whether it counts something and may stand without a unit."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns in SI units, and the line of the file each row stands in."""

    name: str
    columns: Mapping[str, Array]
    lines: NDArray[np.intp]
    ignored: tuple[str, ...] = ()
    """Columns nobody asked for."""


@dataclass(frozen=True, kw_only=True)
class _Heading:
    """One column of the file: its place, its name here and there, and its factor to SI."""

    place: int
    written: str
    name: str
    factor: float = np.nan
    of_the_cell: bool = False
    problem: str = ""


def read_table(path: Path, allowed: Mapping[str, Column], *, mass: float | None = None) -> Table:
    """The numbers of ``path`` in SI units; ``mass`` [kg] divides what is of the whole cell.

    Raises :class:`InputError` with one sentence per problem, each with its line.
    """
    return table_of(read_text_file(path, MOST_BYTES), allowed, mass=mass)


def table_of(text: Text, allowed: Mapping[str, Column], *, mass: float | None = None) -> Table:
    """As :func:`read_table`, of a file that is opened already."""
    if len(text.content) > MOST_BYTES:
        raise InputError(
            f"{text.name}: a table of more than {MOST_BYTES / 1e6:g} MB; keep fewer rows."
        )
    sheet = read_cells(text.name, text.whole(), lambda cell: name_and_unit(cell)[0] in allowed)
    if not sheet.rows:
        raise InputError(f"{text.name} is empty; it needs a header with {_needed(allowed)}.")
    (line, header), *body = sheet.rows
    kept = _headings(f"{text.name}, line {line}", header, allowed, mass)
    if not body:
        raise InputError(f"{text.name}, line {line}: no row of numbers follows the header.")
    width = max(place for place, cell in enumerate(header) if cell) + 1
    check_widths(sheet, body, width)
    values = np.reshape(numbers(sheet, _wanted(body, kept)), (len(body), len(kept)))
    values = values * np.array([heading.factor for heading in kept])
    taken = {heading.place for heading in kept}
    table = Table(
        name=text.name,
        columns={heading.name: values[:, i] for i, heading in enumerate(kept)},
        lines=np.array([line for line, _ in body]),
        ignored=tuple(c for i, c in enumerate(header) if c and i not in taken),
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


def not_increasing(table: Table, name: str, remedy: str) -> list[str]:
    """Problems with a column whose values must rise from row to row."""
    values = table.columns[name]
    problems, seen = [], set(values[:1].tolist())
    for row in range(1, len(values)):
        where = f"{table.name}, line {table.lines[row]}: {name} is {values[row]:g}"
        if values[row] <= values[row - 1]:
            again = values[row] in seen
            problems.append(
                f"{where} a second time; keep one row of each."
                if again
                else f"{where} after {values[row - 1]:g}; {remedy}."
            )
        seen.add(float(values[row]))
    return problems


def refuse(problems: Iterable[str]) -> None:
    """Raise :class:`InputError` when there are problems."""
    found = list(problems)
    if found:
        raise InputError(*found[:MOST_PROBLEMS])


def _headings(
    where: str, header: Sequence[str], allowed: Mapping[str, Column], mass: float | None
) -> list[_Heading]:
    """The columns of the header that are looked for; one sentence when some cannot be used."""
    found = [_heading(i, cell, allowed, mass) for i, cell in enumerate(header) if cell]
    known = [heading for heading in found if heading.name in allowed]
    names = [heading.name for heading in known]
    for heading in known:
        if names.count(heading.name) > 1:
            raise InputError(f"{where}: the column {heading.name} stands there twice; keep one.")
    absent = [name for name in allowed if name not in names]
    _refuse_misspelt(where, (h.name for h in found if h not in known), absent, allowed)
    missing = [name for name in absent if allowed[name].required]
    wrong = [heading for heading in known if heading.problem]
    if len(missing) + len(wrong) > 1:
        raise InputError(f"{where}: {_all_needed(found, allowed)}.")
    for name in missing:
        raise InputError(
            f"{where}: the column {name} is missing; write it like {name} "
            f"[{allowed[name].example}]{_theirs(found, name, allowed)}."
        )
    for heading in wrong:
        raise InputError(f"{where}: the column {heading.name} {heading.problem}.")
    if mass is not None and not any(heading.of_the_cell for heading in known):
        raise InputError(f"{where}: no column is of the whole cell; leave --mass out.")
    return known


def name_and_unit(cell: str) -> tuple[str, str]:
    """``Voltage (mV)`` -> ``("voltage", "mV")``."""
    match = _HEADER.fullmatch(cell.strip())
    if match is None:
        return cell, ""
    return re.sub(r"[\s-]+", "_", match[1].strip().lower()), (match[2] or "").strip()


def _heading(place: int, cell: str, allowed: Mapping[str, Column], mass: float | None) -> _Heading:
    name, unit = name_and_unit(cell)
    heading = _Heading(place=place, written=cell, name=name)
    if name not in allowed:
        return heading
    column, good = allowed[name], f"write {name} [{allowed[name].example}]"
    if not unit and column.counted:
        return replace(heading, factor=1.0)
    if not unit:
        return replace(heading, problem=f"has no unit; {good}")
    factor = _factor(unit, column.unit)
    if factor is not None:
        return replace(heading, factor=factor)
    whole = _factor(unit, column.of_the_cell)
    if whole is None:
        wrong = f'is in "{unit}", which is not readable as {column.example}; {good}'
        return replace(heading, problem=wrong)
    if mass is not None:
        return replace(heading, factor=whole / mass, of_the_cell=True)
    wrong = (
        f'is in "{unit}", of the whole cell: give its active mass, e.g. --mass "2.1 mg", '
        f"or divide the numbers by it and {good}"
    )
    return replace(heading, problem=wrong, of_the_cell=True)


def _factor(unit: str, si_unit: str) -> float | None:
    """From ``unit``, in which ``mAh`` is ``mA*h``, to SI; None where it is of another kind."""
    try:
        return to_si(1.0, _HOURS.sub(r"\1A*h", unit), si_unit) if si_unit else None
    except InputError:
        return None


def _refuse_misspelt(
    where: str, unknown: Iterable[str], absent: Sequence[str], allowed: Mapping[str, Column]
) -> None:
    refuse(
        f'{where}: "{name}" is not a known column; {closest(name, allowed)}'
        for name in unknown
        if difflib.get_close_matches(name[:60], absent, n=1, cutoff=_MISSPELT)
    )


def _all_needed(found: Sequence[_Heading], allowed: Mapping[str, Column]) -> str:
    """Every required column, and what the file has for it."""
    parts = []
    for name, column in allowed.items():
        own = next((heading for heading in found if heading.name == name), None)
        if own is not None and (own.problem or column.required):
            why = own.problem.split(":")[0].split(";")[0]
            mass = " and needs --mass" if own.of_the_cell and own.problem else ""
            text = f'here "{own.written}"' + (f", which {why}{mass}" if why else "")
            parts.append(f"{name} [{column.example}] ({text})")
        elif column.required:
            parts.append(
                f"{name} [{column.example}] ({_theirs(found, name, allowed)[2:] or 'missing'})"
            )
    return f"the header needs {', '.join(parts)}"


def _theirs(found: Sequence[_Heading], name: str, allowed: Mapping[str, Column]) -> str:
    """The columns of the file that may be the missing one."""
    stems = allowed[name].stems
    near = [
        f'"{heading.written[:40]}"'
        for heading in found
        if heading.name not in allowed and any(stem in heading.name for stem in stems)
    ]
    return f"; here perhaps {' or '.join(near[:3])}" if near else ""


def _needed(allowed: Mapping[str, Column]) -> str:
    columns = [f"{name} [{column.example}]" for name, column in allowed.items() if column.required]
    return f"{', '.join(columns)} and rows of numbers"


def check_widths(sheet: Sheet, body: Sequence[Row], width: int) -> None:
    """A cell under every column; empty ones behind the last do not count."""
    wrong = [(line, len(c)) for line, c in body if len(c) < width or any(c[width:])]
    if not wrong:
        return
    line, count = wrong[0]
    where = f"{sheet.name}, line {line}: {count} cells stand under {width} columns"
    if line == body[-1][0] and count < width:
        raise InputError(f"{where}: the file was cut off there; leave the row out.")
    more = f" (and in {len(wrong) - 1} more rows)" if len(wrong) > 1 else ""
    comma = sheet.separator == "," and count == 2 * width
    why = "if the decimal sign is a comma, separate the columns by ';'" if comma else "one each"
    raise InputError(f"{where}{more}; give {why}." if not comma else f"{where}{more}; {why}.")


def _wanted(body: Sequence[Row], kept: Sequence[_Heading]) -> Iterator[tuple[int, str, str]]:
    for line, cells in body:
        for heading in kept:
            yield line, heading.name, cells[heading.place]
