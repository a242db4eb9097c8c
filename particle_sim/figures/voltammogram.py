"""Current against voltage of sweeps, at one or several scan rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.style import CANDIDATE, Figure, figure_style, plain


def voltammogram(runs: Sequence[xr.Dataset]) -> Figure:
    """A line per scan rate, darker when faster, anodic current upward; dots: the peaks.

    ``runs``: voltage [V] and current [mA/g] against time, with ``scan_rate`` [V/s], ``reference``
    and the peaks' voltages and currents as attributes.
    """
    with figure_style() as figure_class:
        figure = figure_class(figsize=(5.4, 4.0), layout="constrained")
        axes = figure.subplots()
        for place, run in enumerate(runs):
            shade = 1.0 if len(runs) == 1 else 0.35 + 0.65 * place / (len(runs) - 1)
            _draw(axes, run, shade)
        axes.axhline(0, color="#777777", linewidth=0.6)
        axes.set_xlabel(f"Voltage [V vs {runs[0].attrs['reference']}]")
        axes.set_ylabel("Current [mA/g], anodic positive")
        axes.set_title(f"{plain(runs[0].attrs['title'])}: cyclic voltammetry")
        axes.legend(title="Scan rate [mV/s]")
    return figure


def _draw(axes: Any, run: xr.Dataset, shade: float) -> None:
    axes.plot(
        run.voltage.values,
        run.current.values,
        color=CANDIDATE,
        alpha=shade,
        label=f"{1e3 * run.attrs['scan_rate']:g}",
    )
    peaks = np.reshape(run.attrs["peaks"], (-1, 2))
    axes.plot(peaks[:, 0], peaks[:, 1], "o", color="black", markersize=3.5)
