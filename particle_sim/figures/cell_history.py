"""Voltage and current of a cell against time, whatever the protocol."""

from __future__ import annotations

import xarray as xr

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain

HOUR = 3600.0


def cell_history(run: xr.Dataset) -> Figure:
    """Above: voltage. Below: current per active mass, discharge positive."""
    hours = run.time.values / HOUR
    with figure_style() as figure_class:
        figure = figure_class(figsize=(6.4, 4.4), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.6, 1.0])
        above.plot(hours, run.voltage.values, color=CANDIDATE)
        above.set_ylabel(f"Voltage [V vs {run.attrs['reference']}]")
        above.set_title(f"{plain(run.attrs['title'])}: {plain(run.attrs['protocol'])}", wrap=True)
        below.plot(hours, run.specific_current.values, color=BASELINE)
        below.axhline(0, color="#777777", linewidth=0.6)
        below.set_ylabel("Current [mA/g]")
        below.set_xlabel("Time [h]")
    return figure
