"""Particle size against C-rate: capacity kept and crack driving, with their groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.rate_panels import panels
from particle_sim.figures.style import SODIUM_MAP, STRESS_MAP, Figure, figure_style, plain

GROUP_LINES = (0.1, 1.0, 10.0, 100.0)
STRESS_LINES = (0.01, 0.1, 1.0, 10.0)
KEPT_LEVELS = np.linspace(0, 1, 11)
CRACK_LEVELS = np.logspace(-3, 1, 17)


def rate_map(results: xr.DataTree) -> Figure:
    """Above: capacity kept, with lines of (R^2/D)/t. Below: K/K_IC, with lines of its steady value.

    The red line is K = K_IC. Dotted: the material's central radius. K falls again at high rates
    where the charge ends at its cut-off before the stress has built up.
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
        bar.set_label(
            "K / K_IC of the edge flaw in a charge [1];\nlines: steady value, red: K = K_IC"
        )
    return figure


def _kept(node: xr.DataTree, axis: Any) -> Any:
    table = node.children["map"].to_dataset()
    grid = _grid(table)
    _frame(node, axis)
    drawn = axis.contourf(
        *grid, np.clip(table.capacity_kept.values, 0, 1), KEPT_LEVELS, cmap=SODIUM_MAP
    )
    _lines(axis, grid, table.group.values, GROUP_LINES)
    return drawn


def _crack(node: xr.DataTree, axis: Any) -> Any:
    from matplotlib.colors import LogNorm

    table = node.children["map"].to_dataset()
    grid = _grid(table)
    _frame(node, axis)
    number = np.clip(table.crack_number.values, CRACK_LEVELS[0], CRACK_LEVELS[-1])
    norm = LogNorm(CRACK_LEVELS[0], CRACK_LEVELS[-1])
    drawn = axis.contourf(*grid, number, CRACK_LEVELS, cmap=STRESS_MAP, norm=norm)
    _lines(axis, grid, table.stress_group.values, STRESS_LINES)
    axis.contour(*grid, table.crack_number.values, [1.0], colors="#D00000", linewidths=1.8)
    return drawn


def _grid(table: xr.Dataset) -> tuple[Any, Any]:
    return table.c_rate.values, table.radius.values * 1e6


def _lines(axis: Any, grid: tuple[Any, Any], values: Any, levels: tuple[float, ...]) -> None:
    """Labelled lines in white with a dark rim, readable on any colour."""
    from matplotlib.patheffects import withStroke

    drawn = axis.contour(*grid, values, levels, colors="white", linewidths=0.9)
    rim = [withStroke(linewidth=2.0, foreground="#333333")]
    drawn.set_path_effects(rim)
    for label in axis.clabel(drawn, fmt=lambda value: f"{value:g}", fontsize=7):
        label.set_path_effects(rim)


def _frame(node: xr.DataTree, axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    axis.set_xscale("log")
    axis.set_yscale("log")
    for part in (axis.xaxis, axis.yaxis):
        part.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.axhline(node.attrs["particle_radius"] * 1e6, color="white", lw=0.8, ls=":")
