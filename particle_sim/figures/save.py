"""A figure on disk: once for the screen, once to edit and print, and its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from particle_sim.figures.finish import AS_IT_COMES, Finish, Theme, finished
from particle_sim.figures.style import Figure, figure_style
from particle_sim.files import write_file

FORMATS = ("png", "svg")
"""What a verb writes; :func:`draw_files` can write PDF as well."""
PRINT_DPI = 600


def draw_files(
    figure: Figure,
    stem: Path,
    formats: Sequence[str] = FORMATS,
    finish: Finish = AS_IT_COMES,
) -> list[Path]:
    """``stem.png`` and ``stem.svg`` with the same layout, into a folder that is being made.

    Each is drawn once; ``Figure.savefig`` draws twice what has a layout, to find its places first.
    """
    from matplotlib import rcParams

    paths = []
    with figure_style():  # resolution and SVG ids are decided on saving
        rcParams["pdf.fonttype"] = 42  # text stays text
        figure = finished(figure, finish)
        print_dpi = finish.theme is Theme.PRINT
        figure.set_dpi(PRINT_DPI if print_dpi else rcParams["savefig.dpi"])
        for kind in sorted(formats, key=("png", "svg", "pdf").index):
            path = Path(f"{stem}.{kind}")
            write_file(path, _drawn(_PRINTERS[kind](figure)))
            figure.set_layout_engine("none")  # everything is in its place
            paths.append(path)
    return paths


def _png(figure: Figure) -> Callable[[BytesIO], Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    return FigureCanvasAgg(figure).print_png


def _svg(figure: Figure) -> Callable[[BytesIO], Any]:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    return partial(FigureCanvasSVG(figure).print_svg, metadata={"Date": None})


def _pdf(figure: Figure) -> Callable[[BytesIO], Any]:
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    return partial(FigureCanvasPdf(figure).print_pdf, metadata={"CreationDate": None})


_PRINTERS = {"png": _png, "svg": _svg, "pdf": _pdf}


def draw_with_data(figure: Figure, stem: Path, table: str | None = None) -> list[Path]:
    """The same, and ``stem.csv``: its lines, or the ``table`` given."""
    from particle_sim.figures.table import line_table

    data = Path(f"{stem}.csv")
    write_file(data, line_table(figure) if table is None else table)
    return [data, *draw_files(figure, stem)]


def _drawn(draw: Callable[[BytesIO], Any]) -> bytes:
    buffer = BytesIO()
    draw(buffer)
    return buffer.getvalue()
