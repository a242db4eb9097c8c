"""What the pictures of sweeps, spectra and protocols draw, from made-up numbers."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from test_figure_labels import check_labels

from particle_sim.figures.cell_history import cell_history
from particle_sim.figures.nyquist import nyquist
from particle_sim.figures.voltammogram import voltammogram

VOLTAGE = np.array([2.0, 3.0, 4.0, 3.0, 2.0])


def swept(rate: float) -> xr.Dataset:
    current = rate * np.array([0.0, 5.0, 1.0, -5.0, 0.0])
    return xr.Dataset(
        {"voltage": ("time", VOLTAGE), "current": ("time", current)},
        {"time": np.arange(5.0)},
        {
            "title": "M $",
            "scan_rate": rate,
            "reference": "Na",
            "peaks": [3.0, 5 * rate, 3.0, -5 * rate],
        },
    )


def test_a_voltammogram_has_a_line_and_two_dots_for_every_rate() -> None:
    figure = voltammogram([swept(1e-4), swept(1e-3)])
    figure.canvas.draw()
    assert check_labels(figure) == 1
    lines = figure.axes[0].get_lines()
    assert lines[2].get_ydata() == pytest.approx(1e-3 * np.array([0, 5, 1, -5, 0]))
    assert lines[1].get_xydata() == pytest.approx(np.array([[3, 5e-4], [3, -5e-4]]))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["0.1", "1"]


def test_nyquist_and_bode_are_of_the_same_numbers() -> None:
    impedance = np.array([3e-3 - 1e-3j, 2e-3 - 2e-3j, 1e-3 - 0.5e-3j])
    spectrum = xr.Dataset(
        {
            "real": ("frequency", impedance.real),
            "imaginary": ("frequency", impedance.imag),
            "phase": ("frequency", np.degrees(np.angle(impedance))),
        },
        {"frequency": [1.0, 10.0, 100.0]},
        {"title": "M", "state_of_charge": 0.5},
    )
    figure = nyquist(spectrum)
    figure.canvas.draw()
    assert check_labels(figure) == 3
    plane, modulus, phase = figure.axes
    assert plane.get_lines()[0].get_xydata() == pytest.approx(
        np.array([[30, 10], [20, 20], [10, 5]])
    )
    assert modulus.get_lines()[0].get_ydata() == pytest.approx(1e4 * np.abs(impedance))
    assert phase.get_lines()[0].get_ydata()[1] == pytest.approx(45)


def test_a_history_is_in_hours() -> None:
    run = xr.Dataset(
        {"voltage": ("time", [3.0, 3.5]), "specific_current": ("time", [-10.0, -10.0])},
        {"time": [0.0, 7200.0]},
        {"title": "M", "protocol": "charge at 1C", "reference": "hard carbon"},
    )
    figure = cell_history(run)
    figure.canvas.draw()
    assert check_labels(figure) == 2
    assert figure.axes[0].get_lines()[0].get_xdata() == pytest.approx([0, 2])
