"""D/R^2 of every pulse from all voltages of a titration at once.

    V = U(theta_s) - I r(theta_s)

theta_s from :mod:`particle_sim.inference.surface_record`. The potential U is a cubic spline with a
knot at every rest and no material in it; beyond the rests it goes on as the material's, or
straight where that has another slope. r, all that jumps with the current, is straight between the
pulses' beginnings, so that an exchange current or resistance that changes with the filling is no
part of the diffusion. Free are U and r at their knots and ln k of every pulse: least squares by
Levenberg and Marquardt's method with exact derivatives.

Errors: (J^T J)^-1 times the variance of what the fit leaves in the rows of a pulse times the number of rows
over that of independent ones (Geyer, Stat. Sci. 7 (1992) 473: autocorrelations summed in pairs while
positive). They know of noise and of slow misfit, not of a wrong model that fits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.interpolate import BSpline
from scipy.sparse import csr_matrix, hstack
from scipy.linalg import cho_factor, cho_solve

from particle_sim.inference.pulses import Pulses
from particle_sim.inference.surface_record import Record, bulk_filling, excess, record_of
from particle_sim.units import Array

NINETY = 1.6449
"""Standard deviations on each side of 90 %."""
_SCAN = np.log(np.logspace(-8.0, 0.0, 17))
"""ln k [1/s] where the search begins."""
_COARSE, _MOST = 60, 1500
"""Rows of a run in the search, and in the fit."""
_VAGUE = 5.0
"""Standard deviation of ln k before, around the best common value."""
_SAME_SLOPE = 1.5
_ENOUGH = 1e-10
_PASSES = 60


@dataclass(frozen=True, kw_only=True)
class Leg:
    """Runs that follow each other in one direction: one potential, one r."""

    runs: range
    knots: Array
    """Fillings of its rests, rising"""
    begins: Array
    """Fillings where its pulses begin, rising"""
    ends: tuple[Array, Array]
    """Beyond the first and the last knot: (distance, X) with U = U_end + U'_end X"""


@dataclass(frozen=True, kw_only=True)
class RecordFit:
    """What the fit found; one value per run but for ``left``."""

    log_rate: Array
    """ln k"""
    error: Array
    """Standard error of ln k"""
    left: Array
    """Voltage minus model [V] of every row of ``record``"""
    record: Record
    surface: Array
    """theta_s of every row"""
    slope: Array
    """dU/dtheta at every row [V]"""
    noise: Array
    """Standard deviation of what is left [V]"""
    correlated: Array
    """Rows over independent ones"""
    low: Array
    high: Array
    """Where the fit becomes worse by a one-sided 95 % [1/s]; 0 and infinite where it never does"""


def fit_record(series: Pulses) -> RecordFit:
    """The whole record of ``series``, fitted."""
    record = record_of(series)
    legs = _legs(series, record)
    coarse = record.thinned(_COARSE)
    count = len(series.runs)
    losses = [_linear(coarse, legs, np.full(count, value))[1] for value in _SCAN]
    centre = float(_SCAN[int(np.argmin(losses))])
    logs = _fitted(coarse, legs, np.full(count, centre), centre)
    full = record.thinned(_MOST)
    logs = _fitted(full, legs, logs, centre)
    return _with_errors(full, legs, logs, centre)


def _legs(series: Pulses, record: Record) -> list[Leg]:
    runs, time = series.runs, series.data.time
    sign = np.sign(series.charges)
    cuts = [i for i, run in enumerate(runs) if i and not (run.follows and sign[i] == sign[i - 1])]
    legs = []
    for first, end in pairwise([0, *cuts, len(runs)]):
        rows = [runs[first].before.last, *(run.after.last for run in runs[first:end])]
        knots = bulk_filling(record.changes, time[rows], int(record.chains[first]))
        offset = series.fillings[first] - knots[0]
        rising = np.sort(knots)
        legs.append(
            Leg(
                runs=range(first, end),
                knots=rising,
                begins=np.sort(knots[:-1]),
                ends=_beyond(series, rising, series.data.voltage[rows][np.argsort(knots)], offset),
            )
        )
    return legs


