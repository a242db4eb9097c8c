"""Surface filling of spheres of many sizes under one current, in closed form.

Spheres that exchange sodium fast have one surface filling; with a shared constant current it rises
as that of a single sphere (:mod:`particle_sim.inference.sphere`), by (mean rise / 3 tau) g(tau),
tau = D t/M^2 with the median radius M by volume and

    g = 3 L^-1[1/(p^2 H(p))],   H(p) = int h(p R^2/M^2) dv(R),
    h(q) = 3 (sqrt(q) coth sqrt(q) - 1)/q,

where h is a sphere's mean filling over that of its surface. A log-normal volume dv with the
geometric standard deviation s_g (s = ln s_g in :mod:`particle_sim.materials.sizes`) is summed by
Gauss-Hermite nodes, and the transform inverted by a fixed Talbot contour (Abate & Valko, Int. J.
Numer. Meth. Engng 60 (2004) 979). Constant D, and no drop of voltage between sizes: charge transfer
that limits shares the current more evenly (:mod:`particle_sim.studies.sized_half_cells` solves it).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from particle_sim.inference.forms import WIDEST
from particle_sim.inference.sphere import time_of_rise as time_of_a_sphere
from particle_sim.units import Array

_CONTOUR = 20
_SIZES = 64
"""Gauss-Hermite nodes of ln R."""
_PASSES = 8
"""Of Newton's method, which meets the line of the table in half of them."""
_SETTLED = 1e-12
"""Of log10 tau, where it ends."""
_SOLVED = np.linspace(0.0, WIDEST, 17), np.linspace(-9.0, 5.0, 141)
"""Spreads, and log10 of tau, where the transform is inverted."""
_SPREADS, _TIMES = np.linspace(0.0, WIDEST, 65), np.linspace(-9.0, 5.0, 561)
"""Where splines through those are read; beyond these times g goes on as its power law."""


def population_rise(reduced_time: Array, spread: float) -> Array:
    """g(tau) for tau > 0; ``spread`` is log10 of the geometric standard deviation.

    >>> from particle_sim.inference.sphere import surface_rise
    >>> tau = np.array([1e-4, 0.3])
    >>> bool(np.allclose(population_rise(tau, 0.0), surface_rise(tau), rtol=1e-10))
    True
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_SIZES)
    stretch = 10 ** (2 * spread * nodes)
    share = weights / weights.sum()
    tau = np.asarray(reduced_time, dtype=float)
    angle = np.pi * np.arange(1, _CONTOUR) / _CONTOUR
    tangent = 1 / np.tan(angle)
    reach = 2 * _CONTOUR / (5 * tau)
    path = reach[..., None] * angle * (tangent + 1j)
    bend = 1 + 1j * (angle + (angle * tangent - 1) * tangent)
    around = np.exp(path * tau[..., None]) * _transform(path, stretch, share) * bend
    ahead = 0.5 * np.exp(reach * tau) * _transform(reach.astype(complex), stretch, share)
    return np.asarray(3 * reach / _CONTOUR * (ahead.real + around.real.sum(axis=-1)))


def time_of_rise(rise: Array, spread: Array) -> Array:
    """tau at which g reaches ``rise``, from a table, 1e-3 relative; the arrays broadcast.

    By Newton's method in the logarithms.
    """
    wanted = np.log(np.maximum(rise, 1e-300))
    single = time_of_a_sphere(rise)
    log_time = np.log10(np.maximum(single, 1e-300)) + np.zeros_like(wanted + spread)
    for _ in range(_PASSES):
        found, slope = _read(spread, log_time)
        change = (wanted - found) / slope
        log_time = log_time + change
        if np.abs(change).max(initial=0.0) < _SETTLED:
            break
    return np.asarray(10**log_time)


def _transform(p: NDArray[np.complex128], stretch: Array, share: Array) -> NDArray[np.complex128]:
    """1/(p^2 H(p))."""
    root = np.sqrt(np.multiply.outer(p, stretch))
    kept = (3 * (root / np.tanh(root) - 1) / root**2) @ share
    return np.asarray(1 / (p**2 * kept))


def _read(spread: Array, log_time: Array) -> tuple[Array, Array]:
    """ln g and its slope in log10 tau, straight between the table's rows and columns."""
    table, step = _table(), _TIMES[1] - _TIMES[0]
    row = np.clip(np.asarray(spread) / _SPREADS[1], 0, len(_SPREADS) - 1)
    column = (log_time - _TIMES[0]) / step
    i = np.minimum(row.astype(np.intp), len(_SPREADS) - 2)
    j = np.clip(np.floor(column).astype(np.intp), 0, len(_TIMES) - 2)
    before, after = (table[i, k] + (row - i) * (table[i + 1, k] - table[i, k]) for k in (j, j + 1))
    return before + (column - j) * (after - before), (after - before) / step


@cache
def _table() -> Array:
    """ln g (spreads, times)."""
    spreads, times = _SOLVED
    solved = [np.log(population_rise(10**times, spread)) for spread in spreads]
    return np.asarray(RectBivariateSpline(spreads, times, solved, s=0)(_SPREADS, _TIMES))
