"""Is the truth inside the 90 % interval nine times in ten?

Simulation-based calibration (Talts et al., arXiv:1804.06788): truths drawn from the prior of a rate
test, discrepancy and noise too, data made from them, learned. The share of draws below the truth is
then even between 0 and 1. Of 100 replicates 83 to 96 lie inside with probability 0.97 each, and a
Kolmogorov-Smirnov p below 0.01 is one in a hundred.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest

from particle_sim.cell.half_cell import half_cell
from particle_sim.inference.coordinates import draw_prior
from particle_sim.inference.form import Form
from particle_sim.inference.joint import Joint, learn
from particle_sim.inference.problem import DISCREPANCY, NOISE, Problem, scatter_of
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.materials.load import load_material
from particle_sim.units import Array

RATES = np.array([0.1, 0.3, 1.0, 2.0, 5.0, 10.0])
PARTICLES = 400
WHOLE, SHORT = 100, 24


def asked() -> Problem:
    """Six rates of HE-O3 with a spread of sizes; the scale is known, as it is not of real data."""
    cell = half_cell(load_material("he_o3_li2024"))
    current = RATES * cell.material.value("one_c_current")
    problem = rate_problem(cell, current, np.zeros(len(RATES)), form=Form.SIZES)
    scale = cell.material.specific_capacity
    return replace(problem, scatter=replace(problem.scatter, scale=scale))


def made(problem: Problem, truth: Array, rng: np.random.Generator) -> Array:
    """Data (m,) of a truth (d,)."""
    scatter = problem.scatter
    wrong, noise = (float(each[0]) for each in scatter_of(problem, truth[None]))
    shared = scatter.covariance(scatter.at, scatter.at)
    covariance = scatter.scale**2 * (wrong**2 * shared + noise**2 * np.eye(len(scatter.at)))
    clean = problem.model(truth[None, : len(problem.parameters)])[0]
    return np.asarray(rng.multivariate_normal(clean, covariance))


def places(problem: Problem, believed: Problem, replicates: int) -> Array:
    """Share of draws below the truth (replicates, d), learned as is ``believed``."""
    rng = np.random.default_rng(11)
    found = []
    for number, truth in enumerate(draw_prior(problem.coordinates, replicates, rng)):
        own = replace(believed, observed=made(problem, truth, rng))
        posterior = learn(Joint(parts={"he": own}), particles=PARTICLES, seed=number)
        found.append(np.mean(posterior.found.draws < truth, axis=0))
    return np.array(found)


def inside(found: Array) -> Array:
    """Share of truths (d,) in the 90 % interval."""
    return np.asarray(np.mean((found > 0.05) & (found < 0.95), axis=0))


@pytest.mark.slow
def test_the_truth_is_inside_as_often_as_claimed() -> None:
    problem = asked()
    found = places(problem, problem, WHOLE)
    for name, share, column in zip(problem.names, inside(found), found.T, strict=True):
        assert 0.83 <= share <= 0.96, name
        assert kstest(column, "uniform").pvalue > 0.01, name


def test_few_truths_are_inside_as_often_as_claimed() -> None:
    """All unknowns together: 168 intervals, of which a share below 0.8 or above 0.97 is over three
    deviations off, were they independent.
    """
    problem = asked()
    found = places(problem, problem, SHORT)
    assert 0.8 < inside(found).mean() < 0.97
    assert min(kstest(column, "uniform").pvalue for column in found.T) > 0.001


def test_a_belief_in_perfect_models_is_noticed() -> None:
    """Sabotage: a discrepancy and a noise of a tenth leave the truth outside."""
    problem = asked()
    sure = [
        replace(each, deviation=0.1 * each.deviation)
        if each.name == DISCREPANCY
        else replace(each, centre=each.centre - (each.name == NOISE))
        for each in problem.coordinates
    ]
    found = places(problem, replace(problem, coordinates=tuple(sure)), SHORT)
    assert inside(found).mean() < 0.8
