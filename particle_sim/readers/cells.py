"""Cells of a table in text: separator, quotes, comments and the decimal sign of any spreadsheet.

RFC 4180 with two liberties: ``;`` and tab separate too, as programs write them where the decimal
sign is a comma, and ``#`` outside quotes begins a comment. Nothing is guessed from the numbers: the
separator is the one that splits the header into the most known columns, and a comma is a decimal
sign only where it is no separator.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from particle_sim.errors import InputError, refuse

SEPARATORS = (",", ";", "\t")
_NAMED = re.compile(r"sep=(.)", re.IGNORECASE)
"""What spreadsheets write into the first line to name the separator."""
_NUMBER = re.compile(r"[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d+)?", re.ASCII)
_NO_NUMBERS = re.compile(r"[-+]?(?:nan|inf|infinity)", re.IGNORECASE)

LARGEST, SMALLEST = 1e15, 1e-15
"""Size of a number in a table; no measurement is larger, and smaller ones are 0."""

Row = tuple[int, list[str]]
"""Line of the file, and the cells in it."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The rows of a file as text, the header first."""

    name: str
    rows: Sequence[Row]
    separator: str


def read_cells(name: str, text: str, known: Callable[[str], bool]) -> Sheet:
    """The cells of ``text``; ``known`` tells the columns that are looked for.

    Raises :class:`InputError` naming the line of a quoted cell that does not end.

    >>> read_cells("a.csv", 't [s];v [V]\\n0,5;"3,4"\\n', lambda cell: True).rows
    [(1, ['t [s]', 'v [V]']), (2, ['0,5', '3,4'])]
    """
    lines = [without_comment(line).strip(" ") for line in text.splitlines()]
    first = next((line for line in lines if line.strip()), "")
    named = _NAMED.fullmatch(first.strip("\r\n"))
    if named:
        lines[lines.index(first)] = ""
        separator = named[1]
    else:
        separator = max(SEPARATORS, key=lambda sign: _fit(first, sign, known))
    rows = [(line, cells) for line, cells in _parsed(name, lines, separator) if any(cells)]
    return Sheet(name=name, rows=rows, separator=separator)


def without_comment(line: str) -> str:
    """What stands before the first ``#`` outside quotes."""
    length = 0
    for index, part in enumerate(line.split('"')):
        at = -1 if index % 2 else part.find("#")
        if at >= 0:
            return line[: length + at]
        length += len(part) + 1
    return line


def _fit(header: str, separator: str, known: Callable[[str], bool]) -> tuple[int, int]:
    """Known columns of the header under a separator, and columns."""
    try:
        cells = _split([header], separator)
    except csv.Error:
        return 0, 0
    return sum(map(known, cells)), len(cells)


def _split(lines: Iterable[str], separator: str) -> list[str]:
    (cells,) = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    return [cell.strip() for cell in cells]


def _parsed(name: str, lines: Sequence[str], separator: str) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, _split([line], separator)
        except csv.Error:
            raise InputError(
                f"{name}, line {number}: a quoted cell does not end before the line or goes on "
                'behind its quote; write it as "..." in one line.'
            ) from None


def numbers(sheet: Sheet, cells: Iterable[tuple[int, str, str]]) -> list[float]:
    """Finite numbers of (line, column, text), decimal points or commas.

    Raises :class:`InputError` with a sentence per cell that is none, and one where the decimal
    sign cannot be told.
    """
    found = list(cells)
    comma = next((cell for cell in found if "," in cell[2]), None)
    if comma is not None:
        _check_comma(sheet, comma, next((cell for cell in found if "." in cell[2]), None))
    problems: list[str] = []
    values = [_number(sheet.name, *cell, problems) for cell in found]
    refuse(problems)
    return values


def _check_comma(
    sheet: Sheet, comma: tuple[int, str, str], point: tuple[int, str, str] | None
) -> None:
    line, column, text = comma
    where = f'{sheet.name}, line {line}: {column} is "{text[:40]}"'
    if sheet.separator == ",":
        raise InputError(
            f"{where}; this comma may be a decimal sign or part thousands, so write a decimal "
            "point, or separate the columns by ';'."
        )
    if point is not None:
        raise InputError(
            f'{where} and in line {point[0]} {point[1]} is "{point[2][:40]}": both comma and point '
            "stand in numbers; keep one decimal sign and no sign between thousands."
        )


def _number(name: str, line: int, column: str, text: str, problems: list[str]) -> float:
    where = f"{name}, line {line}: {column}"
    plain = text.replace(",", ".").replace("\u2212", "-")
    if _NUMBER.fullmatch(plain):
        value = float(plain)
        if abs(value) <= LARGEST:
            return value if abs(value) >= SMALLEST else 0.0
    if _NUMBER.fullmatch(plain) or _NO_NUMBERS.fullmatch(plain):
        problems.append(f"{where} is {text[:40]}; give a finite number or leave the row out.")
    elif not text:
        problems.append(f"{where} is empty; give a number or leave the row out.")
    else:
        problems.append(f'{where} is "{text[:40]}"; give a number.')
    return float("nan")
