"""A measured record: time, current and voltage of a cell, out of whatever file a cycler wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.readers.binary import BINARY, read_binary
from particle_sim.readers.clock import elapsed
from particle_sim.readers.columns import Raw, read_columns
from particle_sim.readers.header import Header, find_header, near_header, no_header
from particle_sim.readers.mass import SAME, stated_mass
from particle_sim.readers.positive import Positive
from particle_sim.readers.signs import signed, states
from particle_sim.readers.text import Text, read_text_file
from particle_sim.units import Array

LOWEST, HIGHEST = -5.0, 60.0
"""[V] Between these lies what a cycler of cells measures; else the unit is another."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """Rows of one cell in the order in which they were taken.

    ``current`` is positive on discharge, in A, or in A/kg (which equals mA/g) where the file has
    it so (``specific``).
    """

    name: str
    program: str
    """Whose columns these are."""
    dialect: str
    """Its key in the table of dialects."""
    time: Array
    """[s] since the start of the test"""
    current: Array
    voltage: Array
    """[V]"""
    lines: NDArray[np.intp]
    specific: bool = False
    mass: float | None = None
    """Active mass [kg]; None where neither file nor user say it."""
    mass_from: str = ""
    sign_from: str = ""
    columns: Mapping[str, str]
    """Role -> the column as the file writes it."""
    steps: NDArray[np.intp] | None = None
    """A number that changes with the step."""
    states: NDArray[np.int8] | None = None
    charges: Mapping[str, Array]
    """The file's own counters [A h]: capacity, charged, discharged."""
    encoding: str = "utf-8"
    separator: str = ","
    doubts: tuple[str, ...] = ()

    @property
    def specific_current(self) -> Array:
        """[A/kg], which equals mA/g; :class:`InputError` asks for the mass where it is missing."""
        if self.specific:
            return self.current
        if self.mass is None:
            written = self.columns.get("current", "the current")
            raise InputError(
                f"{self.name}: {written} is of the whole cell and the file states no active mass; "
                "give it, e.g. "
                '--mass "2.1 mg".'
            )
        return self.current / self.mass

    def rows(self, keep: NDArray[np.bool_] | slice) -> Record:
        """Some of the rows."""
        return replace(
            self,
            time=self.time[keep],
            current=self.current[keep],
            voltage=self.voltage[keep],
            lines=self.lines[keep],
            steps=None if self.steps is None else self.steps[keep],
            states=None if self.states is None else self.states[keep],
            charges={role: values[keep] for role, values in self.charges.items()},
        )


def read_record(
    path: Path | str, *, mass: float | None = None, positive: Positive | None = None
) -> Record:
    """The record in a file of a cycler, in the Battery Data Format or with our own columns.

    ``mass`` [kg] is the active mass where the file states none; ``positive`` says which current the
    file counts positive where it does not. Raises :class:`InputError` with one sentence for what
    cannot be read, or with a question for what may mean two things.
    """
    path = Path(path)
    if path.suffix.lower() in BINARY:
        header, raw = read_binary(path)
        return assembled(path.name, header, raw, path.suffix, mass, positive)
    text = read_text_file(path)
    header_found = find_header(text)
    if header_found is None:
        raise no_header(text)
    return record_of(text, header_found, mass, positive)


def record_or_text(
    path: Path | str, *, mass: float | None = None, positive: Positive | None = None
) -> Record | Text:
    """The record in a file, or its text where it is a table of something else."""
    path = Path(path)
    if path.suffix.lower() in BINARY:
        return read_record(path, mass=mass, positive=positive)
    text = read_text_file(path)
    header = find_header(text)
    if header is None and (near := near_header(text)) is not None and near.match.of_a_program:
        raise no_header(text)
    return text if header is None else record_of(text, header, mass, positive)


def record_of(text: Text, header: Header, mass: float | None, positive: Positive | None) -> Record:
    """The record below a header."""
    raw = read_columns(text, header)
    return assembled(text.name, header, raw, text.encoding, mass, positive)


