"""What many powders have in common, by expectation and maximisation.

The population is a normal distribution p(x | h) of each unknown, h its centre and deviation. One
step draws the unknowns x_ij of every series i from its posterior under the present h, and takes

    h' = argmax sum_i (1/N) sum_j ln p(x_ij | h) + ln p(h),

which never lowers the likelihood prod_i int p(data_i | x) p(x | h) dx, times p(h), but for the
scatter of the draws (Dempster, Laird & Rubin, J. R. Stat. Soc. B 39 (1977) 1; Wei & Tanner, J. Am.
Stat. Assoc. 85 (1990) 699). p(h) counts for ``STRENGTH`` series with the trial deviation: a
population cannot close around what few data leave open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr

from particle_sim.inference.coordinates import Coordinate
from particle_sim.inference.joint import PARTICLES, Joint, learn
from particle_sim.inference.problem import DISCREPANCY, Problem
from particle_sim.units import Array

STRENGTH = 4.0
"""Series that the trial deviation counts for (a choice; a tenth of the series it is used for)."""
BOUNDED = ("size_spread", "diffusivity_fall", "characteristic_time", "exponent", DISCREPANCY)
"""Cut off where the model is, and not at some deviations."""
Table = Mapping[str, tuple[float, float]]
"""Centre and deviation by name."""


def improved(
    problems: Sequence[Problem],
    now: Table,
    trial: Table,
    *,
    centred: Sequence[str] = (),
    particles: int = PARTICLES,
    seed: int = 1,
) -> tuple[Table, float]:
    """One step from the population ``now``, which made the priors of ``problems``.

    Also the log evidence of all series under ``now``. A coordinate that a problem centres
    elsewhere, as the capacity of its own window, counts from there.
    """
    draws, evidence = [], 0.0
    for problem in problems:
        found = learn(Joint(parts={"": problem}), particles=particles, seed=seed).found
        own = np.array([each.centre - now[each.name][0] for each in problem.coordinates])
        draws.append(found.draws - own)
        evidence += found.log_evidence
    limits = [
        replace(
            each,
            centre=trial[each.name][0],
            deviation=trial[each.name][1],
            low=each.low if each.name in BOUNDED else -np.inf,
            high=each.high if each.name in BOUNDED else np.inf,
        )
        for each in problems[0].coordinates
    ]
    best = likeliest(draws, limits, centred)
    return {**now, **{each.name: (each.centre, each.deviation) for each in best}}, evidence


def likeliest(
    draws: Sequence[Array], trial: Sequence[Coordinate], centred: Sequence[str] = ()
) -> tuple[Coordinate, ...]:
    """The population from posterior draws (n, d) of each series, in the limits of ``trial``.

    Coordinates ``centred`` keep the centre they have there.

    >>> rng = np.random.default_rng(1)
    >>> trial = [Coordinate(name="k", meaning="", centre=0.0, deviation=1.0)]
    >>> draws = [np.full((1, 1), 2 + 0.5 * z) for z in rng.standard_normal(1000)]
    >>> (found,) = likeliest(draws, trial)
    >>> abs(found.centre - 2) < 0.05, abs(found.deviation - 0.5) < 0.05
    (True, True)
    """
    return tuple(
        _likeliest([rows[:, at] for rows in draws], each, each.name in centred)
        for at, each in enumerate(trial)
    )


def _likeliest(columns: Sequence[Array], trial: Coordinate, centred: bool) -> Coordinate:
    mean = float(np.mean([column.mean() for column in columns]))
    square = float(np.mean([(column**2).mean() for column in columns]))
    count = len(columns)

    def population(vector: Array) -> Coordinate:
        centre = trial.centre if centred else trial.centre + trial.deviation * float(vector[1])
        return replace(trial, centre=centre, deviation=trial.deviation * float(np.exp(vector[0])))

    def loss(vector: Array) -> float:
        each = population(vector)
        off = square - 2 * mean * each.centre + each.centre**2
        series = count * (0.5 * off / each.deviation**2 + np.log(each.deviation) + _log_kept(each))
        own = 0.5 * (trial.deviation / each.deviation) ** 2 + np.log(each.deviation)
        return float(series + STRENGTH * own)

    best = minimize(loss, np.zeros(1 if centred else 2), method="Nelder-Mead")
    return population(best.x)


def _log_kept(each: Coordinate) -> float:
    """ln of the share of the normal distribution inside the limits."""
    low, high = ((edge - each.centre) / each.deviation for edge in (each.low, each.high))
    if low > 0:
        low, high = -high, -low
    upper, lower = log_ndtr(high), log_ndtr(low)
    return float(upper + np.log1p(-np.exp(lower - upper)))
