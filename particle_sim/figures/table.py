"""The numbers of a figure as a table: every line it draws, point by point."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from particle_sim.figures.style import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = ("panel", "curve", "x", "x of", "y", "y of")
Row = tuple[str, str, float, str, float, str]


def line_table(figure: Figure) -> str:
    """CSV of all lines of three points or more and shaded bands (both edges), in reading order.

    >>> from matplotlib.figure import Figure as AnyFigure
    >>> drawn = AnyFigure()
    >>> _ = drawn.subplots().plot([0, 1, 2], [2, 4, 6], label="a")
    >>> print(line_table(drawn).splitlines()[1])
    1,a,0,,2,
    """
    return as_csv(row for number, axes in enumerate(figure.axes, 1) for row in _rows(number, axes))


def as_csv(rows: Iterable[Row]) -> str:
    """Rows under :data:`COLUMNS`; values with six digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for panel, curve, x, x_of, y, y_of in rows:
        writer.writerow((panel, curve, f"{x:.6g}", x_of, f"{y:.6g}", y_of))
    return text.getvalue()


def _rows(number: int, axes: Axes) -> Iterator[Row]:
    from matplotlib.collections import PolyCollection

    panel = f"{number} {_title(axes)}".replace("\n", " ").strip()
    below = axes.get_xlabel() or _shared(axes, "x")
    names = below.replace("\n", " "), (axes.get_ylabel() or _shared(axes, "y")).replace("\n", " ")
    drawn = [
        (line.get_label(), np.column_stack(line.get_data()))
        for line in axes.lines
        if len(np.atleast_1d(line.get_xdata())) > 2
    ]
    drawn += [
        (f"{band.get_label()} (edge)", np.asarray(path.vertices))
        for band in axes.collections
        if isinstance(band, PolyCollection)
        for path in band.get_paths()
    ]
    for label, points in drawn:
        for x, y in points:
            yield panel, str(label).removeprefix("_"), float(x), names[0], float(y), names[1]


def _title(axes: Axes) -> str:
    """Its title, or that of the panel above it in its column."""
    own = axes.get_subplotspec()
    column = [
        each.get_title()
        for each in axes.figure.axes
        if own is not None
        and (spec := each.get_subplotspec()) is not None
        and spec.colspan == own.colspan
    ]
    return axes.get_title() or next(filter(None, column), "")


def _shared(axes: Axes, which: str) -> str:
    """The label of the axis that this one shares."""
    siblings = getattr(axes, f"get_shared_{which}_axes")().get_siblings(axes)
    return next(filter(None, (getattr(each, f"get_{which}label")() for each in siblings)), "")
