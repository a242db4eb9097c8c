"""A sphere whose diffusivity falls, or rises, as its lattice fills beyond half.

D(theta) = D_0 times :class:`~particle_sim.materials.functions.Falling` with a decades, so that

    Phi = theta                                          up to theta_h, of half occupancy,
          theta_h + (1 - exp(-b (theta - theta_h)))/b    beyond,

b = 2 a ln(10) times the share of the lattice that the window fills. Under a constant flux that
fills the sphere the mean filling at a surface filling depends on a, on the start and on the pace
I/(3600 Q k) alone, k = D_0/R^2, the change of the mean filling in one R^2/D_0: a table of spheres
(:mod:`particle_sim.inference.filled_sphere`) replaces every run after it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from particle_sim.inference.filled_sphere import filled
from particle_sim.inference.forms import STEEPEST
from particle_sim.materials.functions import Falling
from particle_sim.materials.occupancy import Lattice
from particle_sim.units import Array

_FALLS = np.linspace(-STEEPEST, STEEPEST, 9)
_PACES = np.linspace(-3.0, 2.5, 23)
"""log10; a slower sphere is even, a faster one full at its surface at once."""
_SURFACES = 161
_CELLS, _STEPS = 64, 160
_FINE = 4001
"""Nodes at which a potential is turned into a filling."""
_STRAIGHT = 1e-9
"""b from which on Phi bends."""


@dataclass(frozen=True, kw_only=True)
class FallingMedium:
    """D(theta)/D_0 as a medium; straight on beyond an empty and a full window."""

    shape: Falling

    def potential(self, theta: Array) -> tuple[Array, Array]:
        """Phi and its slope (...,)."""
        inside = np.clip(theta, 0.0, 1.0)
        slope, bend = self.shape(inside), self._bend
        half = np.clip((0.5 - self.shape.lattice.empty) / self.shape.lattice.window, 0.0, 1.0)
        past = np.maximum(inside - half, 0.0)
        full = self.shape(np.asarray(half))
        beyond = past if abs(bend) < _STRAIGHT else -np.expm1(-bend * past) / bend
        return np.minimum(inside, half) + full * beyond + slope * (theta - inside), slope

    def filling(self, potential: Array) -> Array:
        """theta (...,) of Phi."""
        theta = np.linspace(0, 1, _FINE)
        table, slope = self.potential(theta)
        past = np.maximum(potential - table[-1], 0.0) / slope[-1]
        return np.asarray(np.interp(potential, table, theta) + past)

    def rich(self, theta: Array) -> Array:
        """One phase."""
        return np.full(np.shape(theta), 0.5)

    @property
    def _bend(self) -> float:
        return 2 * math.log(10) * self.shape.decades * self.shape.lattice.window


@cache
def falling_gain(start: float, lattice: Lattice) -> Callable[[Array, Array, Array], Array]:
    """The gain of the mean filling from ``start`` on; 1e-3 of a filling (root mean square)."""
    rises = np.linspace(0.0, 1.0, _SURFACES) * (1 - start)
    table = np.array([_gains(Falling(1.0, float(fall), lattice), start, rises) for fall in _FALLS])
    read = RegularGridInterpolator((_FALLS, _PACES, rises), table)

    def gained(rise: Array, pace: Array, fall: Array) -> Array:
        points = np.broadcast_arrays(
            np.clip(fall, _FALLS[0], _FALLS[-1]),
            np.clip(np.log10(pace), _PACES[0], _PACES[-1]),
            np.clip(rise, 0.0, rises[-1]),
        )
        return np.asarray(read(np.stack(points, axis=-1)))

    return gained


def _gains(shape: Falling, start: float, rises: Array) -> Array:
    """Gain of the mean filling (paces, rises)."""
    gain, surface = filled(
        FallingMedium(shape=shape), start, 10.0**_PACES, cells=_CELLS, steps=_STEPS
    )
    reached = np.maximum.accumulate(surface, axis=1) - start
    return np.array([np.interp(rises, np.append(0, row), np.append(0, gain)) for row in reached])
