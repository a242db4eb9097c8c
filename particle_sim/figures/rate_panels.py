"""What the pictures of a rate study share: panels, colours of materials, C-rate axes."""

from __future__ import annotations

from typing import Any, Literal

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure
from particle_sim.figures.ticks import number_ticks
from particle_sim.units import Array

MATERIAL_COLOURS = (BASELINE, CANDIDATE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe-Ito palette; from the seventh material on they repeat."""
PRINT_COLOURS = ("black", "#E69F00", "#CC79A7", "#009E73", "white", "#56B4E9", "#555555", "#F0E442")
"""Of printed series, so that points on top of each other can be told apart."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")


def colour_of(place: int) -> str:
    """The colour of a material by its place in the study."""
    return MATERIAL_COLOURS[place % len(MATERIAL_COLOURS)]


def panels(
    figure: Figure, *, rows: int, columns: int, share: Literal["none", "all", "row"]
) -> list[list[Any]]:
    """Axes in rows and columns with shared vertical axes."""
    made = figure.subplots(rows, columns, squeeze=False, sharey=share)
    return [list(row) for row in made]


def rate_ticks(axis: Any, rates: Array) -> None:
    """Plain numbers at a logarithmic C-rate axis that ends just beyond the rates."""
    axis.set_xlim(0.8 * float(rates[0]), 1.25 * float(rates[-1]))
    number_ticks(axis.xaxis)
