"""What a page asks of a reader and how it judges: prediction, sketch, exercise, as plain data."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from particle_sim.learn.lesson import Exercise, Sketch, load_lesson
from particle_sim.learn.text import rich

ANSWER_DIGITS = 4
SKETCH_POINTS = 121
"""Of the computed curve, even along the axis."""


@lru_cache(maxsize=64)
def questions(name: str) -> dict[str, Any]:
    """All that a lesson computes once for its page; texts are HTML."""
    lesson = load_lesson(name)
    prediction = lesson.prediction
    return {
        "name": name,
        "answer": prediction.answer(),
        "feedback": [rich(text) for text in prediction.feedback],
        "reveal": "".join(f"<p>{rich(part)}</p>" for part in prediction.reveal().split("\n")),
        "sketch": sketch_data(prediction.sketch),
        "exercise": exercise_data(lesson.exercise),
    }


def sketch_data(sketch: Sketch) -> dict[str, Any]:
    """Axes and the computed curve at even positions along x."""
    space = np.geomspace if sketch.log_x else np.linspace
    x = space(*sketch.x_range, SKETCH_POINTS)
    known_x, known_y = (np.asarray(values, dtype=float) for values in sketch.curve())
    y = np.interp(x, known_x, known_y)
    return {
        "points": SKETCH_POINTS,
        "x_label": sketch.x_label,
        "y_label": sketch.y_label,
        "x_range": list(sketch.x_range),
        "y_range": list(sketch.y_range),
        "log_x": sketch.log_x,
        "y": [float(f"{value:.5g}") for value in y],
        "look_at": rich(sketch.look_at),
    }


def exercise_data(exercise: Exercise) -> dict[str, Any]:
    """Question, answer and solution for every set of numbers."""
    sets = []
    for seed in range(exercise.sets):
        numbers = exercise.numbers(seed)
        sets.append(
            {
                "question": rich(exercise.question(**numbers)),
                "answer": f"{exercise.answer(**numbers):.{ANSWER_DIGITS}g}",
                "solution": rich(exercise.solution(**numbers)),
            }
        )
    return {
        "sets": sets,
        "unit": exercise.unit,
        "units": {exercise.unit: 1.0, **exercise.other_units},
        "slips": [[ratio, rich(text)] for ratio, text in exercise.slips.items()],
    }


SECRET = frozenset({"answer", "feedback", "reveal"})


def withheld(asked: dict[str, Any]) -> dict[str, Any]:
    """What a class's page is told of a lesson: what is asked, not what is right."""
    sketch, exercise = asked["sketch"], asked["exercise"]
    return {
        **{key: value for key, value in asked.items() if key not in SECRET},
        "withheld": True,
        "sketch": {key: value for key, value in sketch.items() if key not in ("y", "look_at")},
        "exercise": {
            "sets": [{"question": each["question"]} for each in exercise["sets"]],
            "unit": exercise["unit"],
            "units": exercise["units"],
        },
    }