def _beyond(series: Pulses, knots: Array, rests: Array, offset: float) -> tuple[Array, Array]:
    """X at both ends over a grid of distances: the material's shape where its slope is the rests'."""
    found = []
    for end, next_to, way in ((0, 1, -1.0), (-1, -2, 1.0)):
        distance = np.linspace(0.0, 1.0, 401) ** 2
        shape = way * distance
        own = (rests[end] - rests[next_to]) / (knots[end] - knots[next_to])
        at = knots[end] + offset
        if 0 < at < 1 and 0 < at - way * abs(knots[end] - knots[next_to]) < 1:
            grid = np.clip(at + way * distance, 1e-4, 1 - 1e-4)
            potential = series.material.potential(grid)
            near = float(series.material.potential(np.array(at - way * abs(knots[end] - knots[next_to]))))
            theirs = (potential[0] - near) / (knots[end] - knots[next_to])
            if 1 / _SAME_SLOPE < theirs / own < _SAME_SLOPE if own else False:
                local = (potential[1] - potential[0]) / (grid[1] - grid[0])
                shape = (potential - potential[0]) / local
        found.append((distance, shape))
    return tuple(found)


def _potential(leg: Leg, surface: Array) -> tuple[csr_matrix, csr_matrix]:
    """U and dU/dtheta at the surface, as matrices onto the spline's coefficients."""
    degree = min(3, len(leg.knots) - 1)
    low, high = leg.knots[0], leg.knots[-1]
    drop = (degree - 1) // 2 + 1 if degree > 1 else 1
    inner = leg.knots[1:-1] if degree != 2 else leg.knots[1:1]
    t = np.concatenate([np.full(degree + 1, low), inner, np.full(degree + 1, high)])
    inside = np.clip(surface, low, high)
    value = BSpline.design_matrix(inside, t, degree)
    count = value.shape[1]
    slopes = BSpline(t, np.eye(count), degree).derivative()
    # derivative of the basis, by its own design matrix of one degree less
    less = BSpline.design_matrix(inside, t[1:-1], degree - 1)
    spans = t[degree + 1 : -1] - t[1 : -degree - 1]
    lower = csr_matrix(
        (np.concatenate([-degree / spans, degree / spans]),
         (np.tile(np.arange(count - 1), 2), np.concatenate([np.arange(count - 1), np.arange(1, count)]))),
        shape=(count - 1, count))
    slope = csr_matrix(less @ lower)
    factor = np.ones(len(surface))
    extra = np.zeros(len(surface))
    for outside, (grid, shape) in (
        (np.maximum(low - surface, 0), leg.ends[0]),
        (np.maximum(surface - high, 0), leg.ends[1]),
    ):
        there = outside > 0
        extra[there] = np.interp(outside[there], grid, shape)
        way = np.sign(shape[-1])
        factor[there] = np.interp(outside[there], grid, np.abs(np.gradient(shape, grid)))
    value = value + slope.multiply(extra[:, None])
    return csr_matrix(value), csr_matrix(slope.multiply(factor[:, None]))


def _jump(leg: Leg, surface: Array) -> tuple[csr_matrix, csr_matrix]:
    """r and dr/dtheta at the surface, as matrices onto r where the pulses begin."""
    at, rows = leg.begins, np.arange(len(surface))
    if len(at) == 1:
        shape = (len(surface), 1)
        return csr_matrix(np.ones(shape)), csr_matrix(shape)
    left = np.clip(np.searchsorted(at, surface) - 1, 0, len(at) - 2)
    width = np.diff(at)[left]
    part = (surface - at[left]) / width
    place = (np.tile(rows, 2), np.concatenate([left, left + 1]))
    shape = (len(surface), len(at))
    return (
        csr_matrix((np.concatenate([1 - part, part]), place), shape=shape),
        csr_matrix((np.concatenate([-1 / width, 1 / width]), place), shape=shape),
    )


@dataclass(frozen=True, kw_only=True)
class _Model:
    """The voltage as linear in the knots, and its slope in theta_s."""

    linear: csr_matrix
    slope: csr_matrix
    potential: csr_matrix
    surface: Array
    rates: list[tuple[int, Array]]


def _model(record: Record, legs: list[Leg], logs: Array) -> _Model:
    above, rates = excess(record, logs)
    surface = record.filling + above
    blocks = []
    for leg in legs:
        own = slice(record.slices[leg.runs[0]].start, record.slices[leg.runs[-1]].stop)
        current = csr_matrix(-record.current[own][:, None])
        (u, du), (r, dr) = _potential(leg, surface[own]), _jump(leg, surface[own])
        blocks.append((hstack([u, r.multiply(current)]), hstack([du, dr.multiply(current)]),
                       hstack([du, csr_matrix(dr.shape)])))
    from scipy.sparse import block_diag
    linear, slope, potential = (block_diag([b[i] for b in blocks], format="csr") for i in range(3))
    return _Model(linear=linear, slope=slope, potential=potential, surface=surface, rates=rates)


