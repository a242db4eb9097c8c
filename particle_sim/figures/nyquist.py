"""Impedance of a cell: Nyquist's plot, and Bode's two beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain

TO_SQUARE_CENTIMETRES = 1e4


def nyquist(spectrum: xr.Dataset) -> Figure:
    """Left: -Im Z over Re Z on equal scales, whole decades of the frequency marked. Right: modulus
    and phase over the frequency.
    """
    real, imaginary = (
        spectrum[name].values * TO_SQUARE_CENTIMETRES for name in ("real", "imaginary")
    )
    frequency = spectrum.frequency.values
    with figure_style() as figure_class:
        figure = figure_class(figsize=(8.4, 4.0), layout="constrained")
        grid = figure.add_gridspec(2, 2, width_ratios=[1.25, 1.0])
        plane = figure.add_subplot(grid[:, 0])
        modulus, phase = (figure.add_subplot(grid[row, 1]) for row in (0, 1))
        phase.sharex(modulus)
        plane.plot(real, -imaginary, color=CANDIDATE)
        _mark_decades(plane, frequency, real, -imaginary)
        plane.set_aspect("equal", adjustable="datalim")
        plane.set_xlabel("Re Z [Ω cm²]")
        plane.set_ylabel("-Im Z [Ω cm²]")
        charge = 100 * float(spectrum.attrs["state_of_charge"])
        plane.set_title(f"{plain(spectrum.attrs['title'])} at {charge:.0f} % state of charge")
        modulus.loglog(frequency, np.hypot(real, imaginary), color=CANDIDATE)
        modulus.set_ylabel("|Z| [Ω cm²]")
        phase.semilogx(frequency, -spectrum["phase"].values, color=BASELINE)
        phase.set_ylabel("-phase [degree]")
        phase.set_xlabel("Frequency [Hz]")
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
            axes.annotate(f"{10.0**exponent:g} Hz", dot, xytext=(4, 4), textcoords="offset points",
                          fontsize=7)  # fmt: skip
            last = dot
