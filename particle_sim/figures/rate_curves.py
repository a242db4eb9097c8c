"""Capacity against C-rate: curves, what is plausible, and what is in print."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.rate_panels import (
    MARKERS,
    PRINT_COLOURS,
    colour_of,
    panels,
    rate_ticks,
)
from particle_sim.figures.style import Figure, figure_style, plain

MODEL_STYLES = {"SPM": "-", "SPMe": "x--", "DFN": "+:", "MPM": "1-."}
"""Markers stand at the rates that were solved, so that a model shows on top of another."""
MOST_ON_ONE_AXIS = 2
"""Materials; more would hide each other."""
FULL = "#555555"


def rate_curves(results: xr.DataTree) -> Figure:
    """One axis for two materials, a panel each for more. Lines: the cell models at the central
    inputs, with a sign at the rates that were solved. Shaded: 5 to 95 % of the
    draws, and darker what its measured rates leave of them. Symbols: print, one for each series;
    open for full cells and aged or warm half cells.
    """
    names = list(results.attrs["materials"])
    with figure_style() as figure_class:
        one = len(names) <= MOST_ON_ONE_AXIS
        width = 7.0 if one else 3.6 * len(names) + 0.6
        figure = figure_class(figsize=(width, 4.9), layout="constrained")
        axes = panels(figure, rows=1, columns=1 if one else len(names), share="row")[0]
        for place, name in enumerate(names):
            node, axis = results.children[name], axes[0 if one else place]
            title = plain(node.attrs["title"])
            _draw(node, axis, colour_of(place), f"{title}, " if len(names) > 1 and one else "")
            if not one or len(names) == 1:
                axis.set_title(title)
        axes[0].set_ylabel("Discharge capacity [mAh/g of cathode]")
        for axis in axes:
            axis.set_ylim(bottom=0)
            axis.set_xlabel(r"C-rate of the printed 1C [1/h]")
            if not one:
                axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=7)
        if one:
            known = axes[0].get_legend_handles_labels()
            figure.legend(*known, loc="outside lower center", fontsize=7.5, ncols=len(names))
    return figure


def _draw(node: xr.DataTree, axis: Any, colour: str, whose: str) -> None:
    band = node.children["band"].to_dataset()
    low, middle, high = band.quantiles.values
    axis.set_xscale("log")
    shade = FULL if "learned" in node.children and not whose else colour
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
    _draw_printed(node, axis, colour if whose else "", whose)
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
