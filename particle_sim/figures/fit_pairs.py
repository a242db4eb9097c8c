"""The posterior of the groups, alone and two by two, over what was plausible before."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.style import CANDIDATE, Figure, figure_style, plain

LABELS = {
    "diffusion_rate": ("$D/R^2$ [1/s]", 1.0),
    "exchange_current": ("$3 j_0/(\\rho R)$ [mA/g]", 1.0),
    "series_resistance": ("resistance × loading\n[V per A/g]", 1e3),
    "window_capacity": ("window capacity\n[mAh/g]", 1.0),
    "size_spread": ("geometric sd\nof R", 1.0),
    "diffusivity_fall": ("D(half)/\nD(full)", 1.0),
}
"""Axis label and factor from SI of every group and shape."""

_PRIOR = "#999999"
_MOST_POINTS = 1500
_BINS = 40


def fit_pairs(fit: xr.DataTree) -> Figure:
    """What a ``fit``, a tree of :func:`~particle_sim.inference.tree.fit_tree`, says of groups in
    pairs.

    Blue: posterior; grey: prior. Diagonal: histograms, each to its own height.

    >>> from particle_sim.inference.example import example_fit
    >>> from particle_sim.inference.tree import fit_tree
    >>> len(fit_pairs(fit_tree(example_fit())).axes)
    16

    Raises nothing.
    """
    names = labelled(fit)
    count = len(names)
    with figure_style() as figure_class:
        figure = figure_class(figsize=(7.4, 7.2), layout="constrained")
        grid = figure.subplots(count, count, sharex="col")
        for row, column in product(range(count), repeat=2):
            axes = grid[row, column]
            if column > row:
                axes.set_axis_off()
            elif row == column:
                _histogram(fit, names[row], axes)
            else:
                _cloud(fit, names[column], names[row], axes)
                axes.sharey(grid[row, 0])
        for index, name in enumerate(names):
            grid[-1, index].set_xlabel(LABELS[name][0], fontsize=8)
            if index:
                grid[index, 0].set_ylabel(LABELS[name][0], fontsize=8)
        for axes in grid.flat:
            axes.tick_params(labelsize=7)
            if axes.get_subplotspec().colspan.start > 0:
                axes.tick_params(labelleft=False)
        figure.suptitle(
            f"{plain(fit.attrs['title'])}: blue after the data, grey before", fontsize=10
        )
    return figure


def labelled(fit: xr.DataTree) -> list[str]:
    """The parameters that the fit has."""
    return [name for name in LABELS if name in fit["posterior"].to_dataset()]


def _values(fit: xr.DataTree, node: str, name: str) -> Any:
    return fit[node].to_dataset()[name].values * LABELS[name][1]


def _histogram(fit: xr.DataTree, name: str, axes: Any) -> None:
    before, after = (_values(fit, node, name) for node in ("prior", "posterior"))
    both = np.concatenate([before, after])
    edges = np.geomspace(both.min(), both.max(), _BINS)
    for values, colour in ((before, _PRIOR), (after, CANDIDATE)):
        heights, _ = np.histogram(values, edges)
        axes.stairs(heights / heights.max(), edges, fill=True, color=colour, alpha=0.5)
    _scaled(name, axes.set_xscale)
    axes.set_yticks([])


def _cloud(fit: xr.DataTree, x: str, y: str, axes: Any) -> None:
    for node, colour, alpha in (("prior", _PRIOR, 0.12), ("posterior", CANDIDATE, 0.25)):
        axes.plot(
            _thinned(_values(fit, node, x)),
            _thinned(_values(fit, node, y)),
            ".",
            markersize=2,
            color=colour,
            alpha=alpha,
            rasterized=True,
        )
    _scaled(x, axes.set_xscale)
    _scaled(y, axes.set_yscale)


def _thinned(values: Any) -> Any:
    return values[:: max(1, len(values) // _MOST_POINTS)]


def _scaled(name: str, setter: Any) -> None:
    setter("linear" if name == "window_capacity" else "log")
