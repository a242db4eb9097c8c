"""Can the fitted model produce such data, and does it predict what it has not seen?

Posterior predictive check (Gelman et al., Bayesian Data Analysis, 3rd ed., sec. 6.3): with the
covariance K of discrepancy and noise, chi^2 = (y - f)^T K^-1 (y - f) of data made by a draw has as
many degrees of freedom as there are data, so that

    p = mean over draws of P( chi^2_m >= chi^2(y, x) ).

Near 0 the model cannot produce the data. A prediction is model, discrepancy and noise together; its
score is the mean of ln p(y) over the held-out data, each on its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, logsumexp

from particle_sim.inference.joint import Posterior, Prediction, predict
from particle_sim.inference.problem import Problem, misfit, scatter_of
from particle_sim.units import Array

BAND = (0.05, 0.5, 0.95)


@dataclass(frozen=True, kw_only=True)
class PredictiveCheck:
    """How the data lie against the posterior."""

    chi_squared: float
    """At the highest draw, with its discrepancy and noise"""
    probability: float
    """Posterior predictive p-value"""
    misfit: float
    """Root mean square of data minus the model of the highest draw"""


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Data that the fit did not see (m,), and what it predicts: 5 %, 50 %, 95 % (3, m)."""

    current: Array
    observed: Array
    predicted: Array
    """With discrepancy and noise"""
    log_score: float
    """Mean of ln p, capacities over the largest fitted one"""

    @property
    def error(self) -> float:
        """Root mean square of observed minus predicted median."""
        return float(np.sqrt(np.mean((self.observed - self.predicted[1]) ** 2)))

    @property
    def inside(self) -> int:
        """How many lie within the 90 % band."""
        low, _, high = self.predicted
        return int(np.sum((self.observed >= low) & (self.observed <= high)))


def check(problem: Problem, draws: Array, best: Array) -> PredictiveCheck:
    """Posterior predictive check of ``draws`` (s, d); ``best`` (d,) is the highest of them."""
    every = np.vstack([best, draws])
    off = misfit(problem, every)
    squares = problem.scatter.chi_squared(off, *scatter_of(problem, every))
    return PredictiveCheck(
        chi_squared=float(squares[0]),
        probability=float(chdtrc(len(problem.observed), squares[1:]).mean()),
        misfit=float(np.sqrt(np.mean(off[0] ** 2))),
    )


def band(posterior: Posterior, material: str, elsewhere: Problem, seed: int) -> Array:
    """5 %, 50 % and 95 % (3, k) of model and discrepancy where ``elsewhere`` stands, one by one."""
    expected = predict(posterior, material, elsewhere)
    return _quantiles(expected.mean, np.sqrt(_variance(expected)), seed)


def held_out(posterior: Posterior, material: str, elsewhere: Problem, seed: int) -> HeldOut:
    """What the fit to other rates predicts at those of ``elsewhere``, which holds the data."""
    expected = predict(posterior, material, elsewhere)
    spread = np.sqrt(_variance(expected) + expected.noise[:, None] ** 2)
    off = (elsewhere.observed - expected.mean) / spread
    density = -0.5 * off**2 - np.log(np.sqrt(2 * np.pi) * spread)
    scale = posterior.joint.parts[material].scatter.scale
    scores = logsumexp(density, axis=0) - np.log(len(density)) + np.log(scale)
    return HeldOut(
        current=elsewhere.scatter.at,
        observed=elsewhere.observed,
        predicted=_quantiles(expected.mean, spread, seed),
        log_score=float(scores.mean()),
    )


def _variance(expected: Prediction) -> Array:
    return np.asarray(np.maximum(np.diagonal(expected.covariance, axis1=1, axis2=2), 0.0))


def _quantiles(mean: Array, spread: Array, seed: int) -> Array:
    """Of one normal value (n, k) per draw and place, not below nothing.

    Each draw is as far off at every place, so that the band is smooth.
    """
    drawn = mean + spread * np.random.default_rng(seed).standard_normal((len(mean), 1))
    return np.asarray(np.quantile(np.maximum(drawn, 0.0), BAND, axis=0))
