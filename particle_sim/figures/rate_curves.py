"""Capacity against C-rate: curves, what is plausible, and what is in print."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.rate_panels import (
    MARKERS,
    PRINT_COLOURS,
    colour_of,
    column_legend,
    panels,
    rate_ticks,
)
from particle_sim.figures.style import Figure, figure_style, plain

MODEL_STYLES = {"SPM": "-", "SPMe": "x--", "DFN": "+:", "MPM": "1-."}
"""Markers stand at the rates that were solved, so that a model shows on top of another."""
MOST_ON_ONE_AXIS = 2
"""Materials; more would hide each other."""
COLUMNS = 2
"""Panels beside each other of more materials"""
FULL = "#555555"


def rate_curves(results: xr.DataTree) -> Figure:
    """One axis for two materials, a panel each for more. Lines: the cell models at the central
    inputs, with a sign at the rates that were solved. Shaded: 5 to 95 % of the
    draws, and darker what its measured rates leave of them. Symbols: print, one for each series;
    open for full cells and aged or warm half cells.
    """
    names = list(results.attrs["materials"])
    titles = [plain(results.children[name].attrs["title"]) for name in names]
    with figure_style() as figure_class:
        one = len(names) <= MOST_ON_ONE_AXIS
        columns = 1 if one else COLUMNS
        rows = 1 if one else -(-len(names) // columns)
        figure = figure_class(figsize=(7.0, 2.9 * rows + 2.0), layout="constrained")
        grid = panels(figure, rows=rows, columns=columns, share="all")
        axes = [axis for row in grid for axis in row]
        for place, (name, title) in enumerate(zip(names, titles, strict=True)):
            whose = f"{title}, " if len(names) > 1 else ""
            axis, own = axes[0 if one else place], results.children[name]
            _draw(own, axis, colour_of(place if one else 1), whose if one else "")
            _draw_printed(own, axis, colour_of(place) if one and whose else "", whose)
            if not one or len(names) == 1:
                axis.set_title(title)
        for row in grid:
            row[0].set_ylabel("Discharge capacity\n[mAh/g of cathode]")
        for axis in axes[max(len(names) - columns, 0) :]:
            axis.set_xlabel("C-rate of the printed 1C [1/h]")
        for axis in axes[len(names) :]:
            axis.remove()
        axes[0].set_ylim(bottom=0)
        column_legend(figure, titles if one else [])
    return figure


def _draw(node: xr.DataTree, axis: Any, colour: str, whose: str) -> None:
    band = node.children["band"].to_dataset()
    low, middle, high = band.quantiles.values
    axis.set_xscale("log")
    shade = colour if whose else FULL
    axis.fill_between(
        band.c_rate,
        low,
        high,
        color=shade,
        alpha=0.18,
        lw=0,
        label=f"{whose}5 to 95 % of the draws",
    )
    axis.plot(
        band.c_rate, middle, color=shade, lw=0.8, alpha=0.6, label=f"{whose}median of the draws"
    )
    if "learned" in node.children:
        low, middle, high = node.children["learned"].to_dataset().quantiles.values
        axis.fill_between(
            band.c_rate, low, high, color=colour, alpha=0.3, lw=0,
            label=f"{whose}5 to 95 % learned from print",
        )  # fmt: skip
        axis.plot(
            band.c_rate, middle, color=colour, lw=0.8, label=f"{whose}median learned from print"
        )
    for kind, curve in node.children["curves"].data_vars.items():
        shade = colour if kind == "half" else FULL
        for model in curve.model.values:
            axis.plot(
                curve.c_rate,
                curve.sel(model=model),
                MODEL_STYLES[str(model)],
                color=shade,
                lw=1.6,
                label=f"{whose}{kind} cell, {model}",
            )
    rate_ticks(axis, band.c_rate.values)


def _draw_printed(node: xr.DataTree, axis: Any, own: str, whose: str) -> None:
    """Symbols of print: of the material's colour, or, alone in its panel, of one a series."""
    table = node.children["printed"].to_dataset()
    if not table.sizes.get("point", 0):
        return
    base = float(node.children["band"].quantiles.values[1, 0])
    for number, label in enumerate(dict.fromkeys(table.series.values)):
        chosen = table.isel(point=np.flatnonzero(table.series.values == label))
        relative, solid = bool(chosen.relative.values[0]), np.isfinite(chosen.pass_share.values[0])
        colour = own or PRINT_COLOURS[number % len(PRINT_COLOURS)]
        axis.plot(
            chosen.c_rate,
            chosen.printed * (base if relative else 1.0),
            MARKERS[number % len(MARKERS)],
            markeredgecolor="black" if solid else colour,
            markeredgewidth=0.6 if solid else 1.3,
            markerfacecolor=colour if solid else "none",
            markersize=6,
            linestyle="none",
            label=f"{whose}print: {label}" + (" x median at the lowest rate" if relative else ""),
        )
