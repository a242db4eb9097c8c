"""Which measurement would narrow a predicted capacity most, before anybody makes it.

Each draw i of a posterior expects a capacity q and a datum y together, normal given the draw:

    q | y, i ~ N(m_i + g_i (y - u_i), s_i^2 - g_i^2 t_i^2),     y | i ~ N(u_i, t_i^2).

A datum y_j that draw j might give leaves weights w_ij ~ p(y_j | i), and the capacity between the
5 and 95 % quantiles of the weighted draws; the mean of that width over j is what the datum is worth
(preposterior analysis: Raiffa & Schlaifer, Applied Statistical Decision Theory, 1961, ch. 4).
Nothing is fitted again, so that a datum takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.units import Array

ENDS = (0.05, 0.95)
TRIED = 60
"""Hypothetical values of each datum; their mean width is known to a tenth of its scatter."""
_LEAST = 1e-300


@dataclass(frozen=True, kw_only=True)
class Datum:
    """A measurement that could be made, as each of n draws expects it."""

    name: str
    mean: Array
    """u (n,); nan for draws of a model that does not know the quantity, which keeps its weight"""
    deviation: Array
    """t (n,): of the measurement, and of what the draw leaves open"""
    gain: Array | None = None
    """g (n, k): rise of each asked capacity with the datum, given the draw; None for none"""


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What n draws of a posterior expect of k asked capacities."""

    mean: Array
    """m (n, k)"""
    variance: Array
    """s^2 (n, k)"""
    most: Array
    """Capacity that a draw cannot pass (n,); none is below nothing"""
    weight: Array
    """Of each draw (n,)"""

    def clipped(self, capacity: Array) -> Array:
        """Capacities (..., n, k) between nothing and the most."""
        return np.clip(capacity, 0.0, self.most[:, None])


def expected_widths(
    draws: Draws, data: Sequence[Datum], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Widths (k,) of the asked capacities today, and those expected after each datum (d, k).

    >>> rng = np.random.default_rng(1)
    >>> x, even = rng.standard_normal((4000, 1)), np.ones(4000)
    >>> draws = Draws(mean=10 + x, variance=0 * x, most=100 * even, weight=even)
    >>> read = Datum(name="x to 0.5", mean=x[:, 0], deviation=0.5 * even)
    >>> now, then = expected_widths(draws, [read], rng)
    >>> bool(np.allclose([now[0], then[0, 0]], [3.29, 3.29 * (0.25 / 1.25) ** 0.5], rtol=0.05))
    True
    """
    noise = rng.standard_normal(draws.mean.shape)
    capacity = draws.clipped(draws.mean + np.sqrt(draws.variance) * noise)
    now = _widths(capacity, draws.weight[None])[0]
    then = [_after(each, draws, noise, rng).mean(axis=0) for each in data]
    return now, np.array(then).reshape(len(data), len(now))


def _after(datum: Datum, draws: Draws, noise: Array, rng: np.random.Generator) -> Array:
    """Widths (j, k) after j values of one datum."""
    known = np.isfinite(datum.mean)
    of = np.where(known, draws.weight, 0.0)
    of /= of.sum()
    asked = rng.choice(len(of), size=TRIED, p=of)
    seen = datum.mean[asked] + datum.deviation[asked] * rng.standard_normal(TRIED)
    off = (seen[:, None] - datum.mean) / datum.deviation
    density = np.exp(-0.5 * off**2) / datum.deviation + _LEAST
    average = np.where(known, density, 0.0) @ of
    weight = draws.weight * np.where(known, density, average[:, None])
    if datum.gain is None:
        return _widths(draws.clipped(draws.mean + np.sqrt(draws.variance) * noise), weight)
    left = draws.variance - (datum.gain * datum.deviation[:, None]) ** 2
    spread = np.sqrt(np.maximum(left, 0.0)) * noise
    moved = (off * datum.deviation)[..., None] * datum.gain + draws.mean + spread
    return np.array(
        [_widths(one, row[None])[0] for one, row in zip(draws.clipped(moved), weight, strict=True)]
    )


def _widths(capacity: Array, weight: Array) -> Array:
    """Between the quantiles ``ENDS`` (j, k) of capacities (n, k) under j weights (j, n)."""
    found = []
    for column in capacity.T:
        order = np.argsort(column)
        grown = np.cumsum(weight[:, order], axis=1)
        low, high = (column[order][(grown >= end * grown[:, -1:]).argmax(axis=1)] for end in ENDS)
        found.append(high - low)
    return np.array(found).T
