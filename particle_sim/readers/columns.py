"""The columns of a record out of its file, piece by piece, so that a million rows take little
memory."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.readers.cells import without_comment
from particle_sim.readers.dialects import MEASURED, OWN, Found, in_unit
from particle_sim.readers.header import BLANKS, Header
from particle_sim.readers.layers import Layers, Numbered, Row
from particle_sim.readers.numerals import (
    Decimal,
    NotANumber,
    clocks,
    dates,
    decimal_of,
    floats,
    looks_like_dates,
)
from particle_sim.readers.text import Text
from particle_sim.units import Array

PIECE = 20_000
"""Rows that are held as text at once."""
Piece = list[Numbered]


@dataclass(frozen=True, kw_only=True)
class Raw:
    """The columns of a file in SI units, as they stand in it."""

    header: Header
    columns: Mapping[str, Found]
    numbers: Mapping[str, Array]
    """By role: time [s], current [A or A/kg], voltage [V], charges [A h]."""
    texts: Mapping[str, tuple[NDArray[np.intp], tuple[str, ...]]]
    """By role: for every row the place in the list of texts."""
    lines: NDArray[np.intp]
    doubts: tuple[str, ...] = ()


@dataclass(kw_only=True)
class _Gathered:
    """What the pieces have given so far."""

    numbers: dict[str, list[Array]] = field(default_factory=dict)
    texts: dict[str, list[Array]] = field(default_factory=dict)
    known: dict[str, dict[str, int]] = field(default_factory=dict)
    lines: list[NDArray[np.intp]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def read_columns(text: Text, header: Header) -> Raw:
    """Every column of the header that fills a role.

    Raises :class:`InputError` with the line of a row that is none. A last row that was cut off is
    left out, with a doubt.
    """
    return columns_of(text.name, header, _pieces(text, header), cut=not text.ends)


def columns_of(name: str, header: Header, pieces: Iterator[Piece], *, cut: bool) -> Raw:
    """The columns of numbered rows; ``cut`` says that the last may not be whole."""
    columns, piece = _units_below(header, next(pieces, []))
    got = _Gathered()
    states = Layers(header)
    decimal: Decimal | None = None
    month_first = _month_first(header)
    while piece:
        following = next(pieces, [])
        kept = states.records(name, piece)
        last = not following
        if last and cut:
            kept = _without_cut(name, columns, kept, got)
        kept = _whole(name, header, columns, kept, last, got)
        if decimal is None and kept:
            decimal = _decimal(name, header, columns, kept)
        if kept:
            reader = partial(_numbers, name, decimal or Decimal.POINT, month_first)
            _take(name, columns, kept, reader, last, got)
        piece = following
    if not got.lines:
        raise InputError(f"{name}, line {header.line}: no row of numbers follows the header.")
    if states.names:
        _layer_states(states, got)
    return Raw(
        header=header,
        columns=columns,
        numbers={role: np.concatenate(parts) for role, parts in got.numbers.items()},
        texts={
            role: (np.concatenate(parts), tuple(got.known[role]))
            for role, parts in got.texts.items()
        },
        lines=np.concatenate(got.lines),
        doubts=tuple(got.doubts),
    )


def _pieces(text: Text, header: Header) -> Iterator[Piece]:
    lines: Iterator[str] = islice(text.lines(), header.line, None)
    if header.match.dialect.key == OWN:
        lines = map(without_comment, lines)
    number = header.line + 1
    if header.separator == BLANKS:
        dated = [i for i, cell in enumerate(header.cells) if cell.lower() in _DATED]
        width = len(header.cells)
        while block := list(islice(lines, PIECE)):
            rows = [_joined(line.split(), dated, width) for line in block]
            yield list(enumerate(rows, number))
            number += len(block)
        return
    reader = csv.reader(lines, delimiter=header.separator, skipinitialspace=True)
    while True:
        try:
            block_of_rows = list(islice(reader, PIECE))
        except csv.Error as error:
            raise InputError(
                f"{text.name}, line {header.line + reader.line_num}: {error}; export the file "
                "again."
            ) from None
        if not block_of_rows:
            return
        yield list(enumerate(block_of_rows, number))
        number = header.line + 1 + reader.line_num


_DATED = ("datetime", "date_time")
"""Columns of tables between blanks that hold a blank: a date and its time of day."""


def _joined(cells: Row, dated: list[int], width: int) -> Row:
    """Cells between blanks, where a date and its time of day stand in one column."""
    for place in dated:
        if len(cells) > width > place:
            cells = [*cells[:place], " ".join(cells[place : place + 2]), *cells[place + 2 :]]
    return cells


def _layer_states(states: Layers, got: _Gathered) -> None:
    """The state and the step of every record, from the step row above it."""
    lines = np.concatenate(got.lines)
    at = np.array([number for number, _ in states.names])
    known: dict[str, int] = {}
    codes = np.array([known.setdefault(text, len(known)) for _, text in states.names])
    place = np.maximum(np.searchsorted(at, lines) - 1, 0)
    got.texts["state"], got.known["state"] = [codes[place]], known
    got.texts["step"], got.known["step"] = [place], {str(step): step for step in range(len(at))}


def _units_below(header: Header, rows: list[Numbered]) -> tuple[dict[str, Found], list[Numbered]]:
    """The columns, with the units of a row below the header where one stands there."""
    columns = dict(header.match.columns)
    if not rows:
        return columns, rows
    _, row = rows[0]
    renewed = {
        role: in_unit(found, MEASURED[role], row[found.place].strip().strip("[]()"))
        for role, found in columns.items()
        if role in MEASURED and found.place < len(row)
    }
    if not any(column is not None for column in renewed.values()):
        return columns, rows
    return columns | {role: new for role, new in renewed.items() if new is not None}, rows[1:]


def _without_cut(
    name: str, columns: Mapping[str, Found], rows: list[Numbered], got: _Gathered
) -> list[Numbered]:
    """The rows without a last one that has fewer cells, or whose last number has fewer digits."""
    if len(rows) < 2:
        return rows
    last, others = rows[-1][1], [row for _, row in rows[-20:-1]]
    whole = len(last) >= len(others[-1])
    if whole and len(last) - 1 in {found.place for found in columns.values()}:
        whole = len(last[-1]) >= max(len(row[-1]) for row in others if row)
    if whole:
        return rows
    got.doubts.append(_cut_off(name, rows[-1][0]))
    return rows[:-1]


def _cut_off(name: str, line: int) -> str:
    return f"{name}, line {line}: the file was cut off in this row, which is left out."


def _whole(
    name: str,
    header: Header,
    columns: Mapping[str, Found],
    rows: list[Numbered],
    last: bool,
    got: _Gathered,
) -> list[Numbered]:
    """The rows, each with a cell under every column that is needed."""
    needed = 1 + max(found.place for found in columns.values())
    short = [i for i, (_, row) in enumerate(rows) if len(row) < needed]
    if not short:
        return rows
    if last and short == [len(rows) - 1]:
        if got.doubts[-1:] != [_cut_off(name, rows[-1][0])]:
            got.doubts.append(_cut_off(name, rows[-1][0]))
        return rows[:-1]
    number, row = rows[short[0]]
    raise InputError(
        f"{name}, line {number}: {len(row)} cells stand under {len(header.cells)} columns "
        f'("{" ".join(row)[:60]}"); the table ends or is damaged there, so correct or leave out '
        "the rows "
        "from there on."
    )


def _decimal(
    name: str, header: Header, columns: Mapping[str, Found], rows: list[Numbered]
) -> Decimal:
    """The decimal sign, from all numbers of the first rows."""
    places = [found.place for role, found in columns.items() if role in MEASURED]
    texts = [row[place] for _, row in rows for place in places]
    return decimal_of(name, [text for text in texts if ":" not in text], header.separator)


def _month_first(header: Header) -> bool | None:
    """What the text above the header says of dates."""
    above = "\n".join(header.above)
    return True if "MMDDYYYY" in above else False if "DDMMYYYY" in above else None


Reader = Callable[[Found, list[str]], Array]


def _numbers(
    name: str, decimal: Decimal, month_first: bool | None, found: Found, texts: list[str]
) -> Array:
    """A column of one piece as numbers in SI units."""
    if MEASURED.get(found.role) == "time" or found.role == "date":
        if looks_like_dates(texts):
            return dates(name, texts, month_first)
        if found.clock or ":" in texts[0]:
            return clocks(texts)
    return floats(texts, decimal) * found.factor


def _take(
    name: str,
    columns: Mapping[str, Found],
    rows: list[Numbered],
    reader: Reader,
    last: bool,
    got: _Gathered,
) -> None:
    """The numbers and texts of a piece; a last row that holds none was cut off."""
    try:
        numbers = {
            role: _column(name, found, rows, reader)
            for role, found in columns.items()
            if role in _wanted(columns)
        }
    except _Broken as broken:
        if last and broken.index == len(rows) - 1 > 0:
            got.doubts.append(_cut_off(name, rows[-1][0]))
            _take(name, columns, rows[:-1], reader, False, got)
            return
        number, row = rows[broken.index]
        raise InputError(
            f"{name}, line {number}: {broken.found.written} is "
            f'"{row[broken.found.place].strip()[:40]}"; give a number, or leave the row out.'
        ) from None
    for role, values in numbers.items():
        got.numbers.setdefault(role, []).append(values)
    for role in ("state", "step", "cell"):
        if role in columns:
            known = got.known.setdefault(role, {})
            place = columns[role].place
            codes = [known.setdefault(row[place].strip(), len(known)) for _, row in rows]
            got.texts.setdefault(role, []).append(np.array(codes))
    got.lines.append(np.array([number for number, _ in rows]))


class _Broken(Exception):
    """A cell that is no number."""

    def __init__(self, found: Found, index: int) -> None:
        self.found, self.index = found, index


def _wanted(columns: Mapping[str, Found]) -> Iterable[str]:
    """The roles whose numbers are read: dates only where no other time is there."""
    timed = [role for role in ("time", "step_time", "date") if role in columns][:1]
    return {*timed, *(role for role in MEASURED if MEASURED[role] != "time")}


def _column(name: str, found: Found, rows: list[Numbered], reader: Reader) -> Array:
    texts = [row[found.place] for _, row in rows]
    try:
        return reader(found, texts)
    except NotANumber as error:
        if (
            MEASURED.get(found.role) == "charge"
        ):  # a check only; many programs leave cells of it empty
            return np.full(len(rows), np.nan)
        raise _Broken(found, error.index) from None