def assembled(
    name: str,
    header: Header,
    raw: Raw,
    encoding: str,
    mass: float | None,
    positive: Positive | None,
) -> Record:
    """A record of raw columns: one time, one sign, one mass, one cell."""
    _refuse_twice(name, header)
    _refuse_cells(name, raw)
    time, doubts = elapsed(name, raw)
    voltage = raw.numbers["voltage"]
    _refuse_voltage(name, raw, voltage)
    current, sign_from, of_signs = signed(name, raw, voltage, positive)
    own_mass, mass_from = stated_mass(name, header)
    specific = raw.columns["current"].specific
    if specific and mass is not None:
        raise InputError(f"{name}: no column is of the whole cell; leave --mass out.")
    if mass is not None and own_mass is not None and abs(own_mass / mass - 1) > SAME:
        doubts.append(
            f'{name} states another mass ("{mass_from}") than --mass {1e6 * mass:.4g} mg, which '
            "is taken."
        )
    record = Record(
        name=name,
        program=header.match.dialect.title,
        dialect=header.match.dialect.key,
        time=time,
        current=current,
        voltage=voltage,
        lines=raw.lines,
        specific=specific,
        mass=own_mass if mass is None else mass,
        mass_from=(f'"{mass_from}"' if own_mass else "") if mass is None else "--mass",
        sign_from=sign_from,
        columns={role: found.written for role, found in raw.columns.items()},
        steps=raw.texts["step"][0] if "step" in raw.texts else None,
        states=states(raw),
        charges={
            role: raw.numbers[role]
            for role in ("capacity", "charged", "discharged")
            if role in raw.numbers and np.all(np.isfinite(raw.numbers[role]))
        },
        encoding=encoding,
        separator=header.separator,
        doubts=(*raw.doubts, *doubts, *of_signs, *_other_columns(header)),
    )
    return _without_repeats(record)


def _refuse_twice(name: str, header: Header) -> None:
    for role, other in header.match.besides.items():
        written = header.match.columns[role].written
        if written == other and role in ("time", "current", "voltage"):
            raise InputError(
                f"{name}, line {header.line}: the column {written} stands there twice, as of two "
                "tables side "
                "by side; keep one of each."
            )


def _refuse_cells(name: str, raw: Raw) -> None:
    """Rows of more than one cell."""
    if "cell" not in raw.texts:
        return
    codes, names = raw.texts["cell"]
    other = np.flatnonzero(codes != codes[0])
    if len(other):
        row = int(other[0])
        raise InputError(
            f"{name}, line {raw.lines[row]}: {raw.columns['cell'].written} is "
            f'"{names[codes[row]][:30]}" after '
            f'"{names[codes[0]][:30]}", so {len(np.unique(codes))} cells stand in one file; '
            "export them one at a "
            "time."
        )


def _refuse_voltage(name: str, raw: Raw, voltage: Array) -> None:
    wrong = np.flatnonzero((voltage < LOWEST) | (voltage > HIGHEST))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(
            f"{name}, line {raw.lines[row]}: {raw.columns['voltage'].written} is "
            f"{voltage[row]:.5g} V, and no cell "
            f"has less than {LOWEST:g} or more than {HIGHEST:g} V; is the column in mV?"
        )


def _other_columns(header: Header) -> list[str]:
    """Columns that could have been taken instead."""
    return [
        f'"{header.match.columns[role].written}" is taken for the {role}; "{other}" stands there '
        "too."
        for role, other in header.match.besides.items()
        if role in ("current", "voltage")
    ]


def _without_repeats(record: Record) -> Record:
    """The record without rows that are the row before once more."""
    same = (
        (np.diff(record.time) == 0)
        & (np.diff(record.voltage) == 0)
        & (np.diff(record.current) == 0)
    )
    again = np.concatenate([[False], same])
    count = int(np.count_nonzero(again))
    if not count:
        return record
    first = record.lines[int(np.argmax(again))]
    doubt = (
        f"{record.name}, line {first}: the row before stands there again"
        + (f", as in {count - 1} more places" if count > 1 else "")
        + "; rows that repeat are left out."
    )
    return replace(record.rows(~again), doubts=(*record.doubts, doubt))
