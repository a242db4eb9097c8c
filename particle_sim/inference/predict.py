"""Does the fitted model produce such data, and does it predict what it has not seen?

Posterior predictive check (Gelman et al., Bayesian Data Analysis, 3rd ed., sec. 6.3):

    p = P( chi^2(y_rep, x) >= chi^2(y, x) ),   y_rep = f(x) + noise,   x from the posterior.

Near 0 the model cannot produce the data. With estimated noise the noise grows until it can, so
then compare the noise with the precision of the measurement instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.inference.problem import Model, Problem, deviations
from particle_sim.units import Array

BAND = (0.05, 0.5, 0.95)
_MOST_DRAWS = 500


@dataclass(frozen=True, kw_only=True)
class PredictiveCheck:
    """How the data lie against the posterior."""

    chi_squared: float
    """At the highest point of the posterior, with its noise."""
    probability: float
    """Posterior predictive p-value."""
    misfit: float
    """Root mean square of data minus the best fit."""
    inside: float
    """Share of data inside the 90 % band with noise."""


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Data that the fit did not see (m,), and what it predicts: 5 %, 50 %, 95 % (3, m)."""

    current: Array
    observed: Array
    predicted: Array
    """With the noise of a measurement."""

    @property
    def error(self) -> float:
        """Root mean square of observed minus predicted median."""
        return float(np.sqrt(np.mean((self.observed - self.predicted[1]) ** 2)))


def check(problem: Problem, draws: Array, best: Array, seed: int) -> PredictiveCheck:
    """Posterior predictive check of ``draws`` (s, d)."""
    rng = np.random.default_rng(seed)
    some = thinned(draws)
    spread = deviations(problem, some)
    predicted = problem.model(some[:, : len(problem.parameters)])
    replicated = predicted + spread * rng.standard_normal(predicted.shape)
    observed = _chi_squared(problem.observed, predicted, spread)
    again = _chi_squared(replicated, predicted, spread)
    low, high = np.quantile(replicated, [BAND[0], BAND[2]], axis=0)
    at_best = problem.model(best[None, : len(problem.parameters)])[0]
    own = deviations(problem, best[None])[0]
    return PredictiveCheck(
        chi_squared=float(_chi_squared(problem.observed, at_best, own)),
        probability=float(np.mean(again >= observed)),
        misfit=float(np.sqrt(np.mean((problem.observed - at_best) ** 2))),
        inside=float(np.mean((problem.observed >= low) & (problem.observed <= high))),
    )


def band(model: Model, problem: Problem, draws: Array) -> Array:
    """5 %, 50 % and 95 % (3, m) of the model over posterior draws, without noise."""
    predicted = model(thinned(draws)[:, : len(problem.parameters)])
    return np.asarray(np.quantile(predicted, BAND, axis=0))


def held_out(
    model: Model, problem: Problem, draws: Array, current: Array, observed: Array, seed: int
) -> HeldOut:
    """What the fit to other rates predicts at ``current`` (m,)."""
    rng = np.random.default_rng(seed)
    some = thinned(draws)
    spread = deviations(problem, some).mean(axis=1, keepdims=True)
    predicted = model(some[:, : len(problem.parameters)])
    noisy = predicted + spread * rng.standard_normal(predicted.shape)
    return HeldOut(
        current=current,
        observed=observed,
        predicted=np.asarray(np.quantile(noisy, BAND, axis=0)),
    )


def thinned(draws: Array) -> Array:
    """At most ``_MOST_DRAWS`` draws, evenly taken."""
    keep = np.linspace(0, len(draws) - 1, min(len(draws), _MOST_DRAWS)).astype(int)
    return np.asarray(draws[keep])


def _chi_squared(values: Array, predicted: Array, spread: Array) -> Array:
    return np.asarray((((values - predicted) / spread) ** 2).sum(axis=-1))
