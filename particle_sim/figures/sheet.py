"""A figure of square pictures in rows and columns, with names, scale bars and colour bars."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from particle_sim.figures.picture import Picture
from particle_sim.figures.quantities import Colours, ColourScale, Quantity
from particle_sim.figures.style import Figure, plain
from particle_sim.units import Array, readable

SIDE, GAP, CAPTION = 1.5, 0.1, 0.22
"""Width of a picture, space between two, and height of the numbers under one [in]."""

LETTERS = 15
"""Letters of a label per inch of a colour bar."""

GREY = "#333333"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A figure with room around its pictures for names and colour bars [in]."""

    figure: Figure
    columns: int
    rows: int
    left: float
    top: float

    def box(self, row: int, column: int) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of a picture, as shares of the figure."""
        x, y = self.corner(row, column)
        width, height = self.figure.get_size_inches()
        return x / width, 1 - (y + SIDE) / height, SIDE / width, SIDE / height

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """Place of the upper left corner of a picture, from the left and the top [in]."""
        return self.left + column * (SIDE + GAP), self.top + row * (SIDE + CAPTION)

    def axes(self, x: float, y: float, width: float, height: float) -> Any:
        """Axes whose upper left corner is at a place from the left and the top [in]."""
        across, down = self.figure.get_size_inches()
        return self.figure.add_axes(
            (x / across, 1 - (y + height) / down, width / across, height / down)
        )

    def text(self, x: float, y: float, words: str, **style: Any) -> Any:
        """Text at a place from the left and the top [in]."""
        across, down = self.figure.get_size_inches()
        return self.figure.text(x / across, 1 - y / down, words, **style)


def sheet(
    figure_class: type[Figure],
    *,
    columns: int,
    rows: int,
    left: float,
    right: float,
    top: float,
    bottom: float,
) -> Sheet:
    """An empty sheet with margins [in]."""
    size = (
        left + columns * (SIDE + GAP) - GAP + right,
        top + rows * (SIDE + CAPTION) + bottom,
    )
    return Sheet(figure=figure_class(figsize=size), columns=columns, rows=rows, left=left, top=top)


def draw(page: Sheet, row: int, column: int, image: Array, caption: str) -> tuple[Any, Any]:
    """Draw an image; returns matplotlib's image and the caption under it."""
    axes = page.figure.add_axes(page.box(row, column))
    axes.set_axis_off()
    shown = axes.imshow(image, interpolation="antialiased", aspect="auto")
    under = axes.text(
        0.5, -0.025, caption, ha="center", va="top", fontsize=6.5, color=GREY,
        transform=axes.transAxes,
    )  # fmt: skip
    return shown, under


def not_reached(page: Sheet, row: int, column: int) -> None:
    """Say that a run has no such state."""
    say_not_reached(page.figure.add_axes(page.box(row, column)))


def say_not_reached(axes: Any) -> None:
    """The same in axes that are there."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, "not\nreached", ha="center", va="center", color="#777777")


def extremes(quantity: Quantity, values: Array) -> str:
    """The smallest and largest value, in words; nothing for grains."""
    return "" if quantity.colours is Colours.GRAINS else span_text(values)


def span_text(values: Array) -> str:
    """The smallest and largest value, in words, with the minus of the axes.

    >>> span_text(np.array([-0.5, 2.0]))
    '−0.500 to 2.00'
    """
    low, high = readable(float(np.nanmin(values))), readable(float(np.nanmax(values)))
    return (low if low == high else f"{low} to {high}").replace("-", "−")


def name_width(names: Iterable[str]) -> float:
    """Room for the longest line of the names, or of a heading [in]."""
    lines = [line for name in names for line in name.splitlines()]
    return 0.35 + 0.09 * max([10, *map(len, lines)])


def name_row(page: Sheet, row: int, name: str, view: Picture) -> None:
    """The name of a run and the scale of its pictures, left of a row."""
    x, y = page.left - 0.16, page.corner(row, 0)[1] + 0.5 * SIDE
    page.text(x, y, plain(name), ha="right", va="bottom", fontsize=10, fontweight="bold")
    length = round_length(0.35 * view.width)
    inches = length / view.width * SIDE
    bar = page.axes(x - inches, y + 0.1, inches, 0.03)
    bar.set_facecolor(GREY)
    bar.set(xticks=[], yticks=[])
    for spine in bar.spines.values():
        spine.set_visible(False)
    page.text(x, y + 0.17, length_text(length), ha="right", va="top", fontsize=7, color=GREY)


def round_length(most: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten up to a length."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))


def length_text(length: float) -> str:
    """A length [m] with a readable unit."""
    for factor, unit in ((1e3, "mm"), (1e6, "µm"), (1e9, "nm")):
        if length * factor >= 0.999:
            return f"{length * factor:g} {unit}"
    return f"{length * 1e9:.2g} nm"


def time_text(time: float, longest: float) -> str:
    """A time [s] with a readable unit, chosen for the longest time shown."""
    unit, size = ("s", 1.0) if longest < 120 else ("min", 60.0)
    if longest >= 7200:
        unit, size = "h", 3600.0
    digits = 0 if longest / size >= 30 else 1
    return f"{time / size:.{digits}f} {unit}"


def colour_bar(page: Sheet, place: Any, quantity: Quantity, scale: ColourScale, way: str) -> None:
    """The colours of a quantity in axes ``place``, ``vertical`` or ``horizontal``."""
    from matplotlib.cm import ScalarMappable

    bar = page.figure.colorbar(
        ScalarMappable(norm=scale.norm, cmap=scale.cmap),
        cax=place,
        orientation=way,
        extend=scale.extend,
        extendfrac=0.04,
    )
    height = place.get_position().height * page.figure.get_size_inches()[1]
    letters = LETTERS * (max(height, SIDE) if way == "vertical" else SIDE)
    bar.set_label(textwrap.fill(quantity.label, round(letters)), fontsize=8)
    bar.outline.set_linewidth(0.5)
    if quantity.colours is Colours.GRAINS:
        step = -(-scale.cmap.N // 12)
        bar.set_ticks(list(range(0, scale.cmap.N, step)))
        bar.ax.tick_params(which="both", length=0)
