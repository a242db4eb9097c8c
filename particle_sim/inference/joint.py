"""Several materials measured in one cell, learned together.

    log p(x | y) = sum over materials of log p(y_m | x_m) + log p(x)

Each x_m is part of x: what is of the cell, ``SHARED``, stands in x once, so that row i of one
material belongs to row i of the other. Materials of one test are compared row by row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.inference.coordinates import Coordinate, draw_prior, log_prior
from particle_sim.inference.problem import (
    DISCREPANCY,
    NOISE,
    Problem,
    log_likelihood,
    misfit,
    noise_scale,
    scatter_of,
)
from particle_sim.inference.smc import Tempered, temper
from particle_sim.units import Array

SHARED = ("series_resistance", DISCREPANCY, NOISE)
"""Film times loading; how wrong the model is; how precise the test."""
PARTICLES = 1000


@dataclass(frozen=True, kw_only=True)
class Joint:
    """One problem per material, by its name."""

    parts: dict[str, Problem]

    @cached_property
    def coordinates(self) -> dict[str, Coordinate]:
        """All unknowns: ``series_resistance``, ``diffusion_rate of nvp``, ..."""
        return {
            _key(each.name, material): each
            for material, problem in self.parts.items()
            for each in problem.coordinates
        }

    def columns(self, material: str) -> NDArray[np.intp]:
        """Where the entries of a material's vector stand."""
        order = list(self.coordinates)
        names = self.parts[material].names
        return np.array([order.index(_key(name, material)) for name in names])

    def log_likelihood(self, vectors: Array) -> Array:
        """Log likelihood (n,) of vectors (n, d) of all unknowns."""
        return np.asarray(
            sum(
                log_likelihood(problem, vectors[:, self.columns(name)])
                for name, problem in self.parts.items()
            )
        )


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Equally weighted draws of a joint problem."""

    joint: Joint
    found: Tempered

    def rows(self, material: str) -> Array:
        """Vectors (n, d) of one material; row i goes with row i of the others."""
        return np.asarray(self.found.draws[:, self.joint.columns(material)])


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Capacities (k,) that each draw expects, without the noise of a measurement [A h/kg]."""

    mean: Array
    """(n, k)"""
    covariance: Array
    """Of the discrepancy (n, k, k)"""
    noise: Array
    """Standard deviation of a measurement (n,)"""
    window: Array
    """Most that each draw can hold (n,) [A h/kg]"""

    def draws(self, rng: np.random.Generator, *, noisy: bool = False) -> Array:
        """One capacity (n, k) per draw: nothing to the whole window, then the noise."""
        count, width = self.mean.shape
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
        off = np.einsum("nkl,nl->nk", root, rng.standard_normal((count, width)))
        capacity = np.clip(self.mean + off, 0.0, self.window[:, None])
        if noisy:
            capacity += self.noise[:, None] * rng.standard_normal((count, width))
        return np.asarray(np.maximum(capacity, 0.0))


def learn(
    joint: Joint,
    *,
    particles: int = PARTICLES,
    seed: int = 1,
    report: Callable[[float], None] = lambda _done: None,
) -> Posterior:
    """The posterior of ``joint``; equal seeds, equal draws. ``report`` as ``temper`` takes it."""
    rng = np.random.default_rng(seed)
    coordinates = tuple(joint.coordinates.values())
    return Posterior(
        joint=joint,
        found=temper(
            joint.log_likelihood,
            lambda vectors: log_prior(coordinates, vectors),
            draw_prior(coordinates, particles, rng),
            rng,
            report=report,
        ),
    )


def predict(posterior: Posterior, material: str, elsewhere: Problem) -> Prediction:
    """What the draws expect at the rates of ``elsewhere``, a problem of the same material.

    Model plus the discrepancy that the data leave at those rates.
    """
    problem, rows = posterior.joint.parts[material], posterior.rows(material)
    discrepancy, noise = scatter_of(problem, rows)
    rates = elsewhere.scatter.at
    off = misfit(problem, rows)
    mean, covariance = problem.scatter.beyond(rates, off, discrepancy, noise)
    own = elsewhere.model(rows[:, : len(problem.parameters)])
    return Prediction(
        mean=own + mean,
        covariance=covariance,
        noise=noise * noise_scale(problem, problem.scatter.scale),
        window=10 ** rows[:, problem.names.index("window_capacity")],
    )


def _key(name: str, material: str) -> str:
    return name if name in SHARED else f"{name} of {material}"
