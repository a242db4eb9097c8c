"""Does a measured series agree with itself and with its material?

A file is more than its columns: the sign of the current says where the rest voltage must go, the
charge says how far, the material's potential where it may be. Each :class:`Check` names the two
things it holds against each other. Where they disagree so far that no number of the file can be
used it refuses the file; otherwise it is a doubt about a pulse or about the whole series. A new
check is one more entry of a table (``TITRATION`` in :mod:`.consistency_pulses`, ``CURVE`` and
``RATES`` in :mod:`.consistency_curves`).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.units import Array

S = TypeVar("S")


class Severity(enum.Enum):
    """What follows from a disagreement."""

    REFUSAL = "refused"
    DOUBT = "doubted"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A disagreement: what it is, at which row of the series, in which pulse (None: in all)."""

    says: str
    row: int
    pulse: int | None = None


@dataclass(frozen=True)
class Check(Generic[S]):
    """Two things that a series says, and where they disagree."""

    name: str
    against: str
    severity: Severity
    find: Callable[[S], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Place:
    """The file of a series, and the line of every row; None where it was made in Python."""

    name: str
    lines: NDArray[np.intp] | None

    def of(self, row: int) -> str:
        """``line 12``, or ``row 11`` of a series without lines."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"


def doubts(place: Place, checks: Sequence[Check[S]], series: S) -> list[tuple[int | None, str]]:
    """(pulse, sentence) of every doubt.

    Raises :class:`InputError` with one sentence at the first check that refuses the series.
    """
    found = []
    for check in checks:
        for finding in check.find(series):
            where = place.of(finding.row)
            if check.severity is Severity.REFUSAL:
                raise InputError(
                    f"{place.name}, {where}: {check.name} and {check.against} disagree: "
                    f"{finding.says}."
                )
            found.append((finding.pulse, f"{finding.says} ({where})"))
    return found


LOWEST_VOLTAGE, HIGHEST_VOLTAGE = -1.0, 6.0
"""[V] Between these lies every cell of one material against a metal (a choice)."""


def impossible_voltage(voltage: Array) -> Iterator[Finding]:
    """The first voltage that no cell has."""
    for row in np.flatnonzero((voltage < LOWEST_VOLTAGE) | (voltage > HIGHEST_VOLTAGE))[:1]:
        value = voltage[row]
        unit = "; is the column in mV" if abs(value) > 100 else ""
        yield Finding(
            says=f"the voltage is {value:.5g} V, and no cell of one material has less than "
            f"{LOWEST_VOLTAGE:g} V or more than {HIGHEST_VOLTAGE:g} V{unit}",
            row=int(row),
        )


def _backwards(time: Array) -> Iterator[Finding]:
    for row in (np.flatnonzero(np.diff(time) < 0) + 1)[:1]:
        yield Finding(
            says=f"time is {time[row]:g} s after {time[row - 1]:g} s; it must not decrease, so "
            "give the time since the start of the test and the rows in their order",
            row=int(row),
        )


ORDER: tuple[Check[Array], ...] = (
    Check("time", "the order of the rows", Severity.REFUSAL, _backwards),
)
"""The check of a column of times, before anything is computed from it."""
