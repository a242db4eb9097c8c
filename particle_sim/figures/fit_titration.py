"""D/R^2 of every titration pulse over the filling, trusted or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain


def fit_titration(table: xr.Dataset) -> Figure:
    """Above: D/R^2; filled where every condition holds, open where one does not. Below: the slope
    of the potential, which means nothing for D under the line.
    """
    trusted = table.trusted.values.astype(bool)
    filling, rate = table.site_fraction.values, table.diffusion_rate.values
    with figure_style() as figure_class:
        figure = figure_class(figsize=(5.4, 4.6), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.6, 1.0])
        above.errorbar(filling[trusted], rate[trusted],
                       (rate * table.relative_error.values)[trusted], fmt="o", color=CANDIDATE,
                       markersize=5, label="every condition holds")  # fmt: skip
        shown = ~trusted & np.isfinite(rate)
        if shown.any():
            above.plot(filling[shown], rate[shown], "o", color=BASELINE, markerfacecolor="white",
                       markersize=5, label="a condition is missed")  # fmt: skip
        _decades(above, rate)
        above.set_ylabel("$D/R^2$ [1/s]")
        above.set_title(f"{plain(table.attrs['title'])}: titration")
        above.legend()
        below.plot(filling, table.potential_slope.values, ".-", color="#555555")
        below.axhline(table.attrs["flattest"], color="#777777", linewidth=0.8)
        _decades(below, np.append(table.potential_slope.values, table.attrs["flattest"]))
        below.set_ylabel("|dU/dθ| [V]")
        below.set_xlabel("Site fraction at the pulse")
    return figure


def _decades(axes: Any, values: Any) -> None:
    """A logarithmic axis over whole decades around the values."""
    finite = np.log10(values[np.isfinite(values) & (values > 0)])
    axes.set_yscale("log")
    if len(finite):
        axes.set_ylim(10 ** np.floor(finite.min()), 10 ** np.ceil(finite.max() + 1e-9))
