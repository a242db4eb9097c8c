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

MODEL_STYLES = {"SPM": "-", "SPMe": "--", "DFN": ":", "MPM": "-."}
FULL = "#555555"


def rate_curves(results: xr.DataTree) -> Figure:
    """A panel per material. Lines: the cell models at the central inputs. Shaded: 5 to 95 % of the
    draws, and darker what its measured rates leave of them. Symbols: print, one for each series;
    open for full cells and aged or warm half cells.
    """
    names = list(results.attrs["materials"])
    with figure_style() as figure_class:
        figure = figure_class(figsize=(3.6 * len(names) + 0.6, 4.9), layout="constrained")
        axes = panels(figure, rows=1, columns=len(names), share="row")[0]
        for place, (name, axis) in enumerate(zip(names, axes, strict=True)):
            _draw(results.children[name], axis, colour_of(place))
            axis.set_title(plain(results.children[name].attrs["title"]))
        axes[0].set_ylabel("Discharge capacity [mAh/g of cathode]")
        for axis in axes:
            axis.set_ylim(bottom=0)
            axis.set_xlabel(r"C-rate of the printed 1C [1/h]")
            axis.legend(
                loc="upper center", bbox_to_anchor=(0.5, -0.17), fontsize=7, handlelength=2.4
            )
    return figure


def _draw(node: xr.DataTree, axis: Any, colour: str) -> None:
    band = node.children["band"].to_dataset()
    low, middle, high = band.quantiles.values
    axis.set_xscale("log")
    shade = FULL if "learned" in node.children else colour
    axis.fill_between(
        band.c_rate, low, high, color=shade, alpha=0.18, lw=0, label="5 to 95 % of the draws"
    )
    axis.plot(band.c_rate, middle, color=shade, lw=0.8, alpha=0.6, label="median of the draws")
    if "learned" in node.children:
        low, middle, high = node.children["learned"].to_dataset().quantiles.values
        axis.fill_between(
            band.c_rate, low, high, color=colour, alpha=0.3, lw=0,
            label="5 to 95 % learned from print",
        )  # fmt: skip
        axis.plot(band.c_rate, middle, color=colour, lw=0.8, label="median learned from print")
    for kind, curve in node.children["curves"].data_vars.items():
        shade = colour if kind == "half" else FULL
        for model in curve.model.values:
            axis.plot(
                curve.c_rate,
                curve.sel(model=model),
                MODEL_STYLES[str(model)],
                color=shade,
                lw=1.6,
                label=f"{kind} cell, {model}",
            )
    _draw_printed(node, axis)
    rate_ticks(axis, band.c_rate.values)


def _draw_printed(node: xr.DataTree, axis: Any) -> None:
    table = node.children["printed"].to_dataset()
    if not table.sizes.get("point", 0):
        return
    base = float(node.children["band"].quantiles.values[1, 0])
    for number, label in enumerate(dict.fromkeys(table.series.values)):
        chosen = table.isel(point=np.flatnonzero(table.series.values == label))
        relative, solid = bool(chosen.relative.values[0]), np.isfinite(chosen.pass_share.values[0])
        colour = PRINT_COLOURS[number % len(PRINT_COLOURS)]
        axis.plot(
            chosen.c_rate,
            chosen.printed * (base if relative else 1.0),
            MARKERS[number % len(MARKERS)],
            markeredgecolor="black" if solid else colour,
            markeredgewidth=0.6 if solid else 1.3,
            markerfacecolor=colour if solid else "none",
            markersize=6,
            linestyle="none",
            label=f"print: {label}" + (" x median at the lowest rate" if relative else ""),
        )
