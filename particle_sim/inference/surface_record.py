"""The filling of a sphere's surface along a record of pulses and rests, in closed form.

The filling of the surface is that of all of the sphere plus an excess,

    theta_s(t) = theta(t) + sum_j d(i/k)_j w(s(t) - s_j),     w(s) = g(s)/3 - s,     ds = k dt,

over every change j of the current before t: i = dtheta/dt is the current as a change of the
filling, k = D/R^2, and g the step response of :mod:`particle_sim.inference.sphere` (Crank 1975,
eq. 6.45). k is constant from one pulse to the next and may be another there: in the time s,
diffusion is linear with the flux i/k, so that steps add up, and whatever earlier pulses left in
the sphere is carried on. Stops being true where D changes much between the surface and the middle
within one pulse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from particle_sim.inference.pulses import Pulses, Stretch
from particle_sim.inference.sphere import surface_rise
from particle_sim.units import Array

_STEADY = 2e-3
"""Largest departure of a current that counts as one step, relative."""
_STEPS = 200
"""Most steps that stand for a current that changes within a pulse."""
_SETTLED = 1.0
"""s after which w has reached 1/15, to exp(-20)."""
_LOWEST, _NODES = -32.0, 6000
"""Of ln s, in the table."""
TAIL = 0.1
"""Part of a rest, at its end, that stands for a rest whose history nobody knows."""

Index = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Changes of the current of a stretch: when [s], and of dtheta/dt by how much [1/s]."""

    time: Array
    step: Array
    run: Index
    """Run whose D/R^2 holds then"""
    chain: Index
    """Number of gaps before it, behind which nothing is known of the past"""


