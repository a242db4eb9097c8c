"""A figure on disk: once for the screen, once to edit and print, and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from particle_sim.figures.style import Figure, figure_style
from particle_sim.files import write_file


def draw_files(figure: Figure, stem: Path) -> list[Path]:
    """``stem.png`` and ``stem.svg`` with the same layout, into a folder that is being made.

    Each is drawn once; ``Figure.savefig`` draws twice what has a layout, to find its places first.
    """
    from matplotlib import rcParams
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    png, svg = Path(f"{stem}.png"), Path(f"{stem}.svg")
    with figure_style():  # resolution and SVG ids are decided on saving
        figure.set_dpi(rcParams["savefig.dpi"])
        write_file(png, _drawn(FigureCanvasAgg(figure).print_png))
        figure.set_layout_engine("none")  # everything is in its place
        write_file(svg, _drawn(partial(FigureCanvasSVG(figure).print_svg, metadata={"Date": None})))
    return [png, svg]


def draw_with_data(figure: Figure, stem: Path, table: str | None = None) -> list[Path]:
    """The same, and ``stem.csv``: its lines, or the ``table`` given."""
    from particle_sim.figures.table import line_table

    data = Path(f"{stem}.csv")
    write_file(data, line_table(figure) if table is None else table)
    return [data, *draw_files(figure, stem)]


def _drawn(draw: Callable[[BytesIO], None]) -> bytes:
    buffer = BytesIO()
    draw(buffer)
    return buffer.getvalue()
