"""Series of Crank, The Mathematics of Diffusion (1975): u(x, tau) in a sphere, cylinder and slab.

Constant flux in: u = (c - c0) D/(J R). Held surface and exchange: u = (c - c0)/(c_s - c0).
x = r/R, tau = D t/R^2. Each function gives u at points x.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import j0, j1, jn_zeros

from particle_sim.units import Array

MODES = 1500
bessel_roots: Callable[[int, int], Array] = jn_zeros


def _sphere_roots(biot: float) -> Array:
    """Roots of beta cos(beta) = (1 - biot) sin(beta) above 0, by bisection between poles of cot."""
    count = np.arange(MODES)
    low, high = count * np.pi + 1e-9, (count + 1) * np.pi - 1e-9
    for _ in range(80):
        middle = 0.5 * (low + high)
        above = middle / np.tan(middle) > 1 - biot
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return 0.5 * (low + high)


FLUX_ROOTS = _sphere_roots(0.0)[1:]


def _sine_over(x: Array, roots: Array) -> Array:
    """sin(root x)/x, its limit at the centre included, (x, roots)."""
    return roots * np.sinc(np.outer(x, roots) / np.pi)


def sphere_flux(x: Array, tau: float) -> Array:
    """Eq. 6.45, constant flux."""
    roots = FLUX_ROOTS
    terms = np.exp(-(roots**2) * tau) / (roots**2 * np.sin(roots))
    return np.asarray(3 * tau + x**2 / 2 - 0.3 - 2 * _sine_over(x, roots) @ terms)


def sphere_held(x: Array, tau: float) -> Array:
    """Eq. 6.18, surface held."""
    n = np.arange(1, MODES, dtype=np.float64)
    terms = (-1.0) ** n / n * np.exp(-((n * np.pi) ** 2) * tau)
    return np.asarray(1 + 2 / np.pi * _sine_over(x, n * np.pi) @ terms)


def sphere_held_mean(tau: float) -> float:
    """Eq. 6.20."""
    n = np.arange(1, MODES, dtype=np.float64)
    return float(1 - 6 / np.pi**2 * np.sum(np.exp(-((n * np.pi) ** 2) * tau) / n**2))


def sphere_exchange(x: Array, tau: float, biot: float) -> Array:
    """Eq. 6.41, exchange with a reservoir at Biot number ``biot``."""
    roots = _sphere_roots(biot)
    terms = np.exp(-(roots**2) * tau) / ((roots**2 + biot**2 - biot) * np.sin(roots))
    return np.asarray(1 - 2 * biot * _sine_over(x, roots) @ terms)


def sphere_exchange_mean(tau: float, biot: float) -> float:
    """Eq. 6.43."""
    squares = _sphere_roots(biot) ** 2
    terms = np.exp(-squares * tau) / (squares * (squares + biot * (biot - 1)))
    return float(1 - 6 * biot**2 * np.sum(terms))


def cylinder_flux(x: Array, tau: float) -> Array:
    """Eq. 5.46, constant flux."""
    roots = bessel_roots(1, 400)
    terms = np.exp(-(roots**2) * tau) / (roots**2 * j0(roots))
    return np.asarray(2 * tau + x**2 / 2 - 0.25 - 2 * j0(np.outer(x, roots)) @ terms)


def cylinder_held(x: Array, tau: float) -> Array:
    """Eq. 5.22, surface held."""
    roots = bessel_roots(0, 400)
    terms = np.exp(-(roots**2) * tau) / (roots * j1(roots))
    return np.asarray(1 - 2 * j0(np.outer(x, roots)) @ terms)


def slab_flux(x: Array, tau: float) -> Array:
    """Eq. 4.55, constant flux at x = 1, blocked at x = 0."""
    n = np.arange(1, MODES, dtype=np.float64)
    terms = (-1.0) ** n / n**2 * np.exp(-((n * np.pi) ** 2) * tau)
    return np.asarray(
        tau + x**2 / 2 - 1 / 6 - 2 / np.pi**2 * np.cos(np.outer(x, n * np.pi)) @ terms
    )


def slab_held(x: Array, tau: float) -> Array:
    """Eq. 4.17, held at x = 1, blocked at x = 0."""
    n = np.arange(MODES, dtype=np.float64)
    waves = (2 * n + 1) * np.pi / 2
    terms = (-1.0) ** n / waves * np.exp(-(waves**2) * tau)
    return np.asarray(1 - 2 * np.cos(np.outer(x, waves)) @ terms)
