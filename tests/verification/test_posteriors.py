"""Are draws and evidence those of closed forms, and of an independent sampler?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

import particle_sim as ps
from particle_sim.inference import smc
from particle_sim.inference.coordinates import Coordinate, draw_prior, log_prior
from particle_sim.inference.data import read_rates
from particle_sim.inference.discrepancy import Scatter
from particle_sim.inference.form import Form
from particle_sim.inference.joint import Joint, learn
from particle_sim.inference.predict import held_out
from particle_sim.inference.problem import Problem, log_likelihood
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.inference.smc import Tempered, temper
from particle_sim.units import Array

RUNS, PARTICLES = 20, 1000
STREAM = np.random.default_rng(5)
MATRIX, OBSERVED, NOISE = STREAM.standard_normal((6, 3)), STREAM.standard_normal(6), 0.5
"""y = A x + e with x ~ N(0, 1) in three unknowns and six data."""

MATERIAL = ps.load_material("he_o3_li2024")
CELL = ps.half_cell(MATERIAL)
RATES = read_rates(
    Path(__file__).parents[2] / "examples" / "he_o3_rates.csv",
    one_c_current=MATERIAL.value("one_c_current"),
)


def even(points: Array) -> Array:
    return np.asarray(-0.5 * (points**2).sum(axis=1))


def linear(points: Array, noise: float = NOISE) -> Array:
    squares = ((OBSERVED - points @ MATRIX.T) ** 2).sum(axis=1)
    return np.asarray(-0.5 * squares / noise**2 - 6 * np.log(np.sqrt(2 * np.pi) * noise))


def off(likelihood: Callable[[Array], Array] = linear) -> tuple[float, float, float]:
    """How far ln Z, means and deviations are from the closed form (over deviations, relative)."""
    covariance = np.linalg.inv(np.eye(3) + MATRIX.T @ MATRIX / NOISE**2)
    mean, deviation = covariance @ MATRIX.T @ OBSERVED / NOISE**2, np.sqrt(np.diag(covariance))
    exact = multivariate_normal(np.zeros(6), MATRIX @ MATRIX.T + NOISE**2 * np.eye(6))
    runs = []
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        runs.append(temper(likelihood, even, rng.standard_normal((PARTICLES, 3)), rng))
    means = np.mean([run.draws.mean(axis=0) for run in runs], axis=0)
    spread = np.mean([run.draws.std(axis=0) for run in runs], axis=0)
    evidence = np.mean([run.log_evidence for run in runs])
    return (
        abs(float(evidence - exact.logpdf(OBSERVED))),
        float(np.abs((means - mean) / deviation).max()),
        float(np.abs(spread / deviation - 1).max()),
    )


def test_a_linear_model_with_normal_noise() -> None:
    evidence, mean, spread = off()
    assert evidence < 0.1
    assert mean < 0.1
    assert spread < 0.03


def test_a_noise_larger_by_a_fifth_is_noticed() -> None:
    """Sabotage of the likelihood."""
    evidence, _, spread = off(lambda points: linear(points, 1.2 * NOISE))
    assert evidence > 0.1
    assert spread > 0.03


def test_particles_that_never_move_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage of the sampler: only resampled, the particles become a few copies."""

    def still(
        _likelihood: object,
        _prior: object,
        points: Array,
        density: Array,
        _exponent: float,
        found: smc._Progress,
        _rng: object,
    ) -> tuple[Array, Array]:
        found.moved(1.0, len(points))
        return points, density

    monkeypatch.setattr(smc, "_moved", still)
    rng = np.random.default_rng(1)
    run = temper(linear, even, rng.standard_normal((PARTICLES, 3)), rng)
    assert run.effective < 0.3 * PARTICLES
    assert len(np.unique(run.draws, axis=0)) < 0.3 * PARTICLES


def test_draws_are_worth_what_is_said() -> None:
    """Means of repeats spread as those of ``effective`` independent draws do, give or take 40 %
    (20 repeats in 3 directions: 13 % of a deviation is chance).
    """
    covariance = np.linalg.inv(np.eye(3) + MATRIX.T @ MATRIX / NOISE**2)
    means, worth = [], []
    for seed in range(RUNS):
        rng = np.random.default_rng(100 + seed)
        run = temper(linear, even, rng.standard_normal((PARTICLES, 3)), rng)
        means.append(run.draws.mean(axis=0) / np.sqrt(np.diag(covariance)))
        worth.append(run.effective)
    spread = np.sqrt(np.var(means, axis=0, ddof=1).mean())
    assert 0.6 < spread * np.sqrt(np.mean(worth)) < 1.4


def two_modes(points: Array) -> Array:
    """Normal peaks of 0.2 at -2 (weight 0.3) and at +2 (0.7), in two dimensions."""
    peaks = [
        np.log(weight) - 0.5 * ((points - place) ** 2).sum(axis=1) / 0.04
        for place, weight in ((-2.0, 0.3), (2.0, 0.7))
    ]
    return np.asarray(logsumexp(peaks, axis=0))


def test_both_modes_keep_their_weights() -> None:
    shares = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        run = temper(two_modes, even, rng.standard_normal((PARTICLES, 2)), rng)
        shares.append(np.mean(run.draws[:, 0] > 0))
    assert np.mean(shares) == pytest.approx(0.7, abs=0.05)


def test_a_start_in_one_mode_is_noticed() -> None:
    """Sabotage: particles that were never near the other mode do not find it."""
    rng = np.random.default_rng(0)
    run = temper(two_modes, even, -2 + 0.2 * rng.standard_normal((PARTICLES, 2)), rng)
    assert np.mean(run.draws[:, 0] > 0) < 0.65


