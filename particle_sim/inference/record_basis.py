"""The voltage of a record as linear in what is free at its rests and pulses.

    V = U(theta_s) - I r(theta_s)

U is a cubic spline with a knot at every rest, and no material is in it. Beyond the rests, where
the surface goes before all of the sphere does, U goes on as the material's potential, scaled to
the slope that the rests have there; where the material has quite another slope, straight. r is
straight between the fillings at which pulses begin, and goes on straight.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import BSpline
from scipy.sparse import csr_matrix

from particle_sim.inference.pulses import Pulses
from particle_sim.inference.surface_record import Record, bulk_filling
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


def potential_basis(leg: Leg, surface: Array) -> tuple[csr_matrix, csr_matrix]:
    """U and dU/dtheta at the surface, as matrices onto the coefficients of the spline."""
    rests, degree = leg.rests, min(3, len(leg.rests) - 1)
    inner = rests[1:-1] if degree == 3 else rests[:0]
    knots = np.concatenate([np.repeat(rests[0], degree + 1), inner,
                            np.repeat(rests[-1], degree + 1)])  # fmt: skip
    inside = np.clip(surface, rests[0], rests[-1])
    value = BSpline.design_matrix(inside, knots, degree)
    slope = BSpline.design_matrix(inside, knots[1:-1], degree - 1) @ _differences(knots, degree)
    added, factor = np.zeros(len(surface)), np.ones(len(surface))
    for beyond, distance in ((leg.below, rests[0] - surface), (leg.above, surface - rests[-1])):
        there = distance > 0
        added[there] = np.interp(distance[there], _REACH, beyond.shape)
        factor[there] = np.interp(distance[there], _REACH, beyond.slope)
    return (
        csr_matrix(value + slope.multiply(added[:, None])),
        csr_matrix(slope.multiply(factor[:, None])),
    )


def _differences(knots: Array, degree: int) -> csr_matrix:
    """Coefficients of a spline's derivative from its own."""
    weights = degree / (knots[degree + 1 : -1] - knots[1 : -degree - 1])
    at = np.arange(len(weights))
    places = (np.tile(at, 2), np.concatenate([at, at + 1]))
    return csr_matrix((np.concatenate([-weights, weights]), places))


def jump_basis(leg: Leg, surface: Array) -> tuple[csr_matrix, csr_matrix]:
    """r and dr/dtheta at the surface, as matrices onto r where the pulses begin."""
    at, rows = leg.begins, np.arange(len(surface))
    shape = (len(surface), len(at))
    if len(at) == 1:
        return csr_matrix(np.ones(shape)), csr_matrix(shape)
    left = np.clip(np.searchsorted(at, surface) - 1, 0, len(at) - 2)
    width = np.diff(at)[left]
    part = (surface - at[left]) / width
    places = (np.tile(rows, 2), np.concatenate([left, left + 1]))
    return (
        csr_matrix((np.concatenate([1 - part, part]), places), shape=shape),
        csr_matrix((np.concatenate([-1 / width, 1 / width]), places), shape=shape),
    )
