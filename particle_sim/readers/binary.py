"""Files that are no text, through other people's readers: Neware's .nda and .ndax, and workbooks.

The extra ``cycler`` brings them; they are loaded when such a file comes.
"""

from __future__ import annotations

import importlib
import logging
import zipfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.inputs import input_file
from particle_sim.readers.columns import PIECE, Raw, columns_of
from particle_sim.readers.dialects import MEASURED, dialects, match
from particle_sim.readers.header import Header, find_in_rows
from particle_sim.readers.layers import Numbered
from particle_sim.readers.text import MOST_BYTES

WORKBOOKS = (".xlsx", ".xlsm")
BINARY = (".nda", ".ndax", *WORKBOOKS)
"""Ends of the names of such files."""
_TOP = 60
"""Rows of a sheet among which its header is looked for."""
_SPOILED = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError, SyntaxError,
    ArithmeticError, NotImplementedError, zipfile.BadZipFile,
)  # fmt: skip
"""What the readers end in where a file is none of theirs."""


def read_binary(path: Path) -> tuple[Header, Raw]:
    """The header and the columns of such a file.

    Raises :class:`InputError` with one sentence where its reader is not installed, or cannot read
    it.
    """
    workbook = path.suffix.lower() in WORKBOOKS
    reader = _package(path, "openpyxl" if workbook else "fastnda")
    try:
        with input_file(path, MOST_BYTES) as file:
            return _sheet(path, file, reader) if workbook else _neware(path, file, reader)
    except InputError:
        raise
    except _SPOILED as error:
        raise InputError(
            f"{path.name}: {reader.__name__} cannot read this file ({str(error)[:80]}); export it "
            "as "
            "text (CSV) with the program of the cycler."
        ) from None


def _package(path: Path, name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError(
            f"{path.name}: reading {path.suffix} needs {name}, which is not installed; install "
            '"particle-sim[cycler]", or export the file as text (CSV).'
        ) from None


def _neware(path: Path, file: Path, reader: Any) -> tuple[Header, Raw]:
    logging.getLogger(reader.__name__).setLevel(logging.CRITICAL)  # it logs tracebacks
    frame = reader.read(file)
    dialect = next(one for one in dialects() if one.key == "neware_binary")
    found = match(dialect, frame.columns)
    header = Header(line=0, separator="", cells=tuple(frame.columns), match=found, above=())
    if found.missing or not len(frame):
        raise InputError(f"{path.name}: holds no rows of time, current and voltage.")
    numbers, texts = {}, {}
    for role, column in found.columns.items():
        values = frame[column.written]
        if role in MEASURED:
            numbers[role] = values.to_numpy().astype(float) * column.factor
        else:
            names, codes = np.unique(values.cast(str).to_numpy().astype(str), return_inverse=True)
            texts[role] = codes, tuple(names.tolist())
    lines = np.arange(1, len(frame) + 1)
    return header, Raw(
        header=header, columns=found.columns, numbers=numbers, texts=texts, lines=lines
    )


def _sheet(path: Path, file: Path, reader: Any) -> tuple[Header, Raw]:
    book = reader.load_workbook(file, read_only=True, data_only=True)
    try:
        tops = {sheet.title: find_in_rows(islice(_rows(sheet), _TOP)) for sheet in book.worksheets}
        records = {title: top for title, top in tops.items() if top and not top.match.missing}
        if not records:
            raise InputError(
                f"{path.name}: no sheet ({', '.join(tops)}) has a header with the time, the "
                "current and "
                "the voltage of every row; export the sheet of records, or all as text (CSV)."
            )
        title = max(records, key=lambda one: records[one].match.score)
        equal = [one for one in records if records[one].match.score == records[title].match.score]
        if len(equal) > 1:
            raise InputError(
                f"{path.name}: the sheets {', '.join(equal[:4])} each hold a record, as of several "
                "cells; keep one sheet to a file."
            )
        header = records[title]
        rows = islice(_rows(book[title]), header.line, None)
        pieces = iter(lambda: list(islice(rows, PIECE)), [])
        return header, columns_of(path.name, header, pieces, cut=False)
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Numbered]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        yield number, [_text(value) for value in row]


def _text(value: object) -> str:
    """A cell as an export in text would write it."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{seconds % 60:06.3f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, time):
        return value.isoformat(timespec="milliseconds")
    return repr(value) if isinstance(value, float) else str(value)
