"""Measured capacities or voltages with the posterior's band."""

from __future__ import annotations

from typing import Any

import xarray as xr

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks


def fit_curve(fit: xr.DataTree) -> Figure:
    """The data of a ``fit``, a tree of :func:`~particle_sim.inference.tree.fit_tree`, and its band.

    Line: median of model and discrepancy; band: their 5 to 95 %, without noise. Points: the data,
    with one standard deviation. Open points were held out of the fit. Dashes: the median of a curve
    without physics.

    >>> from particle_sim.inference.example import example_fit
    >>> from particle_sim.inference.tree import fit_tree
    >>> fit_curve(fit_tree(example_fit())).axes[0].get_ylabel()
    'Voltage [V vs metal]'

    Raises nothing.
    """
    data, band = fit["data"].to_dataset(), fit["band"].to_dataset()
    over_rate = data.attrs["at"] == "current"
    scale = 1 / float(fit.attrs["one_c_current"]) if over_rate else 1.0
    with figure_style() as figure_class:
        figure = figure_class(figsize=(5.4, 3.8), layout="constrained")
        axes = figure.subplots()
        _draw_band(axes, band, scale)
        axes.errorbar(
            data["at"].values * scale,
            data["observed"].values,
            data["deviation"].values if over_rate else None,
            fmt="o" if over_rate else ".",
            color="black",
            markersize=4.5,
            capsize=2,
            label="measured",
        )
        if "held_out" in fit.children:
            held = fit["held_out"].to_dataset()
            axes.plot(held["current"].values * scale, held["observed"].values, "o",
                      markerfacecolor="white", color="black", markersize=6,
                      label="measured, held out")  # fmt: skip
        if over_rate:
            axes.set_xscale("log")
            number_ticks(axes.xaxis)
            axes.set_xlabel("C-rate [1/h]")
            axes.set_ylabel("Discharge capacity [mAh/g]")
            axes.set_ylim(bottom=0)
        else:
            axes.set_xlabel("Capacity [mAh/g]")
            axes.set_ylabel("Voltage [V vs metal]")
        axes.set_title(f"{plain(fit.attrs['title'])}: {plain(fit.attrs['data'])}")
        axes.legend(loc="lower left")
    return figure


def _draw_band(axes: Any, band: xr.Dataset, scale: float) -> None:
    low, middle, high = band["model"].values
    at = band["at"].values * scale
    axes.fill_between(
        at,
        low,
        high,
        color=CANDIDATE,
        alpha=0.2,
        lw=0,
        label="model and what it may be wrong by, 5 to 95 %",
    )
    axes.plot(at, middle, color=CANDIDATE, label="median")
    if "rival" in band:
        axes.plot(
            at,
            band["rival"].values[1],
            "--",
            color=BASELINE,
            lw=1.4,
            label="curve without physics",
        )
