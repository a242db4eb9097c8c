"""The voltage of a record as linear in what is free at its rests and pulses.

    V = U(theta_s) - I r(theta_s)

U is a cubic spline with a knot at every rest, and no material is in it. Beyond the rests, where
the surface goes before all of the sphere does, U goes on as the material's potential, scaled to
the slope that the rests have there; where the material has quite another slope, straight. r is
straight between the fillings at which pulses begin, and goes on straight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import BSpline

from particle_sim.inference.pulses import Pulses
from particle_sim.inference.surface_record import Index, Record, bulk_filling
from particle_sim.units import Array

SAME_SLOPE = 1.5
"""Largest ratio of two slopes of the potential that agree."""
_EDGE = 1e-4
_REACH = np.linspace(0.0, 1.0, 401) ** 2
"""Distances beyond the last rest at which the shape there is tabulated."""


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """U = U_end + U'_end ``shape`` at the distances of ``_REACH`` outside the rests."""

    shape: Array
    slope: Array
    measured: bool
    """Whether the material's slope is that of the rests, so that its shape is used."""


@dataclass(frozen=True, kw_only=True)
class Leg:
    """Pulses that follow each other in one direction: one potential, one r."""

    runs: range
    rests: Array
    """Fillings of the rests, rising"""
    begins: Array
    """Fillings at which the pulses begin, rising"""
    below: Beyond
    above: Beyond


def legs_of(series: Pulses, record: Record) -> list[Leg]:
    """The legs of a titration."""
    runs, sign = series.runs, np.sign(series.charges)
    cuts = [i for i, run in enumerate(runs) if i and not (run.follows and sign[i] == sign[i - 1])]
    legs = []
    for first, end in pairwise([0, *cuts, len(runs)]):
        rows = np.array([runs[first].before.last, *(run.after.last for run in runs[first:end])])
        filling = bulk_filling(record.changes, series.data.time[rows], int(record.chains[first]))
        offset = float(series.fillings[first] - filling[0])
        order = np.argsort(filling)
        rests, voltage = filling[order], series.data.voltage[rows[order]]
        legs.append(
            Leg(
                runs=range(first, end),
                rests=rests,
                begins=np.sort(filling[:-1]),
                below=_beyond(series, -1.0, rests[:2] + offset, voltage[:2]),
                above=_beyond(series, 1.0, rests[:-3:-1] + offset, voltage[:-3:-1]),
            )
        )
    return legs


def _beyond(series: Pulses, way: float, filling: Array, voltage: Array) -> Beyond:
    """How the potential goes on outside the first of two rests; straight if that is not known."""
    straight = Beyond(shape=way * _REACH, slope=np.ones(len(_REACH)), measured=False)
    if not np.all((filling > _EDGE) & (filling < 1 - _EDGE)):
        return straight
    theirs = np.diff(series.material.potential(filling))[0]
    own = np.diff(voltage)[0]
    if not (theirs and 1 / SAME_SLOPE < own / theirs < SAME_SLOPE):
        return straight
    at = np.clip(filling[0] + way * _REACH, _EDGE, 1 - _EDGE)
    small = 1e-5
    slope = (series.material.potential(at + small) - series.material.potential(at - small)) / (
        2 * small
    )
    rise = series.material.potential(at) - series.material.potential(filling[:1])
    return Beyond(shape=rise / slope[0], slope=slope / slope[0], measured=True)


@dataclass(frozen=True, kw_only=True)
class Band:
    """A matrix (n, ``width``) with few entries in a row, as arrays (n, k): those of one column in
    one row add up."""

    value: Array
    column: Index
    width: int

    def times(self, vector: Array) -> Array:
        """M x (n,)."""
        return np.asarray(np.einsum("nk,nk->n", self.value, vector[self.column]))

    def onto(self, rows: Array) -> Array:
        """M^T y (width,)."""
        given = (self.value.T * rows).T
        return np.asarray(np.bincount(self.column.ravel(), given.ravel(), self.width), dtype=float)

    def normal(self, weight: Array) -> Array:
        """M^T W M (width, width) with weights (n,) of the rows."""
        place = self.column[:, :, None] * self.width + self.column[:, None, :]
        product = (self.value.T * weight).T[:, :, None] * self.value[:, None, :]
        flat = np.bincount(place.ravel(), product.ravel(), self.width**2)
        return np.asarray(flat, dtype=float).reshape(self.width, self.width)

    def dense(self, part: slice) -> tuple[Array, Index]:
        """Some of the rows, and the columns (m,) that they have entries in: (rows, m)."""
        value, column = self.value[part], self.column[part]
        known, place = np.unique(column, return_inverse=True)
        found = np.zeros((len(value), len(known)))
        np.add.at(found, (np.arange(len(value))[:, None], place.reshape(column.shape)), value)
        return found, known


