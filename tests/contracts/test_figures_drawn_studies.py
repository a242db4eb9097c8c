"""What the figures of a rate study, a fit and a lesson's slide draw, from made-up numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_hex

from particle_sim.figures.fit_curve import fit_curve
from particle_sim.figures.fit_pairs import LABELS, fit_pairs
from particle_sim.figures.fit_profiles import fit_profiles
from particle_sim.figures.fit_titration import fit_titration
from particle_sim.figures.rate_curves import rate_curves
from particle_sim.figures.rate_losses import rate_losses
from particle_sim.figures.rate_map import rate_map
from particle_sim.figures.rate_prediction import rate_prediction
from particle_sim.learn.picture import Ball, Line, Panel, Picture, Quantity
from particle_sim.learn.slides import slide

RATES = np.array([0.1, 1.0, 10.0])


def xy(line: Any) -> tuple[list[float], list[float]]:
    x, y = line.get_data()
    return np.asarray(x, float).tolist(), np.asarray(y, float).tolist()


def scales(axes: Any) -> tuple[str, str]:
    return axes.get_xscale(), axes.get_yscale()


# --- rate ----------------------------------------------------------------------------------------


def test_rate_curves_are_capacity_over_the_logarithm_of_the_rate(rate: xr.DataTree) -> None:
    (axes,) = rate_curves(rate).axes
    assert scales(axes) == ("log", "linear")
    lines = {str(line.get_label()): xy(line) for line in axes.lines}
    rates = RATES.tolist()
    assert lines == {
        "median of the draws": (rates, [100.0, 80.0, 30.0]),
        "half cell, SPM": (rates, [101.0, 81.0, 31.0]),
        "half cell, DFN": (rates, [99.0, 75.0, 10.0]),
        "print: a": ([0.2, 2.0], [97.0, 60.0]),
        "print: b x median at the lowest rate": ([5.0], [50.0]),
    }
    band = axes.collections[0].get_paths()[0].vertices
    for place, ends in zip(rates, ((90, 110), (70, 95), (20, 45)), strict=True):
        found = band[band[:, 0] == place, 1]
        assert (found.min(), found.max()) == ends
    assert axes.get_ylim()[0] == 0


def test_what_print_leaves_of_a_band_is_drawn_over_it(rate: xr.DataTree) -> None:
    known = np.array([[95.0, 75.0, 24.0], [99.0, 81.0, 29.0], [104.0, 86.0, 33.0]])
    rate["m/learned"] = xr.Dataset(
        {"quantiles": (("quantile", "c_rate"), known)}, {"c_rate": RATES}
    )
    (axes,) = rate_curves(rate).axes
    drawn = [area.get_paths()[0].vertices for area in axes.collections]
    for place, wide, narrow in zip(RATES, (110, 95, 45), (104, 86, 33), strict=True):
        tops = [area[area[:, 0] == place, 1].max() for area in drawn]
        assert tops == [wide, narrow]
    lines = {str(line.get_label()): xy(line)[1] for line in axes.lines}
    assert lines["median learned from print"] == [99.0, 81.0, 29.0]
    assert lines["median of the draws"] == [100.0, 80.0, 30.0]


def test_predicted_rates_stand_in_their_bands_beside_the_rival(answer: xr.DataTree) -> None:
    (axes,) = rate_prediction(answer).axes
    assert scales(axes) == ("log", "linear")
    assert "[1/h]" in axes.get_xlabel()
    assert "[mAh/g]" in axes.get_ylabel()
    lines = {str(line.get_label()): xy(line) for line in axes.lines}
    rates = RATES.tolist()
    assert lines["after them, median"] == (rates, [100.0, 80.0, 30.0])
    assert lines["curve without physics"] == (rates, [103.0, 83.0, 33.0])
    assert lines["the same, 5 and 95 %"] == (rates, [93.0, 73.0, 23.0])
    assert lines["measured (mine.csv)"] == ([0.2, 0.9], [99.0, 79.0])
    before, after = (axes.collections[i].get_paths()[0].vertices for i in (0, 1))
    for area, step in ((before, 2), (after, 0)):
        ends = area[area[:, 0] == 1.0, 1]
        assert (ends.min(), ends.max()) == (70 + step, 95 + step)
    (bars,) = axes.containers
    assert xy(bars.lines[0]) == ((2 * RATES).tolist(), [101.0, 81.0, 31.0])
    segments = bars.lines[2][0].get_segments()
    assert [segment[:, 1].tolist() for segment in segments] == [[91, 111], [71, 96], [21, 46]]


def test_a_dollar_in_the_name_of_data_is_no_formula(answer: xr.DataTree) -> None:
    answer.attrs.update(title=r"5 $ \bad{ 6 $", data=r"5 $ \bad{ 6 $.csv")
    rate_prediction(answer).canvas.draw()


@pytest.mark.parametrize("draw", [rate_curves, rate_losses, rate_map])
def test_a_dollar_in_a_title_is_no_formula(rate: xr.DataTree, draw: Any) -> None:
    rate["m"].attrs["title"] = r"5 $ \bad{ 6 $"
    draw(rate).canvas.draw()


def test_losses_are_stacked_on_what_is_delivered(rate: xr.DataTree) -> None:
    (axes,) = rate_losses(rate).axes
    stacks = [[(bar.get_y(), bar.get_height()) for bar in stack] for stack in axes.containers]
    assert stacks[0] == [(0, 100), (0, 80), (0, 30)]
    assert stacks[1] == [(100, 1), (80, 5), (30, 20)]
    assert stacks[3] == [(103, 3), (91, 0), (71, 22)], "a negative part is left out"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["0.1", "1", "10"]


def test_maps_have_the_colours_of_their_bars(rate: xr.DataTree) -> None:
    """At the grid's own points the filled contour is the band that holds the value, and the grid
    goes as far as the numbers do."""
    figure = rate_map(rate)
    above, below = figure.axes[:2]
    for axes, name in ((above, "capacity_kept"), (below, "crack_number")):
        assert scales(axes) == ("log", "log")
        drawn, table = axes.collections[0], rate["m/map"].to_dataset()
        assert axes.get_xlim() == pytest.approx((0.1, 10.0)), "C-rates"
        assert axes.get_ylim() == pytest.approx((0.3, 4.0)), "micrometres"
        for radius in table.radius.values[:2]:
            for place in table.c_rate.values[1:]:
                value = float(table[name].sel(radius=radius, c_rate=place))
                inside = [
                    low <= value <= high
                    for low, high, path in zip(
                        drawn.levels[:-1], drawn.levels[1:], drawn.get_paths(), strict=True
                    )
                    if path.contains_point((place * 0.999, radius * 1e6 * 1.001))
                ]
                assert any(inside), (name, radius, place, value)
    kept, crack = figure.axes[2:]
    assert kept.get_ylim() == (0.0, 1.0)
    assert crack.get_yscale() == "log"
    assert crack.get_ylim() == pytest.approx((1e-3, 10.0))
    assert above.lines[0].get_ydata()[0] == 2.0, "the central radius in micrometres"


def test_the_red_line_is_in_the_legend_where_it_is_on_the_map(rate: xr.DataTree) -> None:
    def named() -> bool:
        (legend,) = rate_map(rate).legends
        return any("IC" in text.get_text() for text in legend.get_texts())

    assert named()
    table = rate["m/map"].to_dataset()
    rate["m/map"] = table.assign(crack_number=0.9 * table.crack_number / table.crack_number.max())
    assert not named()


def test_where_little_charge_passes_is_hatched(rate: xr.DataTree) -> None:
    """Above in a discharge, below in the charge; nowhere else."""
    for axes in rate_map(rate).axes[:2]:
        (hatched,) = (each for each in axes.collections if each.get_hatch())
        (path,) = hatched.get_paths()
        places = ((9.9, 3.96), (1.0, 3.96), (9.9, 1.0), (0.11, 0.31))
        assert [path.contains_point(place) for place in places] == [True, False, False, False]


# --- fit -----------------------------------------------------------------------------------------


def test_a_fitted_curve_is_over_the_c_rate(fit: xr.DataTree) -> None:
    (axes,) = fit_curve(fit).axes
    assert scales(axes) == ("log", "linear")
    found = [xy(line) for line in axes.lines]
    assert ([0.2, 2.0], [119.0, 58.0]) in found
    assert ([0.2, 2.0], [120.0, 60.0]) in found
    assert ([1.0], [90.0]) in found
    (bars,) = axes.containers
    low, high = np.array(bars.lines[2][0].get_segments())[:, :, 1].T
    assert (low.tolist(), high.tolist()) == ([119.0, 58.0], [121.0, 62.0])


def test_pairs_have_the_column_along_x_and_the_row_along_y(fit: xr.DataTree) -> None:
    names, panels = list(LABELS), np.array(fit_pairs(fit).axes).reshape(len(LABELS), -1)
    for row in range(len(LABELS)):
        for column in range(row):
            axes = panels[row, column]
            for line, node in zip(axes.lines, ("prior", "posterior"), strict=True):
                x, y = (fit[node][names[i]].values * LABELS[names[i]][1] for i in (column, row))
                assert xy(line) == (x.tolist(), y.tolist())
            wanted = ["linear" if names[i] == "window_capacity" else "log" for i in (column, row)]
            assert list(scales(axes)) == wanted


def test_profiles_are_the_loss_over_the_value(fit: xr.DataTree) -> None:
    for axes, (name, (label, factor)) in zip(fit_profiles(fit).axes, LABELS.items(), strict=True):
        assert axes.get_xlabel() == label
        assert xy(axes.lines[0]) == ([factor, 2 * factor, 4 * factor], [3.0, 0.0, 5.0])
        assert axes.get_xscale() == ("linear" if name == "window_capacity" else "log")
        assert axes.lines[1].get_ydata()[0] == 2.71


def test_a_titration_is_over_the_filling_with_its_doubts_apart(titration: xr.Dataset) -> None:
    above, middle, below = fit_titration(titration).axes
    assert scales(above) == scales(middle) == ("linear", "log")
    usual, trusted, doubted, bound = (xy(line) for line in above.lines)
    assert usual[1][0] == 3e-4
    assert trusted == ([0.2, 0.8], [1e-4, 1e-2])
    assert doubted == ([0.4], [1e-3])
    assert bound == ([0.9], [5e-3])
    assert xy(middle.lines[0]) == ([0.2, 0.4, 0.8, 0.9], [1.0, 0.01, 2.0, 2.0])
    assert middle.lines[1].get_ydata()[0] == 0.05
    (beside,) = above.child_axes
    above.figure.draw_without_rendering()
    assert beside.get_ylim() == pytest.approx([4e-12 * rate for rate in above.get_ylim()])
    assert beside.get_ylabel() == "$D$ [m²/s], $R$ = 2 µm"
    assert xy(below.lines[0]) == ([0.0, 1.0], [0.0, pytest.approx(2.0)])


# --- a lesson's slide ----------------------------------------------------------------------------


def test_a_slide_has_centre_and_rim_in_their_colours_and_axes_as_told() -> None:
    ball = Ball(
        title="b", label="s [MPa]", radius=[0.0, 0.5, 1.0], values=[-3.0, 0.0, 5.0],
        low=-5.0, high=5.0, quantity=Quantity.STRESS, size=0.5,
    )  # fmt: skip
    line = Line(label="l", x=[1.0, 10.0, 100.0], y=[2.0, 3.0, 5.0])
    panel = Panel(
        title="p", x_label="x [1]", y_label="y [1]", lines=[line], log_x=True, y_range=(0.0, 9.0)
    )
    figure = slide("t", Picture(panels=[ball, panel]))
    (disc,) = (axes for axes in figure.axes if axes.images)
    image = disc.images[0]
    values = np.ma.filled(image.get_array(), np.nan)
    middle = len(values) // 2
    assert values[middle, middle] == pytest.approx(-3.0, abs=0.1)
    across = values[middle][np.isfinite(values[middle])]
    assert across[[0, -1]] == pytest.approx([5.0, 5.0], abs=0.1)
    assert len(across) == pytest.approx(0.5 * len(values), abs=2)
    assert (image.get_clim(), image.get_cmap().name) == ((-5.0, 5.0), "PuOr_r")
    (axes,) = (axes for axes in figure.axes if axes.get_xlabel() == "x [1]")
    assert scales(axes) == ("log", "linear")
    assert axes.get_ylim() == (0.0, 9.0)
    assert xy(axes.lines[0]) == ([1.0, 10.0, 100.0], [2.0, 3.0, 5.0])
    assert to_hex(axes.lines[0].get_color()).upper() == line.colour.value
