"""Answers that are judged here and not in the page: a class sees them after its own answer only."""

from __future__ import annotations

import math
from collections.abc import Mapping

from particle_sim.errors import InputError
from particle_sim.learn import site
from particle_sim.learn.controls import NUMBER
from particle_sim.learn.lesson import load_lesson
from particle_sim.learn.packed import Packed, pack_json
from particle_sim.learn.questions import questions

NEAR_SLIP = 0.03
"""Relative; an answer this near to a common slip is told of it."""
NEAR_TEN = 0.02
"""Decades; an answer this near to a power of ten times the right one is told of its units."""


def predicted(name: str, chosen: str) -> Packed:
    """What is told after a choice: whether it is right, why, and the curve.

    Raises :class:`InputError` for what is none of the choices.
    """
    asked, lesson = questions(name), load_lesson(name)
    count = len(lesson.prediction.options)
    if chosen not in map(str, range(count)):
        raise InputError(f"chosen is {chosen[:40]!r}; it can be 0 to {count - 1}.")
    return pack_json(
        {
            "answer": asked["answer"],
            "feedback": asked["feedback"][int(chosen)],
            "reveal": asked["reveal"],
            "look_at": asked["sketch"]["look_at"],
            "y": asked["sketch"]["y"],
            "why": site.explanation(name),
        }
    )


def computed(name: str, seed: str, value: str) -> Packed:
    """What is told of an exercise's answer in its own unit, and the solution.

    Raises :class:`InputError` for what is no number.
    """
    if not (seed.isascii() and seed.isdigit()) or not NUMBER.fullmatch(value):
        raise InputError("An answer is a number, and a seed a whole one; write 0.25 or 2e-3.")
    exercise = load_lesson(name).exercise
    own = questions(name)["exercise"]["sets"][int(seed[:18]) % exercise.sets]
    slips = questions(name)["exercise"]["slips"]
    off = judged(float(value), float(own["answer"]), exercise.tolerance, dict(slips))
    return pack_json({"wrong": off, "solution": own["solution"]})


def judged(value: float, answer: float, tolerance: float, slips: Mapping[float, str]) -> str:
    """What is wrong with an answer, nothing if it is right; the page judges by the same rules.

    >>> judged(1.04, 1.0, 0.05, {}), judged(3.0, 1.0, 0.05, {3: "a third is missing"})
    ('', 'a third is missing')
    >>> judged(1000.0, 1.0, 0.05, {})
    'too large, by a power of ten: look at the units'
    """
    if abs(value - answer) <= tolerance * abs(answer):
        return ""
    if value * answer < 0:
        return "the sign is wrong"
    ratio = abs(value / answer)
    for slip, text in slips.items():
        if abs(ratio / slip - 1) < NEAR_SLIP:
            return text
    size = "too large" if ratio > 1 else "too small"
    power = math.log10(ratio) if ratio else -math.inf
    if math.isfinite(power) and abs(power) > 0.9 and abs(power - round(power)) < NEAR_TEN:
        return f"{size}, by a power of ten: look at the units"
    return size
