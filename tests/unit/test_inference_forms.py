"""Is the evidence of a form that of its formula, and are forms refused where they say nothing?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.inference.data import read_rates
from particle_sim.inference.form import Form
from particle_sim.inference.form_scores import CARRIED, FormScore, _score, form_scores
from particle_sim.inference.form_words import score_lines
from particle_sim.inference.forms import SHAPES, draw_shapes, log_shape_prior
from particle_sim.inference.forward import capacity_model
from particle_sim.inference.groups import GroupPrior
from particle_sim.inference.problem import Noise
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.materials.functions import LinearTable

MATERIAL = ps.load_material("he_o3_li2024")
DATA = read_rates(
    Path(__file__).parents[2] / "examples" / "he_o3_rates.csv",
    one_c_current=MATERIAL.value("one_c_current"),
)
ALL = np.ones(len(DATA.current), dtype=bool)


def linear_score() -> tuple[FormScore, float]:
    """The score of y = A x + noise with x normal, and ln Z of the closed form."""
    rng = np.random.default_rng(2)
    matrix, observed, noise = 0.5 * rng.standard_normal((6, 4)), rng.standard_normal(6), 1.0
    prior = GroupPrior(
        centre=np.zeros(4),
        covariance=np.eye(4),
        low=np.full(4, -8.0),
        high=np.full(4, 8.0),
        radius_mean=0.0,
        radius_slope=np.zeros(4),
        radius_deviation=1.0,
    )
    problem = replace(
        rate_problem(ps.half_cell(MATERIAL), DATA, ALL),
        prior=prior,
        model=lambda vectors: vectors @ matrix.T,
        observed=observed,
        deviation=np.full(6, noise),
        noise=Noise.GIVEN,
    )
    spread = matrix @ matrix.T + noise**2 * np.eye(6)
    exact = multivariate_normal(np.zeros(6), spread).logpdf(observed) + 3 * np.log(2 * np.pi)
    return _score(Form.ONE_SIZE, problem), float(exact)


def test_the_evidence_of_a_linear_model_is_its_closed_form() -> None:
    score, exact = linear_score()
    assert score.evidence_error < 0.1
    assert abs(score.log_evidence - exact) < 4 * score.evidence_error


def test_the_printed_rates_of_he_o3_are_carried_by_sizes() -> None:
    """Six rates of one paper within 3 mAh/g (rms): a spread of sizes does it, one sphere not."""
    scores = {score.form: score for score in form_scores(ps.half_cell(MATERIAL), DATA, ALL)}
    assert scores[Form.SIZES].misfit < 3.0 < scores[Form.ONE_SIZE].misfit
    assert scores[Form.DIFFUSIVITY].misfit < scores[Form.ONE_SIZE].misfit
    own = np.sqrt(np.mean((scores[Form.SIZES].predicted - DATA.capacity) ** 2))
    assert scores[Form.SIZES].misfit == pytest.approx(own)
    text = "\n".join(score_lines(tuple(scores.values())))
    for form, score in scores.items():
        assert score.carries == (score.misfit <= CARRIED * DATA.capacity.max())
        assert (f'"{form.value}"' in text) is score.carries


def test_shapes_are_drawn_within_their_limits() -> None:
    for form in Form:
        drawn = draw_shapes(form, 500, np.random.default_rng(0))
        assert drawn.shape == (500, len(SHAPES[form]))
        assert np.isfinite(log_shape_prior(form, drawn)).all()
    assert log_shape_prior(Form.SIZES, np.array([[-0.1]]))[0] == -np.inf


def test_the_prior_of_a_shape_is_its_normal() -> None:
    """One deviation off, the logarithm is a half lower; cut off at 2, it is 0.88 times as wide."""
    heights = log_shape_prior(Form.SIZES, np.array([[0.0], [0.5]]))
    assert heights[0] - heights[1] == pytest.approx(0.5)
    drawn = draw_shapes(Form.DIFFUSIVITY, 20_000, np.random.default_rng(0))
    assert drawn.std() == pytest.approx(0.8796 * 1.5, rel=0.03)


def test_a_known_diffusivity_of_the_filling_takes_no_other_form() -> None:
    table = replace(MATERIAL["diffusivity"], function=LinearTable((0.0, 1.0), (2e-16, 1e-16)))
    cell = ps.half_cell(MATERIAL.replaced(diffusivity=table))
    with pytest.raises(InputError, match=r"already depends on the filling.*one-size"):
        capacity_model(cell, DATA.current, Form.SIZES)
    assert form_scores(cell, DATA, ALL) == ()
