"""The flux of every size at one potential, where fillings are straight functions of the flux."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.sharing import Sharing
from particle_sim.units import Array

Linear = tuple[Array, Array, Array, Array]
"""free, response, mean, gain (b,)"""

_OUTER, _INNER = 60, 80
"""Most steps of Newton's method for V and for the fillings that belong to one."""
_CLOSE, _VOLT, _FILLING = 1e-7, 1e-14, 1e-13
"""Where they end: missing share of the current, misfit of V [V], step of a filling."""
_QUICK, _NEAR = 8, 1e-11
"""Steps of Newton's method without bounds, and the last one's largest change of a filling."""
_LEAP, _FARTHER = 0.5, 1.5
"""Longest first step of V [V], and of each further one over the last"""


def shared_flux(sharing: Sharing, linear: Linear, guess: Array) -> Array:
    """q (b,) where the surface ends at free - response q and the mean at mean - gain q.

    Newton's method for all fillings, from a ``guess``, and V together; where a corner of U holds
    it up, V is closed in on from both sides.
    """
    free, response, *_ = linear
    theta, every = np.clip(guess, 0.0, 1.0), np.arange(len(free))
    for _ in range(_QUICK):
        value, slope = _potential(sharing, theta, every, linear)
        move = value / slope
        share = sharing.weight / response
        missing = sharing.outflow / sharing.count - share * (free - theta + move)
        common = sharing.together(missing, np.add) / sharing.together(-share / slope, np.add)
        step = common / slope - move
        theta = theta + step
        far = sharing.together(np.abs(step), np.maximum) > _NEAR
        if not far.any():
            break
    flux = (free - theta) / response
    if far.any():
        which = np.flatnonzero(far)
        hard = sharing.part(which)
        flux[which] = _between(hard, _part(linear, which))
    return np.asarray(flux)


def _between(sharing: Sharing, linear: Linear) -> Array:
    """The same, by Newton's method for V between values that carry too little and too much."""
    free, response, mean, _ = linear
    shape = -1, sharing.count
    total = sharing.outflow[:: sharing.count]
    low, high = np.full_like(total, -np.inf), np.full_like(total, np.inf)
    theta = np.clip(free, 0.0, 1.0)
    potential = sharing.voltage(theta, mean)[:: sharing.count]
    for leap in _LEAP * _FARTHER ** np.arange(_OUTER):
        theta, slope = _fillings(sharing, potential.repeat(sharing.count), theta, linear)
        flux, rise = (free - theta) / response, -1 / (response * slope)
        missing = total - (sharing.weight * flux).reshape(shape).sum(axis=1)
        by_volt = (sharing.weight * rise).reshape(shape).sum(axis=1)
        move = missing / by_volt
        if np.all((np.abs(missing) <= _CLOSE * np.abs(total)) | (np.abs(move) <= _VOLT)):
            break
        low = np.where(missing > 0, potential, low)
        high = np.where(missing > 0, high, potential)
        potential = potential + np.clip(move, -leap, leap)
        outside = (potential <= low) | (potential >= high)
        potential = np.where(outside, 0.5 * (low + high), potential)
    return np.asarray(flux + rise * move.repeat(sharing.count))


def _fillings(
    sharing: Sharing, potential: Array, theta: Array, linear: Linear
) -> tuple[Array, Array]:
    """Surface fillings that have a potential (b,), and dV/dtheta there."""
    theta, slope = theta.copy(), np.empty_like(theta)
    low, high = np.full_like(theta, -1.0), np.full_like(theta, 2.0)
    step = np.full_like(theta, np.inf)
    active = np.arange(len(theta))
    for _ in range(_INNER):
        at = theta[active]
        value, slope[active] = _potential(sharing, at, active, linear)
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
    sharing: Sharing, theta: Array, which: NDArray[np.intp], linear: Linear
) -> tuple[Array, Array]:
    """V and dV/dtheta where q = (free - theta)/response."""
    free, response, mean, gain = _part(linear, which)
    flux, stress = (free - theta) / response, sharing.stress[which]
    rest, fall = sharing.rest(theta)
    exchange, bend = sharing.exchange(theta)
    z = sharing.resistance[which] * flux / exchange
    by_z = sharing.thermal / np.sqrt(1 + z**2)
    value = rest - stress * (theta - mean + gain * flux) + sharing.thermal * np.arcsinh(z)
    z_slope = -sharing.resistance[which] / (response * exchange) - z * bend / exchange
    return value, fall - stress * (1 - gain / response) + by_z * z_slope


def _part(linear: Linear, which: NDArray[np.intp]) -> Linear:
    free, response, mean, gain = linear
    return free[which], response[which], mean[which], gain[which]
