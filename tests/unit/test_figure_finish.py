"""A figure for another page: as wide as asked, no text lost, ink that shows on the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import rgb_to_hsv, to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure

from particle_sim.figures.finish import DARK, INCH, PALE, Finish, Theme, finished
from particle_sim.figures.save import draw_files

TITLE = "a title that is far longer than the panel it stands above"


def figure(*, layout: str | None = "constrained") -> Figure:
    """Two panels with long titles, a curve and a legend in three columns; 9 pt, 203 mm wide."""
    made = Figure(figsize=(8.0, 4.0), layout=layout)
    for axes in made.subplots(1, 2):
        axes.plot([0, 1], [0, 1], color="black", label="a curve with a long name")
        axes.set_title(TITLE, fontsize=9)
        axes.set_xlabel("x [1]", fontsize=9)
    handles, labels = made.axes[0].get_legend_handles_labels()
    made.legend(handles * 3, labels * 3, loc="outside lower center", ncols=3, fontsize=9)
    return made


@pytest.mark.parametrize("width", [85.0, 180.0])
def test_a_figure_is_as_wide_as_asked_and_holds_all_its_text(width: float) -> None:
    made = finished(figure(), Finish(width=width))
    assert made.get_figwidth() * INCH == pytest.approx(width)
    made.draw_without_rendering()
    for axes in made.axes:
        assert axes.title.get_text().replace("\n", " ") == TITLE
        assert axes.title.get_fontsize() >= 6.0 - 1e-9
    room = made.bbox.padded(1.0)
    labels = [label for a in made.axes for label in (a.title, a.xaxis.label)]
    for each in (*labels, *made.legends[0].get_texts()):
        box = each.get_window_extent()
        assert room.x0 <= box.x0, each
        assert box.x1 <= room.x1, each


def test_a_figure_that_only_became_narrow_loses_text() -> None:
    """The check above notices: the same figure at 85 mm without the rest of its finish."""
    made = figure()
    made.set_size_inches(85 / INCH, 4.0 * 85 / INCH / 8.0)
    made.draw_without_rendering()
    assert any(axes.title.get_window_extent().x1 > made.bbox.x1 for axes in made.axes)


def test_text_is_as_large_as_asked() -> None:
    made = finished(figure(), Finish(width=180.0, font_size=12.0))
    assert made.axes[0].xaxis.label.get_fontsize() == pytest.approx(12.0)


def test_what_has_no_layout_is_scaled_as_it_is() -> None:
    made = finished(figure(layout=None), Finish(width=203.2 / 2))
    assert made.axes[0].title.get_fontsize() == pytest.approx(4.5)


def test_ink_shows_on_a_dark_page_and_stays_on_colours() -> None:
    made = figure()
    plain, covered = made.axes
    covered.contourf(np.arange(9.0).reshape(3, 3))
    finished(made, Finish(theme=Theme.DARK))
    assert made.get_facecolor() == plain.get_facecolor()
    assert to_hex(plain.get_facecolor()).upper() == DARK
    assert plain.lines[0].get_color() == PALE
    assert covered.lines[0].get_color() == "black"
    assert plain.title.get_color() == PALE


def contrast(colour: object) -> float:
    """With the dark page, by WCAG 2."""
    parts = np.array([to_rgba(colour)[:3], to_rgba(DARK)[:3]])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    high, low = sorted(linear @ [0.2126, 0.7152, 0.0722], reverse=True)
    return float((high + 0.05) / (low + 0.05))


@pytest.mark.parametrize("colour", ["#440154", "#0072B2", "#D55E00", "navy"])
def test_no_colour_is_dim_on_a_dark_page(colour: str) -> None:
    """Lines, markers, areas and their words in the legend alike; the hue stays."""
    made = Figure()
    axes = made.subplots()
    axes.plot([0, 1], [0, 1], "o-", color=colour, label="line")
    axes.fill_between([0, 1], [0, 1], color=colour, alpha=0.2, label="area")
    axes.legend()
    finished(made, Finish(theme=Theme.DARK))
    line, area, key = axes.lines[0], axes.collections[0], axes.get_legend().get_patches()[0]
    for drawn in (line.get_color(), line.get_markerfacecolor(), area.get_facecolor()[0]):
        assert contrast(drawn) >= 4.5 - 1e-9
        assert rgb_to_hsv(to_rgb(drawn))[0] == pytest.approx(rgb_to_hsv(to_rgb(colour))[0])
    assert key.get_facecolor() == pytest.approx(area.get_facecolor()[0])


def test_viridis_begins_dim_on_a_dark_page() -> None:
    """The check above notices a colour that nobody made lighter."""
    assert contrast("#440154") < 1.5


def test_formats_hold_the_same_figure(tmp_path: Path) -> None:
    paths = draw_files(figure(), tmp_path / "x", ("pdf", "png", "svg"), Finish(width=85.0))
    assert [path.suffix for path in paths] == [".png", ".svg", ".pdf"]
    points = 85.0 / INCH * 72
    assert f'width="{points:.4f}'[:12] in (tmp_path / "x.svg").read_text("utf-8")
    assert f"/MediaBox [ 0 0 {points:.4f}"[:20].encode() in (tmp_path / "x.pdf").read_bytes()
