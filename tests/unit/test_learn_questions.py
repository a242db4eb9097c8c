"""Predictions, sketches, drawn numbers and histories: what a page gets to ask and to judge by."""

from __future__ import annotations

import math

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.learn import site
from particle_sim.learn.controls import Slider, keywords, start_state
from particle_sim.learn.history import film
from particle_sim.learn.lesson import lesson_names, load_lesson
from particle_sim.learn.picture import as_json
from particle_sim.learn.questions import questions
from particle_sim.learn.text import rich

pytest.importorskip("latex2mathml")

SEEDS = (1, 7, 13)
WITH_HISTORY = [name for name in lesson_names() if load_lesson(name).scene.history]


@pytest.mark.parametrize("name", lesson_names())
def test_nothing_is_explained_before_the_prediction(name: str) -> None:
    """Only the setting stands before the form; explanation, answer and equations are hidden."""
    lesson, page = load_lesson(name), site.lesson_page(name, site.LIVE)
    before, after = page.split('id="explained" hidden', 1)
    assert "<math" not in before.split('id="prediction"')[1].split("</form>")[0]
    for text in (*lesson.explanation, *(equation.words for equation in lesson.equations)):
        assert rich(text) in after
        assert rich(text) not in before
    assert len(lesson.prediction.feedback) == len(lesson.prediction.options)
    assert all(lesson.prediction.feedback)


@pytest.mark.parametrize("name", lesson_names())
def test_a_sketch_lies_within_its_axes(name: str) -> None:
    sketch = questions(name)["sketch"]
    low, high = sketch["y_range"]
    y = np.array(sketch["y"])
    assert np.isfinite(y).all()
    assert low <= y.min() < y.max() <= high
    assert np.ptp(y) > 0.1 * (high - low), "flat enough to be drawn by chance"


def test_the_computed_curve_is_the_closed_form() -> None:
    """Crank's mean of a ball whose surface is held full, eq. 6.20, at every position."""
    name = "l1_diffusion_in_a_sphere"
    sketch, scope = questions(name)["sketch"], load_lesson(name).scene.draw.__globals__
    time = np.linspace(*sketch["x_range"], len(sketch["y"]))[2:]
    known = [scope["held_mean"](scope["fourier_number"](scope["SMALL"], t)) for t in time]
    assert np.abs(np.array(sketch["y"])[2:] - known).max() < 5e-3


@pytest.mark.parametrize("name", lesson_names())
def test_every_student_has_own_numbers_that_the_simulation_agrees_with(name: str) -> None:
    exercise = load_lesson(name).exercise
    answers = [exercise.answer(**exercise.numbers(seed)) for seed in range(exercise.sets)]
    assert exercise.sets >= 20
    assert len({f"{answer:.4g}" for answer in answers}) == exercise.sets
    assert exercise.numbers(exercise.sets + 3) == exercise.numbers(3)
    for seed in SEEDS:
        simulated = exercise.simulated(**exercise.numbers(seed))
        assert simulated == pytest.approx(answers[seed], rel=exercise.tolerance)
        assert simulated != pytest.approx(answers[0], rel=exercise.tolerance)


@pytest.mark.parametrize("name", lesson_names())
def test_a_slip_is_not_a_right_answer(name: str) -> None:
    exercise = load_lesson(name).exercise
    for ratio in exercise.slips:
        assert abs(math.log(ratio)) > 0.03 + exercise.tolerance


@pytest.mark.parametrize("name", WITH_HISTORY)
def test_a_history_holds_the_picture_of_every_position(name: str) -> None:
    scene = load_lesson(name).scene
    controls = tuple(scene.controls)
    start = start_state(controls)
    (slider,) = (each for each in controls if each.name == scene.history)
    assert isinstance(slider, Slider)
    states = [{**start, slider.name: value} for value in slider.values]
    whole = film(scene, start, as_json)
    assert len(whole["frames"]) == len(states)
    for at in (0, len(states) // 2, -1):
        alone = as_json(scene.draw(**keywords(controls, states[at])))
        for frame, panel in zip(whole["frames"][at]["panels"], alone["panels"], strict=True):
            if panel["kind"] == "panel":
                frame = {**frame, "lines": [whole["lines"][i] for i in frame["lines"]]}
            assert frame == panel
    assert whole["frames"][0]["panels"] != whole["frames"][-1]["panels"]


def test_a_picture_without_a_history_says_so() -> None:
    scene = load_lesson("l3_the_knobs").scene
    with pytest.raises(InputError, match="has no history"):
        film(scene, start_state(tuple(scene.controls)), as_json)


def test_a_misfit_is_below_the_most_of_a_gradient_and_above_that_of_a_slow_charge() -> None:
    """E eps/(1 - nu) by hand, 80 GPa x 2.874 % / 0.72 = 3.19 GPa; the misfit has its share."""
    scope = load_lesson("l6_two_phases_and_misfit").scene.draw.__globals__
    most = 80e9 * -math.log(1 - 0.0826) / 3 / (1 - 0.28)
    assert scope["most_tension"]() == pytest.approx(most)
    assert scope["gradient_tension"](1.0) < 0.01 * scope["misfit_tension"](0.5)
    assert scope["misfit_tension"](0.5) < scope["most_tension"](scope["misfit"]()) < most
    told = " ".join(load_lesson("l6_two_phases_and_misfit").explanation)
    assert f"{most / 1e9:.2f} GPa" in told
    assert "incoherent" in told
