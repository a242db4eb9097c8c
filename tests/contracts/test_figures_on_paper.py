"""Every figure of a study, a fit, a life or a cell in one column of a paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import xarray as xr
from matplotlib.figure import Figure
from paper import check_on_dark, check_on_page, check_on_paper

from particle_sim.figures.cell_history import cell_history
from particle_sim.figures.fit_curve import fit_curve
from particle_sim.figures.fit_pairs import fit_pairs
from particle_sim.figures.fit_profiles import fit_profiles
from particle_sim.figures.fit_titration import fit_titration
from particle_sim.figures.life_cracked import life_cracked
from particle_sim.figures.life_map import life_map
from particle_sim.figures.life_retention import life_retention
from particle_sim.figures.nyquist import nyquist
from particle_sim.figures.rate_curves import rate_curves
from particle_sim.figures.rate_losses import rate_losses
from particle_sim.figures.rate_map import rate_map
from particle_sim.figures.rate_prediction import rate_prediction
from particle_sim.figures.voltammogram import voltammogram

TITLE, SERIES = "Na3Fe0.5Mn0.5V(PO4)3", "full cell at one rate, commercial hard carbon, aged"


@pytest.fixture
def pair(rate: xr.DataTree) -> xr.DataTree:
    """Two materials with names and series as long as the shipped ones."""
    nodes = {node.path: node.to_dataset() for node in rate.subtree}
    nodes |= {path.replace("/m", "/n", 1): node for path, node in nodes.items() if path != "/"}
    two = xr.DataTree.from_dict(nodes)
    two.attrs["materials"] = ["m", "n"]
    two["n"].attrs["title"] = TITLE
    two["n/printed"].dataset = two["n/printed"].to_dataset().assign(series=("point", [SERIES] * 3))
    return two


@pytest.fixture
def many(pair: xr.DataTree) -> xr.DataTree:
    """Three materials, each in a panel of its own."""
    nodes = {node.path: node.to_dataset() for node in pair.subtree}
    nodes |= {path.replace("/n", "/o", 1): node for path, node in nodes.items() if path[1:2] == "n"}
    three = xr.DataTree.from_dict(nodes)
    three.attrs["materials"] = ["m", "n", "o"]
    return three


@pytest.fixture
def fitted(fit: xr.DataTree) -> xr.DataTree:
    """With one parameter more than the smallest fit; none has both of those that forms add."""
    for node in ("prior", "posterior"):
        fit[node].dataset = fit[node].to_dataset().drop_vars("size_spread")
    return fit


@pytest.fixture
def runs(swept: Callable[[float], xr.Dataset]) -> list[xr.Dataset]:
    return [swept(1e-4), swept(1e-3)]


DRAWN = [
    (rate_curves, "pair"),
    (rate_curves, "many"),
    (rate_losses, "rate"),
    (rate_losses, "pair"),
    (rate_map, "pair"),
    (rate_prediction, "answer"),
    (fit_curve, "fit"),
    (fit_pairs, "fitted"),
    (fit_profiles, "fitted"),
    (fit_titration, "titration"),
    (life_cracked, "life"),
    (life_retention, "life"),
    (life_map, "life"),
    (nyquist, "spectrum"),
    (voltammogram, "runs"),
    (cell_history, "cell_run"),
]


@pytest.mark.parametrize(("draw", "of"), DRAWN)
def test_in_one_column_every_text_can_be_read(
    draw: Callable[[Any], Any], of: str, request: pytest.FixtureRequest
) -> None:
    figure = draw(request.getfixturevalue(of))
    check_on_page(figure)
    check_on_paper(figure)


@pytest.mark.parametrize(("draw", "of"), [(rate_losses, "rate"), (life_cracked, "life")])
def test_no_legend_is_pale_in_the_dark(
    draw: Callable[[Any], Any], of: str, request: pytest.FixtureRequest
) -> None:
    check_on_dark(draw(request.getfixturevalue(of)))


@pytest.mark.parametrize(
    ("place", "size", "layout", "words"),
    [
        ((0.5, 0.5), 9.0, "none", "too small"),
        ((0.99, 0.5), 9.0, "constrained", "leaves the page"),
        ((0.3, 0.3), 9.0, "constrained", "lie over each other"),
    ],
)
def test_the_check_notices(
    place: tuple[float, float], size: float, layout: Any, words: str
) -> None:
    figure = Figure(figsize=(8.0, 4.0), layout=layout)
    figure.text(0.31, 0.3, "there", fontsize=size)
    figure.text(*place, "another text", fontsize=size)
    with pytest.raises(AssertionError, match=words):
        check_on_paper(figure)
