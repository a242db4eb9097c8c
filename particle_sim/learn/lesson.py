"""What a lesson is: a question, a live picture, a prediction, an exercise, and what is left out.

A lesson is one Python file in ``scenarios/lessons`` that defines ``LESSON = Lesson(...)``. Texts
are plain sentences; ``$...$`` in them is LaTeX. Numbers in texts are computed where they stand.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from particle_sim.errors import InputError, closest
from particle_sim.learn.controls import Control
from particle_sim.learn.picture import Picture
from particle_sim.resources import shipped_folder


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Controls and the function that draws: ``draw(**{control.name: value in SI})``."""

    controls: Sequence[Control]
    draw: Callable[..., Picture]
    history: str = ""
    """Name of the slider along which the page plays; its pictures are sent at once"""
    charges: Mapping[str, Any] = field(default_factory=dict)
    """Of the playground: materials that the page charges by itself"""


@dataclass(frozen=True, kw_only=True)
class Equation:
    """One equation in LaTeX, and what its symbols are in words."""

    latex: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A curve that the reader draws before it is computed."""

    question: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    curve: Callable[[], tuple[ArrayLike, ArrayLike]]
    """x and y (n,), x rising, from the simulation"""
    look_at: str
    """What to compare when the computed curve lies over the drawn one"""
    log_x: bool = False


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What the reader commits to before anything is explained."""

    question: str
    options: Sequence[str]
    answer: Callable[[], int]
    """Index of the right option, found by running the simulation"""
    feedback: Sequence[str]
    """For each option, what would have to be true for it; for the right one, why it is"""
    reveal: Callable[[], str]
    """Why, with computed numbers"""
    sketch: Sketch


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A number to find, from numbers that differ from student to student.

    Functions take the drawn numbers as keywords; without any they take the first of each.
    """

    question: Callable[..., str]
    unit: str
    answer: Callable[..., float]
    """From a closed form, in ``unit``"""
    simulated: Callable[..., float]
    """The same from the simulation"""
    tolerance: float
    """Relative; within it the reader's answer is right, and so must the simulation be"""
    hint: str
    solution: Callable[..., str]
    drawn: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Keyword -> its values; their counts have no common divisor, so that all sets differ"""
    other_units: Mapping[str, float] = field(default_factory=dict)
    """Unit that an answer may also be given in -> how many of ``unit`` it is"""
    slips: Mapping[float, str] = field(default_factory=dict)
    """Ratio of a common wrong answer to the right one -> what to look at"""

    @property
    def sets(self) -> int:
        """How many sets of numbers there are."""
        return math.prod(len(values) for values in self.drawn.values())

    def numbers(self, seed: int) -> dict[str, float]:
        """The numbers of a student: each value list is walked through as the seed counts."""
        return {name: values[seed % len(values)] for name, values in self.drawn.items()}


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Ten to fifteen minutes."""

    title: str
    question: str
    minutes: int
    background: Sequence[str]
    """Paragraphs that the prediction needs, and no more"""
    prediction: Prediction
    explanation: Sequence[str]
    """Paragraphs that unfold, with the equations, once the prediction is made"""
    equations: Sequence[Equation]
    scene: Scene
    try_this: Sequence[str]
    """What to do with the sliders"""
    exercise: Exercise
    left_out: Sequence[str]
    sources: Sequence[str] = ()


def lesson_names() -> tuple[str, ...]:
    """Names of the shipped lessons in their order, e.g. ``l1_diffusion_in_a_sphere``."""
    files = shipped_folder("scenarios").joinpath("lessons").glob("l[0-9]*.py")
    return tuple(sorted(file.stem for file in files))


def load_lesson(name: str) -> Lesson:
    """A shipped lesson by name. Raises :class:`InputError` for an unknown one."""
    known = lesson_names()
    if name not in known:
        raise InputError(f"There is no lesson {name}; {closest(name, known)}")
    return _load(shipped_folder("scenarios") / "lessons" / f"{name}.py")


@lru_cache(maxsize=32)
def _load(file: Path) -> Lesson:
    spec = importlib.util.spec_from_file_location(f"particle_sim_lesson_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise InputError(f"{file} is no Python file; put the lesson into one.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses of a lesson look their module up
    spec.loader.exec_module(module)
    lesson: Lesson = module.LESSON
    return lesson


def run_as_script(lesson: Lesson) -> None:
    """Print the lesson's question, its picture in words, and its checked answers."""
    from particle_sim.learn.controls import keywords, start_state

    controls = tuple(lesson.scene.controls)
    picture = lesson.scene.draw(**keywords(controls, start_state(controls)))
    print(lesson.title, lesson.question, *picture.sentences, sep="\n")
    prediction, exercise = lesson.prediction, lesson.exercise
    print(f"{prediction.question} {prediction.options[prediction.answer()]}")
    print(prediction.reveal())
    print(f"{exercise.question()} {exercise.answer():.3g} {exercise.unit}".rstrip())
    print(f"The simulation gives {exercise.simulated():.3g} {exercise.unit}".rstrip() + ".")
