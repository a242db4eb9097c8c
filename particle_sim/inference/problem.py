"""A fit as a statistical question: data with noise, a model, a prior.

    log p(x | y) = -1/2 sum ((y - f(x))/s)^2 - m log s + log prior(x)

with x the log10 of the groups, of the form's shape and, where the noise is estimated, of s as the
last entry, its prior even between the limits. Residuals are taken as independent and normal.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.form import Form
from particle_sim.inference.forms import SHAPES, draw_shapes, log_shape_prior
from particle_sim.inference.groups import GROUPS, GroupPrior, draw_groups, log_prior
from particle_sim.units import Array

Model = Callable[[Array], Array]
"""log10 groups and shape (n, d) -> predictions (n, m)."""


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
    form: Form = Form.ONE_SIZE

    @property
    def parameters(self) -> tuple[str, ...]:
        """What the model takes: the groups, then the shape of the form."""
        return (*GROUPS, *(shape.name for shape in SHAPES[self.form]))

    @property
    def names(self) -> tuple[str, ...]:
        """Entries of a parameter vector."""
        return (*self.parameters, "noise") if self.noise is Noise.ESTIMATED else self.parameters

    @property
    def limits(self) -> tuple[Array, Array]:
        """Lowest and highest parameters, without the noise."""
        shapes = SHAPES[self.form]
        low = np.append(self.prior.low, [shape.low for shape in shapes])
        return low, np.append(self.prior.high, [shape.high for shape in shapes])


def log_posterior(problem: Problem, vectors: Array) -> Array:
    """Log posterior density (n,) of parameter vectors (n, d), up to a constant."""
    density = log_prior(problem.prior, vectors[:, : len(GROUPS)])
    density += log_shape_prior(problem.form, vectors[:, len(GROUPS) : len(problem.parameters)])
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
    misfit = problem.observed - problem.model(vectors[:, : len(problem.parameters)])
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
    parts = [draw_groups(problem.prior, count, rng), draw_shapes(problem.form, count, rng)]
    if problem.noise is Noise.ESTIMATED:
        parts.append(rng.uniform(*problem.noise_limits, size=(count, 1)))
    return np.concatenate(parts, axis=1)