def beside(*bands: Band) -> Band:
    """One matrix left of the other."""
    firsts = np.cumsum([0, *(band.width for band in bands)])
    return Band(
        value=np.hstack([band.value for band in bands]),
        column=np.hstack([f + b.column for f, b in zip(firsts, bands, strict=False)]),
        width=int(firsts[-1]),
    )


def diagonal(bands: Sequence[Band]) -> Band:
    """Each matrix right below the one before; short rows end with zeros."""
    if len(bands) == 1:
        return bands[0]
    most = max(band.value.shape[1] for band in bands)
    firsts = np.cumsum([0, *(band.width for band in bands)])
    spare = [((0, 0), (0, most - band.value.shape[1])) for band in bands]
    return Band(
        value=np.vstack([np.pad(b.value, s) for b, s in zip(bands, spare, strict=True)]),
        column=np.vstack(
            [f + np.pad(b.column, s) for f, b, s in zip(firsts[:-1], bands, spare, strict=True)]
        ),
        width=int(firsts[-1]),
    )


def potential_basis(leg: Leg, surface: Array) -> tuple[Band, Band]:
    """U and dU/dtheta at the surface, as matrices onto the coefficients of the spline."""
    rests, degree = leg.rests, min(3, len(leg.rests) - 1)
    inner = rests[1:-1] if degree == 3 else rests[:0]
    knots = np.concatenate([np.repeat(rests[0], degree + 1), inner,
                            np.repeat(rests[-1], degree + 1)])  # fmt: skip
    inside = np.clip(surface, rests[0], rests[-1])
    value, column = _splines(inside, knots, degree)
    below, at = _splines(inside, knots[1:-1], degree - 1)
    steps = below * (degree / (knots[degree + 1 : -1] - knots[1 : -degree - 1]))[at]
    slope = np.zeros_like(value)  # of a coefficient's spline and the next: -, +
    slope[:, :-1] -= steps
    slope[:, 1:] += steps
    added, factor = np.zeros(len(surface)), np.ones(len(surface))
    for beyond, distance in ((leg.below, rests[0] - surface), (leg.above, surface - rests[-1])):
        there = distance > 0
        added[there] = np.interp(distance[there], _REACH, beyond.shape)
        factor[there] = np.interp(distance[there], _REACH, beyond.slope)
    width = len(knots) - degree - 1
    return (
        Band(value=value + added[:, None] * slope, column=column, width=width),
        Band(value=factor[:, None] * slope, column=column, width=width),
    )


def _splines(at: Array, knots: Array, degree: int) -> tuple[Array, Index]:
    """The ``degree`` + 1 B-splines that are not 0 at each place, and their numbers."""
    matrix = BSpline.design_matrix(at, knots, degree)
    shape = len(at), degree + 1
    return matrix.data.reshape(shape), matrix.indices.reshape(shape).astype(np.intp)


def jump_basis(leg: Leg, surface: Array) -> tuple[Band, Band]:
    """r and dr/dtheta at the surface, as matrices onto r where the pulses begin."""
    at, count = leg.begins, len(surface)
    if len(at) == 1:
        column = np.zeros((count, 1), dtype=np.intp)
        return (
            Band(value=np.ones((count, 1)), column=column, width=1),
            Band(value=np.zeros((count, 1)), column=column, width=1),
        )
    left = np.clip(np.searchsorted(at, surface) - 1, 0, len(at) - 2)
    width = np.diff(at)[left]
    part = (surface - at[left]) / width
    column = np.column_stack([left, left + 1])
    return (
        Band(value=np.column_stack([1 - part, part]), column=column, width=len(at)),
        Band(value=np.column_stack([-1 / width, 1 / width]), column=column, width=len(at)),
    )
