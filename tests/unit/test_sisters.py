"""Is another cell predicted from the first as one normal law of both says?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from particle_sim.cell.half_cell import half_cell
from particle_sim.errors import InputError
from particle_sim.inference.coordinates import Coordinate, draw_prior, scores_of, vectors_at
from particle_sim.inference.discrepancy import Growing, Scatter
from particle_sim.inference.joint import Joint, Prediction, learn
from particle_sim.inference.learned import RIVAL, likeness
from particle_sim.inference.problem import DISCREPANCY, NOISE, Problem
from particle_sim.inference.rate_prediction import LearnedRates, learned_rates
from particle_sim.inference.rate_record import task_score
from particle_sim.inference.sisters import sister_of, sister_rates
from particle_sim.materials.load import load_material
from particle_sim.units import Array

CELL = half_cell(load_material("he_o3_li2024"))
RATES, ALL = np.array([10.0, 30.0, 100.0]), np.array([10.0, 100.0, 1000.0])
CENTRE, WIDTH = np.array([100.0, -20.0]), np.array([5.0, 8.0])
WRONG, SPREAD, ALIKE = 0.05, 0.01, 0.8
Q = 100.0


def linear(current: Array, observed: Array) -> Problem:
    """Capacities that fall by a slope per decade above 10 A/kg; scale and scatter are known."""
    known = {"level": (100.0, 5.0), "slope": (-20.0, 8.0), "window_capacity": (3.0, 1e-9)}
    known |= {DISCREPANCY: (WRONG, 1e-9), NOISE: (np.log10(SPREAD), 1e-9)}
    along = np.log10(current / 10)
    return Problem(
        cell=CELL,
        coordinates=tuple(
            Coordinate(name=name, meaning="", centre=centre, deviation=width)
            for name, (centre, width) in known.items()
        ),
        model=lambda vectors: vectors[:, :1] + vectors[:, 1:2] * along,
        observed=observed,
        scatter=Scatter(at=current, scale=Q, covariance=Growing(origin=5.0)),
        quantity="capacity",
        unit="mA*h/g",
    )


def exact(first: Array, known: float, alike: float) -> tuple[Array, Array]:
    """Mean and deviation of measurements at ALL[1:], from one normal law of both cells."""
    current = np.concatenate([RATES, ALL])
    design = np.column_stack([np.ones(6), np.log10(current / 10)])
    own = np.repeat([0, 1], 3)
    shared = np.where(np.equal.outer(own, own), 1.0, alike)
    law = design @ np.diag(WIDTH**2) @ design.T
    law += (WRONG * Q) ** 2 * Growing(origin=5.0)(current, current)
    law = shared * law + (SPREAD * Q) ** 2 * np.eye(6)
    gain = np.linalg.solve(law[:4, :4], law[:4, 4:])
    off = np.append(first, known) - (design @ CENTRE)[:4]
    left = law[4:, 4:] - law[4:, :4] @ gain
    return (design @ CENTRE)[4:] + off @ gain, np.sqrt(np.diag(left))


def found(first: Array, alike: float) -> tuple[Array, Array]:
    """The same by draws, which know that the sister has 100 at its slowest rate."""
    given, slow = linear(RATES, first), np.array([Q])
    rows = learn(Joint(parts={"": given}), particles=4000).rows("")
    sister = sister_of(given, rows, linear(ALL, np.zeros(3)), slow, alike, np.random.default_rng(1))
    told = sister.prediction
    between = np.var(told.mean, axis=0)
    within = np.mean(np.einsum("nkk->nk", told.covariance) + told.noise[:, None] ** 2, axis=0)
    return told.mean.mean(axis=0), np.sqrt(between + within)


@pytest.mark.parametrize("alike", [0.0, ALIKE, 0.99])
def test_a_sister_is_what_one_normal_law_of_both_cells_says(alike: float) -> None:
    first = np.array([104.0, 99.0, 91.0])
    mean, deviation = exact(first, Q, alike)
    drawn_mean, drawn_deviation = found(first, alike)
    np.testing.assert_allclose(drawn_mean, mean, atol=0.1 * deviation.min())
    np.testing.assert_allclose(drawn_deviation, deviation, rtol=0.05)


def test_a_cell_carried_over_whole_is_another_law() -> None:
    """The twin: with all shared, the band is less than two thirds of what the law says."""
    first = np.array([104.0, 99.0, 91.0])
    _, deviation = exact(first, Q, ALIKE)
    _, carried = found(first, 0.9999)
    assert np.all(carried < 2 / 3 * deviation)


def test_scores_are_normal_under_the_belief_and_lead_back() -> None:
    cut = [Coordinate(name="s", meaning="", centre=0.2, deviation=0.5, low=0.0, high=1.0)]
    rows = draw_prior(cut, 20_000, np.random.default_rng(1))
    scores = scores_of(cut, rows)
    shares = np.array([0.05, 0.5, 0.95])
    np.testing.assert_allclose(np.quantile(scores, shares), ndtri(shares), atol=0.05)
    np.testing.assert_allclose(vectors_at(cut, scores), rows)
    moved = scores_of([replace(cut[0], centre=0.4)], rows)
    assert abs(np.quantile(moved, 0.5)) > 0.1


@pytest.fixture(scope="module")
def measured() -> LearnedRates:
    current, capacity = np.array([12.0, 36.0, 120.0, 360.0]), np.array([117.0, 113.0, 101.0, 98.0])
    return learned_rates(CELL, current, capacity, whole=117.0, weights={RIVAL: 1.0}, particles=400)


def test_a_sister_of_less_capacity_keeps_less_of_it(measured: LearnedRates) -> None:
    """In proportion: capacity and current of a lighter cell scale alike."""
    slow, fast = np.array([12.0]), np.array([360.0])
    same, less = (
        sister_rates(measured, share * slow, share * np.array([117.0]), share * fast)
        for share in (1.0, 0.8)
    )
    assert less.quantiles[1, 0] == pytest.approx(0.8 * same.quantiles[1, 0], rel=0.02)
    np.testing.assert_allclose(less.extrapolation, same.extrapolation)


def test_a_sister_is_known_less_than_the_cell_and_better_than_any_powder(
    measured: LearnedRates,
) -> None:
    slow, fast = np.array([12.0]), np.array([360.0])
    widths = [
        float(np.ptp(sister_rates(
            measured, slow, np.array([117.0]), fast, alike=alike
        ).quantiles[:, 0]))
        for alike in (0.9999, likeness(), 0.0)
    ]  # fmt: skip
    assert widths == sorted(widths)
    assert widths[2] > 1.2 * widths[1] > 1.44 * widths[0]


def test_a_sister_with_all_its_own_rates_is_refused(measured: LearnedRates) -> None:
    current = np.geomspace(12, 1200, 9)
    with pytest.raises(InputError, match="at least 100 are needed"):
        sister_rates(measured, current, 117 - 10 * np.arange(9.0), np.array([2400.0]))


@pytest.mark.parametrize(
    ("current", "capacity", "sentence"),
    [
        ([], [], "0 currents and 0 capacities"),
        ([12.0, 36.0], [110.0], "2 currents and 1 capacities"),
        ([12.0], [-1.0], "one positive capacity per current"),
        ([120.0], [101.0], "12 times that of the measured cell"),
    ],
)
def test_a_sister_without_a_slow_rate_is_refused(
    measured: LearnedRates, current: list[float], capacity: list[float], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        sister_rates(measured, np.array(current), np.array(capacity), np.array([600.0]))


def test_what_is_learned_of_a_sister_is_a_prediction(measured: LearnedRates) -> None:
    told = sister_rates(measured, np.array([12.0]), np.array([110.0]), np.array([120.0, 600.0]))
    assert isinstance(told.members[RIVAL], Prediction)
    assert told.extrapolation == pytest.approx([120 / 360 * 117 / 110, 600 / 360 * 117 / 110])
    assert told.public == (task_score("sister series"),) * 2
    assert told.public[0]["mixture"].count > 0
