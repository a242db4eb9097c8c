"""A history of pictures, sent once and scrubbed in the page: curves that stay are sent once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.learn.controls import Control, Slider, State, keywords
from particle_sim.learn.lesson import Scene
from particle_sim.units import Array

Film = dict[str, Any]
"""``lines``: every curve once; ``frames``: pictures whose panels name their curves by number"""


def other_controls(scene: Scene) -> tuple[Control, ...]:
    """Controls that choose a history: all but the slider that runs along it."""
    return tuple(control for control in scene.controls if control.name != scene.history)


def history_slider(scene: Scene) -> Slider:
    """The slider along the history. Raises :class:`InputError` where there is none."""
    for control in scene.controls:
        if control.name == scene.history and isinstance(control, Slider):
            return control
    raise InputError("This picture has no history; ask for one state of it.")


def moments(slider: Slider, value: float) -> tuple[float, ...]:
    """Every position of a time slider, and a value between two of them, rising.

    A run that lands on them serves every frame of its history; an equal tuple is an equal run.

    >>> moments(Slider(name="t", label="t", low=0, high=2, start=1.0, positions=3), 1.5)
    (0.0, 1.0, 1.5, 2.0)
    """
    return tuple(sorted({*slider.values, value}))


def state_at(time: Array, value: float) -> int:
    """Index of the stored time (t,) nearest to ``value``."""
    return int(np.argmin(np.abs(time - value)))


def history_states(scene: Scene, state: State) -> list[State]:
    """``state`` at every position of the history's slider."""
    slider = history_slider(scene)
    return [{**state, slider.name: value} for value in slider.values]


def film(scene: Scene, state: State, data: Any) -> Film:
    """The whole history around ``state``; ``data`` makes plain data of a picture."""
    controls = tuple(scene.controls)
    pictures = [
        data(scene.draw(**keywords(controls, each))) for each in history_states(scene, state)
    ]
    return packed(pictures)


def packed(pictures: list[dict[str, Any]]) -> Film:
    """Pictures with every distinct curve stored once.

    >>> line = {"x": [0, 1], "y": [2, 3]}
    >>> two = [{"panels": [{"kind": "panel", "lines": [line]}]}] * 2
    >>> packed(two)["lines"], packed(two)["frames"][1]["panels"][0]["lines"]
    ([{'x': [0, 1], 'y': [2, 3]}], [0])
    """
    numbers: dict[str, int] = {}

    def number(line: Mapping[str, Any]) -> int:
        return numbers.setdefault(json.dumps(line), len(numbers))

    frames = [
        {
            **picture,
            "panels": [
                {**panel, "lines": [number(line) for line in panel["lines"]]}
                if panel["kind"] == "panel"
                else panel
                for panel in picture["panels"]
            ],
        }
        for picture in pictures
    ]
    return {"lines": [json.loads(text) for text in numbers], "frames": frames}
