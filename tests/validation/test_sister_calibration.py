"""Does the 90 % band of a sister cell hold nine data in ten?

Simulated: pairs of cells drawn as :mod:`particle_sim.inference.sisters` says, the first learned
from all its rates, the second predicted. Of 100 pairs 83 to 96 lie inside with probability 0.97 at
each rate, and a Kolmogorov-Smirnov p below 0.01 is one in a hundred. Public: teaching papers only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import kstest

from particle_sim.cell.half_cell import half_cell
from particle_sim.inference.coordinates import vectors_at
from particle_sim.inference.corpus import Series, split, stand_in_cell
from particle_sim.inference.joint import Joint, Prediction, learn, predict
from particle_sim.inference.learned import RIVAL, hyperpriors, likeness, model_weights
from particle_sim.inference.problem import Problem, scatter_of
from particle_sim.inference.rate_prediction import quantiles
from particle_sim.inference.sisters import sister_of
from particle_sim.inference.tian import tian_problem
from particle_sim.materials.load import load_material
from particle_sim.units import Array

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from prediction_learning import SISTERS, sister_question

CELL = half_cell(load_material("he_o3_li2024"))
CURRENT = 100.0 * np.array([0.1, 0.3, 1.0, 2.0, 5.0, 10.0])
PAIRS, ALIKE = 100, 0.9
Known = dict[str, tuple[float, float]]
Pair = tuple[Array, dict[str, Callable[[float], Prediction]]]

# Simulated


def asked() -> Problem:
    """Six rates of a powder of 100 mAh/g; the scale is known, as it is not of real data."""
    problem = tian_problem(CELL, CURRENT, np.zeros(len(CURRENT)), whole=100.0)
    return replace(problem, scatter=replace(problem.scatter, scale=100.0))


def drawn_pair(problem: Problem, rng: np.random.Generator) -> tuple[Array, Array]:
    """Capacities (m,) of two cells that are alike."""
    count, width = len(CURRENT), len(problem.coordinates)
    mix = np.array([[1.0, 0.0], [ALIKE, np.sqrt(1 - ALIKE**2)]])
    truth = vectors_at(problem.coordinates, mix @ rng.standard_normal((2, width)))
    wrong, noise = scatter_of(problem, truth)
    root = np.linalg.cholesky(problem.scatter.covariance(CURRENT, CURRENT))
    shared = mix @ rng.standard_normal((2, count)) @ root.T
    clean = problem.model(truth[:, : len(problem.parameters)])
    own = noise[:, None] * rng.standard_normal((2, count))
    first, second = clean + 100.0 * (wrong[:, None] * shared + own)
    return first, second


def places(alike: float) -> Array:
    """Share of the sister's band below each of its faster capacities (pairs, m - 1)."""
    problem, rng = asked(), np.random.default_rng(11)
    found = []
    for number in range(PAIRS):
        first, second = drawn_pair(problem, rng)
        given = replace(problem, observed=first)
        rows = learn(Joint(parts={"": given}), particles=400, seed=number).rows("")
        told = sister_of(given, rows, problem, second[:1], alike, rng).prediction
        variance = np.einsum("nkk->nk", told.covariance) + told.noise[:, None] ** 2
        found.append(ndtr((second[1:] - told.mean) / np.sqrt(variance)).mean(axis=0))
    return np.array(found)


def inside(found: Array) -> Array:
    """Share of the data (m - 1,) in the 90 % band."""
    return np.asarray(np.mean((found > 0.05) & (found < 0.95), axis=0))


def test_simulated_sisters_are_inside_as_often_as_claimed() -> None:
    found = places(ALIKE)
    for rate, share, column in zip(CURRENT[1:], inside(found), found.T, strict=True):
        assert 0.83 <= share <= 0.96, rate
        assert kstest(column, "uniform").pvalue > 0.01, rate


def test_a_fit_carried_over_whole_is_noticed() -> None:
    """Sabotage: to take the sister for the measured cell leaves its data outside."""
    assert inside(places(0.9999)).mean() < 0.6


# Public


def put(series: Series, current: Array, capacity: Array, known: Known) -> Problem:
    """The curve without physics: all papers in seconds."""
    cell = stand_in_cell(series.material)
    return tian_problem(cell, current, capacity, whole=float(capacity.max()), learned=known)


def held_by(told: Mapping[str, Prediction], weights: Mapping[str, float], capacity: Array) -> Array:
    """Whether each capacity (k,) lies in the 90 % band."""
    low, _, high = quantiles(told, weights, seed=1)
    return np.asarray((low <= capacity) & (capacity <= high))


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """What is asked of every sister that teaches, given the other: as a function of r."""
    series, weighed = {each.name: each for each in split()[0]}, model_weights()
    return [
        (
            series[other].capacity[1:],
            {
                model: sister_question(model, series[one], series[other], hyperpriors(model))
                for model in weighed
            },
        )
        for pair in SISTERS
        for one, other in (pair, pair[::-1])
    ]


def share_inside(pairs: list[Pair], alike: float) -> float:
    """Of the sisters' data, inside the band of the shipped mixture."""
    found = [
        held_by({model: each(alike) for model, each in asked.items()}, model_weights(), capacity)
        for capacity, asked in pairs
    ]
    return float(np.concatenate(found).mean())


def test_public_sisters_are_inside_as_often_as_claimed(pairs: list[Pair]) -> None:
    assert 0.83 <= share_inside(pairs, likeness()) <= 0.97


def test_public_sisters_are_no_measured_cells(pairs: list[Pair]) -> None:
    assert share_inside(pairs, 0.9999) < 0.7


def near_and_far(known: Known) -> tuple[float, float]:
    """Shares inside the band of the upper third of the rates, up to 2.5 times the fitted ones and
    beyond.
    """
    ratios, hits = [], []
    for series in split()[0]:
        kept = int(np.ceil(2 / 3 * len(series.current)))
        given = put(series, series.current[:kept], series.capacity[:kept], known)
        posterior = learn(Joint(parts={"": given}), particles=400)
        elsewhere = put(series, series.current[kept:], series.capacity[kept:], known)
        told = {RIVAL: predict(posterior, "", elsewhere)}
        hits.append(held_by(told, {RIVAL: 1.0}, series.capacity[kept:]))
        ratios.append(series.current[kept:] / series.current[kept - 1])
    far = np.concatenate(ratios) > 2.5
    inside_ = np.concatenate(hits)
    return float(inside_[~far].mean()), float(inside_[far].mean())


def test_the_band_is_right_near_and_far() -> None:
    for share in near_and_far(dict(hyperpriors(RIVAL))):
        assert 0.83 <= share <= 0.97


def test_a_curve_that_is_sure_of_itself_is_noticed() -> None:
    """Sabotage: a discrepancy of nothing, and a noise that may not take its place."""
    sure = {**hyperpriors(RIVAL), "discrepancy": (0.0, 1e-4), "noise": (-2.5, 0.05)}
    assert max(near_and_far(sure)) < 0.83
