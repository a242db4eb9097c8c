"""D/R^2 of every titration pulse over the filling, trusted or not, and the record behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain
from particle_sim.figures.ticks import around, number_ticks

_GREY = "#777777"


def fit_titration(table: xr.Dataset) -> Figure:
    """Above: D/R^2, and D where the radius is known; filled where nothing speaks against it, open
    where something does, crosses by the usual formula. Middle: the slope of the potential, which
    means nothing for D under the line. Below: what the fit leaves of the record.
    """
    trusted = table.trusted.values.astype(bool)
    with figure_style() as figure_class:
        figure = figure_class(figsize=(5.4, 6.2), layout="constrained")
        above, middle, below = figure.subplots(3, 1, height_ratios=[2.0, 1.0, 1.0])
        above.plot(table.filling, table.usual_rate, "x", color=_GREY, markersize=4,
                   label="by the usual formula")  # fmt: skip
        _rates(above, table, trusted, CANDIDATE, CANDIDATE, "no doubt")
        _rates(above, table, ~trusted, BASELINE, "white", "doubted")
        _bounds(above, table)
        _logarithmic(above, np.append(table.diffusion_rate.values, table.usual_rate.values))
        if "radius" in table.attrs:
            _beside(above, float(table.attrs["radius"]))
        above.set_ylabel("$D/R^2$ [1/s]")
        above.set_title(f"{plain(table.attrs['title'])}: titration")
        figure.legend(*above.get_legend_handles_labels(), loc="outside lower center", ncols=4)
        middle.sharex(above)
        middle.plot(table.filling, table.potential_slope, ".-", color="#555555")
        middle.axhline(table.attrs["flattest"], color=_GREY, linewidth=0.8)
        middle.annotate("too flat for D below", (0.99, table.attrs["flattest"]), (0, 2), fontsize=7,
                        xycoords=middle.get_yaxis_transform(), textcoords="offset points",
                        ha="right", color=_GREY)  # fmt: skip
        _logarithmic(middle, np.append(table.potential_slope.values, table.attrs["flattest"]))
        middle.set_ylabel("|dU/dθ| [V]")
        middle.set_xlabel("Site fraction")
        left = 1e3 * (table.record_voltage - table.record_model)
        below.plot(table.record_time / 3600, left, ".", color=CANDIDATE, markersize=1.5)
        below.set_ylabel("Left by the fit [mV]")
        below.set_xlabel("Time [h]")
    return figure


def _rates(axes: Any, table: xr.Dataset, which: Any, edge: str, face: str, label: str) -> None:
    """Points with their intervals."""
    part = table.isel(pulse=which & np.isfinite(table.diffusion_rate.values))
    if not part.sizes["pulse"]:
        return
    rate = part.diffusion_rate
    axes.errorbar(part.filling, rate, [rate - part.low, part.high - rate], fmt="o", color=edge,
                  markerfacecolor=face, markersize=5, label=label)  # fmt: skip


def _bounds(axes: Any, table: xr.Dataset) -> None:
    """An arrow up from a lower bound, down from an upper one."""
    unknown = ~np.isfinite(table.diffusion_rate.values)
    low, high = table.low.values, table.high.values
    for which, values, marker in (
        (unknown & (low > 0), low, "^"),
        (unknown & np.isfinite(high), high, "v"),
    ):
        if which.any():
            says = "above this" if marker == "^" else "below this"
            axes.plot(table.filling.values[which], values[which], marker, color=BASELINE,
                      markersize=5, label=says)  # fmt: skip


def _logarithmic(axes: Any, values: Any) -> None:
    """A logarithmic axis around the values, with numbers."""
    axes.set_yscale("log")
    if (np.isfinite(values) & (values > 0)).any():
        axes.set_ylim(*around(values))
        number_ticks(axes.yaxis)


def _beside(axes: Any, radius: float) -> None:
    """D [m^2/s] of a sphere of ``radius`` [m] at the right of its D/R^2."""
    size = radius**2
    right = axes.secondary_yaxis("right", functions=(lambda v: v * size, lambda v: v / size))
    right.set_yscale("log")
    right.set_ylim(*(size * limit for limit in axes.get_ylim()))
    number_ticks(right.yaxis)
    right.set_ylabel(f"$D$ [m²/s], $R$ = {1e6 * radius:.3g} µm")
