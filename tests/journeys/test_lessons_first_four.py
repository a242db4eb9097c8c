"""Do lessons 1 to 4 draw everywhere, teach the right signs, and agree with their closed forms?"""

from __future__ import annotations

import importlib.util
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from particle_sim.learn.controls import Choice, State, keywords, start_state
from particle_sim.learn.history import other_controls
from particle_sim.learn.lesson import Lesson, lesson_names, load_lesson
from particle_sim.learn.picture import Ball, Kind, Line, Panel, Picture, as_json
from particle_sim.resources import shipped_folder
from particle_sim.units import Array

DIFFUSION, STRESS, KNOBS, VOLTAGE = (
    "l1_diffusion_in_a_sphere",
    "l2_from_sodium_to_stress",
    "l3_the_knobs",
    "l4_the_voltage_sees_it",
)
NAMES = (DIFFUSION, STRESS, KNOBS, VOLTAGE)


def module_of(name: str) -> ModuleType:
    """The file of a lesson, for its functions."""
    file = shipped_folder("scenarios") / "lessons" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"lesson_under_test_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(lesson: Lesson, **changed: float | str) -> Picture:
    """The picture at the start, some controls moved (in their shown units)."""
    controls = tuple(lesson.scene.controls)
    return lesson.scene.draw(**keywords(controls, start_state(controls) | changed))


def corners(lesson: Lesson) -> list[State]:
    """All ends of sliders with all options."""
    ends: list[list[float | str]] = [
        [*control.options] if isinstance(control, Choice) else [control.low, control.high]
        for control in lesson.scene.controls
    ]
    names = [control.name for control in lesson.scene.controls]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*ends)]


def check_ball(ball: Ball) -> None:
    radius, values = np.asarray(ball.radius), np.asarray(ball.values)
    assert radius.shape == values.shape
    assert radius[0] == 0
    assert radius[-1] == pytest.approx(1.0)
    assert np.isfinite(values).all()
    assert values.min() > ball.low - 0.01 * (ball.high - ball.low)
    assert values.max() < ball.high + 0.01 * (ball.high - ball.low)
    assert re.search(r"\[.+\]$", ball.label)


def check_line(line: Line, panel: Panel) -> None:
    x, y = np.asarray(line.x, dtype=float), np.asarray(line.y, dtype=float)
    assert x.ndim == 1
    assert x.shape == y.shape
    assert len(line.label) <= 32
    assert np.isfinite(x).all()
    assert np.isfinite(y).all() or line.kind is Kind.CLOSED_FORM
    assert np.isfinite(y).any()
    seen = y[np.isfinite(y)]
    assert not panel.log_x or (x > 0).all()
    assert not panel.log_y or (seen > 0).all()
    if panel.y_range is not None and line.kind is not Kind.CLOSED_FORM:
        assert panel.y_range[0] <= seen.min()
        assert seen.max() <= panel.y_range[1]


def check_picture(picture: Picture) -> None:
    json.dumps(as_json(picture), allow_nan=False)
    assert 1 <= len(picture.panels) <= 4
    assert 1 <= len(picture.sentences) <= 3
    assert all(np.isfinite(number.value) for number in picture.numbers)
    for panel in picture.panels:
        assert len(panel.title) <= 40
        if isinstance(panel, Ball):
            check_ball(panel)
            continue
        assert 1 <= len(panel.lines) <= 4
        assert re.search(r"\[.+\]$", panel.x_label)
        assert re.search(r"\[.+\]$", panel.y_label)
        for line in panel.lines:
            check_line(line, panel)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_draws_at_its_start_and_at_every_corner(name: str) -> None:
    assert name in lesson_names()
    lesson = load_lesson(name)
    check_picture(drawn(lesson))
    for state in corners(lesson):
        check_picture(drawn(lesson, **state))


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_draws_the_same_twice_and_fits_a_page_without_a_server(name: str) -> None:
    lesson = load_lesson(name)
    assert as_json(drawn(lesson)) == as_json(drawn(lesson))
    states = np.prod([len(control.exported_values) for control in other_controls(lesson.scene)])
    assert 2 <= states <= 150
    assert 2 <= len(other_controls(lesson.scene)) <= 3
    assert len(lesson.left_out) >= 3
    assert len(lesson.try_this) >= 2


