"""Sodium and stress along the radius at every state."""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.particle_fields import state_profile
from particle_sim.figures.style import ROLES, Figure, figure_style, plain

_ROWS = (
    ("site_fraction", None, 1.0),
    ("radial_stress", "Radial stress [MPa]", 1e-6),
    ("hoop_stress", "Hoop stress [MPa]", 1e-6),
)


@of_comparison(
    place=20,
    caption="The same states along the radius. The two stress scales differ.",
)
def radial_profiles(results: xr.DataTree) -> Figure:
    """Both materials, each with its own stress scale; a line per state of charge.

    ``results`` is the tree of a comparison, as :func:`particle_sim.open` gives it.

    >>> [axes.get_ylabel() for axes in radial_profiles(results).axes[::2]]
    ['Sodium filling', 'Radial stress [MPa]', 'Hoop stress [MPa]']

    Raises :class:`KeyError` for results that another verb wrote.
    """
    import matplotlib

    fractions = [float(value) for value in np.atleast_1d(results.attrs["at"])]
    colours = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, len(fractions)))
    with figure_style() as figure_class:
        figure = figure_class(figsize=(7.2, 7.4), layout="constrained")
        grid = figure.subplots(3, 2, sharex=True)
        for column, role in enumerate(ROLES):
            node = results[role]
            run = node["fields"].to_dataset()
            radius = run.radius.values / run.radius.values[-1]
            for row, (variable, label, factor) in enumerate(_ROWS):
                axes = grid[row][column]
                for fraction, colour in zip(fractions, colours, strict=True):
                    values = state_profile(run, variable, fraction)
                    if values is not None:
                        axes.plot(radius, factor * values, color=colour, label=f"{fraction:.0%}")
                axes.set_ylabel(label or f"{results.attrs['carrier'].capitalize()} filling")
                if row == 0:
                    axes.set_ylim(-0.03, 1.03)
                    axes.set_title(f"{plain(node.attrs['title'])}, {node.attrs['law_title']}")
            grid[2][column].set_xlabel("Radius / particle radius")
        figure.align_ylabels()
        handles, labels = max(
            (axes.get_legend_handles_labels() for axes in grid[0]), key=lambda pair: len(pair[1])
        )
        figure.legend(
            handles, labels, title=results.attrs["passed"], loc="outside lower center",
            ncols=len(labels),
        )  # fmt: skip
    return figure
