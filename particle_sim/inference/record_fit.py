"""D/R^2 of every pulse from all voltages of a titration at once.

    V = U(theta_s) - I r(theta_s)

theta_s is the surface's filling from :mod:`particle_sim.inference.surface_record`, U and r are
those of :mod:`particle_sim.inference.record_basis`. Free are U at the rests, r where pulses begin
and ln k of every pulse, k = D/R^2; least squares by Levenberg and Marquardt's method with exact
derivatives, on means of neighbouring rows.

The error of ln k is that of least squares, with the variance of what the fit leaves in the rows of
that pulse and its rest, times the number of those rows over that of independent ones (Geyer, Stat.
Sci. 7 (1992) 473: autocorrelations summed in pairs while these are positive). It knows of noise
and of slow misfit, not of a wrong model that fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from particle_sim.inference.pulses import Pulses
from particle_sim.inference.record_basis import (
    Band,
    Leg,
    beside,
    diagonal,
    jump_basis,
    legs_of,
    potential_basis,
)
from particle_sim.inference.surface_record import Index, Record, excess, excess_by_rates, record_of
from particle_sim.units import Array

NINETY = 1.6449
"""Standard deviations on each side of 90 %."""
DETERMINED = 2.0
"""Largest factor on each side of a 90 % interval that tells D; beyond it only bounds are told."""
_SURE = 1.25
"""Largest factor of an interval that is not checked by how much worse the fit becomes."""
_SCAN = np.log(np.logspace(-9.0, 1.0, 21))
"""ln k [1/s] at which the search may begin."""
_COARSE, _FINE = 25, 200
"""Most rows of a pulse or a rest, in the search and in the fit."""
_VAGUE = 5.0
"""Standard deviation of ln k before, around the best common value."""
_STEPS, _FEW_STEPS = 40, 8
"""Of the fit, and of a fit with one k held."""
_ENOUGH = 1e-7
"""Relative fall of the sum of squares at which the fit ends."""
_LARGEST_STEP = 2.0
_RIDGE = 1e-12
"""Of a normal matrix scaled to ones."""
_PROBES = (0.7, 1.5, 2.5, 4.0, 6.0, 9.0)
"""Distances in ln k at which a bound is looked for."""
_FAR = 11.0
"""Rise of the sum of squares, over the noise's square, at which a side is closed: 3.3 standard
deviations."""

_Pair = tuple[Band, Band]


@dataclass(frozen=True, kw_only=True)
class RecordFit:
    """What the fit found; one value per run but for the last four."""

    log_rate: Array
    """ln k"""
    error: Array
    """Standard error of ln k"""
    noise: Array
    """Standard deviation of what is left of one row [V]"""
    correlated: Array
    """Rows over independent ones"""
    low: Array
    high: Array
    """90 % interval of k [1/s]; 0 and infinite where the record gives no bound"""
    legs: tuple[Leg, ...]
    record: Record
    left: Array
    """Voltage minus model [V]"""
    surface: Array
    """theta_s, on the scale of ``record.filling``"""
    slope: Array
    """dU/dtheta at the surface [V]"""

    def change_of_rate(self, run: int) -> float:
        """|d ln k/dtheta| towards the neighbours of a pulse in its leg."""
        (leg,) = (leg for leg in self.legs if run in leg.runs)
        low, high = max(run - 1, leg.runs[0]), min(run + 1, leg.runs[-1])
        if low == high:
            return 0.0
        place = [self.surface[self.record.slices[at]].mean() for at in (low, high)]
        return float(abs((self.log_rate[high] - self.log_rate[low]) / (place[1] - place[0])))


def fit_record(series: Pulses) -> RecordFit:
    """The whole record of ``series``, fitted."""
    record = record_of(series)
    legs = legs_of(series, record)
    coarse, fine = _Problem.of(record, legs, _COARSE), _Problem.of(record, legs, _FINE)
    count = len(series.runs)
    losses = [coarse.knots(np.full(count, value))[1] for value in _SCAN]
    centre = np.full(count, _SCAN[int(np.argmin(losses))])
    logs = _fitted(fine, _fitted(coarse, centre, centre), centre)
    return _bounded(coarse, _with_errors(fine, logs))


@dataclass(frozen=True, kw_only=True)
class _Model:
    """The voltage at given ln k: ``linear`` times the knots."""

    linear: Band
    slope: Band
    """dV/dtheta_s, times the knots"""
    potential: Band
    """dU/dtheta_s, times the knots"""
    surface: Array
    rates: list[tuple[int, Array]]


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Rows, and what is free."""

    record: Record
    legs: list[Leg]

    @staticmethod
    def of(record: Record, legs: list[Leg], most: int) -> _Problem:
        return _Problem(record=record.averaged(most), legs=legs)

    @property
    def roots(self) -> Array:
        """Square roots of the rows' weights."""
        return np.sqrt(self.record.weight)

    def surface(self, logs: Array) -> Array:
        """Filling at the surface at given ln k."""
        return self.record.filling + excess(self.record, logs)

    def bases(self, surface: Array) -> Iterator[tuple[_Pair, _Pair]]:
        """Of every leg potential and jump, each with its slope, times the knots."""
        for leg in self.legs:
            own = slice(
                self.record.slices[leg.runs[0]].start, self.record.slices[leg.runs[-1]].stop
            )
            drop = -self.record.current[own][:, None]
            r, dr = jump_basis(leg, surface[own])
            jump, rise = (replace(each, value=drop * each.value) for each in (r, dr))
            yield potential_basis(leg, surface[own]), (jump, rise)

    def model(self, logs: Array) -> _Model:
        surface = self.surface(logs)
        bases = list(self.bases(surface))
        return _Model(
            linear=diagonal([beside(u, jump) for (u, _), (jump, _) in bases]),
            slope=diagonal([beside(du, rise) for (_, du), (_, rise) in bases]),
            potential=diagonal(
                [beside(du, replace(rise, value=0 * rise.value)) for (_, du), (_, rise) in bases]
            ),
            surface=surface,
            rates=excess_by_rates(self.record, logs),
        )

    def knots(self, logs: Array) -> tuple[Array, float]:
        """The best knots at given ln k, and the weighted sum of squares."""
        surface = self.surface(logs)
        linear = diagonal([beside(u, jump) for (u, _), (jump, _) in self.bases(surface)])
        weight = self.record.weight
        knots = _solved(linear.normal(weight), linear.onto(weight * self.record.voltage))
        left = self.record.voltage - linear.times(knots)
        return knots, float(weight @ left**2)

    def jacobians(self, model: _Model, knots: Array) -> Iterator[tuple[Array, Index]]:
        """dV/d(ln k, knots) of the rows of every run, times the roots of their weights, and the
        numbers of the ln k and knots that are not 0 in them."""
        slope, count = model.slope.times(knots), len(self.record.slices)
        for part, (low, table) in zip(self.record.slices, model.rates, strict=True):
            linear, columns = model.linear.dense(part)
            both = np.hstack([slope[part][:, None] * table, linear])
            rates = low + np.arange(table.shape[1])
            yield self.roots[part][:, None] * both, np.concatenate([rates, count + columns])


