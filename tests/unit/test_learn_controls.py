"""Sliders and choices: positions, units, and states read from a link."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from particle_sim.learn.controls import Choice, Control, Slider, keywords, read_state, start_state
from particle_sim.learn.export import exported_states
from particle_sim.learn.lesson import lesson_names, load_lesson
from particle_sim.learn.playground import playground
from particle_sim.materials.load import load_material

RATE = Slider(name="rate", label="Rate", unit="C", low=0.1, high=10.0, start=1.0, logarithmic=True)
TIME = Slider(
    name="time", label="Time", unit="min", scale=60.0, low=0.0, high=40.0, start=7.0, exported=3
)
PHASE = Choice(
    name="phase",
    label="Phase",
    options={"one": "One", "two": "Two"},
    start="one",
    exported=("two",),
)
CONTROLS: tuple[Control, ...] = (RATE, TIME, PHASE)


def shipped() -> dict[str, tuple[Control, ...]]:
    """Controls of every lesson, and of the playground."""
    found = {name: tuple(load_lesson(name).scene.controls) for name in lesson_names()}
    return found | {
        "playground": tuple(playground(load_material("nvp"), load_material("he_v")).controls)
    }


def test_positions_are_even_in_the_number_or_in_its_logarithm() -> None:
    assert TIME.values == tuple(float(minute) for minute in range(41))
    ratios = np.diff(np.log10(RATE.values))
    assert len(RATE.values) == 41
    assert ratios == pytest.approx(2 / 40, abs=2 * 10 / 1000 / math.log(10))


def test_the_start_is_a_position_even_between_two() -> None:
    slider = Slider(name="x", label="x", low=0.0, high=40.0, start=7.3)
    assert slider.start in slider.values
    assert len(slider.values) == 41
    assert list(slider.values) == sorted(set(slider.values))


def test_a_page_without_a_server_has_some_positions_and_the_start() -> None:
    assert TIME.exported_values == (7.0, 20.0, 40.0)
    assert Slider(name="x", label="x", low=0, high=1, start=0.5, exported=1).exported_values == (
        0.5,
    )
    assert PHASE.exported_values == ("two",)
    assert Choice(name="x", label="x", options={"a": "A"}, start="a").exported_values == ("a",)


def test_the_drawing_function_gets_si() -> None:
    assert keywords(CONTROLS, {"rate": 2.0, "time": 3.0, "phase": "two"}) == {
        "rate": 2.0,
        "time": 180.0,
        "phase": "two",
    }


def test_a_link_sets_what_it_names() -> None:
    state, problems = read_state(CONTROLS, {"time": "12", "phase": "two"})
    assert (state, problems) == ({"rate": 1.0, "time": 12.0, "phase": "two"}, ())


@pytest.mark.parametrize(
    "text",
    ["abc", "", "nan", "inf", "-inf", "1e999", "-1", "41", "1_0", "\u0661", " 7", "7 ", "+-7"],
)
def test_a_number_that_cannot_be_is_told_and_replaced(text: str) -> None:
    state, problems = read_state(CONTROLS, {"time": text})
    assert state == start_state(CONTROLS)
    (sentence,) = problems
    assert sentence.startswith(f"The link sets time to {text!r}; it goes from 0 to 40 min.")
    assert sentence.endswith("Shown instead: 7.0.")


def test_an_unknown_option_and_an_unknown_name_are_told() -> None:
    state, problems = read_state(CONTROLS, {"phase": "three", "tiem": "3"})
    assert state == start_state(CONTROLS)
    assert "it can be one, two. Shown instead: one." in problems[0]
    assert problems[1] == "The link sets tiem, which is not here; did you mean time?"


def test_a_long_value_and_a_long_name_are_cut() -> None:
    for query in ({"time": "9" * 5000}, {"9" * 5000: "time"}, {"\0" * 5000: ""}):
        _, (sentence,) = read_state(CONTROLS, query)
        assert len(sentence) < 150
        assert sentence.isprintable()


# --- of everything that is shipped ---------------------------------------------------------------


@pytest.mark.parametrize(("name", "controls"), shipped().items(), ids=str)
def test_every_position_of_a_slider_is_a_link_that_works(
    name: str, controls: tuple[Control, ...]
) -> None:
    for control in controls:
        positions = control.values if isinstance(control, Slider) else tuple(control.options)
        for value in positions:
            state, problems = read_state(controls, {control.name: str(value)})
            assert problems == ()
            assert state[control.name] == value


@pytest.mark.parametrize(("name", "controls"), shipped().items(), ids=str)
def test_positions_rise_and_texts_are_short(name: str, controls: tuple[Control, ...]) -> None:
    assert len({control.name for control in controls}) == len(controls)
    for control in controls:
        assert control.start in control.exported_values
        if isinstance(control, Slider):
            assert all(a < b for a, b in itertools.pairwise(control.values)), control.name
            assert max(len(f"{value:.12g}") for value in control.values) <= 8, control.name


@pytest.mark.parametrize(("name", "controls"), shipped().items(), ids=str)
def test_exported_states_are_all_combinations(name: str, controls: tuple[Control, ...]) -> None:
    states = list(exported_states(controls))
    assert len(states) == math.prod(len(control.exported_values) for control in controls)
    assert len({key for key, _ in states}) == len(states)
    assert start_state(controls) in [state for _, state in states]
