"""The same figure for another page: its width, its font size, its colours."""

from __future__ import annotations

import enum
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from particle_sim.figures.room import axes_of, fit_texts
from particle_sim.figures.style import Figure

INCH = 25.4
"""Millimetres."""
FONT = 9.0
"""Points of the text of a figure as it is drawn first."""
SMALLEST_FONT = 6.0
"""Points that a reader still reads on paper; without a font size asked for, none is smaller."""
PALE, DARK = "#E6E6E6", "#16181D"
"""Text and page of the dark theme."""
GREY = 0.15
"""Largest difference between the parts of a colour that still counts as grey."""


class Theme(enum.Enum):
    """Colours of the page."""

    LIGHT = "light"
    DARK = "dark"
    PRINT = "print"


@dataclass(frozen=True, kw_only=True)
class Finish:
    """What a figure is made for: ``width`` [mm] and ``font_size`` [pt], or as it comes."""

    width: float | None = None
    font_size: float | None = None
    theme: Theme = Theme.LIGHT


AS_IT_COMES = Finish()


def finished(figure: Figure, finish: Finish) -> Figure:
    """The figure at its width, with lines and text to match.

    Lines scale with the width, text too but not below 6 pt where the layout can make room for it,
    unless ``font_size`` says how large that of the axes is. The height follows the larger of both;
    a text that has become longer than its axis is broken over lines, and of numbers at an axis
    that would run into each other some are left out.
    """
    natural = float(figure.get_figwidth()) * INCH
    scale = 1.0 if finish.width is None else finish.width / natural
    adapts = finish.width is not None and figure.get_layout_engine() is not None
    text = max(scale, SMALLEST_FONT / FONT) if adapts else scale
    text = text if finish.font_size is None else finish.font_size / FONT
    if scale != 1.0:
        wide, high = figure.get_size_inches()
        figure.set_size_inches(float(wide) * scale, float(high) * max(scale, text))
    if (scale, text) != (1.0, 1.0):
        least = SMALLEST_FONT if adapts and finish.font_size is None else 0.0
        _scale(figure, text, scale, least)
        if not fit_texts(figure) and text > scale:
            _scale(figure, scale / text, 1.0, 0.0)
    if finish.theme is Theme.DARK:
        _darken(figure)
    return figure


def _scale(figure: Figure, text: float, line: float, least: float) -> None:
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    def size(points: float) -> float:
        return max(points * text, min(points, least))

    for axis in axes_of(figure):  # ticks are made again when they are drawn
        for label in axis.get_ticklabels()[:1]:
            axis.set_tick_params(which="both", labelsize=size(label.get_fontsize()))
    ticks = {id(t) for axis in axes_of(figure) for t in axis.get_ticklabels(which="both")}
    for each in _found(figure, Text):
        if id(each) not in ticks:
            each.set_fontsize(size(each.get_fontsize()))
    for each in _found(figure, Line2D, Patch, Collection):
        width = each.get_linewidth()
        with suppress(TypeError):
            each.set_linewidth([w * line for w in width] if hasattr(width, "__len__")
                               else width * line)  # fmt: skip
    for each in _found(figure, Line2D):
        each.set_markersize(each.get_markersize() * line)


def _darken(figure: Figure) -> None:
    """White page and black ink change places; colours, and ink on colours, stay."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    figure.set_facecolor(DARK)
    for axis in axes_of(figure):
        axis.set_tick_params(which="both", color=PALE, labelcolor=PALE)
    for axes in figure.axes:
        if _is_light(axes.get_facecolor()) and not _is_covered(axes):
            axes.set_facecolor(DARK)
    covered = {id(each) for axes in figure.axes if _is_covered(axes) for each in axes.lines}
    covered |= {id(each) for axes in figure.axes if _is_covered(axes) for each in axes.texts}
    for each in _found(figure, Line2D, Text):
        if id(each) not in covered and not each.get_path_effects() and _is_ink(each.get_color()):
            each.set_color(PALE)
    for each in _found(figure, Patch):
        if _is_ink(each.get_edgecolor()):
            each.set_edgecolor(PALE)
        if each.get_visible() and _is_light(each.get_facecolor()) and each.get_alpha() is None:
            each.set_facecolor(DARK)


def _found(figure: Figure, *kinds: type) -> list[Any]:
    return figure.findobj(lambda artist: isinstance(artist, kinds))


def _is_covered(axes: Any) -> bool:
    """Whether colours fill the axes, so that ink on them stays as it is; beside a picture without
    axes is the page.
    """
    from matplotlib.collections import QuadMesh
    from matplotlib.contour import ContourSet

    return bool(axes.axison and axes.images) or any(
        isinstance(each, ContourSet | QuadMesh) for each in axes.collections
    )


def _is_ink(colour: Any) -> bool:
    """Black or a dark grey."""
    return _grey(colour) is not None and (_grey(colour) or 0.0) < 0.5


def _is_light(colour: Any) -> bool:
    return _grey(colour) is not None and (_grey(colour) or 0.0) > 0.9


def _grey(colour: Any) -> float | None:
    """How light a grey is, 0 to 1; ``None`` for a colour and for nothing at all."""
    from matplotlib.colors import to_rgba

    *parts, alpha = to_rgba(colour)
    return None if alpha == 0 or max(parts) - min(parts) > GREY else sum(parts) / 3
