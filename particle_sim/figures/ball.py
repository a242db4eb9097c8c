"""Balls with one octant cut away, coloured by a field that depends on the radius, in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np

from particle_sim.figures.sheet import GREY, length_text, round_length, say_not_reached, span_text
from particle_sim.units import Array

PIXELS = 200
BEFORE, LETTERS = -0.06, 15
"""Where the names of rows end, in widths of a ball, and letters in a line of one."""
NAME, BAR = 0.64, -0.6
"""Where a name stands on what is said of it, in heights of a ball, and its scale bar, in radii."""
MOST_APART = 5.0
"""Ratio of radii above which a smaller ball would be too small to read beside the larger."""


def cut_ball(radius: Array, values: Array) -> tuple[Array, Array]:
    """Field and brightness images (PIXELS, PIXELS) of a unit ball seen along (-1, -1, -1).

    The octant x, y, z > 0 is removed, so that three quarter discs show the inside. ``radius`` runs
    from the centre to the surface. Outside the ball both are nan.
    """
    across = np.linspace(-1.02, 1.02, PIXELS)
    right, up = np.meshgrid(across, -across)
    behind = 1 - right**2 - up**2
    axes = _view_axes()
    depth = np.sqrt(np.maximum(behind, 0.0))
    surface = right[..., None] * axes[0] + up[..., None] * axes[1] + depth[..., None] * axes[2]
    lowest = surface.min(axis=2)
    opened = lowest > 0
    point = np.where(opened[..., None], surface - lowest[..., None], surface)
    distance = np.linalg.norm(point, axis=2)
    field = np.interp(distance * radius[-1], radius, values)
    shade = np.where(opened, _face_shade(point), _RIM_SHADE + (1 - _RIM_SHADE) * (surface @ _LIGHT))
    outside = behind < 0
    field[outside], shade[outside] = np.nan, np.nan
    return field, shade


_RIM_SHADE = 0.72
_LIGHT = np.array([0.2, 0.55, 0.81])


def _view_axes() -> Array:
    toward = np.ones(3) / np.sqrt(3)
    right = np.array([-1.0, 1.0, 0.0]) / np.sqrt(2)
    return np.stack([right, np.cross(toward, right), toward])


def _face_shade(point: Array) -> Array:
    """Nearly full brightness on the cut faces, with dark lines where they meet."""
    ordered = np.sort(np.abs(point), axis=2)
    return np.where(ordered[..., 1] < 0.012, 0.35, 1.0)


def draw_ball(
    axes: Any, radius: Array, values: Array, *, norm: Any, cmap: Any, largest: float | None = None
) -> None:
    """Draw a cut ball into matplotlib ``axes``, which a ball of radius ``largest`` would fill."""
    from matplotlib.patches import Circle

    field, shade = cut_ball(radius, values)
    outside = np.isnan(field)
    field[outside], shade[outside] = values[-1], _RIM_SHADE
    colours = cmap(norm(field))
    colours[..., :3] *= np.clip(shade, 0, 1)[..., None]
    image = axes.imshow(colours, interpolation="bilinear", extent=(-1.02, 1.02, -1.02, 1.02))
    image.set_clip_path(Circle((0, 0), 1.0, transform=axes.transData))
    reach = 1.02 * (largest or float(radius[-1])) / float(radius[-1])
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    axes.set_axis_off()


def draw_scale_bar(axes: Any, radius: float, largest: float) -> None:
    """A bar with its length left of a ball of ``radius`` [m], under the name of its row."""
    reach, length = 1.02 * largest / radius, round_length(0.7 * largest)
    right, height = -1.1 * reach, BAR * reach
    axes.plot([right - length / radius, right], [height, height], color=GREY, linewidth=2.5,
              solid_capstyle="butt", clip_on=False)  # fmt: skip
    axes.text(right, height - 0.08 * reach, length_text(length), fontsize=6.5, color=GREY,
              ha="right", va="top")  # fmt: skip


def filling_radii(radii: Mapping[str, float]) -> dict[str, float]:
    """The radius [m] that fills the axes of each ball: the largest of all, so that sizes are to one
    scale, or each its own where they are too far apart.
    """
    largest = max(radii.values())
    if largest <= MOST_APART * min(radii.values()):
        return dict.fromkeys(radii, largest)
    return dict(radii)


def ball_row(
    row: Sequence[Any],
    radius: Array,
    states: Sequence[Array | None],
    *,
    scales: Sequence[tuple[Any, str]],
    largest: float,
) -> None:
    """A ball for every state in its axes of ``row``, coloured by its scale (norm, colour map).

    Its smallest and largest value stand under each, and a scale bar left of the first.
    """
    import matplotlib

    first = True
    for axes, values, (norm, name) in zip(row, states, scales, strict=True):
        if values is None:
            say_not_reached(axes)
            continue
        cmap = matplotlib.colormaps[name]
        draw_ball(axes, radius, values, norm=norm, cmap=cmap, largest=largest)
        axes.text(
            0.5, -0.02, span_text(values), ha="center", va="top", fontsize=6.5,
            transform=axes.transAxes, color=GREY,
        )  # fmt: skip
        if first:
            draw_scale_bar(axes, float(radius[-1]), largest)
        first = False


def name_balls(
    grid: Any,
    titles: Sequence[str],
    fractions: Sequence[float],
    passed: str,
    below: Sequence[str] = ("", ""),
) -> None:
    """The fractions above six rows of balls, and before them the names of both materials with what
    is said ``below`` each.
    """
    for axes, fraction in zip(grid[0], fractions, strict=True):
        axes.set_title(f"{100 * fraction:.0f} %", fontsize=9)
    beside: dict[str, Any] = {"ha": "right", "transform": grid[0][0].transAxes}
    grid[0][0].text(BEFORE, 1.08, f"{passed}:", fontsize=8, **beside)
    for number, row in enumerate(grid):
        beside["transform"] = row[0].transAxes
        name, said = (
            "\n".join(wrap(each[number % 2], LETTERS, break_on_hyphens=False))
            for each in (titles, below)
        )
        place, edge = (NAME, "bottom") if said else (0.5, "center")
        row[0].text(BEFORE, place, name, va=edge, fontsize=10, fontweight="bold", **beside)
        row[0].text(BEFORE, NAME - 0.02, said, va="top", fontsize=6.5, **beside)


def head_balls(figure: Any, heading: str, lines: Sequence[str]) -> None:
    """What is drawn, and under what, above all."""
    figure.suptitle("\n".join([heading, *lines]), fontsize=9)
