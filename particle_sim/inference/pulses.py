"""A titration cut into pulses and rests, and the charge that is known to have passed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from particle_sim.inference.data import TitrationData
from particle_sim.materials.material import Material
from particle_sim.units import Array

_ON = 1e-2
"""Current that counts as a pulse, over the largest."""
_GAP = 10.0
"""Step in time, over the median in a pulse, that may hide a rest: if the voltage went back in it or
it takes three times as long as all others together."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Rows [first, end) of a table."""

    first: int
    end: int

    @property
    def last(self) -> int:
        """The last row."""
        return self.end - 1

    def of(self, column: Array) -> Array:
        """The part of a column."""
        return column[self.first : self.end]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Neighbouring rows with current of one sign, or with none."""

    rows: Span
    flowing: bool
    after_gap: bool = False
    """Whether current flows before and behind a gap in time that is as long as a rest."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A pulse and the rests on its two sides."""

    before: Span
    pulse: Span
    after: Span
    follows: bool
    """Whether the rest before is the one behind the run before."""


@dataclass(frozen=True, kw_only=True)
class Pulses:
    """The runs of a titration of a material."""

    data: TitrationData
    material: Material
    stretches: tuple[Stretch, ...]
    runs: tuple[Run, ...]

    @cached_property
    def passed(self) -> Array:
        """Charge since the first row [A h/kg], positive on discharge; unknown behind a gap."""
        time, current = self.data.time, self.data.current
        steps = np.diff(time, prepend=time[:1])
        charge = np.zeros(len(time))
        for stretch in self.stretches:
            if stretch.flowing:
                own = stretch.rows.of(steps).copy()
                own[0] = min(own[0], own[1:].max(initial=0.0) or own[0])
                charge[stretch.rows.first : stretch.rows.end] = own * stretch.rows.of(current)
            if stretch.after_gap:
                charge[stretch.rows.first] = np.nan
        return np.asarray(np.cumsum(charge) / 3600)

    @cached_property
    def charges(self) -> Array:
        """Charge of every pulse [A h/kg], from the last row of the rest on."""
        time, current = self.data.time, self.data.current
        return np.array([
            np.diff(time[r.before.last : r.pulse.end]) @ r.pulse.of(current) / 3600
            for r in self.runs
        ])  # fmt: skip

    @cached_property
    def changes(self) -> Array:
        """Change of the relaxed voltage over every pulse [V]."""
        voltage = self.data.voltage
        return np.array([voltage[r.after.last] - voltage[r.before.last] for r in self.runs])

    @cached_property
    def durations(self) -> Array:
        """From the last row of the rest to the last of the pulse [s]."""
        time = self.data.time
        return np.array([time[r.pulse.last] - time[r.before.last] for r in self.runs])

    @cached_property
    def fillings(self) -> Array:
        """Site fraction before every pulse and after the last, whatever it comes to.

        From the first relaxed voltage on the material's potential and the charge passed since;
        not a number where that charge is unknown.
        """
        rows = [*(run.before.last for run in self.runs), self.runs[-1].after.last]
        voltage = self.data.voltage[rows[0]]
        start = float(self.material.potential.filling(np.array(voltage)))
        passed = self.passed[rows] - self.passed[rows[0]]
        return np.asarray(start + passed / self.material.specific_capacity)

    def rest_length(self, rest: Span) -> float:
        """From the last row with current to the last of the rest [s]."""
        time = self.data.time
        return float(time[rest.last] - time[max(rest.first - 1, 0)])


def pulses_of(data: TitrationData, material: Material) -> Pulses:
    """Every pulse of ``data`` that stands between two rests and takes time."""
    stretches = tuple(_stretches(data))
    runs: list[Run] = []
    for before, pulse, after in zip(stretches, stretches[1:], stretches[2:], strict=False):
        if not pulse.flowing or before.flowing or after.flowing:
            continue
        if data.time[pulse.rows.last] > data.time[before.rows.last]:
            follows = bool(runs) and runs[-1].after == before.rows
            runs.append(Run(before=before.rows, pulse=pulse.rows, after=after.rows,
                            follows=follows))  # fmt: skip
    return Pulses(data=data, material=material, stretches=stretches, runs=tuple(runs))


def _stretches(data: TitrationData) -> list[Stretch]:
    flowing = np.abs(data.current) > _ON * np.abs(data.current).max(initial=0.0)
    sign = np.sign(data.current) * flowing
    edges = [0, *(np.flatnonzero(np.diff(sign)) + 1).tolist(), len(sign)]
    found = []
    for first, end in pairwise(edges):
        if not flowing[first]:
            found.append(Stretch(rows=Span(first=first, end=end), flowing=False))
            continue
        cuts = [first, *_gaps(data, first, end), end]
        found += [
            Stretch(rows=Span(first=a, end=b), flowing=True, after_gap=a != first)
            for a, b in pairwise(cuts)
        ]
    return found


def _gaps(data: TitrationData, first: int, end: int) -> list[int]:
    """Rows in [first, end), all of one current, before which a rest is missing."""
    steps = np.diff(data.time[first:end])
    if np.count_nonzero(steps > 0) < 2:
        return []
    ordinary = _GAP * float(np.median(steps[steps > 0]))
    logged = float(steps[steps <= ordinary].sum())
    back = np.diff(data.voltage[first:end]) * np.sign(data.current[first]) > 0
    hidden = (steps > max(ordinary, logged)) & (back | (steps > 3 * logged))
    return [first + 1 + int(i) for i in np.flatnonzero(hidden)]
