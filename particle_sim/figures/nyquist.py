"""Impedance of a cell: Nyquist's plot, and Bode's two beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain
from particle_sim.figures.ticks import number_ticks

TO_SQUARE_CENTIMETRES = 1e4


def nyquist(spectrum: xr.Dataset) -> Figure:
    """Above: -Im Z over Re Z on equal scales, whole decades of the frequency marked. Below: modulus
    and phase over the frequency.
    """
    real, imaginary = (
        spectrum[name].values * TO_SQUARE_CENTIMETRES for name in ("real", "imaginary")
    )
    frequency = spectrum.frequency.values
    with figure_style() as figure_class:
        figure = figure_class(figsize=(6.4, 5.6), layout="constrained")
        grid = figure.add_gridspec(2, 2, height_ratios=[1.2, 1.0])
        plane = figure.add_subplot(grid[0, :])
        modulus, phase = (figure.add_subplot(grid[1, column]) for column in (0, 1))
        plane.plot(real, -imaginary, color=CANDIDATE)
        _mark_decades(plane, frequency, real, -imaginary)
        plane.set_aspect("equal", adjustable="box")
        plane.margins(x=0.08, y=0.12)
        plane.set_xlabel("Re Z [Ω cm²]")
        plane.set_ylabel("−Im Z [Ω cm²]")
        charge = 100 * float(spectrum.attrs["state_of_charge"])
        plane.set_title(f"{plain(spectrum.attrs['title'])} at {charge:.0f} % state of charge")
        modulus.loglog(frequency, np.hypot(real, imaginary), color=CANDIDATE)
        modulus.set_ylabel("|Z| [Ω cm²]")
        modulus.set_xlabel("Frequency [Hz]")
        phase.semilogx(frequency, -spectrum["phase"].values, color=BASELINE)
        phase.set_ylabel("−phase [degree]")
        phase.set_xlabel("Frequency [Hz]")
        number_ticks(modulus.xaxis, modulus.yaxis, phase.xaxis)
    return figure


def _mark_decades(axes: Any, frequency: Any, real: Any, height: Any) -> None:
    """A dot and the frequency where it is a power of ten, if the dots stand apart."""
    exponents = np.arange(np.ceil(np.log10(frequency.min())), np.log10(frequency.max()) + 1e-9)
    order = np.argsort(frequency)
    at = np.log10(frequency[order])
    dots = np.stack([np.interp(exponents, at, values[order]) for values in (real, height)], axis=1)
    axes.plot(*dots.T, "o", color="black", markersize=3)
    reach, last = 0.08 * np.ptp([*real, *height]), None
    for exponent, dot in zip(exponents, dots, strict=True):
        if last is None or np.hypot(*(dot - last)) > reach:
            axes.annotate(f"{10.0**exponent:g} Hz", dot, xytext=(0, 4), textcoords="offset points",
                          fontsize=7, ha="center")  # fmt: skip
            last = dot