def _solve(matrix: Array, right: Array) -> Array:
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix / np.outer(scale, scale) + 1e-13 * np.eye(len(matrix))
    return cho_solve(cho_factor(scaled), right / scale) / scale


def _linear(record: Record, legs: list[Leg], logs: Array) -> tuple[Array, float]:
    """The best knots at given ln k, and the sum of squares."""
    model = _model(record, legs, logs)
    found = _solve((model.linear.T @ model.linear).toarray(), model.linear.T @ record.voltage)
    left = record.voltage - model.linear @ found
    return found, float(left @ left)


def _by_rates(record: Record, model: _Model, slope: Array) -> csr_matrix:
    """dV/d ln k (rows, runs)."""
    values, rows, columns = [], [], []
    for part, (low, table) in zip(record.slices, model.rates, strict=True):
        at = np.arange(part.start, part.stop)
        values.append((slope[part][:, None] * table).ravel())
        rows.append(np.repeat(at, table.shape[1]))
        columns.append(np.tile(low + np.arange(table.shape[1]), len(at)))
    shape = (len(record.time), len(record.slices))
    return csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def _fitted(record: Record, legs: list[Leg], logs: Array, centre: float) -> Array:
    """ln k at the least sum of squares."""
    count, damping = len(logs), 1e-3
    knots, loss = _linear(record, legs, logs)
    for _ in range(_PASSES):
        model = _model(record, legs, logs)
        left = record.voltage - model.linear @ knots
        jacobian = hstack([_by_rates(record, model, model.slope @ knots), model.linear]).tocsr()
        prior = np.zeros(jacobian.shape[1])
        prior[:count] = loss / len(record.time) / _VAGUE**2
        matrix = (jacobian.T @ jacobian).toarray() + np.diag(prior)
        right = jacobian.T @ left
        right[:count] -= prior[:count] * (logs - centre)
        gained = False
        while damping < 1e8:
            step = _solve(matrix + damping * np.diag(np.diag(matrix)), right)[:count]
            trial = logs + np.clip(step, -2.0, 2.0)
            new, new_loss = _linear(record, legs, trial)
            if new_loss < loss:
                gained = True
                break
            damping *= 10
        if not gained:
            return logs
        done = loss - new_loss < _ENOUGH * loss
        logs, knots, loss, damping = trial, new, new_loss, damping / 10
        if done:
            return logs
    return logs


def independence(left: Array) -> float:
    """Rows over independent ones of a series: 1 + 2 sum of its autocorrelation, at least 1."""
    count = len(left)
    if count < 4 or not np.any(left):
        return 1.0
    size = 2 ** int(np.ceil(np.log2(2 * count)))
    power = np.abs(np.fft.rfft(left - left.mean(), size)) ** 2
    together = np.fft.irfft(power)[:count]
    together = together / together[0]
    pairs = together[: count // 2 * 2].reshape(-1, 2).sum(axis=1)
    stop = np.flatnonzero(pairs <= 0)
    return max(1.0, float(2 * pairs[: stop[0] if len(stop) else None].sum() - 1))


def _with_errors(record: Record, legs: list[Leg], logs: Array, centre: float) -> RecordFit:
    knots, loss = _linear(record, legs, logs)
    model = _model(record, legs, logs)
    left = record.voltage - model.linear @ knots
    jacobian = hstack([_by_rates(record, model, model.slope @ knots), model.linear]).tocsr()
    count, rows = len(logs), len(left)
    matrix = (jacobian.T @ jacobian).toarray()
    mean = loss / max(rows - len(matrix), 1)
    matrix[np.arange(count), np.arange(count)] += mean / _VAGUE**2
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    inverse = np.linalg.inv(matrix / np.outer(scale, scale) + 1e-13 * np.eye(len(matrix)))
    unit = np.sqrt(np.diag(inverse)[:count]) / scale[:count]
    share = rows / max(rows - len(matrix), 1)
    noise = np.array([np.sqrt(np.mean(left[part] ** 2) * share) for part in record.slices])
    correlated = np.array([independence(left[part]) for part in record.slices])
    return RecordFit(
        log_rate=logs, error=unit * noise * np.sqrt(correlated), left=left, record=record,
        surface=model.surface, slope=model.potential @ knots, noise=noise, correlated=correlated,
        low=np.zeros(count), high=np.full(count, np.inf),
    )  # fmt: skip
