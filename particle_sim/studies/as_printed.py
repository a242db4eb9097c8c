"""as_printed: which inputs give the picture that a paper prints, under one Fickian law.

The inverse question to ``compare``. The picture in words: at 90 % the baseline is uneven and the
candidate even, (max - min)/c_max above and below one limit. With a constant D and a constant
current both depend on q = N R/(D c_max) = C_RATE rate/(3 D/R^2) and the state alone; where a long
run has become steady, the spread is q/2 and the surface is q/5 off the mean. The region of a
material is where its words hold and the state is reached before a cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from particle_sim.checks import arguments_checked
from particle_sim.studies.choices import Direction
from particle_sim.studies.constant_flux import ConstantFlux, constant_flux_curves
from particle_sim.studies.nearest_point import Point, nearest_point
from particle_sim.studies.printed_states import STATES, State, Subject, is_printed, subjects
from particle_sim.studies.settings import Comparison
from particle_sim.units import Array

Flags = NDArray[np.bool_]

DIFFUSION_RATES = np.logspace(-6, 1, 113)
"""D/R^2 of the map [1/s]."""
C_RATES = np.logspace(-2, 2, 25)
"""C-rates of the map; that of the comparison is one more."""
REACHED = 0.05
"""Share of the draws of kinetics and size that reach a state before a cut-off, below which the map
counts it as cut off: what 95 % of the plausible cells cannot show."""
ROLES = ("baseline", "candidate")


@dataclass(frozen=True, kw_only=True)
class StateAnswer:
    """What one reading of the picture's state assumes."""

    state: State
    surface_richer: bool
    """Whether the baseline's surface holds more than its mean: of one sign at every point"""
    nearest: Point | None
    """At the C-rate of the comparison; ``None`` where no radius and D give the picture"""
    freest: Point | None
    """At the C-rate of the map that comes nearest to the centre; of equals, the slowest"""
    likeliest: float
    """C-rate at which most draws give the picture"""

    @property
    def holds_whole(self) -> bool:
        """Whether all words can hold: desodiated, uneven, even and retained at the surface."""
        return self.state.desodiated and self.surface_richer and self.freest is not None


@dataclass(frozen=True, kw_only=True)
class AsPrinted:
    """Regions, nearest points and shares of the draws, for every reading of the state."""

    settings: Comparison
    pair: tuple[Subject, Subject]
    printed: bool
    """Whether the candidate's paper shows this picture of the pair, or it is only asked here"""
    regions: xr.Dataset
    """spread, surface_excess, reached and region (state, role, diffusion_rate, c_rate)"""
    shares: xr.Dataset
    """Shares of the draws: reached and shown (state, role, c_rate), picture (state, c_rate)"""
    answers: tuple[StateAnswer, ...]

    @property
    def chosen(self) -> StateAnswer | None:
        """The reading that is drawn: all words hold, else nearest to the plausible centre."""
        known = [each for each in self.answers if each.nearest is not None]
        whole = [each for each in known if each.holds_whole] or known
        return min(whole, key=_distance, default=None)

    def share(self, state: State, c_rate: float) -> float:
        """Share of the draws that give the picture at a C-rate of the map."""
        return float(self.shares.picture.sel(state=state.name, c_rate=c_rate))


@arguments_checked
def as_printed(settings: Comparison) -> AsPrinted:
    """The inputs under which one Fickian law shows the baseline uneven and the candidate even.

    Isothermal free spheres with one constant D each, constant current from rest at a cut-off, the
    draws, C-rate and ``uniform_below`` of ``settings``; physics, shape and direction of these do
    not matter. Every draw of D, radius, concentration, kinetics and cell is one pair of half cells.
    Seconds: the law is linear, so that one small batch serves every D, size and rate.

    Raises :class:`InputError` for a material that cannot be simulated or has no half cell.

    >>> import particle_sim as ps
    >>> found = ps.as_printed(ps.Comparison(baseline="nvp", candidate="he_v", samples=500))
    >>> [answer.state.name for answer in found.answers if answer.holds_whole]
    ['early_discharge']
    """
    pair, curves = subjects(settings), constant_flux_curves()
    rates = np.unique(np.append(C_RATES, settings.c_rate))
    limit = settings.uniform_below
    rooms = {way: [each.drawn_room(way, rates) for each in pair] for way in Direction}
    regions = [
        _regions(curves, own, state, rates, rooms[state.direction][place], limit)
        for state in STATES
        for place, own in enumerate(pair)
    ]
    shown = [
        _shown(curves, own, state, rates, rooms[state.direction][place], limit)
        for state in STATES
        for place, own in enumerate(pair)
    ]
    shares = _shares(shown, rates)
    return AsPrinted(
        settings=settings,
        pair=pair,
        printed=is_printed(pair),
        regions=_dataset(regions, rates),
        shares=shares,
        answers=tuple(_answer(curves, pair, state, settings, rates, shares) for state in STATES),
    )