def _scaled(matrix: Array) -> tuple[Array, Array]:
    """A normal matrix with ones on its diagonal, and the scales."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-200))
    return matrix / np.outer(scale, scale) + _RIDGE * np.eye(len(matrix)), scale


def _solved(matrix: Array, right: Array) -> Array:
    scaled, scale = _scaled(matrix)
    return np.asarray(cho_solve(cho_factor(scaled), right / scale) / scale)


def _fitted(problem: _Problem, logs: Array, centre: Array, *, held: int | None = None) -> Array:
    """ln k at the least sum of squares; that of the run ``held`` stays."""
    count, damping = len(logs), 1e-3
    knots, loss = problem.knots(logs)
    for _ in range(_STEPS if held is None else _FEW_STEPS):
        matrix, right = _normal(problem, logs, knots, loss, centre)
        if held is not None:
            matrix[held], matrix[:, held], matrix[held, held], right[held] = 0.0, 0.0, 1.0, 0.0
        while True:
            step = _solved(matrix + damping * np.diag(np.diag(matrix)), right)[:count]
            trial = logs + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
            new_knots, new_loss = problem.knots(trial)
            if new_loss < loss:
                break
            damping *= 10
            if damping > 1e6:
                return logs
        done = loss - new_loss < _ENOUGH * loss
        logs, knots, loss, damping = trial, new_knots, new_loss, damping / 10
        if done:
            break
    return logs


def _normal(
    problem: _Problem, logs: Array, knots: Array, loss: float, centre: Array
) -> tuple[Array, Array]:
    """Normal matrix and right side, with what is known of ln k before."""
    model, count = problem.model(logs), len(logs)
    left = problem.roots * (problem.record.voltage - model.linear.times(knots))
    matrix, right = np.zeros((count + len(knots),) * 2), np.zeros(count + len(knots))
    jacobians = problem.jacobians(model, knots)
    for part, (jacobian, at) in zip(problem.record.slices, jacobians, strict=True):
        matrix[np.ix_(at, at)] += jacobian.T @ jacobian
        right[at] += jacobian.T @ left[part]
    before = loss / len(left) / _VAGUE**2
    matrix[np.arange(count), np.arange(count)] += before
    right[:count] -= before * (logs - centre)
    return matrix, right


def independence(left: Array) -> float:
    """Rows over independent ones of a series: 1 + 2 sum of its autocorrelation, at least 1.

    >>> independence(np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0]))
    1.0
    """
    count = len(left)
    around = left - left.mean() if count else left
    if count < 4 or not np.any(around):
        return 1.0
    power = np.abs(np.fft.rfft(around, 2 * count)) ** 2
    together = np.fft.irfft(power, 2 * count)[: count // 2 * 2]
    pairs = (together / together[0]).reshape(-1, 2).sum(axis=1)
    stop = np.flatnonzero(pairs <= 0)
    return max(1.0, float(2 * pairs[: stop[0] if len(stop) else None].sum() - 1))


def _with_errors(problem: _Problem, logs: Array) -> RecordFit:
    record, count = problem.record, len(logs)
    knots, loss = problem.knots(logs)
    model = problem.model(logs)
    matrix, _ = _normal(problem, logs, knots, loss, logs)
    scaled, scale = _scaled(matrix)
    unit = np.sqrt(np.diag(np.linalg.inv(scaled))[:count]) / scale[:count]
    left = record.voltage - model.linear.times(knots)
    whitened = problem.roots * left
    share = len(left) / max(len(left) - len(matrix), 1)
    noise = np.array([np.sqrt(np.mean(whitened[part] ** 2) * share) for part in record.slices])
    correlated = np.array([independence(whitened[part]) for part in record.slices])
    error = unit * noise * np.sqrt(correlated)
    return RecordFit(
        log_rate=logs,
        error=error,
        noise=noise,
        correlated=correlated,
        low=np.exp(logs - NINETY * error),
        high=np.exp(logs + NINETY * error),
        legs=tuple(problem.legs),
        record=record,
        left=left,
        surface=model.surface,
        slope=model.potential.times(knots),
    )


def _bounded(problem: _Problem, fit: RecordFit) -> RecordFit:
    """Ends of wide intervals, from how much worse the fit becomes there."""
    low, high = fit.low.copy(), fit.high.copy()
    for run in np.flatnonzero(NINETY * fit.error > np.log(_SURE)):
        unit = float(fit.noise[run] ** 2 * fit.correlated[run])
        ends = _ends(problem, fit.log_rate, int(run), unit)
        closed = ends[0] > 0 and ends[1] < np.inf
        if not closed or NINETY * fit.error[run] > np.log(DETERMINED):
            low[run], high[run] = ends
    return replace(fit, low=low, high=high)


def _ends(problem: _Problem, logs: Array, run: int, unit: float) -> tuple[float, float]:
    """Ends of k of a run, all other k and knots fitted anew.

    A side is open where the fit is nowhere much worse: noise alone makes shallow minima beside a
    k that no pulse can tell from infinite. The other end is then counted from that side.
    """
    best = problem.knots(logs)[1]
    sides = {way: _rises(problem, logs, run, way, best + _FAR * unit) for way in (-1.0, 1.0)}
    heights = {way: (np.array(losses) - best) / unit for way, losses in sides.items()}
    floor = max([0.0, *(rise[-1] for rise in heights.values() if rise[-1] <= _FAR)])
    ends = []
    for way, rise in heights.items():
        outside = np.flatnonzero(rise > floor + NINETY**2)
        far = _PROBES[outside[0]] if rise[-1] > _FAR and len(outside) else np.inf
        ends.append(float(np.exp(logs[run] + way * far)))
    return ends[0], ends[1]


def _rises(problem: _Problem, logs: Array, run: int, way: float, enough: float) -> list[float]:
    """Least sums of squares with k of a run moved further and further, until it is enough."""
    found: list[float] = []
    for probe in _PROBES:
        moved = logs.copy()
        moved[run] += way * probe
        found.append(problem.knots(_fitted(problem, moved, logs, held=run))[1])
        if found[-1] > enough:
            break
    return found
