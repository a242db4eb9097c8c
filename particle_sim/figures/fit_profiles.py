"""Profile likelihoods: how well the data alone pin each group."""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.figures.fit_pairs import LABELS, labelled
from particle_sim.figures.style import CANDIDATE, Figure, figure_style, plain

_HIGHEST = 10.0


def fit_profiles(fit: xr.DataTree) -> Figure:
    """Twice the loss of log likelihood over each group; below the line is the 90 % interval. A
    side on which the curve stays below the line has no bound. Shaded: plausible before (5 to 95 %).
    """
    with figure_style() as figure_class:
        figure = figure_class(figsize=(7.4, 2.6), layout="constrained")
        names = labelled(fit)
        panels = figure.subplots(1, len(names), sharey=True)
        for axes, name in zip(panels, names, strict=True):
            label, factor = LABELS[name]
            node = fit[f"profile/{name}"].to_dataset()
            values, loss = node["value"].values * factor, node["loss"].values
            before = np.quantile(fit["prior"].to_dataset()[name].values * factor, [0.05, 0.95])
            axes.axvspan(*before, color="#999999", alpha=0.2, lw=0)
            axes.plot(values, loss, ".-", color=CANDIDATE, markersize=3, clip_on=True)
            axes.axhline(node.attrs["ninety_percent"], color="#777777", linewidth=0.8)
            axes.set_xscale("linear" if name == "window_capacity" else "log")
            axes.set_xlabel(label, fontsize=8)
            axes.tick_params(labelsize=7)
            axes.set_ylim(-0.3, _HIGHEST)
        panels[0].set_ylabel("2 (log L max − log L)")
        panels[-1].annotate(
            "90 %", (1.04, float(fit["profile/diffusion_rate"].attrs["ninety_percent"])),
            xycoords=("axes fraction", "data"), fontsize=7, color="#555555", va="center",
        )  # fmt: skip
        figure.suptitle(f"{plain(fit.attrs['title'])}: what the data alone say", fontsize=10)
    return figure
