"""What a sweep found: how each result is spread, and which inputs it follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.style import Figure, figure_style, plain
from particle_sim.materials.system import title_of
from particle_sim.plausible.sensitivity import rank_correlation
from particle_sim.units import Array, shown_factor, told_unit

MOST_RESULTS, MOST_INPUTS = 6, 8
"""What one picture shows; the table has all."""
WIDE = 100.0
"""Ratio of 95 to 5 % from which a result is drawn in the logarithm."""
FEWEST = 3
"""Samples that a rank correlation needs to mean anything."""
NAVY, ORANGE, GREY = "#0067a5", "#c25200", "#9aa3ad"


def sweep_results(data: xr.Dataset) -> Figure:
    """Left: the share of samples below each value of a result; median dotted, 5 to 95 % shaded.
    Right: Spearman's rank correlation of the result with each input, the strongest first.
    """
    names = result_names(data)[:MOST_RESULTS]
    with figure_style() as figure_class:
        rows = max(len(names), 1)
        figure = figure_class(figsize=(8.6, 2.3 * rows + 0.4), layout="constrained")
        grid = figure.subplots(rows, 2, squeeze=False, width_ratios=(1.0, 1.25))
        for (left, right), name in zip(grid, names, strict=False):
            _spread(left, data[name])
            _followed(right, data, name)
        grid[-1][1].set_xlabel("Rank correlation with the input [1]")
    return figure


def result_names(data: xr.Dataset) -> list[str]:
    """The results that some sample has, in the order of the sweep."""
    return [
        str(name)
        for name, values in data.data_vars.items()
        if name != "status" and np.isfinite(values.values.astype(float)).any()
    ]


def in_words(name: str) -> str:
    """``he_v.peak_hoop_stress`` -> ``HE-V: peak hoop stress``.

    >>> in_words("he_v.peak_von_mises_stress"), in_words("c_rate")
    ('HE-V: peak von Mises stress', 'C-rate')
    """
    material, dot, key = name.rpartition(".")
    words = key.replace("_", " ").replace("von mises", "von Mises").replace("c rate", "C-rate")
    return f"{title_of(material)}: " * bool(dot) + words


def correlations(data: xr.Dataset, name: str) -> dict[str, float]:
    """Spearman's rho of a result with every input that is a number and varies, strongest first."""
    result = data[name].values.ravel()
    known = np.isfinite(result)
    found = {}
    for key, coordinate in data.coords.items():
        if coordinate.dtype.kind not in "fi" or key == "sample" or known.sum() < FEWEST:
            continue
        values = coordinate.broadcast_like(data[name]).values.ravel()[known].astype(float)
        if np.ptp(values) > 0 and np.ptp(result[known]) > 0:
            found[str(key)] = rank_correlation(values, result[known])
    return dict(sorted(found.items(), key=lambda each: -abs(each[1])))


def _spread(axis: Any, result: xr.DataArray) -> None:
    values = np.sort(result.values[np.isfinite(result.values)].ravel())
    si_unit = str(result.attrs["units"])
    unit = told_unit([float(values[0]), float(values[-1])], si_unit)
    values = values * shown_factor(unit, si_unit)
    low, high = np.quantile(values, [0.05, 0.95])
    if low > 0 and high > WIDE * low:
        axis.set_xscale("log")
    else:
        values, unit = _without_power(values, unit)
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    axis.step(values, np.arange(1, values.size + 1) / values.size, where="post", color=NAVY, lw=1.6)
    axis.axvspan(low, high, color=NAVY, alpha=0.12, lw=0)
    axis.axvline(middle, color=NAVY, lw=0.9, ls=":")
    axis.set_ylim(0, 1)
    axis.set_ylabel("Share below [1]")
    axis.set_xlabel(f"{plain(in_words(str(result.name)))} [{unit}]")


def _without_power(values: Array, unit: str) -> tuple[Array, str]:
    """Numbers of a few digits; a power of ten goes before their unit, and not beside the axis."""
    most = float(np.abs(values).max())
    power = int(np.floor(np.log10(most))) if most > 0 else 0
    if -3 < power < 4:
        return values, unit
    return values / 10.0**power, f"10$^{{{power}}}$" + (f" {unit}" if unit != "1" else "")


def _followed(axis: Any, data: xr.Dataset, name: str) -> None:
    found = list(correlations(data, name).items())[:MOST_INPUTS]
    places = range(len(found))
    colours = [ORANGE if rho > 0 else GREY for _, rho in found]
    axis.barh(places, [rho for _, rho in found], color=colours, height=0.6)
    axis.set_yticks(places, [plain(in_words(key)) for key, _ in found])
    axis.invert_yaxis()
    axis.axvline(0, color="black", lw=0.6)
    axis.set_xlim(-1.05, 1.05)