def _distance(answer: StateAnswer) -> float:
    return np.inf if answer.nearest is None else answer.nearest.distance


def _regions(
    curves: ConstantFlux, own: Subject, state: State, rates: Array, room: Array, limit: float
) -> dict[str, Array]:
    """The map of one material (diffusion_rate, c_rate); its concentration is the central one."""
    group = rates * own.filling_rate() / (3 * DIFFUSION_RATES[:, None])
    passed = own.passed(state)
    spread, shift = curves.spread(group, passed), curves.shift(group, passed)
    sign = 1.0 if state.direction is Direction.DISCHARGE else -1.0
    reached = np.stack(
        [
            1 - np.searchsorted(np.sort(room[:, column]), shift[:, column]) / len(room)
            for column in range(len(rates))
        ],
        axis=1,
    )
    words = spread > limit if own.uneven else spread < limit
    return {
        "spread": np.where(reached > 0, spread, np.nan),
        "surface_excess": np.where(reached > 0, sign * (shift - passed), np.nan),
        "reached": reached,
        "region": words & (reached >= REACHED),
    }


def _shown(
    curves: ConstantFlux, own: Subject, state: State, rates: Array, room: Array, limit: float
) -> tuple[Flags, Flags]:
    """Of every draw at every rate (n, m): is the state reached, and do the words hold there?"""
    filling = own.filling_rate(own.draws.values.get("maximum_concentration"))
    group = rates * (filling / (3 * own.diffusion_rates))[:, None]
    passed = own.passed(state)
    spread = curves.spread(group, passed)
    reached = np.asarray(curves.shift(group, passed) <= room)
    return reached, reached & (spread > limit if own.uneven else spread < limit)


def _dataset(regions: list[dict[str, Array]], rates: Array) -> xr.Dataset:
    shape = (len(STATES), len(ROLES), len(DIFFUSION_RATES), len(rates))
    dims = ("state", "role", "diffusion_rate", "c_rate")
    return xr.Dataset(
        {
            name: (dims, np.reshape([each[name] for each in regions], shape), {"units": "1"})
            for name in regions[0]
        },
        coords={
            "state": [state.name for state in STATES],
            "role": list(ROLES),
            "diffusion_rate": ("diffusion_rate", DIFFUSION_RATES, {"units": "1/s"}),
            "c_rate": ("c_rate", rates, {"units": "1/h"}),
        },
    )


def _shares(shown: list[tuple[Flags, Flags]], rates: Array) -> xr.Dataset:
    """Means over the draws; both materials have the same radius, film and loading in a draw."""
    shape = (len(STATES), len(ROLES), len(rates))
    reached, words = (
        np.reshape([each[place].mean(axis=0) for each in shown], shape) for place in (0, 1)
    )
    both = [(shown[k][1] & shown[k + 1][1]).mean(axis=0) for k in range(0, len(shown), len(ROLES))]
    each = ("state", "role", "c_rate")
    return xr.Dataset(
        {
            "reached": (each, reached, {"units": "1"}),
            "shown": (each, words, {"units": "1"}),
            "picture": (("state", "c_rate"), np.array(both), {"units": "1"}),
        },
        coords={
            "state": [state.name for state in STATES],
            "role": list(ROLES),
            "c_rate": ("c_rate", rates, {"units": "1/h"}),
        },
    )


def _answer(
    curves: ConstantFlux,
    pair: tuple[Subject, Subject],
    state: State,
    settings: Comparison,
    rates: Array,
    shares: xr.Dataset,
) -> StateAnswer:
    limit = settings.uniform_below
    found = [nearest_point(curves, pair, state, float(rate), limit) for rate in rates]
    known = [point for point in found if point is not None]
    picture = shares.picture.sel(state=state.name).values
    return StateAnswer(
        state=state,
        surface_richer=state.direction is Direction.DISCHARGE,
        nearest=found[int(np.searchsorted(rates, settings.c_rate))],
        freest=min(known, key=lambda point: (round(point.distance, 3), point.c_rate), default=None),
        likeliest=float(rates[int(np.argmax(picture))]),
    )
