"""What every figure promises: drawn from stored results alone, with every axis labelled."""

from __future__ import annotations

import re
from typing import Any

import pytest
import xarray as xr

import particle_sim as ps
from particle_sim.figures import FIGURES, GRAINS, HYDROSTATIC, SODIUM, VON_MISES, body_fields
from particle_sim.particle import shapes

RELATIVE = re.compile(r"\S / \S|filling|fraction")
UNIT = re.compile(r"\[.+\]")


def check_labels(figure: Any) -> int:
    """Every axis with ticks has a label with a unit, or one that says it is relative."""
    shown = [axes for axes in figure.axes if axes.axison and axes.has_data()]
    for axes in shown:
        for axis, text in labels_of(axes).items():
            assert text.strip(), f"the {axis} axis has no label"
            assert UNIT.search(text) or RELATIVE.search(text), f'"{text}" says no unit'
    return len(shown)


def labels_of(axes: Any) -> dict[str, str]:
    """Label by axis; columns that share an x axis have one label, under the lowest."""
    labels = {"y": axes.get_ylabel()} if axes.get_yticks().size else {}
    left = axes.get_position().x0
    sharing = axes.get_shared_x_axes().get_siblings(axes)
    column = [other for other in sharing if abs(other.get_position().x0 - left) < 0.02]
    if axes.get_xticks().size:  # a colour bar has none
        labels["x"] = "".join(other.get_xlabel() for other in column)
    return labels


@pytest.mark.parametrize("name", list(FIGURES))
def test_figure_has_labelled_axes(name: str, stored: xr.DataTree) -> None:
    figure = FIGURES[name](stored)
    figure.canvas.draw()
    assert check_labels(figure) >= 2


def test_figure_of_bodies_has_labelled_axes() -> None:
    material, mesh = ps.load_material("nvp"), shapes.disc(1e-6, core_radius=5e-7, cell_size=3e-7)
    run = ps.solve_stress(ps.Particle(material=material, mesh=mesh), lambda x: 0.5 + 0 * x[:, 0])
    quantities = (SODIUM, VON_MISES, HYDROSTATIC, GRAINS)
    figure = body_fields({material.title: run}, indices=[0], quantities=quantities)
    figure.canvas.draw()
    assert check_labels(figure) == len(quantities)


@pytest.mark.parametrize("name", list(FIGURES))
def test_figure_names_both_materials(name: str, stored: xr.DataTree) -> None:
    from matplotlib.text import Text

    figure = FIGURES[name](stored)
    figure.canvas.draw()
    texts = " ".join(text.get_text() for text in figure.findobj(Text))
    for role in ("baseline", "candidate"):
        assert stored[role].attrs["title"] in texts
    assert "nan" not in texts.lower().split()


@pytest.mark.parametrize("name", list(FIGURES))
def test_a_dollar_in_a_title_is_no_formula(name: str, stored: xr.DataTree) -> None:
    from matplotlib.text import Text

    named = stored.copy(deep=True)
    for role in ("baseline", "candidate"):
        named[role].attrs["title"] = rf"5 $ \bad{{ 6 $ {role}"
    figure = FIGURES[name](named)
    figure.canvas.draw()
    texts = " ".join(text.get_text() for text in figure.findobj(Text))
    assert r"5 \$ \bad{ 6 \$ baseline" in texts


@pytest.mark.parametrize("name", list(FIGURES))
def test_figure_leaves_the_results_alone(name: str, stored: xr.DataTree) -> None:
    before = stored.copy(deep=True)
    FIGURES[name](stored)
    xr.testing.assert_identical(before, stored)


@pytest.mark.parametrize("name", list(FIGURES))
def test_figure_has_a_caption_and_a_docstring(name: str) -> None:
    assert FIGURES[name].caption.strip()
    assert (FIGURES[name].__doc__ or "").strip()
    assert FIGURES[name].__name__ == name


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"xlabel": "Time [s]"}, "y axis has no label"),
        ({"ylabel": "Stress [MPa]"}, "x axis has no label"),
        ({"xlabel": "Time [s]", "ylabel": "Stress"}, "says no unit"),
    ],
)
def test_label_check_notices(labels: dict[str, str], words: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], [1, 2])
    axes.set_xlabel(labels.get("xlabel", ""))
    axes.set_ylabel(labels.get("ylabel", ""))
    with pytest.raises(AssertionError, match=words):
        check_labels(figure)
