"""Draws weighed by what else is printed of a cell, and what they then say of one more capacity.

    y_j = f_j(x) + delta_j + e_j,      e_j ~ N(0, (NOISE Q)^2)

with delta as in :mod:`particle_sim.inference.discrepancy`, growing from half the lowest rate on,
and Q the largest of the other prints. Its size s per square root of a decade is half-normal and
summed over. A draw x weighs p(y | x, s); its prediction of the
capacity that was left out is normal, with the mean and variance that delta has given the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.inference.discrepancy import Growing, Scatter
from particle_sim.plausible.streams import evenly, generator
from particle_sim.units import Array

NOISE = 0.01
"""Standard deviation of a printed capacity over the largest one (assumed)."""
DISCREPANCY = 0.10
"""Scale of the half-normal s per square root of a decade: what 41 public rate tests ask for."""
NODES = 20
"""Values of s, at even probabilities."""


@dataclass(frozen=True, kw_only=True)
class Others:
    """What is printed besides: rates (m,) [1/h], values (m,), and the draws' own values (n, m)."""

    rates: Array
    printed: Array
    drawn: Array


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """Draws and what they predict, alike in weight; as many as the weights are worth."""

    rows: NDArray[np.intp]
    """Numbers of the draws (k,)"""
    values: Array
    """(k,), in the unit of the print"""
    effective: float
    """1 / sum of w^2 of the draws' weights"""


def predicted(
    model: Array, rate: float, others: Others, *, unit: float, seed: int, wider: float = 1.0
) -> Predicted:
    """What draws ``model`` (n,) predict at ``rate`` [1/h], given ``others``.

    ``unit``: the capacity that noise and discrepancy are shares of where nothing else is printed.
    ``wider`` multiplies the scale of the discrepancy.
    """
    from scipy.special import ndtri

    scale = float(others.printed.max()) if others.printed.size else unit
    middles = (np.arange(NODES) + 0.5) / NODES
    sizes = wider * DISCREPANCY * ndtri((1 + middles) / 2)
    parts = [_at_size(model, rate, others, scale, float(size)) for size in sizes]
    density, mean, variance = (np.array(part) for part in zip(*parts, strict=True))
    weights = np.exp(density - density.max())
    weights /= weights.sum()
    of_draws = weights.sum(axis=0)
    effective = float(1 / np.sum(of_draws**2))
    count = max(round(effective), 1)
    start = generator(seed, "conditioned draws").random()
    row = np.searchsorted(np.cumsum(of_draws), (np.arange(count) + start) / count)
    row = np.minimum(row, len(model) - 1)
    share = np.cumsum(weights[:-1, row], axis=0) / of_draws[row]
    node = np.sum(share < evenly("conditioned size", count, seed), axis=0)
    step = ndtri(np.maximum(evenly("conditioned noise", count, seed), 0.5 / count))
    values = mean[node, row] + np.sqrt(variance[node]) * step
    return Predicted(rows=row, values=np.asarray(values), effective=effective)


def _at_size(
    model: Array, rate: float, others: Others, scale: float, size: float
) -> tuple[Array, Array, float]:
    """ln p of the others (n,), mean (n,) and variance of the capacity left out, for one s."""
    scatter = Scatter(
        at=others.rates, scale=scale, covariance=Growing(origin=min([rate, *others.rates]) / 2)
    )
    misfit = others.printed - others.drawn
    sizes, noise = np.full(len(model), size), np.full(len(model), NOISE)
    mean, covariance = scatter.beyond(np.array([rate]), misfit, sizes, noise)
    variance = float(covariance[0, 0, 0]) + (NOISE * scale) ** 2
    return scatter.log_density(misfit, sizes, noise), model + mean[:, 0], variance
