"""Where the table of a file begins: its separator, its header and the dialect of that.

Every line up to ``MOST_LINES`` is parted by every separator; the one that fills most roles of a
dialect is the header. Nothing is guessed from numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from particle_sim.errors import InputError
from particle_sim.readers.dialects import Dialect, Match, dialects, match
from particle_sim.readers.text import Text

SEPARATORS = ("\t", ";", ",", "|")
BLANKS = " "
"""Columns with any number of blanks between."""
MOST_LINES = 600
"""Lines among which the header is looked for."""
_LONGEST = 4000
"""Characters of a header."""
_NUMERIC = re.compile(r"[-+.,]?\d")
_BELOW = 3
"""Lines below a complete header among which a better one may stand."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """The header of a record: where it is, how it is parted and what it says."""

    line: int
    """Of the file, from 1."""
    separator: str
    cells: tuple[str, ...]
    match: Match
    above: tuple[str, ...]
    """The lines before it."""

    @property
    def layers(self) -> int:
        """Empty cells before the first name: rows of other layers begin with less."""
        return next((i for i, cell in enumerate(self.cells) if cell), 0)


def split_line(line: str, separator: str) -> list[str]:
    """The cells of one line."""
    if separator == BLANKS:
        return line.split()
    try:
        row = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in row]


def find_in_rows(rows: Iterable[tuple[int, Sequence[str]]]) -> Header | None:
    """The row of a sheet that is most like a header of a record."""
    above: list[str] = []
    best: Header | None = None
    for number, cells in rows:
        found = _header(number, list(cells), "", above)
        if found is not None and (best is None or _worth(found) > _worth(best)):
            best = found
        above.append(" ".join(cell for cell in cells if cell))
    return best


def find_header(text: Text) -> Header | None:
    """The header of a record with time, current and voltage; None where no line is one."""
    best = _best(text)
    return None if best is None or best.match.missing else best


def near_header(text: Text) -> Header | None:
    """The line that is most like a header of a record, though columns are missing."""
    best = _best(text)
    return best if best is not None and len(best.match.columns) > 1 else None


def _best(text: Text) -> Header | None:
    above: list[str] = []
    best: Header | None = None
    for number, line in enumerate(islice(text.lines(), MOST_LINES), 1):
        if best is not None and not best.match.missing and number > best.line + _BELOW:
            break
        bare = line.rstrip("\r\n")
        if bare.strip() and not bare.lstrip().startswith("# ") and len(bare) < _LONGEST:
            for found in _headers(number, bare, above):
                if best is None or _worth(found) > _worth(best):
                    best = found
        above.append(bare)
    return best


def _worth(header: Header) -> tuple[bool, int, int]:
    return not header.match.missing, header.match.score, len(header.cells)


def _headers(number: int, line: str, above: Sequence[str]) -> Iterator[Header]:
    """The line as a header, by every separator that stands in it."""
    for separator in (*(sign for sign in SEPARATORS if sign in line), BLANKS):
        found = _header(number, split_line(line, separator), separator, above)
        if found is not None:
            yield found


def _header(
    number: int, cells: Sequence[str], separator: str, above: Sequence[str]
) -> Header | None:
    """The cells as a header; None where most are numbers, or none is known."""
    named = sum(not _NUMERIC.match(cell) for cell in cells if cell)
    if len(cells) < 3 or 2 * named < len([cell for cell in cells if cell]):
        return None
    found = _reading(cells, "\n".join(above[:40]))
    return (
        Header(
            line=number, separator=separator, cells=tuple(cells), match=found, above=tuple(above)
        )
        if found.columns
        else None
    )


def _reading(cells: Sequence[str], opening: str) -> Match:
    """The dialect that says most about the cells; of equals the first of the table."""
    found = [match(dialect, cells, opening) for dialect in dialects()]
    return max(found, key=lambda one: (not one.missing, one.score))


def other_readings(header: Header) -> Mapping[str, Dialect]:
    """Dialects that read the header as well and count another current positive, by title."""
    own = header.match
    opening = "\n".join(header.above[:40])
    return {
        other.dialect.title: other.dialect
        for dialect in dialects()
        if dialect is not own.dialect
        and not (other := match(dialect, header.cells, opening)).missing
        and other.score == own.score
        and other.dialect.positive != own.dialect.positive
    }


def no_header(text: Text) -> InputError:
    """What is found instead of a header, and what one needs."""
    near = near_header(text)
    if near is not None:
        lacks = " and ".join(near.match.missing)
        return InputError(
            f"{text.name}, line {near.line}: this header of {near.match.dialect.title} has no "
            "column "
            f'of {lacks} that is known here ("{_shown(near.cells)}"); a record needs the time, the '
            "current and the voltage of every row, so export these with their units."
        )
    first = next((line.strip() for line in text.lines() if line.strip()), "")
    if not first:
        return InputError(f"{text.name} is empty; a record needs a header and rows of numbers.")
    return InputError(
        f'{text.name}: no header of a known program was found (the file begins "{first[:80]}"); '
        "name "
        "the columns time [s], current [mA/g] (positive on discharge) and voltage [V], or as the "
        "Battery "
        "Data Format does: Test Time / s, Current / A (positive on charge), Voltage / V."
    )


def _shown(cells: Sequence[str]) -> str:
    return ", ".join(cell for cell in cells if cell)[:160]
