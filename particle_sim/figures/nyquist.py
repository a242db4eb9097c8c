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
        plane.margins(x=0.22, y=0.12)
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
    """A dot where the frequency is a power of ten, and the number outside of the curve, which runs
    to the right or up as the frequency falls, if the dots stand apart.
    """
    exponents = np.arange(np.ceil(np.log10(frequency.min())), np.log10(frequency.max()) + 1e-9)
    order = np.argsort(frequency)
    at = np.log10(frequency[order])
    curve = np.stack([real, height])[:, order]
    dots, along = (
        np.stack([np.interp(exponents, at, each) for each in values], axis=1)
        for values in (curve, -np.gradient(curve, axis=1))
    )
    axes.plot(*dots.T, "o", color="black", markersize=3)
    reach, last = 0.08 * np.ptp([*real, *height]), None
    for exponent, dot, (right, up) in zip(exponents, dots, along, strict=True):
        if last is None or np.hypot(*(dot - last)) > reach:
            out = np.array([-up, right]) / (np.hypot(up, right) or 1.0)
            axes.annotate(f"{10.0**exponent:g} Hz", dot, xytext=5 * out, fontsize=7,
                          textcoords="offset points", ha=_edge(out[0], ("right", "center", "left")),
                          va=_edge(out[1], ("top", "center", "bottom")))  # fmt: skip
            last = dot


def _edge(way: float, names: tuple[str, str, str]) -> str:
    """The edge by which a text is held that lies this way of its place, from -1 to 1."""
    return names[1 + int(np.round(way))]
