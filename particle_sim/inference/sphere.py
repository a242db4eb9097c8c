"""Surface filling of a sphere under a constant flux, in closed form.

With tau = D t/R^2 the surface rises by (mean rise / 3 tau) g(tau), where

    g(tau) = 3 tau + 1/5 - 2 sum_n exp(-l_n^2 tau) / l_n^2,      tan l_n = l_n
    g(tau) = exp(tau) (1 + erf sqrt(tau)) - 1                    for small tau.

The first is Crank, The Mathematics of Diffusion (1975), eq. 6.45 at the surface; the second is its
Laplace transform 1/(p (sqrt(p) coth sqrt(p) - 1)) with coth = 1, wrong by exp(-1/tau). Constant D.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf

from particle_sim.units import Array

_SHORT = 0.02
_ROOTS = 40
_LOWEST, _HIGHEST, _NODES = -14.0, 9.0, 6000


def surface_rise(reduced_time: Array) -> Array:
    """g(tau), to rounding, for tau >= 0."""
    tau = np.asarray(reduced_time, dtype=float)
    early = np.minimum(tau, _SHORT)
    short = np.expm1(early) + np.exp(early) * erf(np.sqrt(early))
    roots = _roots()
    decay = np.exp(-np.multiply.outer(np.maximum(tau, _SHORT), roots**2))
    long = 3 * tau + 0.2 - 2 * decay @ (1 / roots**2)
    return np.asarray(np.where(tau < _SHORT, short, long))


def rise_at(reduced_time: Array) -> Array:
    """g(tau) by interpolation in a fine table: 1e-6 relative, and fast."""
    tau, rise = _table()
    return np.asarray(np.exp(np.interp(np.log(np.maximum(reduced_time, 1e-300)), tau, rise)))


def time_of_rise(rise: Array) -> Array:
    """tau at which g(tau) reaches ``rise``; the inverse of :func:`rise_at`."""
    tau, table = _table()
    return np.asarray(np.exp(np.interp(np.log(np.maximum(rise, 1e-300)), table, tau)))


@cache
def _roots() -> Array:
    ends = np.pi * np.arange(1, _ROOTS + 1)
    found = [brentq(lambda x: np.sin(x) - x * np.cos(x), n, n + np.pi / 2) for n in ends]
    return np.asarray(found)


@cache
def _table() -> tuple[Array, Array]:
    tau = np.logspace(_LOWEST, _HIGHEST, _NODES)
    return np.log(tau), np.log(surface_rise(tau))
