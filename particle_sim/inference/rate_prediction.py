"""Capacities at rates that nobody measured, from those at rates that somebody did.

Each model (many sizes, D(theta), and a curve without physics) is fitted to the data and asked for
the other rates; their draws count with equal weights, set before any held paper was scored (shares
learned from scores: stacking, Yao et al., Bayesian Anal. 13 (2018) 917, doi:10.1214/17-BA1091).
Beside the mixture stands the curve without physics alone, fitted to the same data: what the physics
has to beat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.form import Form
from particle_sim.inference.joint import PARTICLES, Joint, Posterior, Prediction, learn, predict
from particle_sim.inference.learned import RIVAL, model_weights
from particle_sim.inference.problem import Problem
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.inference.rate_record import Held, public_score, task_score
from particle_sim.inference.smc import Tempered
from particle_sim.inference.tian import tian_problem
from particle_sim.units import Array

SHARES = (0.05, 0.5, 0.95)
"""Of the quantiles."""
_ONE = "powder"


@dataclass(frozen=True, kw_only=True)
class RatePrediction:
    """Capacities expected at ``current`` (k,) [A/kg], with the noise of a measurement."""

    current: Array
    quantiles: Array
    """5, 50 and 95 % (3, k) [A h/kg] of the weighted models"""
    weights: Mapping[str, float]
    """Of the models in it, by name"""
    log_evidence: Mapping[str, float]
    """ln of the probability that each model gave the data before it saw them"""
    rival: Array
    """5, 50 and 95 % (3, k) [A h/kg] of the curve without physics"""
    members: Mapping[str, Prediction]
    """Of every model, and of the rival"""
    scale: float
    """Largest capacity of the data [A h/kg]"""
    extrapolation: Array
    """Each current over the highest of the data (k,)"""
    public: tuple[Mapping[str, Held], ...]
    """What the method (``mixture``) and the rival scored on the public series when they had to
    predict as far beyond their data, per current"""

    def held_out(self, capacity: Array) -> dict[str, Held]:
        """``mixture`` and ``rival`` scored on capacities (k,) that were measured at ``current``."""
        rival = {RIVAL: 1.0}
        return {
            "mixture": held(self.members, self.weights, self.quantiles, capacity, self.scale),
            "rival": held(self.members, rival, self.rival, capacity, self.scale),
        }


def predicted_rates(
    cell: Cell,
    current: Array,
    capacity: Array,
    elsewhere: Array,
    *,
    stated: Array | None = None,
    whole: float | None = None,
    weights: Mapping[str, float] | None = None,
    learned: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    particles: int = PARTICLES,
    seed: int = 1,
) -> RatePrediction:
    """Capacities at currents ``elsewhere`` (k,) [A/kg], given those (m,) [A h/kg] at ``current``.

    ``cell`` is the half cell, ``capacity`` (m,) what was measured. ``stated``: standard deviations
    of the capacities; ``whole`` [A h/kg]: the powder's capacity at the lowest rate, where the
    material of ``cell`` is that of a relative; ``weights``, ``learned``: in place of what the
    public series teach. ``particles`` sample each model; equal ``seed``, equal numbers.

    >>> import particle_sim as ps
    >>> from particle_sim.cell.half_cell import half_cell
    >>> found = predicted_rates(half_cell(ps.load_material("he_o3_li2024")),
    ...     np.array([12.0, 36.0, 120.0]), np.array([117.0, 113.0, 101.0]), np.array([600.0]),
    ...     particles=200)
    >>> low, median, high = found.quantiles[:, 0]
    >>> bool(0 < low < median < high < 117)
    True

    Raises nothing.
    """
    return asked_of(
        learned_rates(
            cell,
            current,
            capacity,
            stated=stated,
            whole=whole,
            weights=weights,
            learned=learned,
            particles=particles,
            seed=seed,
        ),
        elsewhere,
    )


@dataclass(frozen=True, kw_only=True)
class LearnedRates:
    """What every model, and the rival, has learned from the rates of one powder."""

    cell: Cell
    posteriors: Mapping[str, Posterior]
    weights: Mapping[str, float]
    whole: float | None
    learned: Mapping[str, Mapping[str, tuple[float, float]]] | None
    seed: int

    def problem(self, name: str) -> Problem:
        """The question that a model was put."""
        return self.posteriors[name].joint.parts[_ONE]

    def rows(self, name: str) -> Array:
        """Vectors (n, d) of a model's draws."""
        return self.posteriors[name].rows(_ONE)

    def elsewhere(self, name: str, current: Array) -> Problem:
        """The same question at other currents (k,) [A/kg], nothing measured."""
        known = None if self.learned is None else self.learned[name]
        return question(
            name,
            self.cell,
            current,
            np.zeros(len(current)),
            whole=self.whole,
            learned=known,
        )


