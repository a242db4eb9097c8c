"""Draws from a posterior and its evidence, by tempered sequential Monte Carlo.

Particles start as draws x of the prior p and move through the distributions

    pi_k(x) ~ p(x) L(x)^(b_k),     0 = b_0 < b_1 < ... < b_K = 1.

Every step of b is the largest that leaves ``KEPT`` of the particles effective; they are weighted by
L^(b_k - b_(k-1)), drawn again by those weights, and moved by Metropolis steps until they have
forgotten where they stood. The product of the mean weights estimates the evidence
Z = int L(x) p(x) dx without bias (Del Moral, Doucet & Jasra, J. R. Stat. Soc. B 68 (2006) 411,
doi:10.1111/j.1467-9868.2006.00553.x). Many modes are kept as long as the prior's draws see them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import logsumexp

from particle_sim.units import Array

KEPT = 0.5
"""Share of the particles that a step of the exponent leaves effective."""
FORGOTTEN = 0.5
"""Largest correlation of any coordinate with where it stood, at which moving ends."""
FEWEST_MOVES, MOST_MOVES = 5, 30
_WANTED = 0.25
"""Share of moves that should be accepted (Roberts & Rosenthal, Stat. Sci. 16 (2001) 351)."""
_LEAST_STEP = 1e-6
JUMP = 5
"""One move in so many goes from mode to mode."""
CROSSED = np.array([0.2, 0.5, 1.0])
"""Shares of the coordinates that a move changes."""

LogDensity = Callable[[Array], Array]
"""Points (n, d) -> logarithms (n,), up to a constant; -inf where there is nothing."""


@dataclass(frozen=True, kw_only=True)
class Tempered:
    """Equally weighted draws (n, d) of a posterior, and how they were reached."""

    draws: Array
    log_likelihood: Array
    """ln L of every draw (n,)"""
    log_evidence: float
    """ln Z, less the constants that the likelihood leaves out"""
    stages: int
    evaluations: int
    acceptance: float
    """Share of the moves that were accepted in the last stage"""
    remembered: float
    """Largest correlation, over the coordinates, of the draws with where the last stage began"""
    effective: float
    """Independent draws whose mean would be known as well"""


def temper(
    log_likelihood: LogDensity,
    log_prior: LogDensity,
    start: Array,
    rng: np.random.Generator,
    *,
    report: Callable[[float], None] = lambda _done: None,
) -> Tempered:
    """Move draws ``start`` (n, d) of the prior to the posterior; equal generators, equal draws.

    ``report`` is called with the exponent reached. Needs a few hundred particles for every ten
    coordinates.

    >>> rng = np.random.default_rng(1)
    >>> even = lambda x: -0.5 * (x**2).sum(axis=1)
    >>> found = temper(lambda x: -0.5 * ((x - 2) ** 2).sum(axis=1), even,
    ...                rng.standard_normal((1000, 1)), rng)
    >>> bool(abs(found.draws.mean() - 1) < 0.1)
    True
    >>> exact = -0.5 * np.log(2) - 1
    >>> bool(abs(found.log_evidence - exact) < 0.15)
    True
    """
    points, density, exponent = start.copy(), log_likelihood(start), 0.0
    found = _Progress(spread=1 / len(start))
    log_evidence, stages = 0.0, 0
    while exponent < 1:
        step = _step(density, 1 - exponent)
        weights = step * density
        log_evidence += float(logsumexp(weights) - np.log(len(weights)))
        found.weighted(weights)
        chosen = resampled(np.exp(weights - logsumexp(weights)), rng)
        points, density, exponent = points[chosen], density[chosen], exponent + step
        exponent = 1.0 if 1 - exponent < _LEAST_STEP else exponent
        points, density = _moved(log_likelihood, log_prior, points, density, exponent, found, rng)
        stages += 1
        report(exponent)
    return Tempered(
        draws=points,
        log_likelihood=density,
        log_evidence=log_evidence,
        stages=stages,
        evaluations=found.evaluations + len(start),
        acceptance=found.acceptance,
        remembered=found.remembered,
        effective=1 / found.spread,
    )


@dataclass
class _Progress:
    """What moves learn from the moves before them, and how far the particles are independent.

    ``spread``, the variance of a mean over the particles in units of the target's, grows with
    unequal weights to w = spread n/ESS; moves that leave the correlation r to the start make it
    r^2 w + (1 - r^2)/n.
    """

    spread: float
    scale: float = 1.0
    acceptance: float = 0.0
    remembered: float = 1.0
    evaluations: int = 0

    def weighted(self, weights: Array) -> None:
        """Account for log weights (n,)."""
        self.spread *= len(weights) / float(np.exp(_log_effective(weights)))

    def moved(self, remembered: float, count: int) -> None:
        """Account for moves of all particles."""
        self.remembered = remembered
        self.spread = remembered**2 * self.spread + (1 - remembered**2) / count


def _step(density: Array, most: float) -> float:
    """Largest step of the exponent that leaves ``KEPT`` of the particles effective."""
    if not np.isfinite(density).any():
        raise FloatingPointError("no draw of the prior has a likelihood")

    def surplus(step: float) -> float:
        return float(_log_effective(step * density) - np.log(KEPT * np.isfinite(density).sum()))

    if surplus(most) >= 0:
        return most
    return float(brentq(surplus, _LEAST_STEP * most, most, xtol=1e-12, rtol=1e-6))


def _log_effective(weights: Array) -> float:
    """ln (sum w)^2/sum w^2 of log weights (n,)."""
    return float(2 * logsumexp(weights) - logsumexp(2 * weights))


def resampled(weights: Array, rng: np.random.Generator) -> Array:
    """Systematic resampling: numbers (n,) of the particles that go on."""
    count = len(weights)
    places = (np.arange(count) + rng.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), places), count - 1)


def _moved(
    log_likelihood: LogDensity,
    log_prior: LogDensity,
    points: Array,
    density: Array,
    exponent: float,
    found: _Progress,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Metropolis moves along differences of other particles until the start is forgotten."""
    began, prior = points.copy(), log_prior(points)
    halves = np.array_split(rng.permutation(len(points)), 2)
    for move in range(MOST_MOVES):
        accepted = 0
        jump = move % JUMP == JUMP - 1
        for own, other in (halves, halves[::-1]):
            tried = _tried(points, own, other, None if jump else found.scale, rng)
            after = log_prior(tried)
            inside = np.isfinite(after)
            likely = np.full(len(own), -np.inf)
            likely[inside] = log_likelihood(tried[inside])
            found.evaluations += int(inside.sum())
            gain = after - prior[own] + exponent * (likely - density[own])
            taken = np.log(rng.random(len(own))) < gain
            at = own[taken]
            points[at], density[at], prior[at] = tried[taken], likely[taken], after[taken]
            accepted += int(taken.sum())
        if not jump:
            found.acceptance = accepted / len(points)
            found.scale *= float(np.exp(found.acceptance - _WANTED))
        remembered = _remembered(began, points)
        if move + 1 >= FEWEST_MOVES and remembered < FORGOTTEN:
            break
    found.moved(remembered, len(points))
    return points, density


