"""Draws from a posterior by an ensemble of walkers, and its highest point.

The walkers (emcee; Foreman-Mackey et al., PASP 125 (2013) 306, doi:10.1086/670067) need no
gradients and evaluate half of the ensemble in one call of the model. They start at draws from the
prior resampled by a softened likelihood, so that separate modes are found where the prior sees
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import emcee
import numpy as np
from scipy.optimize import minimize

from particle_sim.inference.problem import Problem, draw_prior, log_likelihood, log_posterior
from particle_sim.units import Array

_SCOUTS = 1500
_SOFT = 10.0
"""Scouts are weighted with likelihood^(1/t) of the largest t up to where this many count."""
_BATCHES = 8
SAMPLED = 0.6
"""Of a fit, by time, when the walkers have walked."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class SamplingSettings:
    """How long the walkers walk."""

    walkers: int = 40
    warmup: int = 800
    steps: int = 2000
    kept: int = 4000
    """Draws that are stored, taken at random."""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Draws (s, d) of a posterior and how well the walkers mixed."""

    draws: Array
    best: Array
    """The highest point (d,) of the posterior."""
    acceptance: float
    autocorrelation: float
    """Largest integrated autocorrelation time [steps]."""
    effective_draws: float
    potential_scale_reduction: float
    """Largest split R-hat; 1 for chains that agree (Gelman et al., BDA3, sec. 11.4)."""


def sample(
    problem: Problem, settings: SamplingSettings, seed: int, progress: Progress | None = None
) -> Chain:
    """Draw from the posterior of ``problem``; equal seeds give equal draws.

    ``progress`` is called after every step, with shares up to ``SAMPLED``.
    """
    report = progress or (lambda _text, _share: None)
    rng = np.random.default_rng(seed)
    start = _start(problem, settings.walkers, rng)
    sampler = emcee.EnsembleSampler(
        settings.walkers,
        len(problem.names),
        lambda vectors: log_posterior(problem, vectors),
        moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
        vectorize=True,
    )
    state = emcee.State(start, random_state=np.random.RandomState(seed).get_state())
    per_step = SAMPLED / (settings.warmup + settings.steps)
    for step, warm in enumerate(sampler.sample(state, iterations=settings.warmup)):
        state = warm
        report("warming up", per_step * step)
    sampler.reset()
    for step, _ in enumerate(sampler.sample(state, iterations=settings.steps), settings.warmup):
        report("sampling", per_step * step)
    chain = sampler.get_chain()
    longest = _autocorrelation(chain)
    flat = chain.reshape(-1, chain.shape[-1])
    # at random: an even stride would meet the same few walkers again and again
    keep = rng.choice(len(flat), size=min(settings.kept, len(flat)), replace=False)
    density = sampler.get_log_prob(flat=True)
    return Chain(
        draws=flat[keep],
        best=_polished(problem, flat[int(np.argmax(density))]),
        acceptance=float(np.mean(sampler.acceptance_fraction)),
        autocorrelation=longest,
        effective_draws=len(flat) / longest,
        potential_scale_reduction=_scale_reduction(chain),
    )


def _autocorrelation(chain: Array) -> float:
    """Largest integrated autocorrelation time of a chain (steps, walkers, d) [steps].

    A walker that never moved is correlated over all of the chain.
    """
    if not np.all(np.ptp(chain, axis=0) > 0):
        return float(len(chain))
    times = emcee.autocorr.integrated_time(chain, tol=0, quiet=True)
    return float(np.max(np.nan_to_num(times, nan=len(chain))))


def _start(problem: Problem, walkers: int, rng: np.random.Generator) -> Array:
    """Distinct draws from the prior, chosen by likelihood^(1/t), t as small as leaves enough."""
    scouts = draw_prior(problem, _SCOUTS, rng)
    score = log_likelihood(problem, scouts)
    score = score - score.max()
    softness = 1.0
    while np.exp(score / softness).sum() < _SOFT * walkers:
        softness *= 1.5
    weights = np.exp(score / softness)
    chosen = rng.choice(_SCOUTS, size=walkers, replace=False, p=weights / weights.sum())
    return scouts[chosen]


def _polished(problem: Problem, vector: Array) -> Array:
    """Nelder-Mead from the best draw."""

    def height(point: Array) -> float:
        density = float(log_posterior(problem, point[None])[0])
        return -density if np.isfinite(density) else 1e12

    options = {"maxiter": 400, "xatol": 1e-4, "fatol": 1e-4}
    found = minimize(height, vector, method="Nelder-Mead", options=options)
    return np.asarray(found.x)


def _scale_reduction(chain: Array) -> float:
    """Largest split R-hat over the parameters of a chain (steps, walkers, d)."""
    half = len(chain) // 2
    parts = np.concatenate([chain[:half], chain[half : 2 * half]], axis=1)
    # walkers of one ensemble share their moves; pooling them into batches makes longer chains
    groups = np.array_split(np.arange(parts.shape[1]), _BATCHES)
    pooled = np.stack(
        [parts[:, group].reshape(-1, parts.shape[-1])[: half * len(groups[-1])] for group in groups]
    )
    length = pooled.shape[1]
    within = pooled.var(axis=1, ddof=1).mean(axis=0)
    between = pooled.mean(axis=1).var(axis=0, ddof=1)
    if not np.all(within > 0):
        return float("inf")
    return float(np.sqrt(((length - 1) / length * within + between) / within).max())
