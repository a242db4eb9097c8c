"""A sphere whose diffusivity falls, or rises, exponentially with its filling.

    D(theta) = D_half 10^(-a (theta - 1/2)),   a = log10 D(0)/D(1)

over the sodium window. Under a constant flux that fills the sphere the mean filling at a surface
filling depends on a, on the start and on the pace I/(3600 Q k) alone, k = D_half/R^2, the change of
the mean filling in one R^2/D_half: a table of batched spheres (:mod:`particle_sim.batch`) replaces
every run after it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from particle_sim.batch.advance import Spheres, advance
from particle_sim.transport.table import GRID, tabulated
from particle_sim.units import Array

STEEPEST = 3.0
"""Largest |a|: three decades over the window."""
_FALLS = np.linspace(-STEEPEST, STEEPEST, 9)
_PACES = np.linspace(-3.0, 2.5, 23)
"""log10; a slower sphere is even, a faster one full at its surface at once."""
_SURFACES = 161
_OUTPUT = 120
_ERROR = 1e-3
"""Of a filling, as :func:`~particle_sim.batch.advance.advance` takes it."""

Gain = Callable[[Array, Array, Array], Array]
"""Rise of the surface filling (n, m), pace (n, m), shape parameter (n, 1) -> gain of the mean."""


@cache
def falling_gain(start: float) -> Gain:
    """The gain of the mean filling from ``start`` on; 2e-3 of a filling (root mean square)."""
    rises = np.linspace(0.0, 1.0, _SURFACES) * (1 - start)
    table = np.array([_gains(fall, start, rises) for fall in _FALLS])
    read = RegularGridInterpolator((_FALLS, _PACES, rises), table)

    def gained(rise: Array, pace: Array, fall: Array) -> Array:
        points = np.broadcast_arrays(
            np.clip(fall, _FALLS[0], _FALLS[-1]),
            np.clip(np.log10(pace), _PACES[0], _PACES[-1]),
            np.clip(rise, 0.0, rises[-1]),
        )
        return np.asarray(read(np.stack(points, axis=-1)))

    return gained


def falling_shape(fall: float, filling: Array) -> Array:
    """D(theta)/D_half."""
    return np.asarray(10.0 ** (-fall * (filling - 0.5)))


def _gains(fall: float, start: float, rises: Array) -> Array:
    """Gain of the mean filling (paces, rises) of spheres of R = D_half = c_max = 1."""
    pace = 10.0**_PACES
    one = np.ones_like(pace)
    run = advance(
        Spheres(
            radius=one,
            diffusivity=one,
            maximum_concentration=one,
            initial_site_fraction=start * one,
            shape=tabulated(falling_shape(fall, GRID)),
        ),
        np.stack([0 * pace, 2 / pace], axis=1),
        np.stack([-pace / 3] * 2, axis=1),
        error=_ERROR,
        output=_OUTPUT,
    )
    surfaces, means = run.surface_site_fraction - start, run.mean_site_fraction - start
    return np.array([np.interp(rises, s, m) for s, m in zip(surfaces, means, strict=True)])
