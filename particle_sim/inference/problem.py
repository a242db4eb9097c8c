"""Data with a model as a statistical question.

    y = f(x) + delta + e,     log p(x | y) = log p(y | f(x), s, n) + log p(x)

x holds the groups and the form's shape, which the model takes, then the size s of the discrepancy
delta and that of the noise n (:mod:`particle_sim.inference.discrepancy`). Where the noise is stated
with the data it is no unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.coordinates import Coordinate
from particle_sim.inference.discrepancy import Scatter
from particle_sim.inference.form import Form
from particle_sim.units import Array

Model = Callable[[Array], Array]
"""log10 groups and shape (n, d) -> predictions (n, m)."""
DISCREPANCY, NOISE = "discrepancy", "noise"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Data (m,) of one material in one cell, and what may be said about them before the fit."""

    cell: Cell
    coordinates: tuple[Coordinate, ...]
    model: Model
    observed: Array
    scatter: Scatter
    quantity: str
    unit: str
    form: Form = Form.ONE_SIZE

    @property
    def names(self) -> tuple[str, ...]:
        """Entries of a vector."""
        return tuple(each.name for each in self.coordinates)

    @property
    def parameters(self) -> tuple[str, ...]:
        """What the model takes: the groups, then the shape of the form."""
        return tuple(name for name in self.names if name not in (DISCREPANCY, NOISE))

    @property
    def limits(self) -> tuple[Array, Array]:
        """Lowest and highest of the parameters (d,)."""
        kept = [each for each in self.coordinates if each.name in self.parameters]
        return np.array([each.low for each in kept]), np.array([each.high for each in kept])


def log_likelihood(problem: Problem, vectors: Array) -> Array:
    """Log likelihood (n,) of vectors (n, d)."""
    discrepancy, noise = scatter_of(problem, vectors)
    return problem.scatter.log_density(misfit(problem, vectors), discrepancy, noise)


def misfit(problem: Problem, vectors: Array) -> Array:
    """Data minus model (n, m)."""
    return problem.observed - problem.model(vectors[:, : len(problem.parameters)])


def scatter_of(problem: Problem, vectors: Array) -> tuple[Array, Array]:
    """Discrepancy and noise (n,) as :class:`Scatter` takes them."""
    known = dict(zip(problem.names, vectors.T, strict=True))
    none = np.ones(len(vectors))
    return known[DISCREPANCY], 10 ** known[NOISE] if NOISE in known else none


def noise_scale(problem: Problem, scale: float) -> float:
    """What the noise of one more datum is a share of: ``scale``, or the middle stated deviation."""
    stated = problem.scatter.stated
    return scale if stated is None else float(np.median(stated))