def learned_rates(
    cell: Cell,
    current: Array,
    capacity: Array,
    *,
    stated: Array | None = None,
    whole: float | None = None,
    weights: Mapping[str, float] | None = None,
    learned: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    found: Mapping[str, Tempered] | None = None,
    particles: int = PARTICLES,
    seed: int = 1,
) -> LearnedRates:
    """The first half of :func:`predicted_rates`, which takes the time, with its arguments.

    Of ``cell``, with ``capacity`` (m,) [A h/kg] at ``current`` (m,) [A/kg], ``stated`` and
    ``whole``. ``weights`` and ``learned``, by model, take the place of what the public series
    teach; ``found``: draws of models that were learned from the same data before. ``particles``
    sample each; equal ``seed``, equal numbers.

    >>> import particle_sim as ps
    >>> cell = ps.half_cell(ps.load_material("he_o3_li2024"))
    >>> measured = np.array([12.0, 120.0]), np.array([117.0, 101.0])
    >>> sorted(learned_rates(cell, *measured, particles=20).posteriors)
    ['diffusivity', 'sizes', 'tian']

    Raises nothing.
    """
    stored = found or {}
    shares = model_weights() if weights is None else dict(weights)
    posteriors = {}
    for name in dict.fromkeys([*shares, RIVAL]):
        known = None if learned is None else learned[name]
        given = question(name, cell, current, capacity, stated=stated, whole=whole, learned=known)
        joint = Joint(parts={_ONE: given})
        posteriors[name] = (
            Posterior(joint=joint, found=stored[name])
            if name in stored
            else learn(joint, particles=particles, seed=seed)
        )
    return LearnedRates(
        cell=cell,
        posteriors=posteriors,
        weights=shares,
        whole=whole,
        learned=learned,
        seed=seed,
    )


def asked_of(learned: LearnedRates, elsewhere: Array) -> RatePrediction:
    """The second half of :func:`predicted_rates`: capacities at ``elsewhere`` (k,) [A/kg]."""
    members = {
        name: predict(posterior, _ONE, learned.elsewhere(name, elsewhere))
        for name, posterior in learned.posteriors.items()
    }
    scale = float(learned.problem(RIVAL).observed.max())
    return told(learned, members, elsewhere, elsewhere, scale)


def told(
    learned: LearnedRates,
    members: Mapping[str, Prediction],
    elsewhere: Array,
    pace: Array,
    scale: float,
    of: str = "",
) -> RatePrediction:
    """What ``members`` expect at ``elsewhere`` (k,) [A/kg], which is ``pace`` of the learned cell.

    ``scale`` [A h/kg]: the largest capacity known; ``of``: the task of the record that backs it, in
    place of that by distance.
    """
    beyond = pace / learned.problem(RIVAL).scatter.at.max()
    return RatePrediction(
        current=elsewhere,
        quantiles=quantiles(members, learned.weights, learned.seed),
        weights=learned.weights,
        log_evidence={
            name: posterior.found.log_evidence for name, posterior in learned.posteriors.items()
        },
        rival=quantiles(members, {RIVAL: 1.0}, learned.seed),
        members=members,
        scale=scale,
        extrapolation=beyond,
        public=tuple(task_score(of) if of else public_score(float(each)) for each in beyond),
    )


