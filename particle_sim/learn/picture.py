"""What a scene shows: curves, cut particles, sentences and numbers, as data and as JSON."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from particle_sim.figures import style

DIGITS = 5
"""Significant digits of a number sent to the page."""


class Kind(enum.Enum):
    """How a line is drawn."""

    SIMULATION = "simulation"
    """solid"""
    CLOSED_FORM = "closed form"
    """dashed"""
    POINTS = "points"


class Colour(enum.Enum):
    """Colour-blind safe (Okabe-Ito)."""

    BASELINE = style.BASELINE
    CANDIDATE = style.CANDIDATE
    THIRD = "#009E73"
    FOURTH = "#CC79A7"
    FIFTH = "#A66F00"
    INK = "#333333"


class Quantity(enum.Enum):
    """What a cut particle shows, which chooses its colours."""

    SODIUM = "sodium"
    STRESS = "stress"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve; x and y (n,) in the units of the panel's labels, nan where there is a gap."""

    label: str
    x: ArrayLike
    y: ArrayLike
    colour: Colour = Colour.CANDIDATE
    kind: Kind = Kind.SIMULATION


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A labelled straight line across a panel, at x or at y."""

    label: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Curves over common axes; labels carry units, e.g. ``hoop stress [MPa]``."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    log_x: bool = False
    log_y: bool = False
    marks: Sequence[Mark] = ()
    y_range: tuple[float, float] | None = None
    """Keeps the axis still while a slider moves"""


@dataclass(frozen=True, kw_only=True)
class Ball:
    """A particle cut open: ``values`` (n,) at ``radius`` (n,), r/R from 0 to 1."""

    title: str
    label: str
    """Of the colours, with unit"""
    radius: ArrayLike
    values: ArrayLike
    low: float
    high: float
    quantity: Quantity = Quantity.SODIUM
    size: float = 1.0
    """Radius drawn over the largest that is drawn, at most 1"""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of the picture, for its table."""

    label: str
    value: float
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything that changes when a control moves."""

    panels: Sequence[Panel | Ball]
    sentences: Sequence[str] = ()
    """What one sees, with computed numbers; read aloud to those who do not"""
    numbers: Sequence[Number] = ()
    command: str = ""
    """Command line that gives the same"""
    runs: Sequence[Mapping[str, Any]] = ()
    """Charges that the page makes its panels of (:mod:`particle_sim.learn.charge_data`)"""


def as_json(picture: Picture) -> dict[str, Any]:
    """Plain data for the page."""
    return {
        "panels": [_panel(panel) for panel in picture.panels],
        "sentences": list(picture.sentences),
        "numbers": [
            {**vars(n), "value": f"{n.value:.3g}" if np.isfinite(n.value) else "none"}
            for n in picture.numbers
        ],
        "command": picture.command,
        **({"runs": list(picture.runs)} if picture.runs else {}),
    }


def _panel(panel: Panel | Ball) -> dict[str, Any]:
    if isinstance(panel, Ball):
        return {
            "kind": "ball",
            **vars(panel),
            "radius": numbers(panel.radius),
            "values": numbers(panel.values),
            "quantity": panel.quantity.value,
        }
    return {
        "kind": "panel",
        **vars(panel),
        "lines": [_line(line) for line in panel.lines],
        "marks": [vars(mark) for mark in panel.marks],
    }


def _line(line: Line) -> dict[str, Any]:
    drawn = {"colour": line.colour.value, "kind": line.kind.value}
    return {**vars(line), "x": numbers(line.x), "y": numbers(line.y), **drawn}


def numbers(values: ArrayLike) -> list[float | None]:
    """Five digits of each; JSON has no nan."""
    array = np.asarray(values, dtype=float)
    return [float(f"{v:.{DIGITS}g}") if np.isfinite(v) else None for v in array]