def _tried(
    points: Array,
    own: NDArray[np.intp],
    other: NDArray[np.intp],
    scale: float | None,
    rng: np.random.Generator,
) -> Array:
    """x' = x + g (a - b) in some of the coordinates, a and b particles of the other half.

    g = scale 2.38/sqrt(2 d'), d' the number of coordinates that change; without a scale g = 1 in
    all of them, from mode to mode (ter Braak & Vrugt, Stat. Comput. 18 (2008) 435; Vrugt et al.,
    Int. J. Nonlinear Sci. 10 (2009) 273).
    """
    first = rng.integers(len(other), size=len(own))
    second = (first + rng.integers(1, len(other), size=len(own))) % len(other)
    along = points[other[first]] - points[other[second]]
    noise = 1e-3 * points[other].std(axis=0) * rng.standard_normal(along.shape)
    if scale is None:
        return np.asarray(points[own] + along + noise)
    width = points.shape[1]
    chosen = rng.random(along.shape) < rng.choice(CROSSED, size=(len(own), 1))
    chosen[np.arange(len(own)), rng.integers(width, size=len(own))] = True
    step = scale * 2.38 / np.sqrt(2 * chosen.sum(axis=1, keepdims=True))
    return np.asarray(points[own] + chosen * (step * along + noise))


def _remembered(before: Array, after: Array) -> float:
    """Largest correlation over the coordinates."""
    first, last = before - before.mean(axis=0), after - after.mean(axis=0)
    scale = np.sqrt((first**2).sum(axis=0) * (last**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.nan_to_num((first * last).sum(axis=0) / scale).max())
