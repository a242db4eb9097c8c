"""Particle size against C-rate: the share that cycling cracks, to the same colours for all."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.life_cracked import END_TITLES
from particle_sim.figures.rate_panels import RADIUS, panels, radius_line
from particle_sim.figures.style import STRESS_MAP, Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks

LEVELS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SAFE = 0.9
SAFE_LINE: dict[str, Any] = {"color": "#0072B2", "lw": 2.0}
TEST: dict[str, Any] = {"mfc": "white", "mec": "black", "marker": "X", "ms": 7, "mew": 0.8}


def life_map(results: xr.DataTree) -> Figure:
    """Mean share cracked after the cycles. Blue line: below it, and beyond it at rates that hardly
    charge a particle, no flaw of any size grows in nine draws of ten; blue words where that holds
    everywhere or nowhere. Dashed: the central radius. Cross: the test.
    """
    table = results["map"].to_dataset()
    names, ends = table.material.values, table.end.values
    with figure_style() as figure_class:
        figure = figure_class(figsize=(3.4 * len(names) + 1.4, 6.4), layout="constrained")
        grid = panels(figure, rows=len(ends), columns=len(names), share="all")
        drawn: Any = None
        for row, end in zip(grid, ends, strict=True):
            for place, (axis, name) in enumerate(zip(row, names, strict=True)):
                drawn = _panel(axis, table.sel(material=name, end=end), results, place)
                title = plain(results.attrs["titles"][place])
                axis.set_title(f"{title}: {END_TITLES[str(end)]}")
            row[0].set_ylabel("Particle radius [µm]")
        for axis in grid[-1]:
            axis.set_xlabel("C-rate [1/h]")
        bar = figure.colorbar(drawn, ax=[axis for row in grid for axis in row], ticks=LEVELS)
        bar.ax.set_yticklabels([f"{level:g}" for level in LEVELS])
        bar.set_label(f"Share cracked after {results.attrs['cycles']} cycles [1]")
        figure.legend(handles=_legend(), loc="outside lower center", ncols=3)
    return figure


def _panel(axis: Any, own: xr.Dataset, results: xr.DataTree, place: int) -> Any:
    from matplotlib.colors import BoundaryNorm

    rate, radius = own.c_rate.values, own.radius.values * 1e6
    axis.set_xscale("log")
    axis.set_yscale("log")
    norm = BoundaryNorm(LEVELS, 256)
    drawn = axis.contourf(
        rate, radius, np.clip(own.cracked.values, 0, 1), LEVELS, cmap=STRESS_MAP, norm=norm
    )
    least, most = float(own.none_grows.min()), float(own.none_grows.max())
    if least < SAFE < most:
        for colour, width in (("white", 3.2), (SAFE_LINE["color"], SAFE_LINE["lw"])):
            axis.contour(
                rate, radius, own.none_grows.values, [SAFE], colors=colour, linewidths=width
            )
    else:
        said = "no flaw grows, everywhere" if least >= SAFE else "a flaw grows, everywhere"
        box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none"}
        axis.text(0.5, 0.8, said, transform=axis.transAxes, ha="center", bbox=box,
                  color=SAFE_LINE["color"])  # fmt: skip
    central = float(np.atleast_1d(results.attrs["radii"])[place])
    radius_line(axis, central)
    axis.plot([results.attrs["c_rate"]], [central * 1e6], ls="", zorder=3, **TEST)
    axis.set(xlim=rate[[0, -1]], ylim=radius[[0, -1]])
    number_ticks(axis.xaxis, axis.yaxis)
    return drawn


def _legend() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], label="central radius", **RADIUS),
        Line2D([], [], ls="", label="the test", **TEST),
        Line2D([], [], label=f"no flaw grows in {100 * SAFE:.0f} % of the draws", **SAFE_LINE),
    ]
