"""What is believed of one unknown before the data: a normal distribution, cut off.

p(x) ~ exp(-(x - centre)^2 / 2 deviation^2)   for low <= x <= high
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from particle_sim.units import Array

_EDGE = 1e-12
"""Least share on either side of a vector: its score stays finite."""


@dataclass(frozen=True, kw_only=True)
class Coordinate:
    """One unknown: the log10 of a magnitude in SI, or what its meaning says."""

    name: str
    meaning: str
    centre: float
    deviation: float
    low: float = -np.inf
    high: float = np.inf


def log_prior(coordinates: Sequence[Coordinate], vectors: Array) -> Array:
    """Log density (n,) of vectors (n, d), up to a constant; -inf outside the limits."""
    centre, deviation, low, high = _table(coordinates)
    inside = np.all((vectors >= low) & (vectors <= high), axis=1)
    return np.where(inside, -0.5 * (((vectors - centre) / deviation) ** 2).sum(axis=1), -np.inf)


def draw_prior(coordinates: Sequence[Coordinate], count: int, rng: np.random.Generator) -> Array:
    """``count`` draws (count, d) of independent coordinates.

    >>> wide = Coordinate(name="s", meaning="", centre=0.0, deviation=0.1, low=0.0)
    >>> drawn = draw_prior([wide], 1000, np.random.default_rng(1))
    >>> drawn.shape, bool((drawn >= 0).all())
    ((1000, 1), True)
    """
    return _at_share(coordinates, rng.random((count, len(coordinates))))


def scores_of(coordinates: Sequence[Coordinate], vectors: Array) -> Array:
    """Normal scores Phi^-1(F(x)) (n, d) of vectors (n, d), F the share below x: standard normal
    under the belief.
    """
    centre, deviation, low, high = _table(coordinates)
    first, last = ndtr((low - centre) / deviation), ndtr((high - centre) / deviation)
    share = (ndtr((vectors - centre) / deviation) - first) / (last - first)
    return np.asarray(ndtri(np.clip(share, _EDGE, 1 - _EDGE)))


def vectors_at(coordinates: Sequence[Coordinate], scores: Array) -> Array:
    """Vectors (n, d) with normal scores (n, d): undoes :func:`scores_of`.

    >>> wide = Coordinate(name="s", meaning="", centre=0.0, deviation=0.1, low=0.0)
    >>> rows = np.array([[0.01], [0.2]])
    >>> bool(np.allclose(vectors_at([wide], scores_of([wide], rows)), rows))
    True
    """
    return _at_share(coordinates, ndtr(scores))


def _at_share(coordinates: Sequence[Coordinate], share: Array) -> Array:
    centre, deviation, low, high = _table(coordinates)
    first, last = ndtr((low - centre) / deviation), ndtr((high - centre) / deviation)
    return np.asarray(centre + deviation * ndtri(first + share * (last - first)))


def _table(coordinates: Sequence[Coordinate]) -> Array:
    rows = [(each.centre, each.deviation, each.low, each.high) for each in coordinates]
    return np.array(rows).T
