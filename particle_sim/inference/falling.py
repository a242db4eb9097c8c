"""A sphere whose diffusivity falls, or rises, as its lattice fills beyond half.

D(theta) = D_0 times :class:`~particle_sim.materials.functions.Falling` with a decades. Under a
constant flux that fills the sphere the mean filling at a surface filling depends on a, on the start
and on the pace I/(3600 Q k) alone, k = D_0/R^2, the change of the mean filling in one R^2/D_0: a
table of batched spheres (:mod:`particle_sim.batch`) replaces every run after it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from particle_sim.batch.advance import Spheres, advance
from particle_sim.inference.forms import STEEPEST
from particle_sim.materials.functions import Falling
from particle_sim.materials.occupancy import Lattice
from particle_sim.transport.table import table_of
from particle_sim.units import Array

_FALLS = np.linspace(-STEEPEST, STEEPEST, 9)
_PACES = np.linspace(-3.0, 2.5, 23)
"""log10; a slower sphere is even, a faster one full at its surface at once."""
_SURFACES = 161
_OUTPUT = 120
_ERROR = 3e-4
"""Of a filling, as :func:`~particle_sim.batch.advance.advance` takes it."""


@cache
def falling_gain(start: float, lattice: Lattice) -> Callable[[Array, Array, Array], Array]:
    """The gain of the mean filling from ``start`` on; 2e-3 of a filling (root mean square)."""
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
    """Gain of the mean filling (paces, rises) of spheres of R = D_0 = c_max = 1."""
    pace = 10.0**_PACES
    one = np.ones_like(pace)
    run = advance(
        Spheres(
            radius=one,
            diffusivity=one,
            maximum_concentration=one,
            initial_site_fraction=start * one,
            shape=table_of(shape),
        ),
        np.stack([0 * pace, 2 / pace], axis=1),
        np.stack([-pace / 3] * 2, axis=1),
        error=_ERROR,
        output=_OUTPUT,
    )
    surfaces, means = run.surface_site_fraction - start, run.mean_site_fraction - start
    return np.array([np.interp(rises, s, m) for s, m in zip(surfaces, means, strict=True)])
