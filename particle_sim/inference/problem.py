"""A fit as a statistical question: data with noise, a model, a prior.

    log p(x | y) = -1/2 sum ((y - f(x))/s)^2 - m log s + log prior(x)

with x the log10 of the groups and, where the noise is estimated, log10 s as the last entry, its
prior even between the limits. Residuals are taken as independent and normal.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.groups import GROUPS, GroupPrior, draw_groups, log_prior
from particle_sim.units import Array

Model = Callable[[Array], Array]
"""log10 groups (n, 4) -> predictions (n, m)."""


class Noise(enum.Enum):
    """Where the standard deviation of the data comes from."""

    GIVEN = "given with the data"
    ESTIMATED = "estimated with the parameters, so it includes what the model cannot do"
    ASSUMED = "assumed, because there are too few points to estimate it"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Data (m,) and what may be said about them before the fit."""

    cell: Cell
    prior: GroupPrior
    model: Model
    observed: Array
    quantity: str
    unit: str
    noise: Noise
    deviation: Array
    """Standard deviation (m,); only a first guess where the noise is estimated."""
    noise_limits: tuple[float, float]
    """log10 of the smallest and largest standard deviation, where it is estimated."""

    @property
    def names(self) -> tuple[str, ...]:
        """Entries of a parameter vector."""
        return (*GROUPS, "noise") if self.noise is Noise.ESTIMATED else GROUPS

    @property
    def limits(self) -> tuple[Array, Array]:
        """Lowest and highest parameter vector."""
        if self.noise is not Noise.ESTIMATED:
            return self.prior.low, self.prior.high
        low, high = self.noise_limits
        return np.append(self.prior.low, low), np.append(self.prior.high, high)


def log_posterior(problem: Problem, vectors: Array) -> Array:
    """Log posterior density (n,) of parameter vectors (n, d), up to a constant."""
    groups = vectors[:, : len(GROUPS)]
    density = log_prior(problem.prior, groups)
    if problem.noise is Noise.ESTIMATED:
        low, high = problem.noise_limits
        noise = vectors[:, -1]
        density = np.where((noise >= low) & (noise <= high), density, -np.inf)
    inside = np.isfinite(density)
    if inside.any():
        density[inside] += log_likelihood(problem, vectors[inside])
    return density


def log_likelihood(problem: Problem, vectors: Array) -> Array:
    """Log likelihood (n,) of parameter vectors (n, d), without its constant."""
    spread = deviations(problem, vectors)
    misfit = problem.observed - problem.model(vectors[:, : len(GROUPS)])
    terms = -0.5 * (misfit / spread) ** 2 - np.log(spread)
    return np.asarray(terms.sum(axis=1))


def deviations(problem: Problem, vectors: Array) -> Array:
    """Standard deviation of every datum (n, m) for parameter vectors (n, d)."""
    shape = (len(vectors), len(problem.observed))
    if problem.noise is Noise.ESTIMATED:
        return np.broadcast_to(10 ** vectors[:, -1:], shape)
    return np.broadcast_to(problem.deviation, shape)


def draw_prior(problem: Problem, count: int, rng: np.random.Generator) -> Array:
    """``count`` parameter vectors (count, d) from the prior."""
    groups = draw_groups(problem.prior, count, rng)
    if problem.noise is not Noise.ESTIMATED:
        return groups
    return np.column_stack([groups, rng.uniform(*problem.noise_limits, size=count)])
