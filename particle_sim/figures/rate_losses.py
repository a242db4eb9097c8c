"""Where the capacity goes at each C-rate, as stacked bars."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.rate_panels import panels
from particle_sim.figures.style import Figure, figure_style, plain

PART_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
KEPT = "#DDDDDD"


def rate_losses(results: xr.DataTree) -> Figure:
    """A panel per material: capacity delivered (grey) and each resistance's part of the loss.

    The bars end at the capacity without any resistance. Parts are Shapley values; a negative part,
    where removing a resistance costs capacity, is left out of the bar.
    """
    names = list(results.attrs["materials"])
    with figure_style() as figure_class:
        figure = figure_class(figsize=(3.6 * len(names) + 0.6, 3.9), layout="constrained")
        axes = panels(figure, rows=1, columns=len(names), share="row")[0]
        for name, axis in zip(names, axes, strict=True):
            _draw(results.children[name], axis)
            axis.set_title(plain(results.children[name].attrs["title"]))
            axis.set_xlabel("C-rate of the printed 1C [1/h]")
        axes[0].set_ylabel("Capacity [mAh/g]")
        columns = 2 if len(names) == 1 else 3
        figure.legend(
            *axes[0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=columns,
            fontsize=7.5,
        )
    return figure


def _draw(node: xr.DataTree, axis: Any) -> None:
    table = node.children["losses"].to_dataset()
    parts = table["parts"]
    places = np.arange(parts.sizes["c_rate"])
    bottom = table["delivered"].values
    axis.bar(places, bottom, color=KEPT, width=0.75, label="delivered")
    for name, colour in zip(parts.resistance.values, PART_COLOURS, strict=True):
        height = np.maximum(parts.sel(resistance=name).values, 0.0)
        axis.bar(places, height, bottom=bottom, color=colour, width=0.75, label=f"lost to {name}")
        bottom = bottom + height
    axis.set_xticks(places, [f"{rate:g}" for rate in parts.c_rate.values])
