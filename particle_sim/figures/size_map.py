"""The map: stress and inhomogeneity of both materials over D/R^2, with what is plausible."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.style import COLOURS, LAW_STYLES, ROLES, Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks

STRESS_SPAN = 1e6
"""Of the stresses shown: what is smaller cracks nothing."""


@of_comparison(
    place=50,
    caption="What decides: D/R². Lines are computed at this C-rate; the shade is the plausible "
    "modulus and volume change; the bars are the plausible D/R² of each material, pale without its "
    "rate tests where they narrow it. D is read "
    "as the chemical diffusivity of a solid solution and as the self-diffusivity of two "
    "phases.",
)
def size_map(results: xr.DataTree) -> Figure:
    """Stress and unevenness of both materials over D/R^2: one line per material and law.

    Shaded along a line: modulus and volume change between their 5 % and 95 % quantiles. Bars above:
    the plausible D/R^2 (5 to 95 %), pale before rate tests narrow it, dot at the central values.

    ``results`` is the tree of a comparison, as :func:`particle_sim.open` gives it.

    >>> size_map(results).axes[2].get_xlabel()
    '$D/R^2$ [1/s]   (slow, large particles to the left)'

    Raises :class:`KeyError` for results that another verb wrote.
    """
    with figure_style() as figure_class:
        figure = figure_class(figsize=(7.0, 8.2), layout="constrained")
        bars, above, below = figure.subplots(3, 1, sharex=True, height_ratios=[0.13, 1.0, 1.0])
        for role in ROLES:
            _draw_material(results, role, above, below)
        _draw_bars(results, bars)
        limit = float(results.attrs["uniform_below"])
        below.axhline(limit, color="#777777", linewidth=0.8, label="uniform below")
        below.set_ylim(bottom=limit / 1000)
        above.set_ylim(bottom=above.get_ylim()[1] / STRESS_SPAN)
        own = results["baseline"]
        measure = own[f"particle/{own.attrs['law']}"].attrs["stress"]
        above.set_ylabel(f"Peak {measure} [MPa]")
        below.set_ylabel(
            f"(max − min) / full range of {results.attrs['carrier']},\n"
            "at 90 % of the capacity or the end"
        )
        number_ticks(above.yaxis, below.yaxis, below.xaxis)
        below.set_xlabel(r"$D/R^2$ [1/s]   (slow, large particles to the left)")
        figure.legend(
            *below.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=7.5
        )
        figure.suptitle(
            f"{results.attrs['direction'].capitalize()} at {results.attrs['c_rate']:g}C",
            fontsize=11,
        )
    return figure


def _draw_material(results: xr.DataTree, role: str, above: Any, below: Any) -> None:
    node = results[role]
    low, _, high = node["plausible"].stress_factor.values
    for law, child in node["map"].children.items():
        table = child.to_dataset()
        rate = table.diffusion_rate.values
        stress = np.maximum(table.peak_stress.values / 1e6, 1e-6)
        style = {
            "color": COLOURS[role],
            "linestyle": LAW_STYLES[law],
            "marker": "o" if len(rate) < 8 else "",
            "markersize": 4,
            "label": f"{plain(node.attrs['title'])}, {plain(table.attrs['title'])}",
        }
        above.loglog(rate, stress, **style)
        above.fill_between(rate, low * stress, high * stress, color=COLOURS[role], alpha=0.15, lw=0)
        below.loglog(rate, np.maximum(table.inhomogeneity.values, 1e-7), **style)


def _draw_bars(results: xr.DataTree, axes: Any) -> None:
    pale = ""
    for place, role in enumerate(ROLES):
        node = results[role]
        low, _, high = node["plausible"].diffusion_rate.values
        bars = {0.4: (low, high)}
        if "diffusion_rate_before" in node["plausible"]:
            least, _, most = node["plausible"].diffusion_rate_before.values
            bars, pale = {0.2: (least, most), **bars}, ", pale: without rate tests"
        for alpha, ends in bars.items():
            axes.plot(ends, [-place, -place], color=COLOURS[role], linewidth=6, alpha=alpha,
                      solid_capstyle="butt")  # fmt: skip
        axes.plot(node.attrs["diffusion_rate"], -place, "o", color=COLOURS[role])
        axes.text(
            min(end for end, _ in bars.values()) / 1.3,
            -place,
            plain(node.attrs["title"]),
            ha="right",
            va="center",
            fontsize=8,
        )
    axes.set_ylim(-1.7, 0.7)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_title(
        f"Plausible D/R² of each material (5 to 95 %){pale}, dot: central values", fontsize=8
    )
