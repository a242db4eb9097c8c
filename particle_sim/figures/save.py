"""A figure on disk: once for the screen, once to edit and print."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from particle_sim.figures.style import Figure, figure_style
from particle_sim.files import write_file


def draw_files(figure: Figure, stem: Path) -> list[Path]:
    """``stem.png`` and ``stem.svg`` with the same layout, into a folder that is being made."""
    png, svg = Path(f"{stem}.png"), Path(f"{stem}.svg")
    with figure_style():  # resolution and SVG ids are decided on saving
        write_file(png, _drawn(figure, format="png"))
        figure.set_layout_engine("none")  # everything is in its place
        write_file(svg, _drawn(figure, format="svg", metadata={"Date": None}))
    return [png, svg]


def _drawn(figure: Figure, **options: Any) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, **options)
    return buffer.getvalue()
