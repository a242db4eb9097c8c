"""What the pictures of sweeps, spectra and protocols draw, from made-up numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from test_figure_labels import check_labels

from particle_sim.figures.cell_history import cell_history
from particle_sim.figures.nyquist import nyquist
from particle_sim.figures.voltammogram import voltammogram


def test_a_voltammogram_has_a_line_and_two_dots_for_every_rate(
    swept: Callable[[float], xr.Dataset],
) -> None:
    figure = voltammogram([swept(1e-4), swept(1e-3)])
    figure.canvas.draw()
    assert check_labels(figure) == 1
    lines = figure.axes[0].get_lines()
    assert lines[2].get_ydata() == pytest.approx(1e-3 * np.array([0, 5, 1, -5, 0]))
    assert lines[1].get_xydata() == pytest.approx(np.array([[3, 5e-4], [3, -5e-4]]))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["0.1", "1"]


def test_nyquist_and_bode_are_of_the_same_numbers(spectrum: xr.Dataset) -> None:
    figure = nyquist(spectrum)
    figure.canvas.draw()
    assert check_labels(figure) == 3
    plane, modulus, phase = figure.axes
    assert plane.get_lines()[0].get_xydata() == pytest.approx(
        np.array([[30, 10], [20, 20], [10, 5]])
    )
    assert modulus.get_lines()[0].get_ydata() == pytest.approx(
        1e4 * np.hypot(*(spectrum[name].values for name in ("real", "imaginary")))
    )
    assert phase.get_lines()[0].get_ydata()[1] == pytest.approx(45)


def test_a_history_is_in_hours(cell_run: xr.Dataset) -> None:
    figure = cell_history(cell_run)
    figure.canvas.draw()
    assert check_labels(figure) == 2
    assert figure.axes[0].get_lines()[0].get_xdata() == pytest.approx([0, 2])
