"""Profile likelihood: how well the data alone, without the prior, pin a group.

At every value of one group the likelihood is maximised over the others (differential evolution:
the steep ends of a potential make cliffs that stop a descent),

    profile(x_i) = min over the rest of  (y - f)^T K^-1 (y - f)

minus its lowest value, with K the covariance of discrepancy and noise at their medians. It is
below 2.71 inside the 90 % interval (chi-squared, one degree); a side on which it stays below is
open: the data set no bound there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import differential_evolution  # type: ignore[attr-defined]

from particle_sim.inference.coordinates import draw_prior
from particle_sim.inference.problem import Problem, misfit, scatter_of
from particle_sim.units import Array

NINETY_PERCENT = 2.7055
"""90 % quantile of chi-squared with one degree of freedom."""

_GUESSES = 20
_GENERATIONS = 150
_TOLERANCE = 0.01
"""Spread of the candidates' losses at which a search ends."""
_SEED = 1

Loss = Callable[[Array], Array]
"""Parameters (n, d) -> twice the loss of log likelihood (n,), up to a constant."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One group's profile: log10 values (k,), and twice the loss of log likelihood (k,)."""

    name: str
    values: Array
    loss: Array

    @property
    def closed(self) -> tuple[bool, bool]:
        """Whether the data bound the group below and above, inside the prior's limits."""
        lowest = int(np.argmin(self.loss))
        below, above = self.loss[: lowest + 1], self.loss[lowest:]
        return bool(below.max() > NINETY_PERCENT), bool(above.max() > NINETY_PERCENT)


def profiles(problem: Problem, draws: Array, points: int = 25) -> tuple[Profile, ...]:
    """The profile of every group, and of the shape, between the prior's limits.

    ``draws`` (s, d) of the posterior give the first guesses.
    """
    loss, start = _loss(problem, draws), draws[:, : len(problem.parameters)]
    score = loss(start)
    seen = start[:: max(len(start) // _GUESSES, 1)][:_GUESSES]
    fresh = draw_prior(problem.coordinates, _GUESSES, np.random.default_rng(_SEED))
    guesses = np.concatenate([seen, fresh[:, : start.shape[1]]])
    made = []
    for index, name in enumerate(problem.parameters):
        values = _grid(problem, start[:, index], index, points)
        heights = _swept(problem, loss, index, values, start[int(np.argmin(score))], guesses)
        made.append((name, values, heights))
    lowest = min(min(float(h.min()) for _, _, h in made), float(score.min()))
    return tuple(Profile(name=n, values=v, loss=h - lowest) for n, v, h in made)


def _grid(problem: Problem, draws: Array, index: int, points: int) -> Array:
    """Values that cover the limits, half of them where the posterior is."""
    low, high = (limit[index] for limit in problem.limits)
    wide = np.linspace(low, high, points - points // 2)
    first, last = np.quantile(draws, [0.005, 0.995])
    near = np.linspace(first, last, points // 2)
    return np.unique(np.concatenate([wide, near]))


def _swept(
    problem: Problem, loss: Loss, index: int, values: Array, best: Array, guesses: Array
) -> Array:
    """Least loss at every value, going outwards from the best with the neighbour's optimum."""
    middle = int(np.argmin(np.abs(values - best[index])))
    heights = np.empty(len(values))
    rest = np.delete(guesses, index, axis=1)
    for order in (range(middle, len(values)), range(middle - 1, -1, -1)):
        others = np.delete(best, index)
        for place in order:
            heights[place], others = _least(
                problem, loss, index, values[place], np.vstack([others, rest])
            )
    return heights


def _least(
    problem: Problem, loss: Loss, index: int, value: float, guesses: Array
) -> tuple[float, Array]:
    """Least loss with one group held at ``value``, and the other groups there."""
    low, high = (np.delete(limit, index) for limit in problem.limits)

    def losses(points: Array) -> Array:
        groups = np.insert(np.atleast_2d(points.T), index, value, axis=1)
        found = loss(groups)
        return found if points.ndim > 1 else found[0]

    found = differential_evolution(
        losses,
        np.column_stack([low, high]),
        init=np.clip(guesses, low, high),
        maxiter=_GENERATIONS,
        tol=0.0,
        atol=_TOLERANCE,
        vectorized=True,
        updating="deferred",
        seed=_SEED,
        polish=False,
    )
    return float(found.fun), np.asarray(found.x)


def _loss(problem: Problem, draws: Array) -> Loss:
    """With the medians of discrepancy and noise over ``draws``."""
    medians = [float(np.median(each)) for each in scatter_of(problem, draws)]

    def lost(parameters: Array) -> Array:
        size = np.ones(len(parameters))
        off = misfit(problem, parameters)
        return problem.scatter.chi_squared(off, *(median * size for median in medians))

    return lost
