"""Share of particles that cycling has cracked, over cycles, at both ends and by both rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.rate_panels import colour_of, column_legend, panels
from particle_sim.figures.style import Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks

END_TITLES = {"relieved": "boundary relieved, or none", "held": "boundary held up to yielding"}
LEGEND = {"fontsize": 8, "handlelength": 2.4}
RULE_TITLES = {"fatigue": "growth per cycle", "slow": "growth per second"}


def life_cracked(results: xr.DataTree) -> Figure:
    """Of the particles made without a crack, the share that has one: mean of the draws as a line,
    5 to 95 % of the draws as an area.
    """
    table = results["cracked"].to_dataset().isel(cycle=slice(1, None))
    with figure_style() as figure_class:
        figure, grid = life_panels(figure_class, results, "all")
        top = 1.08 * max(float(table.share.max()), float(table["mean"].max()), 1e-3)
        for row, end in zip(grid, table.end.values, strict=True):
            for axis, rule in zip(row, table.rule.values, strict=True):
                own = table.sel(end=end, rule=rule)
                for place, name in enumerate(table.material.values):
                    _draw(axis, own.sel(material=name), place, results.attrs["titles"][place])
                axis.set_ylim(-0.02 * top, top)
            row[0].set_ylabel("Share cracked by cycling [1]")
        for axis in grid[-1]:
            axis.set_xlabel("Cycle [1]")
        column_legend(figure, [plain(t) for t in np.atleast_1d(results.attrs["titles"])], **LEGEND)
    return figure


def _draw(axis: Any, own: xr.Dataset, place: int, title: str) -> None:
    cycle, colour = own.cycle.values, colour_of(place)
    low, high = (own.share.sel(quantile=q).values for q in (0.05, 0.95))
    axis.fill_between(
        cycle, low, high, color=colour, alpha=0.22, lw=0, label=f"{plain(title)}, 5 to 95 %"
    )
    axis.plot(
        cycle,
        own["mean"].values,
        "--" if place else "-",
        color=colour,
        lw=1.8,
        label=f"{plain(title)}, mean of the draws",
    )


def life_panels(
    figure_class: type[Figure], results: xr.DataTree, share: Any
) -> tuple[Figure, list[list[Any]]]:
    """A row for each end of the bracket, a column for each rule, cycles in the logarithm."""
    rules, ends = results.attrs["rules"], list(END_TITLES)
    rules = [rules] if isinstance(rules, str) else list(np.atleast_1d(rules))
    figure = figure_class(figsize=(3.6 * len(rules) + 0.6, 6.4), layout="constrained")
    grid = panels(figure, rows=len(ends), columns=len(rules), share=share)
    for row, end in zip(grid, ends, strict=True):
        for axis, rule in zip(row, rules, strict=True):
            axis.set_title(f"{END_TITLES[end]};\n{RULE_TITLES[rule]}")
            axis.set_xscale("log")
            axis.set_xlim(1, max(float(results.attrs["cycles"]), 2.0))
            number_ticks(axis.xaxis)
    return figure, grid
