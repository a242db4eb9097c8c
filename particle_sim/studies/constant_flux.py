"""How uneven a constant flux makes one sphere under Fick's law with a constant D.

    spread = (max - min)/c_max = q v(tau),   shift = |theta(R) - theta(0, t = 0)| = q u(tau),
    q = N R/(D c_max),   tau = D t/R^2 = passed/(3 q),

``passed`` the mean filling given or taken since rest. The law is linear, so that two functions of
time serve every flux; they are read off a batch of spheres. Short times: u = v = 2 sqrt(tau/pi);
long times: v = 1/2, u = 3 tau + 1/5 (Crank, The Mathematics of Diffusion, 1975, eq. 6.45).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from particle_sim.batch.advance import Spheres, advance
from particle_sim.units import Array

TIMES = np.geomspace(1e-4, 3.0, 91)
"""tau of the spheres; exp(-20 tau) of what was not steady is gone at the last."""
_ERROR = 1e-5
_ROOM = 0.4
"""Largest change of a surface filling, from half full."""
_GROUPS = np.geomspace(1e-5, 1e4, 1801)
"""q among which an edge is looked for."""


@dataclass(frozen=True, kw_only=True)
class ConstantFlux:
    """u and v against tau, between and beyond the times of a batch."""

    surface: Callable[[Array], Array]
    """ln u of ln tau, between the times"""
    uneven: Callable[[Array], Array]
    """ln v of ln tau"""

    def spread(self, group: Array, passed: float) -> Array:
        """(max - min)/c_max once ``passed`` of the sites has gone through the surface at q."""
        return np.asarray(group * self._read(self.uneven, passed / (3 * group)))

    def shift(self, group: Array, passed: float) -> Array:
        """Change of the surface filling by then; above 1 where no sphere has the room."""
        tau = passed / (3 * group)
        beyond = 3 * np.maximum(tau - TIMES[-1], 0.0)
        return np.asarray(group * (self._read(self.surface, tau) + beyond))

    def group_of_spread(self, spread: float, passed: float) -> float:
        """q at which the spread is this; it grows with q."""
        return float(np.interp(spread, self.spread(_GROUPS, passed), _GROUPS))

    def group_of_shift(self, shift: Array, passed: float) -> Array:
        """q at which the surface has moved so far, 0 where it moves further at any q."""
        return np.asarray(np.interp(shift, self.shift(_GROUPS, passed), _GROUPS, left=0.0))

    def _read(self, curve: Callable[[Array], Array], tau: Array) -> Array:
        """Steady beyond the last time, as the root of time before the first."""
        early = np.sqrt(np.minimum(tau / TIMES[0], 1.0))
        return np.asarray(np.exp(curve(np.log(np.clip(tau, TIMES[0], TIMES[-1])))) * early)


@functools.cache
def constant_flux_curves() -> ConstantFlux:
    """The two functions, by one batch of spheres that each stop at another time."""
    one = np.ones_like(TIMES)
    group = _ROOM / (3 * TIMES + 2 * np.sqrt(TIMES / np.pi))
    spheres = Spheres(
        radius=one, diffusivity=one, maximum_concentration=one, initial_site_fraction=0.5 * one
    )
    knots = np.stack([np.zeros_like(TIMES), TIMES], axis=1)
    run = advance(spheres, knots, np.stack([group] * 2, axis=1), error=_ERROR)
    surface = (0.5 - run.surface_site_fraction_end) / group
    spread = run.peak_inhomogeneity / group
    return ConstantFlux(
        surface=PchipInterpolator(np.log(TIMES), np.log(surface)),
        uneven=PchipInterpolator(np.log(TIMES), np.log(spread)),
    )
