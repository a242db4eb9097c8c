"""Particle size against C-rate: capacity kept and crack driving, with their groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.rate_panels import RADIUS, panels, radius_line
from particle_sim.figures.style import SODIUM_MAP, STRESS_MAP, Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks

GROUP_LINES = (0.1, 1.0, 10.0, 100.0)
STRESS_LINES = (0.01, 0.1, 1.0, 10.0)
KEPT_LEVELS = np.linspace(0, 1, 11)
CRACK_LEVELS = np.logspace(-3, 1, 17)
LITTLE = 0.1
"""Share of the capacity at rest below which little charge passes: what a particle then suffers says
nothing of use at that rate."""
HATCH: dict[str, Any] = {"hatch": "////", "edgecolor": "#777777", "linewidth": 0.0}
LIMIT = "#D00000"
TOUGHNESS = r"$K_\mathrm{IC}$"
SHORT = 0.25
"""Of the width and height together: a shorter line has no number."""


def rate_map(results: xr.DataTree) -> Figure:
    """Above: capacity kept, with lines of (R^2/D)/t. Below: K/K_IC, with lines of its steady value.

    The red line is K = K_IC. Dashed: the material's central radius. Hatched: less than a tenth of
    the capacity at rest passes, above in a discharge, below in the charge. K falls there because
    the charge ends at its cut-off before the stress has built up.
    """
    names = list(results.attrs["materials"])
    with figure_style() as figure_class:
        figure = figure_class(figsize=(3.5 * len(names) + 1.2, 6.6), layout="constrained")
        above, below = panels(figure, rows=2, columns=len(names), share="all")
        kept = [_kept(results.children[n], axis) for n, axis in zip(names, above, strict=True)]
        crack = [_crack(results.children[n], axis) for n, axis in zip(names, below, strict=True)]
        for name, axis in zip(names, above, strict=True):
            axis.set_title(plain(results.children[name].attrs["title"]))
            axis.tick_params(labelbottom=False)
        for axis in below:
            axis.set_xlabel("C-rate of the printed 1C [1/h]")
        for row in (above, below):
            row[0].set_ylabel("Particle radius [µm]")
        bar = figure.colorbar(kept[-1], ax=above, ticks=KEPT_LEVELS[::2])
        bar.set_label("Capacity of a discharge over that\nat rest [1]; lines: (R²/D)/t")
        bar = figure.colorbar(crack[-1], ax=below, ticks=[1e-3, 1e-2, 1e-1, 1, 10])
        bar.ax.set_yticklabels(["0.001", "0.01", "0.1", "1", "10"])
        bar.set_label(f"$K$ / {TOUGHNESS} of the edge flaw in a charge [1];\nlines: steady value")
        handles = _legend(limit=any(_reached(results.children[name]) for name in names))
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _kept(node: xr.DataTree, axis: Any) -> Any:
    table = node.children["map"].to_dataset()
    grid = _grid(table)
    _frame(node, grid, axis)
    drawn = axis.contourf(
        *grid, np.clip(table.capacity_kept.values, 0, 1), KEPT_LEVELS, cmap=SODIUM_MAP
    )
    _lines(axis, grid, table.group.values, GROUP_LINES)
    _little(axis, grid, table.capacity_kept.values)
    return drawn


def _crack(node: xr.DataTree, axis: Any) -> Any:
    from matplotlib.colors import LogNorm

    table = node.children["map"].to_dataset()
    grid = _grid(table)
    _frame(node, grid, axis)
    number = np.clip(table.crack_number.values, CRACK_LEVELS[0], CRACK_LEVELS[-1])
    norm = LogNorm(CRACK_LEVELS[0], CRACK_LEVELS[-1])
    drawn = axis.contourf(*grid, number, CRACK_LEVELS, cmap=STRESS_MAP, norm=norm)
    _lines(axis, grid, table.stress_group.values, STRESS_LINES)
    axis.contour(*grid, table.crack_number.values, [1.0], colors=LIMIT, linewidths=1.8)
    if "charge_passed" in table:  # it is not in older results
        _little(axis, grid, table.charge_passed.values)
    return drawn


def _little(axis: Any, grid: tuple[Any, Any], passed: Any) -> None:
    """Hatch where less than ``LITTLE`` of the capacity at rest passes."""
    axis.contourf(*grid, passed, [-np.inf, LITTLE], colors="none").set(**HATCH)


def _reached(node: xr.DataTree) -> bool:
    """Whether the line K = K_IC crosses the map."""
    number = node["map"].to_dataset().crack_number
    return bool(number.min() < 1 < number.max())


def _legend(*, limit: bool) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Line2D([], [], label="central radius", **RADIUS),
        *([Line2D([], [], color=LIMIT, lw=1.8, label=f"$K$ = {TOUGHNESS}")] if limit else []),
        Patch(facecolor="none", label=f"under {100 * LITTLE:.0f} % of the charge passes", **HATCH),
    ]


def _grid(table: xr.Dataset) -> tuple[Any, Any]:
    return table.c_rate.values, table.radius.values * 1e6


def _lines(axis: Any, grid: tuple[Any, Any], values: Any, levels: tuple[float, ...]) -> None:
    """Labelled lines in white with a dark rim, readable on any colour."""
    from matplotlib.patheffects import withStroke

    axis.contour(*grid, values, levels, colors="#333333", linewidths=2.0)
    drawn = axis.contour(*grid, values, levels, colors="white", linewidths=0.9)
    rim = [withStroke(linewidth=1.5, foreground="#333333")]
    middles = list(filter(None, (_middle(path, axis) for path in drawn.get_paths())))
    if middles:
        labels = axis.clabel(drawn, fmt=lambda v: f"{v:g}", fontsize=7, manual=middles)
        for label in labels:
            label.set_path_effects(rim)


def _middle(path: Any, axis: Any) -> tuple[float, float] | None:
    """Half way along a line, in data; ``None`` where it is too short for a number."""
    if len(path.vertices) < 2:
        return None
    steps = np.diff(axis.transLimits.transform(axis.transScale.transform(path.vertices)), axis=0)
    length = np.cumsum(np.hypot(*steps.T))
    if length[-1] < SHORT:
        return None
    x, y = path.vertices[1 + int(np.searchsorted(length, 0.5 * length[-1]))]
    return float(x), float(y)


def _frame(node: xr.DataTree, grid: tuple[Any, Any], axis: Any) -> None:
    axis.set(xscale="log", yscale="log", xlim=grid[0][[0, -1]], ylim=grid[1][[0, -1]])
    number_ticks(axis.xaxis, axis.yaxis)
    radius_line(axis, node.attrs["particle_radius"])
