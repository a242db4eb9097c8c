"""What programs of cyclers call their columns: ``parameters/dialects.toml``, and a header matched
to it.

A header cell has a name and perhaps a unit: ``Current(mA)``, ``U[V]``, ``<I>/mA``, ``Voltage#V``,
``Test Time / s``, ``test_time_second``. It fills a role (time, current, ...) of a dialect when the
dialect has its name and the unit is one of the role.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from particle_sim.resources import shipped_table

MEASURED = {
    "time": "time",
    "step_time": "time",
    "current": "current",
    "voltage": "voltage",
    "charged": "charge",
    "discharged": "charge",
    "capacity": "charge",
}
"""Roles that hold numbers with a unit, and the family of it."""
NAMED = ("date", "state", "step", "cell")
"""Roles that hold texts or counts."""
OWN = "particle_sim"
"""The dialect of our own tables."""
_SURELY = 8
"""Score of a header from which a program must have written it."""
_CLOCK = re.compile(r"(?:d[:. -]?)?h+:m\w*:s+(?:\.\w+)?", re.IGNORECASE)
_BRACKETS = re.compile(r"(.*?)\s*[\[(]\s*([^\])]*?)\s*[\])]\s*")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The names of one program, and what it counts positive."""

    key: str
    title: str
    positive: str
    unsigned: bool
    opening: tuple[str, ...]
    roles: Mapping[str, Mapping[str, tuple[int, str]]]
    """Role -> squeezed name -> (rank, unit where the header names none)."""
    marks: frozenset[str]
    mass: tuple[str, ...]
    no_mass: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A column of a file that fills a role."""

    place: int
    written: str
    role: str
    rank: int
    factor: float = 1.0
    clock: bool = False
    specific: bool = False
    """Whether the current or charge is per active mass."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A header as one dialect reads it."""

    dialect: Dialect
    columns: Mapping[str, Found]
    besides: Mapping[str, str]
    """Role -> another column of the file that could fill it."""
    score: int

    @property
    def of_a_program(self) -> bool:
        """Whether so much stands in the header that a program of a cycler wrote it."""
        return self.dialect.key != OWN and len(self.columns) > 1 and self.score >= _SURELY

    @property
    def missing(self) -> list[str]:
        """What a record needs and the header has not."""
        lacks = [role for role in ("current", "voltage") if role not in self.columns]
        timed = any(role in self.columns for role in ("time", "step_time", "date"))
        return lacks if timed else ["time", *lacks]


@cache
def dialects() -> tuple[Dialect, ...]:
    """Every dialect of the table, in its order.

    >>> [dialect.key for dialect in dialects()][:3]
    ['particle_sim', 'bdf', 'neware']
    """
    table = shipped_table("dialects.toml")
    return tuple(_dialect(key, entry) for key, entry in table.items() if "title" in entry)


def _dialect(key: str, entry: Mapping[str, Any]) -> Dialect:
    roles = {
        role: {squeezed(name): (rank, unit) for rank, (name, unit) in enumerate(names.items())}
        for role in MEASURED
        if isinstance(names := entry.get(role), dict)
    }
    roles |= {
        role: {squeezed(name): (rank, "") for rank, name in enumerate(entry[role])}
        for role in NAMED
        if role in entry
    }
    return Dialect(
        key=key,
        title=entry["title"],
        positive=entry["positive"],
        unsigned=entry.get("unsigned", False),
        opening=tuple(text.casefold() for text in entry.get("opening", ())),
        roles=roles,
        marks=frozenset(map(squeezed, entry.get("marks", ()))),
        mass=tuple(entry.get("mass", ())),
        no_mass=tuple(entry.get("no_mass", ())),
    )


@cache
def units(family: str) -> Mapping[str, float]:
    """Factors to SI of the units of a family, by their text without case and blanks."""
    return {
        squeezed_unit(unit): factor
        for unit, factor in shipped_table("dialects.toml")["units"][family].items()
    }


def squeezed(name: str) -> str:
    """A name without what programs write one way or another.

    >>> squeezed("~Test_Time ") == squeezed("test time")
    True
    """
    return re.sub(r"[\s_.\-]+", "", unicodedata.normalize("NFKC", name).casefold()).lstrip(
        "~\ufeff"
    )


def squeezed_unit(unit: str) -> str:
    """A unit without case and blanks, and without the reference behind ``V vs.``."""
    text = unicodedata.normalize("NFKC", unit).casefold().replace("\u03bc", "u")
    return re.sub(r"\s+", "", re.sub(r"\s*vs\b.*", "", text))


def parts(cell: str) -> list[tuple[str, str]]:
    """The ways to part a header cell into name and unit, likeliest first.

    >>> parts("<I>/mA")
    [('<I>', 'mA'), ('<I>/mA', '')]
    """
    text = unicodedata.normalize("NFKC", cell).strip().strip('"').strip()
    found = []
    bracketed = _BRACKETS.fullmatch(text)
    if bracketed and bracketed[2]:
        found.append((bracketed[1], bracketed[2]))
    for sign in ("#", "/"):
        name, parted, unit = text.rpartition(sign)
        if parted and name and unit:
            found.append((name.strip(), unit.strip()))
    return [*found, (text, "")]


def match(dialect: Dialect, header: Sequence[str], opening: str = "") -> Match:
    """The columns of a header in a dialect; ``opening`` is the text above it."""
    columns: dict[str, Found] = {}
    besides: dict[str, str] = {}
    marks = 0
    for place, cell in enumerate(header):
        for found in _roles_of(dialect, place, cell):
            held = columns.get(found.role)
            if held is None or found.rank < held.rank:
                columns[found.role] = found
                if held is not None:
                    besides[found.role] = held.written
            else:
                besides[found.role] = found.written
        marks += any(squeezed(name) in dialect.marks for name, _ in parts(cell))
    opened = any(text in opening.casefold() for text in dialect.opening)
    return Match(
        dialect=dialect,
        columns=columns,
        besides=besides,
        score=2 * len(columns) + 2 * marks + 10 * opened,
    )


def _roles_of(dialect: Dialect, place: int, cell: str) -> list[Found]:
    """The role that a cell fills in a dialect, if any: the first way to part it that fits."""
    for name, unit in parts(cell):
        key = squeezed(name)
        for role, names in dialect.roles.items():
            if key not in names:
                continue
            rank, usual = names[key]
            base = Found(place=place, written=cell.strip(), role=role, rank=rank)
            if role not in MEASURED:
                return [base] if not unit else []
            column = in_unit(base, MEASURED[role], unit or usual)
            if column is not None:
                return [column]
    return []


def in_unit(column: Found, family: str, unit: str) -> Found | None:
    """The column with the factor of a unit of a family; None where it is no unit of it."""
    key = squeezed_unit(unit)
    if not key:
        return None
    if family == "time" and _CLOCK.fullmatch(unit.strip()):
        return Found(**{**vars(column), "clock": True})
    per_mass = {"current": "specific_current"}.get(family)
    if per_mass and key in units(per_mass):
        return Found(**{**vars(column), "factor": units(per_mass)[key], "specific": True})
    if key in units(family):
        return Found(**{**vars(column), "factor": units(family)[key]})
    return None