def answer(
    name: str, given: Problem, elsewhere: Array, particles: int = PARTICLES, seed: int = 1
) -> tuple[Prediction, float]:
    """What a model expects at currents ``elsewhere`` (k,) [A/kg], and its ln evidence."""
    posterior = learn(Joint(parts={_ONE: given}), particles=particles, seed=seed)
    asked = question(name, given.cell, elsewhere, np.zeros(len(elsewhere)))
    return predict(posterior, _ONE, asked), posterior.found.log_evidence


def quantiles(
    members: Mapping[str, Prediction],
    weights: Mapping[str, float],
    seed: int,
    *,
    noisy: bool = True,
) -> Array:
    """``SHARES`` (3, k) of the weighted models, with the noise of a measurement or without."""
    rows = list(drawn(members, weights, seed, noisy=noisy))
    share = np.concatenate([np.full(len(each), weight / len(each)) for each, weight in rows])
    capacity = np.concatenate([each for each, _ in rows])
    found = np.quantile(capacity, SHARES, axis=0, weights=share, method="inverted_cdf")
    return np.asarray(found, dtype=float)


def drawn(
    members: Mapping[str, Prediction], weights: Mapping[str, float], seed: int, *, noisy: bool
) -> Iterator[tuple[Array, float]]:
    """Capacities (n, k) that the draws of each model give, with the model's weight."""
    rng = np.random.default_rng(seed)
    for name, weight in weights.items():
        yield _alone(members[name], rng, noisy=noisy), weight


def _alone(member: Prediction, rng: np.random.Generator, *, noisy: bool) -> Array:
    """A capacity (n, k) of every draw, as likely at each current as it is there alone.

    One deviate of a draw serves all currents, so that a band over them is smooth.
    """
    spread = np.sqrt(np.maximum(np.einsum("nkk->nk", member.covariance), 0.0))
    first, second = rng.standard_normal((2, len(spread), 1))
    capacity = np.clip(member.mean + spread * first, 0.0, member.window[:, None])
    return np.asarray(np.maximum(capacity + noisy * member.noise[:, None] * second, 0.0))


def log_density(
    members: Mapping[str, Prediction], weights: Mapping[str, float], capacity: Array
) -> Array:
    """ln p (k,) of capacities (k,), each for itself, under the weighted models."""
    return np.asarray(
        logsumexp(
            [np.log(w) + _one(members[name], capacity) for name, w in weights.items()], axis=0
        )
    )


def held(
    members: Mapping[str, Prediction],
    weights: Mapping[str, float],
    band: Array,
    capacity: Array,
    scale: float,
) -> Held:
    """How good the weighted models, whose quantiles are ``band``, were at ``capacity`` (k,)."""
    low, median, high = band
    return Held(
        log_score=float((log_density(members, weights, capacity) + np.log(scale)).mean()),
        coverage=float(((capacity >= low) & (capacity <= high)).mean()),
        error=float(np.median(np.abs(capacity - median)) / scale),
        count=len(capacity),
    )


def _one(member: Prediction, capacity: Array) -> Array:
    """ln p (k,) of a model: the mean over its draws of normal densities."""
    variance = np.einsum("nkk->nk", member.covariance) + member.noise[:, None] ** 2
    square = (capacity - member.mean) ** 2 / variance
    each = -0.5 * (square + np.log(2 * np.pi * variance))
    return np.asarray(logsumexp(each, axis=0) - np.log(len(each)))


def question(
    name: str,
    cell: Cell,
    current: Array,
    capacity: Array,
    *,
    stated: Array | None = None,
    whole: float | None = None,
    learned: Mapping[str, tuple[float, float]] | None = None,
) -> Problem:
    """What a model, a :class:`Form` by its value or the rival, is asked."""
    if name == RIVAL:
        return tian_problem(cell, current, capacity, stated=stated, whole=whole, learned=learned)
    return rate_problem(
        cell, current, capacity, form=Form(name), stated=stated, whole=whole, learned=learned
    )
