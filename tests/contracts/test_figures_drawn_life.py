"""What the figures of a life draw, from made-up numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from particle_sim.figures.life_cracked import life_cracked
from particle_sim.figures.life_map import LEVELS, life_map
from particle_sim.figures.life_retention import life_retention

CYCLES = np.array([0.0, 1.0, 10.0, 100.0])
FIGURES = (life_cracked, life_retention, life_map)


def lines(axes: Any) -> dict[str, tuple[list[float], list[float]]]:
    return {
        str(line.get_label()): tuple(np.asarray(v, float).tolist() for v in line.get_data())
        for line in axes.lines
    }


def area(axes: Any, place: int, cycle: float) -> tuple[float, float]:
    corners = axes.collections[place].get_paths()[0].vertices
    found = corners[corners[:, 0] == cycle, 1]
    return found.min(), found.max()


def test_cracks_have_a_panel_for_every_end_and_rule(life: xr.DataTree) -> None:
    table = life["cracked"].to_dataset()
    panels = life_cracked(life).axes
    assert len(panels) == 4
    for place, axes in enumerate(panels):
        own = table.isel(end=place // 2, rule=place % 2)
        assert axes.get_xscale() == "log"
        for index, title in enumerate("AB"):
            x, y = lines(axes)[f"{title}, mean of the draws"]
            assert x == CYCLES[1:].tolist()
            assert y == own["mean"].isel(material=index)[1:].values.tolist()
            for cycle in CYCLES[1:]:
                band = own.share.isel(material=index).sel(cycle=cycle, quantile=[0.05, 0.95])
                assert area(axes, index, cycle) == tuple(band.values)
    assert len({axes.get_ylim() for axes in panels}) == 1, "one scale for all"


def test_retention_shows_both_rates_and_what_is_printed_at_this_one(life: xr.DataTree) -> None:
    table = life["retention"].to_dataset()
    for place, axes in enumerate(life_retention(life).axes):
        own = table.isel(end=place // 2, rule=place % 2)
        found = lines(axes)
        for index, title in enumerate("AB"):
            for rate, name in enumerate((f"{title}, 2C, mean", f"{title}, C/10, mean")):
                known = own["mean"].isel(material=index, c_rate=rate)[1:]
                assert found[name] == (CYCLES[1:].tolist(), known.values.tolist())
        assert found["A, print"] == ([70.0], [0.55])
        assert "B, print" not in found, "a stretch that begins late has no place here"
        assert found["mine.csv"] == ([10.0, 20.0], [0.9, 0.8])


def test_maps_have_one_scale_and_the_line_of_what_avoids_growth(life: xr.DataTree) -> None:
    figure = life_map(life)
    *panels, bar = figure.axes
    assert len(panels) == 4
    assert bar.get_ylabel() == "Share cracked after 100 cycles [1]"
    table = life["map"].to_dataset()
    for place, axes in enumerate(panels):
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        assert axes.get_ylim() == pytest.approx((0.1, 5.0)), "micrometres"
        filled = axes.collections[0]
        assert tuple(filled.levels) == LEVELS
        own = table.isel(material=place % 2, end=place // 2)
        crossed = float(own.none_grows.min()) < 0.9 < float(own.none_grows.max())
        assert (len(axes.collections) > 1) == crossed
        central, *_, test = axes.lines
        assert central.get_ydata()[0] == pytest.approx((1.0, 2.0)[place % 2])
        assert test.get_xdata()[0] == 2.0
    assert any(len(axes.collections) > 1 for axes in panels)


@pytest.mark.parametrize("draw", FIGURES)
def test_every_axis_says_its_unit_and_a_dollar_is_no_formula(life: xr.DataTree, draw: Any) -> None:
    life.attrs["titles"] = [r"5 $ \bad{ 6 $", "B"]
    figure = draw(life)
    figure.canvas.draw()
    labels = [a.get_xlabel() for a in figure.axes] + [a.get_ylabel() for a in figure.axes]
    shown = [label for label in labels if label]
    assert len(shown) >= 4
    assert all("[" in label for label in shown)


@pytest.mark.parametrize("draw", [life_cracked, life_retention])
def test_one_rule_of_one_material_is_one_column(life: xr.DataTree, draw: Any) -> None:
    few = {
        node.path: node.to_dataset().isel(
            {d: [0] for d in ("material", "rule") if d in node.dims and "row" not in node.dims}
        )
        for node in life.subtree
    }
    tree = xr.DataTree.from_dict(few)
    tree.attrs = {**life.attrs, "titles": ["A"], "rules": ["fatigue"]}
    assert len(draw(tree).axes) == 2
