"""A measured record over time: voltage above, current below, what is what in colours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain
from particle_sim.readers.segments import Kind, Segment
from particle_sim.units import Array

SHADES = {
    Kind.DISCHARGE: (CANDIDATE, "discharge"),
    Kind.CHARGE: (BASELINE, "charge"),
    Kind.PULSE: ("#009E73", "pulse"),
}
"""Colours of the Okabe-Ito palette; rests stay white."""
MOST_POINTS = 4000
"""Points of a line; of more, the least and the largest of each part are drawn."""
MOST_SHADES = 400
"""Segments that are coloured; more are narrower than a line."""


def record_overview(
    time: Array, current: Array, voltage: Array, found: Sequence[Segment], *, title: str, unit: str
) -> Figure:
    """Voltage [V] and current [``unit``] (positive on discharge) against time [s], all (n,)."""
    hours = time / 3600
    with figure_style() as figure_class:
        figure = figure_class(figsize=(6.4, 4.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.7, 1.0])
        for axes, values, label in (
            (above, voltage, "Voltage [V]"),
            (below, current, f"Current [{unit}]"),
        ):
            keep = thinned(values)
            axes.plot(hours[keep], values[keep], color="#222222", linewidth=0.8)
            axes.set_ylabel(label)
            named = set()
            for one in [s for s in found if s.kind in SHADES][:MOST_SHADES]:
                colour, name = SHADES[one.kind]
                begin = hours[max(one.first - 1, 0)]
                axes.axvspan(begin, hours[one.end - 1], color=colour, alpha=0.25, linewidth=0,
                             label=None if name in named else name)  # fmt: skip
                named.add(name)
        below.axhline(0.0, color="#777777", linewidth=0.6)
        below.set_xlabel("Time [h]")
        above.set_title(plain(title))
        if above.get_legend_handles_labels()[0]:
            figure.legend(*above.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def thinned(values: Array) -> NDArray[np.intp]:
    """Rows that draw the same line: of every part the least and the largest value.

    >>> thinned(np.array([1.0, 2.0, 3.0])).tolist()
    [0, 1, 2]
    """
    count = len(values)
    if count <= MOST_POINTS:
        return np.arange(count)
    edges = np.unique(np.linspace(0, count, MOST_POINTS // 2 + 1).astype(int))
    picked = [
        first + at
        for first, end in pairwise(edges)
        for at in (int(values[first:end].argmin()), int(values[first:end].argmax()))
    ]
    return np.unique([0, *picked, count - 1])
