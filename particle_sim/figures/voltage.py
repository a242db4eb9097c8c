"""Voltage and differential capacity of the half cells."""

from __future__ import annotations

import xarray as xr

from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.style import COLOURS, ROLES, Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks


@of_comparison(
    place=30,
    caption="Half cells against the carrier's metal (PyBaMM, single-particle model).",
)
def voltage(results: xr.DataTree) -> Figure:
    """Half cells: voltage, and dQ/dV on a logarithmic scale, against capacity.

    ``results`` is the tree of a comparison, as :func:`particle_sim.open` gives it.

    >>> [axes.get_ylabel() for axes in voltage(results).axes]
    ['Voltage [V vs metal]', '|dQ/dV| [mAh/(g V)]']

    Raises :class:`KeyError` for results that another verb wrote.
    """
    with figure_style() as figure_class:
        figure = figure_class(figsize=(6.4, 5.6), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        for role in ROLES:
            node = results[role]
            cell, title = node["cell"].to_dataset(), plain(node.attrs["title"])
            above.plot(cell.capacity, cell.voltage, color=COLOURS[role], label=title)
            below.plot(
                cell.grid_capacity, cell.differential_capacity, color=COLOURS[role], label=title
            )
        above.set_ylabel("Voltage [V vs metal]")
        above.set_title(
            f"{results.attrs['direction'].capitalize()} at {results.attrs['c_rate']:g}C"
        )
        above.legend()
        below.set_yscale("log")
        number_ticks(below.yaxis)
        below.set_ylabel("|dQ/dV| [mAh/(g V)]")
        below.set_xlabel("Capacity [mAh/g]")
    return figure