def of_scale(*, log: bool, wrong: bool = False) -> Tempered:
    """ln Z of ten data of unknown deviation s, half-normal before, drawn as s or as ln s."""
    data = 0.7 * np.random.default_rng(3).standard_normal(10)

    def likelihood(points: Array) -> Array:
        scale = np.exp(points[:, 0]) if log else points[:, 0]
        return np.asarray(-0.5 * (data**2).sum() / scale**2 - 10 * np.log(scale))

    def prior(points: Array) -> Array:
        if not log:
            return np.where(points[:, 0] > 0, -0.5 * points[:, 0] ** 2, -np.inf)
        jacobian = 0.0 if wrong else points[:, 0]
        return np.asarray(-0.5 * np.exp(2 * points[:, 0]) + jacobian)

    rng = np.random.default_rng(4)
    start = np.abs(rng.standard_normal((4 * PARTICLES, 1)))
    return temper(likelihood, prior, np.log(start) if log else start, rng)


def test_a_scale_and_its_logarithm_say_the_same() -> None:
    plain, log = of_scale(log=False), of_scale(log=True)
    assert plain.log_evidence == pytest.approx(log.log_evidence, abs=0.1)
    middle = np.median(plain.draws)
    assert np.median(np.exp(log.draws)) == pytest.approx(middle, rel=0.03)
    assert np.median(np.exp(of_scale(log=True, wrong=True).draws)) < 0.97 * middle


def test_other_units_change_no_draw() -> None:
    """x' = a + b x, coordinate by coordinate."""
    factor, shift = np.array([1e3, 1.0, 1e-2]), np.array([5.0, -1.0, 0.0])
    start = np.random.default_rng(1).standard_normal((200, 3))
    own = temper(linear, even, start, np.random.default_rng(2))
    other = temper(
        lambda points: linear((points - shift) / factor),
        lambda points: even((points - shift) / factor),
        shift + factor * start,
        np.random.default_rng(2),
    )
    np.testing.assert_allclose((other.draws - shift) / factor, own.draws, atol=1e-6)
    assert other.log_evidence == pytest.approx(own.log_evidence, abs=1e-9)


# Of rates


def problem_of(capacity: Array = RATES.capacity) -> Problem:
    return rate_problem(CELL, RATES.current, capacity, form=Form.SIZES)


def evidence(problem: Problem) -> float:
    joint = Joint(parts={"he": problem})
    runs = [learn(joint, particles=500, seed=seed).found.log_evidence for seed in range(4)]
    return float(logsumexp(runs) - np.log(len(runs)))


def held_out_score() -> float:
    slow, fast = (
        rate_problem(CELL, RATES.current[kept], RATES.capacity[kept], form=Form.SIZES)
        for kept in (slice(None, -1), slice(-1, None))
    )
    posterior = learn(Joint(parts={"he": slow}), particles=500)
    return held_out(posterior, "he", fast, seed=1).log_score


def test_mutations_move_the_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two readings swapped, a prior a decade away, a discrepancy of the other sign: each costs more
    than repeats of ln Z differ (0.1), or the score of what was held out.
    """
    whole = evidence(problem_of())
    swapped = RATES.capacity[[0, 1, 4, 3, 2, 5]]
    assert evidence(problem_of(swapped)) < whole - 0.5
    pushed = {
        each.name: (each.centre - (each.name == "diffusion_rate"), each.deviation)
        for each in problem_of().coordinates
    }
    pushed["window_capacity"] = (0.0, pushed["window_capacity"][1])
    away = rate_problem(CELL, RATES.current, RATES.capacity, form=Form.SIZES, learned=pushed)
    assert evidence(away) < whole - 0.5
    score = held_out_score()
    beyond = Scatter.beyond

    def mirrored(self: Scatter, *given: Array) -> tuple[Array, Array]:
        mean, covariance = beyond(self, *given)
        return -mean, covariance

    monkeypatch.setattr(Scatter, "beyond", mirrored)
    assert held_out_score() < score - 0.1


@pytest.mark.slow
def test_nested_sampling_finds_the_same() -> None:
    """dynesty (Speagle, MNRAS 493 (2020) 3132): ln Z within two deviations of both together, and
    middle draws within 0.15 of a deviation of the posterior.
    """
    dynesty = pytest.importorskip("dynesty")
    problem = problem_of()
    coordinates: tuple[Coordinate, ...] = problem.coordinates
    grid = np.linspace(0, 1, 20_001)
    sorted_draws = np.sort(draw_prior(coordinates, 400_000, np.random.default_rng(0)), axis=0)
    table = np.quantile(sorted_draws, grid, axis=0)

    def unit(cube: Array) -> Array:
        return np.array([np.interp(u, grid, table[:, i]) for i, u in enumerate(cube)])

    nested = dynesty.NestedSampler(
        lambda point: float(log_likelihood(problem, point[None])[0]),
        unit,
        len(coordinates),
        nlive=400,
        rstate=np.random.default_rng(1),
    )
    nested.run_nested(print_progress=False, dlogz=0.1)
    found = nested.results
    runs = [learn(Joint(parts={"he": problem}), seed=seed).found for seed in range(6)]
    own = [run.log_evidence for run in runs]
    error = np.hypot(found.logzerr[-1], np.std(own, ddof=1) / np.sqrt(len(own)))
    assert np.mean(own) == pytest.approx(found.logz[-1], abs=2 * error)
    theirs = found.samples_equal(rstate=np.random.default_rng(2))
    ours = np.concatenate([run.draws for run in runs])
    assert np.isfinite(log_prior(coordinates, ours)).all()
    difference = np.median(ours, axis=0) - np.median(theirs, axis=0)
    assert np.abs(difference / ours.std(axis=0)).max() < 0.15
