"""Another cell than the one that was measured: of the same powder, or of one made alike.

Two cells of one paper are alike in what was learned and in what the model is wrong by, not equal.
With z the normal scores of the unknowns under what is believed of any powder
(:func:`~particle_sim.inference.coordinates.scores_of`) and d = delta/(s Q_max) the discrepancy of
size 1, at equal C-rates,

    z' = r z + sqrt(1 - r^2) e,      d' = r d + sqrt(1 - r^2) w,

e standard normal, w another draw of the same process. So the sister alone is believed to be as any
powder is; r = 1 is the measured cell again, r = 0 a powder of which nothing is known. One r stands
for all unknowns: that which makes sisters of one paper likeliest given each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from particle_sim.errors import InputError
from particle_sim.inference.coordinates import Coordinate, scores_of, vectors_at
from particle_sim.inference.joint import Prediction
from particle_sim.inference.learned import RIVAL, likeness
from particle_sim.inference.problem import Problem, misfit, noise_scale, scatter_of
from particle_sim.inference.rate_prediction import LearnedRates, RatePrediction, told
from particle_sim.inference.smc import resampled
from particle_sim.units import Array

COPIES = 4
"""Sisters drawn of every draw of the measured cell."""
FEWEST = 100.0
"""Independent draws that the sister's own data must leave."""
APART = 2.0
"""Most that the slowest rates of both cells, in C, may differ by (a choice)."""


@dataclass(frozen=True, kw_only=True)
class Sister:
    """What draws of a measured cell say of another."""

    prediction: Prediction
    effective: float
    """Draws that the weights by the own data are worth"""


def sister_rates(
    learned: LearnedRates,
    current: Array,
    capacity: Array,
    elsewhere: Array,
    *,
    alike: float | None = None,
) -> RatePrediction:
    """Capacities of a sister of the ``learned`` cell at ``elsewhere`` (k,) [A/kg].

    Of the sister itself ``capacity`` (m,) [A h/kg] at ``current`` (m,) is known: at least at a rate
    as slow as the slowest of the measured cell, so that both stand on one C-rate. ``alike``: r in
    place of the learned one.

    >>> import particle_sim as ps
    >>> from particle_sim.inference.rate_prediction import learned_rates
    >>> measured = learned_rates(ps.half_cell(ps.load_material("he_o3_li2024")),
    ...     np.array([12.0, 36.0, 120.0]), np.array([117.0, 113.0, 101.0]), particles=200)
    >>> found = sister_rates(measured, np.array([12.0]), np.array([110.0]), np.array([120.0]))
    >>> low, median, high = found.quantiles[:, 0]
    >>> bool(low < 95 < high)
    True

    Raises :class:`InputError` without such a rate, for a capacity that is not positive, and where
    so much is known of the sister that draws of another cell do not tell it.
    """
    _check(learned, current, capacity)
    share = likeness() if alike is None else alike
    both = np.concatenate([current, elsewhere])
    members = {}
    for name in learned.posteriors:
        asked = learned.elsewhere(name, both)
        rng = np.random.default_rng(learned.seed)
        found = sister_of(learned.problem(name), learned.rows(name), asked, capacity, share, rng)
        if found.effective < FEWEST:
            raise InputError(
                f"what is known of the sister leaves {found.effective:.0f} draws of the other "
                f"cell, at least {FEWEST:.0f} are needed; give its slowest rates only, or learn "
                "from itself."
            )
        members[name] = found.prediction
    pace = elsewhere / capacity.max() * learned.problem(RIVAL).scatter.scale
    return told(learned, members, elsewhere, pace, float(capacity.max()), of="sister series")