EXPECTED = {
    # Crank's mean depends on D t/R^2 only: twice R, four times t.
    DIFFUSION: "Four times as long",
    # sigma(R) = E/(1 - nu) (mean - strain(R)) > 0 where the surface shrank more than the mean.
    STRESS: "The surface is pulled, the centre is squeezed",
    # q = C R^2/(3 h D): 2^2/4 = 1.
    KNOBS: "The same",
    # The surface is ahead by up to q/5 = 0.5, which on this sloping voltage is hundreds of mV.
    VOLTAGE: "It rises by much more than 0.2 V",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_prediction_is_what_the_closed_form_says(name: str) -> None:
    prediction = load_lesson(name).prediction
    assert prediction.options[prediction.answer()] == EXPECTED[name]
    assert 3 <= len(prediction.options) <= 4
    assert re.search(r"\d", prediction.reveal())


def relative_error(lesson: Lesson, simulated: float) -> float:
    return abs(simulated / lesson.exercise.answer() - 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_simulation_finds_the_answer_of_the_exercise(name: str) -> None:
    lesson = load_lesson(name)
    assert relative_error(lesson, lesson.exercise.simulated()) < 0.5 * lesson.exercise.tolerance
    assert re.search(r"\d", lesson.exercise.solution())


WRONG: dict[str, Callable[[ModuleType], float]] = {
    DIFFUSION: lambda module: module.simulated_difference(diffusivity=0.9 * module.DIFFUSIVITY),
    STRESS: lambda module: module.simulated_tension(modulus=0.9 * module.MODULI[0]),
    KNOBS: lambda module: module.simulated_radius(diffusivity=0.9 * module.TEST_DIFFUSIVITY),
    VOLTAGE: lambda module: module.simulated_capacity(factor=0.9),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_input_misses_the_answer_of_the_exercise(name: str) -> None:
    lesson = load_lesson(name)
    assert relative_error(lesson, WRONG[name](module_of(name))) > lesson.exercise.tolerance


def test_the_centre_is_pulled_when_the_surface_swells_only() -> None:
    """Inserting into a swelling or extracting from a shrinking-with-sodium particle, else not."""
    lesson = load_lesson(STRESS)
    for step, sense in itertools.product(("insert", "extract"), ("swells", "shrinks")):
        ball = drawn(lesson, step=step, sense=sense).panels[1]
        assert isinstance(ball, Ball)
        hoop = np.asarray(ball.values)
        surface_swells = (step == "insert") == (sense == "swells")
        assert (hoop[0] > 0) == surface_swells
        assert (hoop[-1] < 0) == surface_swells


def test_pull_and_push_over_a_section_cancel() -> None:
    module = module_of(STRESS)
    pull, push = module.section_forces(module.simulate("extract", "swells", [300.0]))
    assert pull > 0
    assert pull == pytest.approx(push, rel=1e-3)


def line(picture: Picture, panel: int, label: str) -> Line:
    chosen = picture.panels[panel]
    assert isinstance(chosen, Panel)
    return next(line for line in chosen.lines if line.label == label)


PAIRS = {
    DIFFUSION: [
        (1, "simulation", "Crank's series", 2e-3),
        (2, "mean, simulation", "mean, Crank", 5e-3),
        (2, "centre, simulation", "centre, Crank", 2e-3),
    ],
    STRESS: [
        (2, "simulation", "Crank's series", 2e-3),
        (3, "hoop, simulation", "hoop, closed form", 4e-3),
    ],
    VOLTAGE: [
        (0, "surface, simulation", "surface, Crank", 2e-3),
        (1, "cell, simulation", "cell, Crank and asinh", 1e-2),
    ],
}
"""Panel, solid line, dashed line, and largest difference over the range of the solid line."""


def difference(solid: Picture, dashed: Picture, pair: tuple[int, str, str, float]) -> float:
    panel, first, second, _ = pair
    simulated, exact = line(solid, panel, first), line(dashed, panel, second)
    x, y = np.asarray(simulated.x, dtype=float), np.asarray(simulated.y, dtype=float)
    other = np.interp(x, np.asarray(exact.x, dtype=float), np.asarray(exact.y, dtype=float))
    return float(np.abs(y - other).max() / np.ptp(y))


@pytest.mark.parametrize(("name", "pair"), [(n, p) for n, pairs in PAIRS.items() for p in pairs])
def test_solid_and_dashed_lines_agree_at_the_start(
    name: str, pair: tuple[int, str, str, float]
) -> None:
    start = drawn(load_lesson(name))
    assert difference(start, start, pair) < pair[3]


@pytest.mark.parametrize(
    ("name", "moved"),
    [(DIFFUSION, {"radius": 1.05}), (STRESS, {"time": 500.0}), (VOLTAGE, {"radius": 1.2})],
)
def test_the_dashed_lines_of_another_particle_do_not_agree(
    name: str, moved: dict[str, float | str]
) -> None:
    lesson = load_lesson(name)
    start, other = drawn(lesson), drawn(lesson, **moved)
    for pair in PAIRS[name]:
        assert difference(start, other, pair) > pair[3]


def limits_error(module: ModuleType, supply: Array, stress: Array) -> tuple[float, float]:
    """Largest relative error of q/5 below q = 0.3 and of the thin layer above q = 10."""
    slow, fast = supply < 0.3, supply > 10
    below = stress[slow] / module.small_number_stress(supply[slow]) - 1
    above = stress[fast] / module.thin_layer_stress(supply[fast]) - 1
    return float(np.abs(below).max()), float(np.abs(above).max())


def test_random_particles_follow_both_limits() -> None:
    module = module_of(KNOBS)
    many = module.random_particles()
    fast = module.knobs(np.array([4e-6, 6e-6, 8e-6]), 10.0, 1e-15)
    supply = np.concatenate([many.supply, fast.supply])
    scaled = [module.peak_tension(group) / group.unit for group in (many, fast)]
    slow_error, fast_error = limits_error(module, supply, np.concatenate(scaled))
    assert slow_error < 5e-3
    assert fast_error < 0.05
    wrong = limits_error(module, 1.1 * supply, np.concatenate(scaled))
    assert wrong[0] > 5e-3


COARSE, REFERENCE = 1e-2, 1e-5
"""Errors asked of the solver: of pictures that must not pass, and of what they are held against."""


def tension_error(module: ModuleType, error: float) -> float:
    """Largest share by which tensions from q of 1e-4 to 1000 are off at the error asked."""
    supply = np.geomspace(1e-4, 1e3, 15)
    body = module.knobs(np.full(len(supply), 1e-6), 1.0, 1e-15)
    body = body._replace(c_rate=supply / body.supply)
    found, exact = (module.peak_tension(body, error=each) for each in (error, REFERENCE))
    return float(np.abs(found / exact - 1).max())


def capacity_error(module: ModuleType, error: float) -> float:
    """Largest difference of the capacities of slow, large particles [mAh/g]."""
    body, rates = module.material(), np.geomspace(*module.RATES, 7)
    case = module.Electrode(rates[0], 3e-6, 0.005, body.value("diffusivity"))
    found, exact = (
        module.simulate(body, case, rates, error=each).capacity for each in (error, REFERENCE)
    )
    return float(np.abs(found - exact).max())


@pytest.mark.parametrize(
    ("name", "difference", "said"),
    [(KNOBS, tension_error, 2e-4), (VOLTAGE, capacity_error, 5e-3)],
)
def test_a_quick_picture_is_as_good_as_its_lesson_says(
    name: str, difference: Callable[[ModuleType, float], float], said: float
) -> None:
    """Two ten-thousandths of a tension, five of 100,000 of an axis of capacity: nobody sees it."""
    module = module_of(name)
    assert difference(module, module.ERROR) < said
    assert difference(module, COARSE) > said


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_runs_as_a_script_and_prints_its_answers(name: str) -> None:
    file = shipped_folder("scenarios") / "lessons" / f"{name}.py"
    found = subprocess.run(
        [sys.executable, "-W", "error", str(file)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    lesson = load_lesson(name)
    assert found.stderr == ""
    assert EXPECTED[name] in found.stdout
    assert f"{lesson.exercise.answer():.3g} {lesson.exercise.unit}" in found.stdout
