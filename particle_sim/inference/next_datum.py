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


def expected_widths(
    mean: Array, variance: Array, weight: Array, data: Sequence[Datum], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Widths (k,) of k asked capacities today, and those expected after each datum (d, k).

    ``mean`` and ``variance`` (n, k) are m and s^2, ``weight`` (n,) is that of each draw. Capacities
    are not below nothing.

    >>> rng = np.random.default_rng(1)
    >>> x, even = rng.standard_normal((4000, 1)), np.ones(4000)
    >>> read = Datum(name="x to 0.5", mean=x[:, 0], deviation=0.5 * even)
    >>> now, then = expected_widths(10 + x, np.zeros_like(x), even, [read], rng)
    >>> bool(np.allclose([now[0], then[0, 0]], [3.29, 3.29 * (0.25 / 1.25) ** 0.5], rtol=0.05))
    True
    """
    share = weight / weight.sum()
    noise = rng.standard_normal(mean.shape)
    capacity = np.maximum(mean + np.sqrt(variance) * noise, 0.0)
    now = _widths(capacity, share[None])[0]
    then = [_after(each, mean, variance, noise, share, rng).mean(axis=0) for each in data]
    return now, np.array(then).reshape(len(data), mean.shape[1])


def _after(
    datum: Datum,
    mean: Array,
    variance: Array,
    noise: Array,
    share: Array,
    rng: np.random.Generator,
) -> Array:
    """Widths (j, k) after j values of one datum."""
    known = np.isfinite(datum.mean)
    of = np.where(known, share, 0.0)
    asked = rng.choice(len(mean), size=TRIED, p=of / of.sum())
    seen = datum.mean[asked] + datum.deviation[asked] * rng.standard_normal(TRIED)
    off = (seen[:, None] - datum.mean) / datum.deviation
    density = np.exp(-0.5 * off**2) / datum.deviation + _LEAST
    average = (np.where(known, density, 0.0) @ of) / of.sum()
    weight = share * np.where(known, density, average[:, None])
    if datum.gain is None:
        return _widths(np.maximum(mean + np.sqrt(variance) * noise, 0.0), weight)
    left = variance - (datum.gain * datum.deviation[:, None]) ** 2
    spread = np.sqrt(np.maximum(left, 0.0)) * noise
    moved = (off * datum.deviation)[..., None] * datum.gain + mean + spread
    return np.array(
        [
            _widths(np.maximum(one, 0.0), row[None])[0]
            for one, row in zip(moved, weight, strict=True)
        ]
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
