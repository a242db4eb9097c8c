"""What a reader can move: sliders and choices, and how a state is read from a URL."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.errors import closest

Value = float | str
State = dict[str, Value]
"""Control name -> number in the unit shown, or key of an option."""

DIGITS = 3
"""Significant digits of a slider's values, so that they read well and fit into a URL."""

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
"""A number as a link writes it; Python would also read ``1_0``, ``nan`` and other digits."""


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A number in ``unit``, which is ``scale`` SI units; the drawing function gets it in SI."""

    name: str
    """Keyword of the drawing function, and key in the URL"""
    label: str
    low: float
    high: float
    start: float
    unit: str = ""
    scale: float = 1.0
    logarithmic: bool = False
    positions: int = 41
    exported: int = 5
    """Positions that pages without a server have; 1 keeps the start only"""
    plausible: tuple[float, float] | None = None
    """Range that the material file gives, shown below the slider"""
    group: str = ""
    """Heading that controls share, e.g. a material's name"""

    @property
    def values(self) -> tuple[float, ...]:
        """Values of the positions, the start among them."""
        space = np.geomspace if self.logarithmic else np.linspace
        even = space(self.low, self.high, self.positions)
        found = [float(f"{value:.{DIGITS}g}") for value in even]
        nearest = min(range(len(found)), key=lambda i: abs(found[i] - self.start))
        found[nearest] = self.start
        return tuple(found)

    @property
    def exported_values(self) -> tuple[float, ...]:
        """Of the values, those that pages without a server have; the start is one of them."""
        values = self.values
        if self.exported == 1:
            return (self.start,)
        index = np.unique(np.linspace(0, len(values) - 1, self.exported).round().astype(int))
        start = values.index(self.start)
        index[np.abs(index - start).argmin()] = start
        return tuple(values[i] for i in index)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several named options."""

    name: str
    label: str
    options: Mapping[str, str]
    """Key in the URL -> title"""
    start: str
    exported: tuple[str, ...] = ()
    """Options that pages without a server have; none: all"""
    group: str = ""

    @property
    def exported_values(self) -> tuple[str, ...]:
        """Options that pages without a server have."""
        return self.exported or tuple(self.options)


Control = Slider | Choice


def start_state(controls: tuple[Control, ...]) -> State:
    """Every control where it starts."""
    return {control.name: control.start for control in controls}


def read_state(
    controls: tuple[Control, ...], query: Mapping[str, str]
) -> tuple[State, tuple[str, ...]]:
    """The state of a URL and one sentence for everything in it that cannot be.

    What is wrong keeps its start, so that there is always something to see.
    """
    state, problems = start_state(controls), []
    by_name = {control.name: control for control in controls}
    for name, text in query.items():
        if name not in by_name:
            told = name if name.isprintable() else repr(name)
            problems.append(
                f"The link sets {told[:40]}, which is not here; {closest(name, by_name)}"
            )
            continue
        value = _read(by_name[name], text)
        if value is None:
            problems.append(
                f"The link sets {name} to {text[:40]!r}; {_allowed(by_name[name])}. "
                f"Shown instead: {by_name[name].start}."
            )
            continue
        state[name] = value
    return state, tuple(problems)


def keywords(controls: tuple[Control, ...], state: State) -> dict[str, Value]:
    """What the drawing function gets: sliders in SI."""
    found: dict[str, Value] = {}
    for control in controls:
        value = state[control.name]
        if isinstance(control, Slider) and not isinstance(value, str):
            value *= control.scale
        found[control.name] = value
    return found


def _read(control: Control, text: str) -> Value | None:
    if isinstance(control, Choice):
        return text if text in control.options else None
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    return value if control.low <= value <= control.high else None


def _allowed(control: Control) -> str:
    if isinstance(control, Choice):
        return f"it can be {', '.join(control.options)}"
    return f"it goes from {control.low:g} to {control.high:g} {control.unit}".rstrip()
