"""What the pictures of a rate study share: panels, colours of materials, C-rate axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure
from particle_sim.figures.ticks import number_ticks
from particle_sim.units import Array

MATERIAL_COLOURS = (BASELINE, CANDIDATE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe-Ito palette; from the seventh material on they repeat."""
PRINT_COLOURS = ("black", "#E69F00", "#CC79A7", "#009E73", "white", "#56B4E9", "#555555", "#F0E442")
"""Of printed series, so that points on top of each other can be told apart."""
RADIUS: dict[str, Any] = {"color": "#333333", "lw": 1.4, "ls": (0, (3, 1.5))}
"""Line of a material's central radius in a map."""
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


def radius_line(axis: Any, radius: float) -> None:
    """The central radius [m] in a map over micrometres, to be seen on all its colours."""
    for line in ({"color": "white", "lw": 2.8, "alpha": 0.8}, RADIUS):
        axis.axhline(radius * 1e6, **line)


def column_legend(figure: Any, columns: Sequence[str], **style: Any) -> None:
    """Each word once, below all panels; a column for what begins with each of the titles, as
    Matplotlib must get them.
    """
    from matplotlib.lines import Line2D

    known: dict[str, Any] = {}
    for axis in figure.axes:
        handles, labels = axis.get_legend_handles_labels()
        known |= {label: handle for label, handle in zip(labels, handles, strict=True)
                  if label not in known}  # fmt: skip
    entries = sorted(known.items(), key=lambda entry: "print: " in entry[0])
    if len(columns) > 1:
        lists = [[each for each in entries if each[0].startswith(f"{t}, ")] for t in columns]
        blank = "", Line2D([], [], linestyle="none")
        longest = max(map(len, lists))
        padded = [each for own in lists for each in [*own, *[blank] * (longest - len(own))]]
        entries = padded + [each for each in entries if each not in padded]
    figure.legend(
        [handle for _, handle in entries], [label for label, _ in entries],
        loc="outside lower center", ncols=2, **{"fontsize": 7.5, **style},
    )  # fmt: skip
