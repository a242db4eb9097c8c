"""How uneven the sodium is and how high the stress, against the capacity passed."""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.style import COLOURS, LAW_STYLES, ROLES, Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks
from particle_sim.units import Array

DECADES = 100.0
"""From what counts as uniform down to the smallest spread that is shown."""
SMALLER = 30.0
"""From the peak of the least stressed run down to the smallest stress that is shown."""


@of_comparison(
    place=40,
    caption="How uneven the filling is, and the largest stress, against the capacity passed. "
    "Thick: the law each material is run under; thin: the alternatives.",
)
def history(results: xr.DataTree) -> Figure:
    """Unevenness and largest stress against the capacity passed, logarithmic.

    Every law that was run, one line style each.

    ``results`` is the tree of a comparison, as :func:`particle_sim.open` gives it.

    >>> [axes.get_ylabel() for axes in history(results).axes]
    ['(max − min) / full range of sodium', 'Largest von Mises stress [MPa]']

    Raises :class:`KeyError` for results that another verb wrote.
    """
    with figure_style() as figure_class:
        figure = figure_class(figsize=(6.8, 6.4), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        measure, peaks = "", []
        for role in ROLES:
            node = results[role]
            for law, child in node["particle"].children.items():
                run = child.to_dataset()
                measure = str(run.attrs["stress"])
                label = f"{plain(node.attrs['title'])}, {run.attrs['law_title']}"
                style = {"color": COLOURS[role], "linestyle": LAW_STYLES[law]}
                own = law == node.attrs["law"]
                width = 2.0 if own else 1.2
                spread = _visible(run.inhomogeneity.values, 1e-6)
                stress = _visible(run.peak_stress.values / 1e6, 1e-4)
                peaks.append(float(run.peak_stress.max()) / 1e6 or 1.0)
                x = 100 * run.fraction.values
                above.semilogy(x[1:], spread[1:], linewidth=width, label=label, **style)
                below.semilogy(x[1:], stress[1:], linewidth=width, label=label, **style)
        limit = float(results.attrs["uniform_below"])
        above.axhline(limit, color="#777777", linewidth=0.8, label="uniform below")
        above.set_ylim(bottom=limit / DECADES)
        below.set_ylim(bottom=min(peaks) / SMALLER)
        number_ticks(above.yaxis, below.yaxis)
        above.set_ylabel(f"(max − min) / full range of {results.attrs['carrier']}")
        below.set_ylabel(f"Largest {measure} [MPa]")
        below.set_xlabel(f"{results.attrs['passed'].capitalize()} [% of the usable capacity]")
        figure.legend(
            *above.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=7.5
        )
    return figure


def _visible(values: Array, floor: float) -> Array:
    """Values with those below ``floor`` left out of a logarithmic line."""
    return np.where(values > floor, values, np.nan)
