"""A figure as a paper wants it: one or two columns wide, as PDF, SVG and PNG."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import xarray as xr

from particle_sim.figures.style import Figure, figure_style
from particle_sim.files import write_file

WIDTHS = {"85mm": 85.0, "180mm": 180.0}
"""One column and two [mm]."""
INCH = 25.4
LEAST = 0.62
"""How much letters and lines shrink at most: 8 points become 5."""
LEAST_FIXED = 0.5
"""The same where nothing makes room for letters but the margins drawn."""
STATES = 3
"""Fractions of the capacity that fit in one column."""
DOTS = 300.0
"""Of a two-column PNG per inch; a narrower one has as many across."""


def fitted(figure: Figure, width: float) -> None:
    """Make a figure ``width`` [mm] wide: letters shrink less than panels, which grow taller for it.

    Height over width grows by the square root of what the letters gain on the panels.
    """
    across, up = figure.get_size_inches()
    factor = width / INCH / across
    letters = min(max(factor, LEAST if figure.get_layout_engine() else LEAST_FIXED), 1.0)
    for artist in figure.findobj():
        for name in ("fontsize", "linewidth", "markersize"):
            read, write = (getattr(artist, f"{verb}_{name}", None) for verb in ("get", "set"))
            if read is not None and write is not None and isinstance(read(), float | int):
                write(letters * read())
    figure.set_size_inches(width / INCH, up * factor * (letters / factor) ** 0.5)


def narrowed(results: xr.DataTree, width: float) -> xr.DataTree:
    """Results with as many fractions of the capacity as have room: in one column the first, the
    last and the middle one.
    """
    at = np.atleast_1d(results.attrs.get("at", []))
    if width > min(WIDTHS.values()) or len(at) <= STATES:
        return results
    chosen = results.copy()
    chosen.attrs["at"] = at[np.linspace(0, len(at) - 1, STATES).round().astype(int)]
    return chosen


def draw_for_paper(figure: Figure, stem: Path, width: float) -> list[Path]:
    """``stem`` as PDF, SVG and PNG, ``width`` [mm] wide; the figure is changed for it."""
    fitted(figure, width)
    dots = DOTS * max(WIDTHS.values()) / width
    drawn = []
    with figure_style():
        for kind, metadata in (
            ("pdf", {"CreationDate": None}),
            ("svg", {"Date": None}),
            ("png", {}),
        ):
            buffer = BytesIO()
            figure.savefig(buffer, format=kind, dpi=dots, metadata=metadata)
            write_file(path := Path(f"{stem}.{kind}"), buffer.getvalue())
            drawn.append(path)
    return drawn
