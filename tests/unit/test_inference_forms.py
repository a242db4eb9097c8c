"""Which forms carry printed rates, and are forms refused where they say nothing?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.inference import form_scores
from particle_sim.inference.data import read_rates
from particle_sim.inference.form import Form
from particle_sim.inference.form_scores import CARRIED, form_score
from particle_sim.inference.form_words import score_lines
from particle_sim.inference.forward import capacity_model, forms_of
from particle_sim.inference.joint import Joint, Posterior, learn
from particle_sim.inference.learned import coordinates_of
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.materials.functions import LinearTable

MATERIAL = ps.load_material("he_o3_li2024")
DATA = read_rates(
    Path(__file__).parents[2] / "examples" / "he_o3_rates.csv",
    one_c_current=MATERIAL.value("one_c_current"),
)


def test_the_printed_rates_of_he_o3_are_carried_by_sizes() -> None:
    """Six rates of one paper within 3 mAh/g (rms): a spread of sizes does it, one sphere not."""
    cell = ps.half_cell(MATERIAL)
    problems = [
        rate_problem(cell, DATA.current, DATA.capacity, form=form) for form in forms_of(cell)
    ]
    scores = {score.form: score for score in map(form_score, problems)}
    assert scores[Form.SIZES].misfit < 3.0 < scores[Form.ONE_SIZE].misfit
    assert scores[Form.DIFFUSIVITY].misfit < scores[Form.ONE_SIZE].misfit
    own = np.sqrt(np.mean((scores[Form.SIZES].predicted - DATA.capacity) ** 2))
    assert scores[Form.SIZES].misfit == pytest.approx(own)
    text = "\n".join(score_lines(tuple(scores.values())))
    for form, score in scores.items():
        assert score.carries == (score.misfit <= CARRIED * DATA.capacity.max())
        assert (f'"{form.value}"' in text) is score.carries


def test_the_evidence_is_the_mean_over_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Z, not of ln Z, and its error that of a mean of four."""
    logs = {1: -10.0, 2: -12.0, 3: -10.0, 4: -12.0}

    def one_run(joint: Joint, *, particles: int, seed: int) -> Posterior:
        made = learn(joint, particles=40, seed=seed)
        return replace(made, found=replace(made.found, log_evidence=logs[seed]))

    monkeypatch.setattr(form_scores, "learn", one_run)
    found = form_score(rate_problem(ps.half_cell(MATERIAL), DATA.current, DATA.capacity))
    assert found.log_evidence == pytest.approx(np.log((np.exp(-10) + np.exp(-12)) / 2))
    assert found.evidence_error == pytest.approx(np.sqrt(4 / 3) / 2)


def test_a_known_diffusivity_of_the_filling_takes_no_other_form() -> None:
    table = replace(MATERIAL["diffusivity"], function=LinearTable((0.0, 1.0), (2e-16, 1e-16)))
    cell = ps.half_cell(MATERIAL.replaced(diffusivity=table))
    with pytest.raises(InputError, match=r"already depends on the filling.*one-size"):
        capacity_model(cell, DATA.current, Form.SIZES)


def test_a_boundary_moves_only_where_the_file_names_two_phases() -> None:
    cell = ps.half_cell(MATERIAL)
    assert Form.MOVING_BOUNDARY not in forms_of(cell)
    assert Form.MOVING_BOUNDARY in forms_of(ps.half_cell(ps.load_material("nvp")))
    with pytest.raises(InputError, match=r"he_o3_li2024.*needs two phases.*one-size"):
        capacity_model(cell, DATA.current, Form.MOVING_BOUNDARY)


def test_what_is_known_of_rates_says_the_same_of_the_outer_phase() -> None:
    """Half the capacity at the same current: the prior of D/R² moves, and no other."""
    cell = ps.half_cell(ps.load_material("nvp"))
    alone, parted = (
        coordinates_of(cell, form, stated=True) for form in (Form.ONE_SIZE, Form.MOVING_BOUNDARY)
    )
    assert [one.centre for one in alone[1:]] == [one.centre for one in parted[1:]]
    free = [alone[0].centre, 8.0, -12.0, alone[3].centre]
    moved = [parted[0].centre, *free[1:]]
    current = np.geomspace(1.0, 1e6, 4001)
    halves = []
    for form, vector in ((Form.ONE_SIZE, free), (Form.MOVING_BOUNDARY, moved)):
        found = capacity_model(cell, current, form)(np.array([vector]))[0]
        halves.append(np.interp(-found[0] / 2, -found, current))
    assert halves[1] == pytest.approx(halves[0], rel=0.03)
    assert parted[0].centre > alone[0].centre + 0.1
