"""Stress intensity of an edge crack in a half-plane, for any stress over its depth.

The crack is a row of dislocations phi(t), 0 < t < 1 in units of its depth a, that frees its faces:

    int_0^1 phi(t) (1/(t - x) - 1/(t + x) + 6 x/(t + x)^2 - 4 x^2/(t + x)^3) dt = pi sigma(x),

phi = g(t)/sqrt(1 - t^2), K = sqrt(pi a) g(1). As K is linear in sigma, solving once gives a rule.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.polynomial.legendre import leggauss

from particle_sim.units import Array

POINTS = 24
"""Of a rule: at 20 the factors F_n below are exact to 1e-12; a kink of the stress costs some
1/POINTS of what it changes."""
_GRADING = 3
"""g is a polynomial in t^(1/3): at the mouth it goes as t^1.74, the exponent of a free corner."""
_PANELS = 60
_GAUSS = 16


@cache
def edge_crack_rule(points: int = POINTS) -> tuple[Array, Array]:
    """Depths x (p,) in units of a, and weights (p,): K = sqrt(pi a) sum_p w_p sigma(a x_p).

    ``points`` is their number p.

    >>> depth, weight = edge_crack_rule()
    >>> [round(float(weight @ depth**power), 10) for power in (0, 1, 2)]
    [1.1215222552, 0.6828628777, 0.5254884154]

    Raises nothing for one point or more.

    Source: H. F. Bueckner's kernel; F_0 = 1.1215222552 is W. T. Koiter's (1965). A closed crack (K
    < 0) is not modelled, nor the back of a particle: below a tenth of its radius the half-plane is
    right within some 5 %, at three tenths within 20 %.
    """
    chebyshev = 0.5 * (1 - np.cos(np.pi * (np.arange(points) + 0.5) / points))
    depth = chebyshev**_GRADING
    place, weight = _quadrature()
    values, own = _basis(place, points), _basis(depth, points)
    x = depth[:, None]
    mirrored = -1 / (place + x) + 6 * x / (place + x) ** 2 - 4 * x**2 / (place + x) ** 3
    direct = weight / (place - x)
    root = np.sqrt(1 - depth**2)
    principal = np.log((1 + root) / depth) / root  # of int dt/((t - x) sqrt(1 - t^2))
    matrix = direct @ values - (direct.sum(axis=1) - principal)[:, None] * own
    matrix += (mirrored * weight) @ values
    tip = _basis(np.ones(1), points)[0]
    return depth, np.pi * np.linalg.solve(matrix.T, tip)


def _basis(place: Array, count: int) -> Array:
    return np.asarray(chebvander(2 * place ** (1 / _GRADING) - 1, count - 1))


def _quadrature() -> tuple[Array, Array]:
    """Places and weights of int_0^1 f(t)/sqrt(1 - t^2) dt: halves towards 0, t = sin to 1."""
    node, weight = leggauss(_GAUSS)
    edges = np.concatenate([[0.0], 2.0 ** -np.arange(_PANELS, 0, -1)])
    angles = np.linspace(np.pi / 6, np.pi / 2, 5)
    low, low_weight = _panels(edges, node, weight)
    angle, angle_weight = _panels(angles, node, weight)
    return (
        np.concatenate([low, np.sin(angle)]),
        np.concatenate([low_weight / np.sqrt(1 - low**2), angle_weight]),
    )


def _panels(edges: Array, node: Array, weight: Array) -> tuple[Array, Array]:
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + node)).ravel(), (half * weight).ravel()
