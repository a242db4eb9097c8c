"""The same figure for another page: its width, its font size, its colours."""

from __future__ import annotations

import enum
from colorsys import hls_to_rgb, rgb_to_hls
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
CONTRAST = 4.5
"""Least of a colour against the dark page, as WCAG 2 defines it and asks of text."""


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
        each.set_markeredgewidth(each.get_markeredgewidth() * line)


def _darken(figure: Figure) -> None:
    """White page and black ink change places, and dim colours become lighter; what lies on colours
    stays.
    """
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    figure.set_facecolor(DARK)
    for axis in axes_of(figure):
        axis.set_tick_params(which="both", color=PALE, labelcolor=PALE)
    covered = [axes for axes in figure.axes if _is_covered(axes)]
    for axes in figure.axes:
        if _is_light(axes.get_facecolor()) and axes not in covered:
            axes.set_facecolor(DARK)
    on_colours = {id(each) for axes in covered for each in (*axes.lines, *axes.texts)}
    on_colours |= {id(each) for axes in covered for each in axes.collections}
    for each in _found(figure, Line2D, Text, Collection):
        if id(each) not in on_colours and not each.get_path_effects():
            _lighten(each)
    for each in _found(figure, Patch):
        each.set_edgecolor(on_dark(each.get_edgecolor()))
        if each.get_visible() and _is_light(each.get_facecolor()) and each.get_alpha() is None:
            each.set_facecolor(DARK)
        elif each.get_fill() and _grey(each.get_facecolor()) is None:
            each.set_facecolor(on_dark(each.get_facecolor()))


def _lighten(artist: Any) -> None:
    """A line with its markers, a text or an area, so that it is seen on the dark page."""
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D

    if isinstance(artist, Collection):
        if artist.get_array() is None:
            artist.set_facecolor([on_dark(each) for each in artist.get_facecolor()])
            artist.set_edgecolor([on_dark(each) for each in artist.get_edgecolor()])
        return
    if isinstance(artist, Line2D):
        face, edge = artist.get_markerfacecolor(), artist.get_markeredgecolor()
        artist.set_markerfacecolor(DARK if _is_light(face) else on_dark(face))
        artist.set_markeredgecolor(on_dark(edge))
    artist.set_color(on_dark(artist.get_color()))


def on_dark(colour: Any) -> Any:
    """The colour in which something is seen on the dark page: pale for ink, else of the same hue
    and as much lighter as ``CONTRAST`` needs.

    >>> on_dark("black") == PALE, on_dark("#F0E442"), tuple(round(x, 2) for x in on_dark("#0072B2"))
    (True, '#F0E442', (0.0, 0.54, 0.84, 1.0))
    """
    from matplotlib.colors import to_rgba

    *parts, alpha = to_rgba(colour)
    if alpha == 0:
        return colour
    if _is_ink(colour):
        return PALE if alpha == 1 else (*to_rgba(PALE)[:3], alpha)
    page, (hue, light, colourful) = _luminance(to_rgba(DARK)), rgb_to_hls(*parts)
    lighter = colour
    while (_luminance(to_rgba(lighter)) + 0.05) / (page + 0.05) < CONTRAST:
        light += 0.01
        lighter = (*hls_to_rgb(hue, light, colourful), alpha)
    return lighter


def _luminance(rgba: Any) -> float:
    """Relative luminance of WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba[:3]]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


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
