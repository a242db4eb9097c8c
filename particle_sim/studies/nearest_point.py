"""The inputs nearest to the plausible centre under which a pair looks as printed.

    distance^2 = (ln(D_1/D_1c)/s_1)^2 + (ln(D_2/D_2c)/s_2)^2 + t^2,   R = R_c exp(t s_R),

c: the central values of the files, s: standard deviations of the logarithms of their draws. Both
materials have the radius of the same t, because the radius is drawn once for both. All else is
central. For every t the nearest D is the central one or an edge of what the picture allows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.studies.choices import Direction
from particle_sim.studies.constant_flux import ConstantFlux
from particle_sim.studies.printed_states import State, Subject
from particle_sim.units import Array

_RADII = np.linspace(-3.0, 3.0, 121)
"""t that are tried: radii up to three standard deviations from the central one."""
_INSIDE = 1.01
"""By how much of N R/(D c_max) a point lies inside an edge, so that a run there shows the words."""


@dataclass(frozen=True, kw_only=True)
class MaterialPoint:
    """One material at a point."""

    diffusivity: float
    """[m2/s]"""
    radius: float
    """[m]"""
    spread: float
    """(max - min)/c_max in the state"""
    surface_excess: float
    """Surface filling minus mean filling in the state"""
    percentile: float
    """Share of the draws whose D/R^2 is smaller"""

    @property
    def diffusion_rate(self) -> float:
        """D/R^2 [1/s]"""
        return self.diffusivity / self.radius**2


@dataclass(frozen=True, kw_only=True)
class Point:
    """Both materials at one C-rate, and how far from the plausible centre that is."""

    c_rate: float
    distance: float
    """In standard deviations"""
    baseline: MaterialPoint
    candidate: MaterialPoint


def nearest_point(
    curves: ConstantFlux,
    pair: tuple[Subject, Subject],
    state: State,
    c_rate: float,
    limit: float,
) -> Point | None:
    """The nearest point at a C-rate with spread ``limit`` between even and uneven, if any.

    A state that the half cell of central kinetics does not reach before its cut-off has none.
    """
    steps = _RADII if any(each.spread_of("particle_radius") for each in pair) else np.zeros(1)
    tried = [_tried(curves, each, state, c_rate, limit, steps) for each in pair]
    distance = np.sqrt(steps**2 + sum(away**2 for _, _, away in tried))
    best = int(np.argmin(distance))
    if not np.isfinite(distance[best]):
        return None
    baseline, candidate = (
        _material_point(curves, each, state, c_rate, (diffusivity[best], radius[best]))
        for each, (diffusivity, radius, _) in zip(pair, tried, strict=True)
    )
    return Point(
        c_rate=c_rate, distance=float(distance[best]), baseline=baseline, candidate=candidate
    )


def _tried(
    curves: ConstantFlux, own: Subject, state: State, c_rate: float, limit: float, steps: Array
) -> tuple[Array, Array, Array]:
    """The nearest D at every radius, the radius, and how far D is from its centre; inf: none."""
    radius = own.central("particle_radius") * np.exp(own.spread_of("particle_radius") * steps)
    passed = own.passed(state)
    room = own.room(state.direction, np.full(len(steps), c_rate), {"particle_radius": radius})
    most = curves.group_of_shift(room, passed) / _INSIDE
    edge = curves.group_of_spread(limit, passed)
    if own.uneven:
        least = np.full(len(steps), edge * _INSIDE)
    else:
        least, most = np.zeros(len(steps)), np.minimum(most, edge / _INSIDE)
    unit = c_rate * own.filling_rate() * radius**2 / 3
    with np.errstate(divide="ignore"):
        slowest, fastest = unit / most, unit / least
    centre, spread = own.central("diffusivity"), own.spread_of("diffusivity")
    nearest = np.clip(centre, slowest, fastest)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.where(nearest == centre, 0.0, np.abs(np.log(nearest / centre)) / spread)
    return nearest, radius, np.where(slowest <= fastest, away, np.inf)


def _material_point(
    curves: ConstantFlux, own: Subject, state: State, c_rate: float, found: tuple[float, float]
) -> MaterialPoint:
    diffusivity, radius = (float(value) for value in found)
    passed = own.passed(state)
    group = c_rate * own.filling_rate() * radius**2 / (3 * diffusivity)
    sign = 1.0 if state.direction is Direction.DISCHARGE else -1.0
    return MaterialPoint(
        diffusivity=diffusivity,
        radius=radius,
        spread=float(curves.spread(group, passed)),
        surface_excess=sign * float(curves.shift(group, passed) - passed),
        percentile=float(np.mean(own.diffusion_rates < diffusivity / radius**2)),
    )
