"""Which form of the particles carries measured rates: one size, many sizes, or D(theta).

Two numbers for each form. The least misfit, sqrt(mean (y - f(x))^2) over all parameters within
``REACH`` deviations of what is believed of them, says what the form can do. The evidence

    Z = int p(y | x) p(x) dx,   the mean over ``REPEATS`` runs of :func:`~.smc.temper`,

says how far the data speak for it, a free parameter that is not needed being paid for (MacKay,
Information Theory, Inference, and Learning Algorithms, 2003, ch. 28).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import differential_evolution  # type: ignore[attr-defined]
from scipy.special import logsumexp

from particle_sim.inference.form import Form
from particle_sim.inference.joint import Joint, learn
from particle_sim.inference.problem import Problem, misfit
from particle_sim.units import Array

CARRIED = 0.02
"""Least misfit over the largest capacity up to which a form carries the data: what half cells
that are made alike differ by (assumed)."""
REACH = 2.0
"""Deviations of the prior: 19 of 20 powders (a choice)."""
REPEATS = 4
_PARTICLES = 400
_GUESSES = 30
_GENERATIONS = 60
_SEED = 1


@dataclass(frozen=True, kw_only=True)
class FormScore:
    """What one form does with the data."""

    form: Form
    misfit: float
    """Least root mean square of data minus model [A h/kg]"""
    best: Array
    """Where that is: log10 of the groups and the shape (d,)"""
    predicted: Array
    """[A h/kg] (m,)"""
    log_evidence: float
    """ln Z"""
    evidence_error: float
    """Its standard error, from the spread of the runs"""
    carries: bool
    """Whether the misfit is at most ``CARRIED`` of the largest capacity"""


def form_score(problem: Problem) -> FormScore:
    """The score of the form of ``problem``."""
    joint = Joint(parts={problem.cell.material.name: problem})
    seeds = range(_SEED, _SEED + REPEATS)
    runs = [learn(joint, particles=_PARTICLES, seed=seed).found for seed in seeds]
    draws = np.concatenate([run.draws for run in runs])
    squares = (misfit(problem, draws) ** 2).sum(axis=1)
    best = _closest(problem, draws[np.argsort(squares)[:_GUESSES], : len(problem.parameters)])
    predicted = problem.model(best[None])[0]
    least = float(np.sqrt(np.mean((problem.observed - predicted) ** 2)))
    evidence = np.array([run.log_evidence for run in runs])
    return FormScore(
        form=problem.form,
        misfit=least,
        best=best,
        predicted=predicted,
        log_evidence=float(logsumexp(evidence) - np.log(REPEATS)),
        evidence_error=float(evidence.std(ddof=1) / np.sqrt(REPEATS)),
        carries=least <= CARRIED * float(problem.observed.max()),
    )


def _closest(problem: Problem, guesses: Array) -> Array:
    """The parameters (d,) of least misfit within ``REACH``."""

    def squares(points: Array) -> Array:
        off = problem.model(np.atleast_2d(points.T)) - problem.observed
        found = (off**2).sum(axis=1)
        return np.asarray(found if points.ndim > 1 else found[0])

    kept = problem.coordinates[: len(problem.parameters)]
    low = np.array([max(each.low, each.centre - REACH * each.deviation) for each in kept])
    high = np.array([min(each.high, each.centre + REACH * each.deviation) for each in kept])
    found = differential_evolution(
        squares,
        np.column_stack([low, high]),
        init=np.clip(guesses, low, high),
        maxiter=_GENERATIONS,
        vectorized=True,
        updating="deferred",
        seed=_SEED,
        polish=False,
    )
    return np.asarray(found.x)
