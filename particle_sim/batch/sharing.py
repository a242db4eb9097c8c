"""Surfaces of several sizes of particle at one potential, and that potential in closed form.

With q = N R/(D c_max), pace D/R^2 and volume shares v, all sizes i of an electrode obey

    V = U(theta_i) - S_i (theta_i - <theta>_i) + (2 R T/F) asinh(z_i),   z_i = r_i q_i/f(theta_i),
    sum_i v_i pace_i q_i = Q,

with theta_i at the surface, j0 = half f(theta), r = F D c_max/(2 R half) and d<theta>/dt = -3 Q for
all together. Where the fillings are given this is sum_i b_i sinh(v - u_i) = Q in units of 2 R T/F:

    v = ln(B/A)/2 + asinh(Q/sqrt(A B)),   A = sum_i b_i e^-u_i,   B = sum_i b_i e^u_i.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from particle_sim.units import Array

_OUTER, _INNER = 60, 80
"""Most steps of Newton's method for V and for the fillings that belong to one."""
_CLOSE, _VOLT, _FILLING = 1e-7, 1e-14, 1e-13
"""Where they end: missing share of the current, misfit of V [V], step of a filling."""
_QUICK = 8
"""Steps of Newton's method without bounds"""
_LEAP, _FARTHER = 0.5, 1.5
"""Longest first step of V [V], and of each further one over the last"""

WithSlope = Callable[[Array], tuple[Array, Array]]
"""theta -> (f, df/dtheta)"""


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Surfaces that share; the ``count`` sizes of an electrode are side by side (b,)."""

    count: int
    rest: WithSlope
    """U(theta) [V]"""
    exchange: WithSlope
    """f(theta), 1 at half filling"""
    thermal: float
    """2 R T/F [V]"""
    pace: Array
    """D/R^2 [1/s]"""
    weight: Array
    """v pace [1/s]"""
    outflow: Array
    """Q [1/s], positive out"""
    resistance: Array
    """r"""
    stress: Array
    """S [V]"""
    stop: Array
    """V past which the electrode stops: below it where Q fills, above it where Q empties"""

    def part(self, which: NDArray[np.intp]) -> Sharing:
        """Some of the electrodes."""
        parts = {
            field.name: value[which]
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray)
        }
        return Sharing(**{**vars(self), **parts})

    def together(self, values: Array, what: np.ufunc) -> Array:
        """``what`` over the sizes of each electrode, for all of its sizes."""
        reduced = what.reduce(values.reshape(-1, self.count), axis=1)
        return np.asarray(reduced).repeat(self.count)

    def voltage(self, surface: Array, mean: Array) -> Array:
        """V [V] of every electrode at fillings (b,), for all of its sizes."""
        rest = self.rest(surface)[0] - self.stress * (surface - mean)
        with np.errstate(divide="ignore"):
            level = np.log(self.weight * self.exchange(surface)[0] / self.resistance)
        low, high = (
            np.logaddexp.reduce(
                (level + sign * rest / self.thermal).reshape(-1, self.count), axis=1
            )
            for sign in (-1, 1)
        )
        with np.errstate(over="ignore"):
            force = np.arcsinh(self.outflow[:: self.count] * np.exp(-0.5 * (low + high)))
        return np.asarray(self.thermal * (0.5 * (high - low) + force)).repeat(self.count)

    def flux(self, free: Array, response: Array, mean: Array, gain: Array) -> Array:
        """q (b,) where the surface ends at free - response q and the mean at mean - gain q.

        Newton's method for all fillings and V together; where a corner of U holds it up, V is
        closed in on from both sides.
        """
        linear = free, response, mean, gain
        theta, every = np.clip(free, 0.0, 1.0), np.arange(len(free))
        for _ in range(_QUICK):
            value, slope = self._potential(theta, every, linear)
            move = value / slope
            share = self.weight / response
            missing = self.outflow / self.count - share * (free - theta + move)
            common = self.together(missing, np.add) / self.together(-share / slope, np.add)
            step = common / slope - move
            theta = theta + step
            open_ = self.together(np.abs(step) > _FILLING * 100, np.logical_or)
            if not open_.any():
                break
        flux = (free - theta) / response
        if open_.any():
            which = np.flatnonzero(open_)
            hard = self.part(which)
            flux[which] = hard._flux_between(*(values[which] for values in linear))
        return np.asarray(flux)

    def _flux_between(self, free: Array, response: Array, mean: Array, gain: Array) -> Array:
        """The same, by Newton's method for V between values that carry too little and too much."""
        shape = -1, self.count
        total = self.outflow[:: self.count]
        low, high = np.full_like(total, -np.inf), np.full_like(total, np.inf)
        theta = np.clip(free, 0.0, 1.0)
        potential = self.voltage(theta, mean)[:: self.count]
        for leap in _LEAP * _FARTHER ** np.arange(_OUTER):
            theta, slope = self._fillings(
                potential.repeat(self.count), theta, (free, response, mean, gain)
            )
            flux, rise = (free - theta) / response, -1 / (response * slope)
            missing = total - (self.weight * flux).reshape(shape).sum(axis=1)
            by_volt = (self.weight * rise).reshape(shape).sum(axis=1)
            move = missing / by_volt
            if np.all((np.abs(missing) <= _CLOSE * np.abs(total)) | (np.abs(move) <= _VOLT)):
                break
            low, high = (
                np.where(missing > 0, potential, low),
                np.where(missing > 0, high, potential),
            )
            potential = potential + np.clip(move, -leap, leap)
            outside = (potential <= low) | (potential >= high)
            potential = np.where(outside, 0.5 * (low + high), potential)
        return np.asarray(flux + rise * move.repeat(self.count))

    def _fillings(
        self, potential: Array, theta: Array, linear: tuple[Array, Array, Array, Array]
    ) -> tuple[Array, Array]:
        """Surface fillings that have a potential (b,), and dV/dtheta there."""
        theta, slope = theta.copy(), np.empty_like(theta)
        low, high = np.full_like(theta, -1.0), np.full_like(theta, 2.0)
        step = np.full_like(theta, np.inf)
        active = np.arange(len(theta))
        for _ in range(_INNER):
            at = theta[active]
            value, slope[active] = self._potential(at, active, linear)
            over = value - potential[active]
            low[active] = np.where(over > 0, at, low[active])
            high[active] = np.where(over > 0, high[active], at)
            move = -over / slope[active]
            near = (np.abs(move) <= _FILLING) | (np.abs(over) <= _VOLT)
            inside = (at + move > low[active]) & (at + move < high[active])
            inside &= np.abs(move) <= 0.5 * np.abs(step[active])
            move = np.where(inside | near, move, 0.5 * (low[active] + high[active]) - at)
            theta[active], step[active] = at + move, move
            active = active[~near]
            if not len(active):
                break
        return theta, slope

    def _potential(
        self, theta: Array, which: NDArray[np.intp], linear: tuple[Array, Array, Array, Array]
    ) -> tuple[Array, Array]:
        """V and dV/dtheta where q = (free - theta)/response."""
        free, response, mean, gain = (values[which] for values in linear)
        flux, stress = (free - theta) / response, self.stress[which]
        rest, fall = self.rest(theta)
        exchange, bend = self.exchange(theta)
        z = self.resistance[which] * flux / exchange
        by_z = self.thermal / np.sqrt(1 + z**2)
        value = rest - stress * (theta - mean + gain * flux) + self.thermal * np.arcsinh(z)
        z_slope = -self.resistance[which] / (response * exchange) - z * bend / exchange
        return value, fall - stress * (1 - gain / response) + by_z * z_slope
