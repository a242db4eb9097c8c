"""as_printed: which inputs give the picture that a paper prints, under one Fickian law.

The inverse question to ``compare``. The picture in words: at 90 % the baseline is uneven and the
candidate even, (max - min)/c_max above and below one limit. With a constant D and a constant
current both depend on q = N R/(D c_max) = C_RATE rate/(3 D/R^2) and the state alone; where a long
run has become steady, the spread is q/2 and the surface is q/5 off the mean (Crank, The Mathematics
of Diffusion, 1975, eq. 6.45). The region of a material is where its words hold and the state is
reached before a cut-off. At 90 % of a charge the surface is empty at about q = 1/2, so that no
spread above about 1/4 can be shown there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from particle_sim.checks import arguments_checked
from particle_sim.studies.choices import Direction
from particle_sim.studies.constant_flux import ConstantFlux, constant_flux_curves
from particle_sim.studies.nearest_point import Point, nearest_point
from particle_sim.studies.printed_states import STATES, State, Subject, is_printed, subjects
from particle_sim.studies.settings import Comparison
from particle_sim.units import Array

DIFFUSION_RATES = np.logspace(-6, 1, 113)
"""D/R^2 of the map [1/s]."""
C_RATES = np.logspace(-2, 2, 25)
"""C-rates of the map; that of the comparison is one more."""
REACHED = 0.05
"""Share of the draws of kinetics and size that reach a state before a cut-off, below which the map
counts it as cut off: what 95 % of the plausible cells cannot show."""
KEPT = (REACHED, 0.5)
"""Shares of the draws whose room the map tells."""
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
    """spread, surface_excess, surface_shift, share of the draws that reached the state and
    region (state, role, diffusion_rate, c_rate), as the law has them where nobody has the room;
    room for a shift that a share of the draws has (state, role, kept, c_rate)"""
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


@dataclass(frozen=True, kw_only=True)
class View:
    """One material in one state, at every rate."""

    curves: ConstantFlux
    own: Subject
    state: State
    c_rates: Array
    room: Array
    """Of the surface filling to the cut-off, of every draw (n, c_rate)"""

    def region(self, limit: float) -> xr.Dataset:
        """The map over D/R^2; its concentration is the central one."""
        group = self.c_rates * self.own.filling_rate() / (3 * DIFFUSION_RATES[:, None])
        passed = self.own.passed(self.state)
        spread, shift = (read(group, passed) for read in (self.curves.spread, self.curves.shift))
        ordered = np.sort(self.room, axis=0)
        stopped = [np.searchsorted(*pair) for pair in zip(ordered.T, shift.T, strict=True)]
        reached = 1 - np.stack(stopped, axis=1) / len(ordered)
        sign = 1.0 if self.state.direction is Direction.DISCHARGE else -1.0
        words = spread > limit if self.own.uneven else spread < limit
        fields = {
            "spread": spread,
            "surface_excess": sign * (shift - passed),
            "surface_shift": shift,
            "reached": reached,
            "region": words & (reached >= REACHED),
        }
        room = np.quantile(self.room, 1 - np.array(KEPT), axis=0)
        dims = ("diffusion_rate", "c_rate")
        return xr.Dataset(
            {name: (dims, values, {"units": "1"}) for name, values in fields.items()}
            | {"room": (("kept", "c_rate"), room, {"units": "1"})},
            coords={
                "diffusion_rate": ("diffusion_rate", DIFFUSION_RATES, {"units": "1/s"}),
                "c_rate": ("c_rate", self.c_rates, {"units": "1/h"}),
                "kept": list(KEPT),
            },
        )

    def shown(self, limit: float) -> xr.Dataset:
        """Of every draw: is the state reached, and are the words then true?"""
        filling = self.own.filling_rate(self.own.draws.values.get("maximum_concentration"))
        group = self.c_rates * (filling / (3 * self.own.diffusion_rates))[:, None]
        passed = self.own.passed(self.state)
        spread = self.curves.spread(group, passed)
        reached = self.curves.shift(group, passed) <= self.room
        words = spread > limit if self.own.uneven else spread < limit
        return xr.Dataset(
            {
                "reached": (("draw", "c_rate"), reached),
                "shown": (("draw", "c_rate"), reached & words),
            },
            coords={"c_rate": ("c_rate", self.c_rates, {"units": "1/h"})},
        )


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
    rooms = {way: [each.drawn_room(way, rates) for each in pair] for way in Direction}
    views = [
        [
            View(curves=curves, own=own, state=state, c_rates=rates, room=room)
            for own, room in zip(pair, rooms[state.direction], strict=True)
        ]
        for state in STATES
    ]
    regions = _together(views, lambda view: view.region(settings.uniform_below))
    shown = _together(views, lambda view: view.shown(settings.uniform_below))
    shares = shown.mean("draw").assign(picture=shown.shown.all("role").mean("draw"))
    return AsPrinted(
        settings=settings,
        pair=pair,
        printed=is_printed(pair),
        regions=regions,
        shares=shares,
        answers=tuple(_answer(curves, pair, state, settings, shares) for state in STATES),
    )


def _distance(answer: StateAnswer) -> float:
    return np.inf if answer.nearest is None else answer.nearest.distance


def _together(views: list[list[View]], read: Callable[[View], xr.Dataset]) -> xr.Dataset:
    """What every view of every state and role reads, in one dataset."""
    rows = [_side_by_side("role", ROLES, [read(view) for view in row]) for row in views]
    return _side_by_side("state", [state.name for state in STATES], rows)


def _side_by_side(name: str, labels: Sequence[str], parts: list[xr.Dataset]) -> xr.Dataset:
    joined: xr.Dataset = xr.concat(parts, dim=name)
    return joined.assign_coords({name: list(labels)})


def _answer(
    curves: ConstantFlux,
    pair: tuple[Subject, Subject],
    state: State,
    settings: Comparison,
    shares: xr.Dataset,
) -> StateAnswer:
    limit, rates = settings.uniform_below, shares.c_rate.values
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