def _check(learned: LearnedRates, current: Array, capacity: Array) -> None:
    """Whether both cells begin at one C-rate."""
    first = learned.problem(RIVAL)
    if not len(current) == len(capacity) > 0 or capacity.min() <= 0:
        raise InputError(
            f"a sister has {len(current)} currents and {len(capacity)} capacities; give one "
            "positive capacity per current, at least that of its slowest rate."
        )
    apart = current.min() / capacity.max() * first.observed.max() / first.scatter.at.min()
    if not 1 / APART < apart < APART:
        raise InputError(
            f"the sister's slowest rate is {apart:.2g} times that of the measured cell; give its "
            f"capacity at a rate within a factor of {APART:g}, so that both stand on one C-rate."
        )


def sister_of(
    given: Problem,
    rows: Array,
    asked: Problem,
    capacity: Array,
    alike: float,
    rng: np.random.Generator,
) -> Sister:
    """A sister of the cell whose question ``given`` has left draws ``rows`` (n, d).

    ``asked``: the same question of the sister; at the first m of its rates its ``capacity`` (m,) is
    known, the others (k,) are predicted.
    """
    rows = np.tile(rows, (COPIES, 1))
    scores = scores_of(given.coordinates, rows)
    fresh = rng.standard_normal(scores.shape)
    scale = float(capacity.max())
    beliefs = _in_proportion(given.coordinates, scale / given.scatter.scale)
    own = vectors_at(beliefs, alike * scores + np.sqrt(1 - alike**2) * fresh)
    mean, covariance = _expected(given, rows, asked, own, alike, scale)
    noise = scatter_of(asked, own)[1] * noise_scale(given, scale)
    known = len(capacity)
    square = covariance[:, :known, :known] + (noise**2)[:, None, None] * np.eye(known)
    off = capacity - mean[:, :known]
    density = _normal(off, square)
    chosen = resampled(np.exp(density - logsumexp(density)), rng)
    gain = np.linalg.solve(square, covariance[:, :known, known:]).transpose(0, 2, 1)
    left = covariance[:, known:, known:] - gain @ covariance[:, :known, known:]
    centre = mean[:, known:] + np.einsum("nkm,nm->nk", gain, off)
    window = 10 ** own[:, asked.names.index("window_capacity")]
    return Sister(
        prediction=Prediction(
            mean=centre[chosen],
            covariance=left[chosen],
            noise=noise[chosen],
            window=window[chosen],
        ),
        effective=float(np.exp(2 * logsumexp(density) - logsumexp(2 * density))),
    )


def _in_proportion(coordinates: Sequence[Coordinate], factor: float) -> tuple[Coordinate, ...]:
    """What is believed of the sister: the same, with ``factor`` times the capacity."""
    more = float(np.log10(factor))
    return tuple(
        replace(each, centre=each.centre + more, low=each.low + more, high=each.high + more)
        if each.name == "window_capacity"
        else each
        for each in coordinates
    )


def _expected(
    given: Problem, rows: Array, asked: Problem, own: Array, alike: float, scale: float
) -> tuple[Array, Array]:
    """Mean and covariance of the sister's capacities without noise, at all rates of ``asked``."""
    size, noise = scatter_of(given, rows)
    pace = asked.scatter.at * given.scatter.scale / scale
    shared, open_ = given.scatter.beyond(pace, misfit(given, rows), size, noise)
    wrong = scatter_of(asked, own)[0] * scale
    factor = alike * wrong / (size * given.scatter.scale)
    fresh = (1 - alike**2) * (wrong**2)[:, None, None] * given.scatter.covariance(pace, pace)
    mean = asked.model(own[:, : len(asked.parameters)]) + factor[:, None] * shared
    return mean, fresh + (factor**2)[:, None, None] * open_


def _normal(off: Array, square: Array) -> Array:
    """ln of the normal density (n,) of deviations (n, m) with covariances (n, m, m)."""
    solved = np.linalg.solve(square, off[..., None])[..., 0]
    log_volume = np.linalg.slogdet(square)[1]
    squares = (off * solved).sum(axis=1)
    return np.asarray(-0.5 * (squares + log_volume + off.shape[1] * np.log(2 * np.pi)))
