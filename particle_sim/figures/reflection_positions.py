"""Where a reflection stands against the sodium content."""

from __future__ import annotations

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain
from particle_sim.metrics.diffraction import Reflections
from particle_sim.units import Array


def reflection_positions(found: Reflections, sodium: Array, *, title: str) -> Figure:
    """2 theta against sodium per formula unit ``sodium`` (n,); dots as large as a phase's share."""
    with figure_style() as figure_class:
        figure = figure_class(figsize=(4.6, 3.6), layout="constrained")
        axes = figure.subplots()
        names = ("one phase, or the poor one", "rich phase beside it")
        for phase, (colour, name) in enumerate(zip((BASELINE, CANDIDATE), names, strict=True)):
            present = found.share[:, phase] > 0
            if present.any():
                axes.scatter(
                    sodium[present],
                    found.angle[present, phase],
                    s=36 * found.share[present, phase],
                    color=colour,
                    label=name,
                )
        axes.set_xlabel("Sodium per formula unit")
        axes.set_ylabel("2 theta [degrees]")
        axes.set_title(plain(title))
        axes.legend()
    return figure
