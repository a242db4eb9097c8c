"""Discrepancy and noise against the normal distributions that they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import particle_sim as ps
from particle_sim.inference.discrepancy import Even, Growing, Scatter
from particle_sim.inference.rate_problem import rate_scatter
from particle_sim.units import Array

CURRENT = np.array([2.0, 5.0, 20.0, 100.0])
SCALE, WRONG, NOISE = 120.0, 0.08, 0.02
MISFIT = np.array([[1.0, -2.0, 5.0, 9.0], [0.5, 0.0, -4.0, -3.0]])
ONES = np.ones(2)


def wiener(first: Array, second: Array) -> Array:
    """cov of delta over (s Q_max)^2, written out."""
    return np.array([[np.log10(min(a, b) / 1.0) for b in second] for a in first])


def whole(stated: Array | None) -> Array:
    spread = SCALE * NOISE * np.ones(4) if stated is None else stated
    return (SCALE * WRONG) ** 2 * wiener(CURRENT, CURRENT) + np.diag(spread**2)


@pytest.mark.parametrize("stated", [None, np.array([1.0, 2.0, 1.0, 3.0])])
def test_the_likelihood_is_a_normal_density(stated: Array | None) -> None:
    scatter = Scatter(at=CURRENT, scale=SCALE, covariance=Growing(origin=1.0), stated=stated)
    noise = NOISE * ONES if stated is None else ONES
    expected = multivariate_normal(np.zeros(4), whole(stated)).logpdf(MISFIT)
    np.testing.assert_allclose(scatter.log_density(MISFIT, WRONG * ONES, noise), expected)
    squares = np.einsum("nm,ml,nl->n", MISFIT, np.linalg.inv(whole(stated)), MISFIT)
    np.testing.assert_allclose(scatter.chi_squared(MISFIT, WRONG * ONES, noise), squares)


def test_beyond_the_data_is_the_conditional_distribution() -> None:
    scatter = Scatter(at=CURRENT, scale=SCALE, covariance=Growing(origin=1.0))
    away = np.array([10.0, 300.0])
    across = (SCALE * WRONG) ** 2 * wiener(away, CURRENT)
    inverse = np.linalg.inv(whole(None))
    mean, covariance = scatter.beyond(away, MISFIT, WRONG * ONES, NOISE * ONES)
    np.testing.assert_allclose(mean, MISFIT @ inverse @ across.T)
    left = (SCALE * WRONG) ** 2 * wiener(away, away) - across @ inverse @ across.T
    np.testing.assert_allclose(covariance, [left, left])


def test_a_discrepancy_grows_with_rate_or_is_as_wide_everywhere() -> None:
    growing, even = Growing(origin=1.0), Even(length=10.0)
    assert growing(np.array([0.5]), np.array([50.0]))[0, 0] == 0
    assert np.diag(growing(CURRENT, CURRENT)) == pytest.approx(np.log10(CURRENT))
    assert np.diag(even(CURRENT, CURRENT)) == pytest.approx(np.ones(4))


def test_no_data_leave_the_prior_alone() -> None:
    nothing = np.empty(0)
    scatter = Scatter(at=nothing, scale=SCALE, covariance=Growing(origin=1.0))
    assert scatter.log_density(np.empty((2, 0)), WRONG * ONES, NOISE * ONES) == pytest.approx(0.0)
    mean, covariance = scatter.beyond(CURRENT, np.empty((2, 0)), WRONG * ONES, NOISE * ONES)
    assert not mean.any()
    np.testing.assert_allclose(covariance[0], (SCALE * WRONG) ** 2 * wiener(CURRENT, CURRENT))


def test_the_discrepancy_of_a_rate_test_begins_at_half_its_slowest_rate() -> None:
    cell = ps.half_cell(ps.load_material("nvp"))
    scatter = rate_scatter(cell, np.array([20.0, 100.0]), np.array([150.0, 140.0]))
    assert scatter.scale == 150
    assert scatter.covariance(np.array([10.0]), np.array([10.0]))[0, 0] == 0
    assert scatter.covariance(np.array([100.0]), np.array([100.0]))[0, 0] == pytest.approx(1)
