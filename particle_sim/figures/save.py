"""A figure on disk: once for the screen, once to edit and print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from particle_sim.figures.style import figure_style
from particle_sim.files import written_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """``stem.png`` and ``stem.svg``, each written whole, with the same layout."""
    png, svg = Path(f"{stem}.png"), Path(f"{stem}.svg")
    with figure_style():  # resolution and SVG ids are decided on saving
        with written_whole(png) as part:
            figure.savefig(part, format="png")
        figure.set_layout_engine("none")  # everything is in its place
        with written_whole(svg) as part:
            figure.savefig(part, format="svg", metadata={"Date": None})
    return [png, svg]
