"""What every figure promises: drawn from stored results alone, with every axis labelled."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

import pytest
import xarray as xr
from docstring_examples import wrong_examples
from paper import COLUMN, check_on_paper, shown_texts

import particle_sim as ps
from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures import (
    ASKED_FOR,
    FIGURES,
)
from particle_sim.report.folder import DATA_FILE, open_folder
from particle_sim.report.result_folder import narrowed
from particle_sim.report.tree import to_tree

EVERY = {**FIGURES, **ASKED_FOR}
"""Those of what was asked for too."""
RELATIVE = re.compile(r"\S / \S|filling|fraction")
UNIT = re.compile(r"\[.+\]")


@pytest.fixture(scope="module")
def asked(comparison: ComparisonResult, tmp_path_factory: pytest.TempPathFactory) -> xr.DataTree:
    """The comparison with all that may be asked for, written to disk and read back."""
    folder = tmp_path_factory.mktemp("asked")
    whole = replace(comparison, as_printed=ps.as_printed(comparison.settings))
    to_tree(whole).to_netcdf(folder / DATA_FILE, engine="h5netcdf")
    return open_folder(folder)


def check_labels(figure: Any) -> int:
    """Every axis with ticks has a label with a unit, or one that says it is relative."""
    shown = [axes for axes in figure.axes if axes.axison and axes.has_data()]
    for axes in shown:
        for axis, text in labels_of(axes).items():
            assert text.strip(), f"the {axis} axis has no label"
            assert UNIT.search(text) or RELATIVE.search(text), f'"{text}" says no unit'
    return len(shown)


def labels_of(axes: Any) -> dict[str, str]:
    """Label by axis; those that share one have one label, under the lowest or left of the first."""
    place, labels = axes.get_position(), {}
    if axes.get_yticks().size:
        row = [
            other
            for other in axes.get_shared_y_axes().get_siblings(axes)
            if abs(other.get_position().y0 - place.y0) < 0.02
        ]
        labels["y"] = "".join(other.get_ylabel() for other in row)
    if axes.get_xticks().size:  # a colour bar has none
        column = [
            other
            for other in axes.get_shared_x_axes().get_siblings(axes)
            if abs(other.get_position().x0 - place.x0) < 0.02
        ]
        labels["x"] = "".join(other.get_xlabel() for other in column)
    return labels


@pytest.fixture(scope="module", params=list(EVERY))
def drawn(request: pytest.FixtureRequest, asked: xr.DataTree) -> tuple[Any, xr.DataTree]:
    """A figure of these results, and the results as they were before."""
    before = asked.copy(deep=True)
    return EVERY[request.param](asked), before


def test_figure_labels_its_axes_and_names_both_materials(
    drawn: tuple[Any, xr.DataTree], asked: xr.DataTree
) -> None:
    from matplotlib.text import Text

    figure, _ = drawn
    figure.draw_without_rendering()
    assert check_labels(figure) >= 2
    texts = " ".join(text.get_text() for text in figure.findobj(Text))
    assert all(asked[role].attrs["title"] in texts for role in ("baseline", "candidate"))
    assert "nan" not in texts.lower().split()


@pytest.mark.parametrize("name", list(EVERY))
def test_in_one_column_every_text_can_be_read_and_a_dollar_is_no_formula(
    name: str, asked: xr.DataTree
) -> None:
    named = narrowed(asked, COLUMN).copy(deep=True)
    for role in ("baseline", "candidate"):
        named[role].attrs["title"] = rf"5 $ \bad{{ 6 $ {role}"
    figure = EVERY[name](named)
    check_on_paper(figure)
    texts = " ".join(text.get_text().replace("\n", " ") for text in shown_texts(figure))
    assert r"5 \$ \bad{ 6 \$ baseline" in texts


def test_figure_leaves_the_results_alone(
    drawn: tuple[Any, xr.DataTree], asked: xr.DataTree
) -> None:
    _, before = drawn
    xr.testing.assert_identical(before, asked)


@pytest.mark.parametrize("name", list(EVERY))
def test_figure_has_a_caption_and_a_docstring(name: str) -> None:
    assert EVERY[name].caption.strip()
    assert (EVERY[name].__doc__ or "").strip()
    assert EVERY[name].__name__ == name


@pytest.mark.parametrize("name", list(EVERY))
def test_the_examples_beside_a_figure_are_right(name: str, asked: xr.DataTree) -> None:
    wrong = wrong_examples(sys.modules[EVERY[name].__module__], results=asked)
    assert not wrong, wrong


def test_the_example_of_the_tree_is_right(comparison: ComparisonResult) -> None:
    wrong = wrong_examples(sys.modules[to_tree.__module__], result=comparison)
    assert not wrong, wrong


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