@dataclass(frozen=True, kw_only=True)
class Record:
    """The rows that are fitted, run by run, and every change of the current before them."""

    time: Array
    voltage: Array
    current: Array
    """[A/kg], as the steps that stand for it"""
    weight: Array
    """How many rows of the file each stands for"""
    run: Index
    filling: Array
    """Of all of the sphere, since the last gap"""
    epochs: Array
    """When the D/R^2 of every run begins to hold [s]"""
    changes: Changes
    chains: Index
    """Chain of every run"""

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Rows of every run."""
        edges = np.searchsorted(self.run, np.arange(len(self.epochs) + 1))
        return tuple(slice(int(a), int(b)) for a, b in pairwise(edges))

    def averaged(self, most: int) -> Record:
        """At most ``most`` rows of every pulse and rest, each the mean of neighbours.

        They are narrow where the current has just changed, so that sqrt(t) stays straight in them.
        """
        firsts = np.concatenate([_cells(self, part, most) for part in self.slices])
        counts = np.diff(np.append(firsts, len(self.time)))

        def mean(column: Array) -> Array:
            return np.asarray(np.add.reduceat(column, firsts) / counts)

        return replace(
            self, time=mean(self.time), voltage=mean(self.voltage), current=mean(self.current),
            filling=mean(self.filling), run=self.run[firsts], weight=counts.astype(float),
        )  # fmt: skip


def _cells(record: Record, part: slice, most: int) -> Index:
    """First rows of the cells of a run."""
    flowing, time = record.current[part] != 0, record.time[part]
    begins = np.flatnonzero(np.diff(flowing, prepend=~flowing[:1]))
    found = []
    for first, end in zip(begins, [*begins[1:], len(time)], strict=True):
        since = time[first:end] - time[first]
        cell = np.floor(most * np.sqrt(since / (since[-1] or 1.0)))
        found.append(first + np.flatnonzero(np.diff(cell, prepend=-1.0)))
    return np.asarray(part.start + np.concatenate(found), dtype=np.intp)


def bulk_filling(changes: Changes, time: Array, chain: int) -> Array:
    """Filling of all of the sphere since the beginning of a chain."""
    own = changes.chain == chain
    since = np.maximum(time[:, None] - changes.time[own], 0.0)
    return np.asarray(since @ changes.step[own])


def record_of(series: Pulses) -> Record:
    """The record of a titration: every pulse, the rest behind it, and the end of a first rest."""
    data, runs = series.data, series.runs
    epochs = np.array([
        data.time[run.before.last if run.follows or not index else runs[index - 1].after.last]
        for index, run in enumerate(runs)
    ])  # fmt: skip
    epochs[0] = data.time[0]
    smooth = np.zeros(len(data.time))
    parts, chain = [], 0
    for stretch in series.stretches:
        chain += stretch.after_gap
        if stretch.flowing:
            parts.append((*_steps(series, stretch, smooth), chain))
    changes = Changes(
        time=np.concatenate([times for times, _, _ in parts]),
        step=np.concatenate([steps for _, steps, _ in parts]),
        run=np.concatenate([
            np.full(len(times), max(np.searchsorted(epochs, times[0], side="right") - 1, 0))
            for times, _, _ in parts
        ]).astype(np.intp),
        chain=np.concatenate([np.full(len(t), number) for t, _, number in parts]).astype(np.intp),
    )  # fmt: skip
    rows, of_run = [], []
    for index, run in enumerate(runs):
        first = run.pulse.first if run.follows else _tail(series, index)
        own = np.arange(first, run.after.end)
        rows.append(own)
        of_run.append(np.full(len(own), index))
    kept, of = np.concatenate(rows), np.concatenate(of_run).astype(np.intp)
    gaps = [s.rows.first for s in series.stretches if s.after_gap]
    chains = np.searchsorted(gaps, [run.pulse.first for run in runs], side="right")
    filling = np.concatenate([
        bulk_filling(changes, data.time[own], int(chains[index])) for index, own in enumerate(rows)
    ])  # fmt: skip
    return Record(
        time=data.time[kept], voltage=data.voltage[kept], current=smooth[kept], run=of,
        weight=np.ones(len(kept)),
        filling=filling, epochs=epochs, changes=changes, chains=chains.astype(np.intp),
    )  # fmt: skip


def _tail(series: Pulses, index: int) -> int:
    """First row of the end of the rest before a run whose history is not known."""
    rest, time = series.runs[index].before, series.data.time
    from_here = time[rest.last] - TAIL * (time[rest.last] - time[rest.first])
    return rest.first + int(np.searchsorted(rest.of(time), from_here))


def _steps(series: Pulses, stretch: Stretch, smooth: Array) -> tuple[Array, Array]:
    """Times and steps of dtheta/dt of one stretch; its current into ``smooth`` [A/kg]."""
    data, rows = series.data, stretch.rows
    begin = rows.first if stretch.after_gap or not rows.first else rows.first - 1
    lasts = np.diff(data.time[rows.first : rows.end], prepend=data.time[begin])
    current = rows.of(data.current)
    total = lasts.sum()
    mean = lasts @ current / total if total > 0 else current.mean()
    groups = np.array_split(np.arange(len(current)), min(_STEPS, len(current)))
    means = np.array([
        lasts[own] @ current[own] / lasts[own].sum() if lasts[own].sum() > 0
        else current[own].mean()
        for own in groups
    ])  # fmt: skip
    if np.abs(means / mean - 1).max() < _STEADY:
        groups, means = [np.arange(len(current))], np.array([mean])
    ends = np.array([data.time[rows.first + own[-1]] for own in groups])
    for own, value in zip(groups, means, strict=True):
        smooth[rows.first + own] = value
    rates = means / (3600 * series.material.specific_capacity)
    return np.append(data.time[begin], ends), np.diff(rates, prepend=0.0, append=0.0)


@dataclass(frozen=True, kw_only=True)
class _Past:
    """What the surface of one run remembers: the changes ``use`` that still matter, of the runs
    from ``low`` on, and the times s since each of them (rows, changes)."""

    low: int
    use: Index
    since: Array


def excess(record: Record, log_rates: Array) -> Array:
    """theta_s - theta of every row."""
    rates = np.exp(log_rates)
    weights = record.changes.step / rates[record.changes.run]
    parts = [_rise(past.since) @ weights[past.use] for past in _pasts(record, rates)]
    return np.concatenate(parts)


def excess_by_rates(record: Record, log_rates: Array) -> list[tuple[int, Array]]:
    """Derivatives of the excess to ln k of the runs.

    For every run p, the first run q that still matters in its rows, and the derivatives (rows of
    p, runs q..p).
    """
    rates, epochs = np.exp(log_rates), record.epochs
    edges, run = record.changes, record.changes.run
    lengths = np.append(np.diff(epochs), 0.0)
    weights = edges.step / rates[run]
    slopes = []
    for p, (rows, past) in enumerate(zip(record.slices, _pasts(record, rates), strict=True)):
        time, use, low = record.time[rows], past.use, past.low
        value = _rise(past.since) * weights[use]
        slope = _pace(past.since) * weights[use]
        inside = rates[p] * (time - epochs[p])
        ahead = np.where(run[use] == p, 0.0, epochs[np.minimum(run[use] + 1, p)])
        own = np.where(
            run[use] == p, rates[p] * (time[:, None] - edges.time[use]),
            rates[run[use]] * (ahead - edges.time[use]),
        )  # fmt: skip
        table = np.zeros((len(time), p - low + 1))
        older = np.zeros(len(time))
        for q in range(low, p + 1):
            mine = run[use] == q
            passed = inside if q == p else rates[q] * lengths[q]
            table[:, q - low] = older * passed - value[:, mine].sum(axis=1)
            table[:, q - low] += (slope * own)[:, mine].sum(axis=1)
            older = older + slope[:, mine].sum(axis=1)
        slopes.append((low, table))
    return slopes


def _pasts(record: Record, rates: Array) -> Iterator[_Past]:
    """Run by run."""
    lengths = np.append(np.diff(record.epochs), 0.0)
    starts = np.append(0.0, np.cumsum(rates * lengths))[: len(rates)]
    edges, run = record.changes, record.changes.run
    at = starts[run] + rates[run] * (edges.time - record.epochs[run])
    for p, rows in enumerate(record.slices):
        chained = (edges.chain == record.chains[p]) & (run <= p)
        low = int(run[chained & (at > starts[p] - _SETTLED)].min(initial=p))
        use = np.flatnonzero(chained & (run >= low))
        inside = rates[p] * (record.time[rows] - record.epochs[p])
        yield _Past(low=low, use=use, since=starts[p] + inside[:, None] - at[use])


def _rise(since: Array) -> Array:
    """w; 0 before the step."""
    grid, value, _ = _table()
    logs = np.log(np.maximum(since, 1e-14))
    return np.where(since > 0, np.exp(np.interp(logs, grid, value)), 0.0)


def _pace(since: Array) -> Array:
    """dw/ds; 0 before the step, and where w has settled."""
    grid, _, slope = _table()
    logs = np.log(np.maximum(since, 1e-14))
    moves = (since > 0) & (logs < grid[-1])
    return np.where(moves, np.exp(np.interp(logs, grid, slope)), 0.0)


@cache
def _table() -> tuple[Array, Array, Array]:
    """ln s, ln w, ln dw/ds."""
    grid = np.linspace(_LOWEST, np.log(_SETTLED), _NODES)
    s = np.exp(grid)
    value = surface_rise(s) / 3 - s
    fine = np.log(value)
    return grid, fine, np.log(np.gradient(fine, grid)) + fine - grid
