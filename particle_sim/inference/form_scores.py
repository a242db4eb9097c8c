"""Which form of the particles carries measured rates: one size, many sizes, or D(theta).

Two numbers for each form. The least misfit, sqrt(mean (y - f(x))^2) over all parameters within the
limits of the prior, says what the form can do. The evidence

    Z = int p(y | x) p(x) dx,   by the mean of the likelihood over draws of the prior,

says how far the data speak for it, a free parameter that is not needed being paid for (MacKay,
Information Theory, Inference, and Learning Algorithms, 2003, ch. 28).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import differential_evolution  # type: ignore[attr-defined]
from scipy.special import logsumexp

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.data import RateData
from particle_sim.inference.form import Form
from particle_sim.inference.forward import has_closed_form
from particle_sim.inference.problem import Problem, draw_prior, log_likelihood
from particle_sim.inference.rate_problem import ASSUMED_NOISE, rate_problem
from particle_sim.units import Array

CARRIED = ASSUMED_NOISE
"""Least misfit over the largest capacity up to which a form carries the data: what half cells
that are made alike differ by (assumed, as the noise is)."""
_DRAWS = 4000
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
    """ln Z, with the likelihood's constant left out"""
    evidence_error: float
    """Standard error of ln Z"""
    carries: bool
    """Whether the misfit is at most ``CARRIED`` of the largest capacity"""


def form_scores(cell: Cell, data: RateData, kept: NDArray[np.bool_]) -> tuple[FormScore, ...]:
    """The score of every form; of one size alone where the material's own D(theta) is known."""
    forms = tuple(Form) if has_closed_form(cell) else ()
    return tuple(_score(form, rate_problem(cell, data, kept, form)) for form in forms)


def _score(form: Form, problem: Problem) -> FormScore:
    draws = draw_prior(problem, _DRAWS, np.random.default_rng(_SEED))
    likelihood = log_likelihood(problem, draws)
    weight = np.exp(likelihood - likelihood.max())
    width = len(problem.parameters)
    guesses = draws[np.argsort(-likelihood)[:_GUESSES], :width]
    best = _closest(problem, guesses)
    predicted = problem.model(best[None])[0]
    misfit = float(np.sqrt(np.mean((problem.observed - predicted) ** 2)))
    return FormScore(
        form=form,
        misfit=misfit,
        best=best,
        predicted=predicted,
        log_evidence=float(logsumexp(likelihood) - np.log(_DRAWS)),
        evidence_error=float(weight.std() / weight.mean() / np.sqrt(_DRAWS)),
        carries=misfit <= CARRIED * float(problem.observed.max()),
    )


def _closest(problem: Problem, guesses: Array) -> Array:
    """The parameters (d,) of least misfit within the limits."""

    def squares(points: Array) -> Array:
        misfit = problem.model(np.atleast_2d(points.T)) - problem.observed
        found = (misfit**2).sum(axis=1)
        return np.asarray(found if points.ndim > 1 else found[0])

    low, high = problem.limits
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
