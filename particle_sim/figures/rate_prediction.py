"""Capacities predicted at rates that nobody has measured yet, with what they rest on."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.rate_panels import rate_ticks
from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain

BEFORE = "#777777"


def rate_prediction(results: xr.DataTree) -> Figure:
    """Capacity over C-rate. Grey: 5 to 95 % before the data. Blue: after them, without the noise of
    a measurement. Broken: the curve without physics. Filled circles: the data. Open ones: what
    a measurement would give, with its 5 to 95 %.
    """
    band, asked = results["band"].to_dataset(), results["asked"].to_dataset()
    data = results["data"].to_dataset()
    with figure_style() as figure_class:
        figure = figure_class(figsize=(5.6, 5.0), layout="constrained")
        axis = figure.subplots()
        _draw_bands(axis, band)
        axis.plot(
            data.c_rate, data.observed, "o", color="black", markersize=4.5, zorder=4,
            label=f"measured ({plain(results.attrs['data'])})",
        )  # fmt: skip
        low, middle, high = asked.measurement.values
        axis.errorbar(
            asked.c_rate, middle, np.array([middle - low, high - middle]), fmt="o",
            color=CANDIDATE, markerfacecolor="white", markersize=6, capsize=3, zorder=3,
            label="a measurement, 5 to 95 %",
        )  # fmt: skip
        axis.set_xscale("log")
        axis.set_ylim(bottom=0)
        axis.set_xlabel("C-rate of the material's 1C [1/h]")
        axis.set_ylabel("Discharge capacity [mAh/g]")
        axis.set_title(plain(results.attrs["title"]))
        rate_ticks(axis, band.c_rate.values)
        known = axis.get_legend_handles_labels()
        figure.legend(*known, loc="outside lower center", ncols=2, handlelength=2.2)
    return figure


def _draw_bands(axis: Any, band: xr.Dataset) -> None:
    low, _, high = band.before.values
    axis.fill_between(
        band.c_rate, low, high, color=BEFORE, alpha=0.16, lw=0, label="before the data, 5 to 95 %"
    )
    low, middle, high = band.capacity.values
    axis.fill_between(
        band.c_rate, low, high, color=CANDIDATE, alpha=0.3, lw=0, label="after them, 5 to 95 %"
    )
    axis.plot(band.c_rate, middle, color=CANDIDATE, lw=1.6, label="after them, median")
    low, middle, high = band.rival.values
    axis.plot(band.c_rate, middle, "--", color=BASELINE, lw=1.4, label="curve without physics")
    for end, label in ((low, "the same, 5 and 95 %"), (high, None)):
        axis.plot(band.c_rate, end, ":", color=BASELINE, lw=0.9, label=label)
