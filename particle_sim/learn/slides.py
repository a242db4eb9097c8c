"""A lesson's picture as a 16:9 slide."""

from __future__ import annotations

from typing import Any

import numpy as np

from particle_sim.figures.style import SIGNED_MAP, SODIUM_MAP, Figure, figure_style
from particle_sim.learn.picture import Ball, Kind, Panel, Picture, Quantity

SIZE = (13.33, 7.5)
"""Inches, 16:9."""
STYLES: dict[Kind, dict[str, Any]] = {
    Kind.SIMULATION: {"linestyle": "-", "linewidth": 2.5},
    Kind.CLOSED_FORM: {"linestyle": "--", "linewidth": 2.5},
    Kind.POINTS: {"linestyle": "", "marker": "o", "markersize": 7},
}
MAPS = {Quantity.SODIUM: SODIUM_MAP, Quantity.STRESS: SIGNED_MAP}
PIXELS = 400


def slide(title: str, picture: Picture) -> Figure:
    """Title, cut particles and panels on one slide."""
    with figure_style() as new_figure:
        figure = new_figure(figsize=SIZE, layout="constrained")
        figure.suptitle(title, fontsize=24)
        balls = [panel for panel in picture.panels if isinstance(panel, Ball)]
        panels = [panel for panel in picture.panels if isinstance(panel, Panel)]
        upper, lower = _halves(figure) if balls else (figure, figure)
        for axes, ball in zip(_row(upper, len(balls)), balls, strict=True):
            _ball(upper, axes, ball)
        for axes, panel in zip(_row(lower, len(panels)), panels, strict=True):
            _panel(axes, panel)
        return figure


def _halves(figure: Any) -> tuple[Any, Any]:
    upper, lower = figure.subfigures(2, 1, height_ratios=[2, 3])
    return upper, lower


def _row(figure: Any, count: int) -> list[Any]:
    return list(figure.subplots(1, count, squeeze=False)[0]) if count else []


def _panel(axes: Any, panel: Panel) -> None:
    for line in panel.lines:
        axes.plot(line.x, line.y, color=line.colour.value, label=line.label, **STYLES[line.kind])
    for mark in panel.marks:
        draw = axes.axvline if mark.x is not None else axes.axhline
        draw(mark.x if mark.x is not None else mark.y, color="0.4", linestyle=":", linewidth=1.5)
        place = (mark.x, 0.98) if mark.x is not None else (0.01, mark.y)
        transform = axes.get_xaxis_transform() if mark.x is not None else axes.get_yaxis_transform()
        axes.text(*place, f" {mark.label}", transform=transform, va="top", fontsize=12)
    axes.set_title(panel.title, fontsize=16)
    axes.set_xlabel(panel.x_label, fontsize=14)
    axes.set_ylabel(panel.y_label, fontsize=14)
    axes.tick_params(labelsize=12)
    if panel.log_x:
        axes.set_xscale("log")
    if panel.log_y:
        axes.set_yscale("log")
    if panel.y_range is not None:
        axes.set_ylim(panel.y_range)
    axes.legend(fontsize=12)


def _ball(figure: Any, axes: Any, ball: Ball) -> None:
    side = np.linspace(-1, 1, PIXELS)
    distance = np.hypot(*np.meshgrid(side, side)) / ball.size
    values = np.interp(distance, np.asarray(ball.radius), np.asarray(ball.values))
    image = axes.imshow(
        np.where(distance <= 1, values, np.nan),
        cmap=MAPS[ball.quantity],
        vmin=ball.low,
        vmax=ball.high,
    )
    axes.set_axis_off()
    axes.set_title(ball.title, fontsize=16)
    bar = figure.colorbar(image, ax=axes, location="bottom", shrink=0.5)
    bar.set_label(ball.label, fontsize=12)
