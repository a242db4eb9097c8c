"""Where a printed picture lies: regions over D/R^2 and C-rate, and what is plausible."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.style import COLOURS, ROLES, Figure, figure_style, plain

_WORDS = {"baseline": "uneven", "candidate": "even"}


@of_comparison(
    place=70,
    caption="Where one Fickian law gives the picture, in three readings of its state. Coloured: "
    "the words hold (pale where fewer than half of the plausible cells and sizes get there). "
    "White: they do not. Hatched: more than 95 % meet a cut-off, or run out of sodium or of room, "
    "before. Grey bands: the plausible D/R² (5-95 % and 25-75 %, line: median). Star: the nearest "
    "inputs to the plausible centre at the C-rate of the comparison; ring: with a free C-rate.",
    needs="as_printed",
)
def as_printed_map(results: xr.DataTree) -> Figure:
    """Where the picture lies: a row per material, a column per state it may be of.

    ``results`` is the tree of a comparison that was asked for the picture, as
    :func:`particle_sim.open` gives it.

    >>> as_printed_map(results).axes[-1].get_xlabel()
    '$D/R^2$ [1/s]'

    Raises :class:`KeyError` for results in which it was not asked for.
    """
    node = results["as_printed"]
    readings = node["readings"].to_dataset()
    with figure_style() as figure_class:
        figure = figure_class(figsize=(10.4, 6.6), layout="constrained")
        grid = figure.subplots(2, len(readings.state), sharex=True, sharey=True)
        for row, role in enumerate(ROLES):
            for column, state in enumerate(readings.state.values):
                axes = grid[row, column]
                table = node["regions"].to_dataset().sel(state=state, role=role)
                _regions(axes, table, role, node.attrs["uniform_below"])
                _plausible(axes, node["plausible"].diffusion_rate.sel(role=role).values)
                _points(axes, node["points"].to_dataset().sel(state=state), role)
                axes.axhline(node.attrs["c_rate"], color="#333333", lw=0.8, ls=":")
            grid[row, 0].set_ylabel(
                f"{plain(results[role].attrs['title'])}, {_WORDS[role]}\nC-rate [1/h]"
            )
        for column, state in enumerate(readings.state.values):
            _heading(grid[0, column], readings.sel(state=state))
            grid[-1, column].set_xlabel(r"$D/R^2$ [1/s]")
        _frame(grid[0, 0], node["regions"])
        figure.legend(**_legend(), loc="outside lower center", ncols=6, fontsize=7.5)
    return figure


def _regions(axes: Any, table: xr.Dataset, role: str, limit: float) -> None:
    """Where the words hold, paled and then hatched over where the state is not reached."""
    places, rates = table.diffusion_rate.values, table.c_rate.values
    past = np.log(table.spread.values.T / limit)
    few, half = (room[:, None] - table.surface_shift.values.T for room in table.room.values)
    words = past if role == "baseline" else -past
    axes.contourf(places, rates, words, [0.0, np.inf], colors=[COLOURS[role]], alpha=0.65)
    axes.contourf(places, rates, half, [-np.inf, 0.0], colors=["white"], alpha=0.5)
    cut = axes.contourf(places, rates, few, [-np.inf, 0.0], colors=["#EEEEEE"])
    cut.set(hatch="////", edgecolor="#BBBBBB", linewidth=0.0)
    axes.set(xscale="log", yscale="log")


def _plausible(axes: Any, quantiles: Any) -> None:
    for low, high in ((quantiles[0], quantiles[-1]), (quantiles[1], quantiles[-2])):
        axes.axvspan(low, high, color="#000000", alpha=0.07, lw=0)
    axes.axvline(quantiles[len(quantiles) // 2], color="#555555", lw=0.8)


def _points(axes: Any, points: xr.Dataset, role: str) -> None:
    for name, marker, size in (("freest", "o", 8), ("nearest", "*", 13)):
        own = points.sel(point=name)
        if np.isfinite(own.distance):
            place = float(own.diffusion_rate.sel(role=role))
            axes.plot(
                place, float(own.c_rate), marker, markersize=size, markeredgecolor="black",
                markerfacecolor="white" if name == "nearest" else "none", zorder=5,
            )  # fmt: skip


def _heading(axes: Any, reading: xr.Dataset) -> None:
    surface = "richer" if bool(reading.surface_richer) else "poorer"
    state = "desodiated" if bool(reading.desodiated) else "not desodiated"
    axes.set_title(
        f"{reading.title.item()}\n{state}, surface {surface} in sodium",
        fontsize=9, fontweight="bold" if bool(reading.whole) else "normal",
    )  # fmt: skip


def _frame(axes: Any, regions: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_xlim(float(regions.diffusion_rate[0]), float(regions.diffusion_rate[-1]))
    axes.set_ylim(float(regions.c_rate[0]), float(regions.c_rate[-1]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _legend() -> dict[str, Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    star = Line2D([], [], marker="*", ls="", ms=11, mfc="white", mec="black")
    ring = Line2D([], [], marker="o", ls="", ms=7, mfc="none", mec="black")
    entries = {
        "uneven": Patch(color=COLOURS["baseline"], alpha=0.65),
        "even": Patch(color=COLOURS["candidate"], alpha=0.65),
        "not reached before a cut-off": Patch(fc="#EEEEEE", ec="#BBBBBB", hatch="////", lw=0),
        "plausible D/R²": Patch(color="#DBDBDB"),
        "nearest inputs at this rate": star,
        "nearest at any rate": ring,
    }
    return {"handles": list(entries.values()), "labels": list(entries)}
