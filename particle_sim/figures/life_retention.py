"""Capacity kept over cycles at the rate of the test and at C/10, beside print and your data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.life_cracked import LEGEND, life_panels
from particle_sim.figures.rate_panels import MARKERS, colour_of, column_legend
from particle_sim.figures.style import Figure, figure_style, plain

SAME_RATE = 0.05
"""Relative difference below which a printed test is at the rate of this one."""


def life_retention(results: xr.DataTree) -> Figure:
    """Capacity over that of the first cycle. Lines: mean of the draws, and area: 5 to 95 %, at the
    rate of the test. Dotted: mean at C/10, where only lost material counts. Points: print at this
    rate, and your data.
    """
    table = results["retention"].to_dataset().isel(cycle=slice(1, None))
    with figure_style() as figure_class:
        figure, grid = life_panels(figure_class, results, "all")
        for row, end in zip(grid, table.end.values, strict=True):
            for axis, rule in zip(row, table.rule.values, strict=True):
                for place, name in enumerate(table.material.values):
                    own = table.sel(material=name, end=end, rule=rule)
                    _draw(axis, own, place, results)
                    _printed(axis, results, str(name), place)
                _data(axis, results)
                axis.set_ylim(0, 1.05)
            row[0].set_ylabel("Capacity over the first cycle's [1]")
        for axis in grid[-1]:
            axis.set_xlabel("Cycle [1]")
        column_legend(figure, [plain(t) for t in np.atleast_1d(results.attrs["titles"])], **LEGEND)
    return figure


def _draw(axis: Any, own: xr.Dataset, place: int, results: xr.DataTree) -> None:
    cycle, colour = own.cycle.values, colour_of(place)
    title = plain(results.attrs["titles"][place])
    test, slow = (own.isel(c_rate=index) for index in (0, 1))
    low, high = (test.retention.sel(quantile=q).values for q in (0.05, 0.95))
    axis.fill_between(
        cycle, low, high, color=colour, alpha=0.22, lw=0,
        label=f"{title}, {results.attrs['c_rate']:g}C, 5 to 95 %",
    )  # fmt: skip
    axis.plot(
        cycle, test["mean"].values, "--" if place else "-", color=colour, lw=1.8,
        label=f"{title}, {results.attrs['c_rate']:g}C, mean",
    )  # fmt: skip
    axis.plot(
        cycle, slow["mean"].values, ":", color=colour, lw=1.5, label=f"{title}, C/10, mean"
    )  # fmt: skip


def _printed(axis: Any, results: xr.DataTree, name: str, place: int) -> None:
    if "printed" not in results.children:
        return
    rows = results["printed"].to_dataset()
    near = np.abs(rows.of_c_rate.values / results.attrs["c_rate"] - 1) < SAME_RATE
    chosen = near & (rows.of_material.values == name) & (rows.of_since.values == 0)
    chosen &= rows.of_note.values != "your measurement"
    if chosen.any():
        axis.plot(
            rows.of_cycles.values[chosen], rows.of_observed.values[chosen], MARKERS[place],
            color=colour_of(place), markeredgecolor="black", markersize=7, clip_on=False, zorder=5,
            label=f"{plain(results.attrs['titles'][place])}, print",
        )  # fmt: skip


def _data(axis: Any, results: xr.DataTree) -> None:
    if "data" not in results.children:
        return
    data = results["data"].to_dataset()
    known = data.cycle.values > 0
    axis.plot(
        data.cycle.values[known], data.retention.values[known], ".", color="black", markersize=3,
        label=plain(data.attrs["name"]),
    )  # fmt: skip
