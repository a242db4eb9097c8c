"""The trends people design by: line, scatter and correlation of the library's printed points."""

from __future__ import annotations

import math

import pytest
from scipy.stats import linregress

from particle_sim.materials.trends import Trend, trends

TRENDS = trends()
FITTED = [trend for trend in TRENDS if len(trend.points) >= 3]


def made(*points: tuple[float, float]) -> Trend:
    """A trend through points of your own."""
    named = tuple((f"material {n}", x, y) for n, (x, y) in enumerate(points))
    return Trend(said="more x, more y", source="user", x="x", y="y", points=named)


LINE = made((0, 1), (1, 3), (2, 4), (4, 9))
"""Sums by hand: mean x 7/4, mean y 17/4, Sxx = 35/4, Sxy = 69/4, Syy = 139/4."""


def test_line_scatter_and_correlation_by_hand() -> None:
    """Slope Sxy/Sxx, residual sum Syy - Sxy^2/Sxx over n - 2 = 2, r = Sxy/sqrt(Sxx Syy)."""
    assert LINE.slope == pytest.approx(69 / 35)
    assert LINE.scatter == pytest.approx(math.sqrt((139 / 4 - 69**2 / (4 * 35)) / 2))
    assert LINE.correlation == pytest.approx(69 / math.sqrt(35 * 139))


@pytest.mark.parametrize("trend", [*FITTED, LINE], ids=lambda trend: trend.y)
def test_line_and_correlation_against_scipy(trend: Trend) -> None:
    assert_as_scipy(trend, degrees_of_freedom=len(trend.points) - 2)


def assert_as_scipy(trend: Trend, degrees_of_freedom: int) -> None:
    """scipy.stats.linregress on the same points; s from its own line."""
    x = [point[1] for point in trend.points]
    y = [point[2] for point in trend.points]
    line = linregress(x, y)
    residuals = [b - line.intercept - line.slope * a for a, b in zip(x, y, strict=True)]
    scatter = math.sqrt(sum(r * r for r in residuals) / degrees_of_freedom)
    assert trend.slope == pytest.approx(line.slope, rel=1e-9)
    assert trend.correlation == pytest.approx(line.rvalue, rel=1e-9)
    assert trend.scatter == pytest.approx(scatter, rel=1e-9)


@pytest.mark.parametrize("trend", [*FITTED, LINE], ids=lambda trend: trend.y)
def test_another_number_of_degrees_of_freedom_is_noticed(trend: Trend) -> None:
    with pytest.raises(AssertionError):
        assert_as_scipy(trend, degrees_of_freedom=len(trend.points) - 1)


def test_two_points_leave_no_scatter() -> None:
    pair = made((3.3, 0.497), (3.2, 0.604))
    assert pair.slope == pytest.approx((0.604 - 0.497) / (3.2 - 3.3))
    assert pair.scatter is None
    assert pair.correlation is None
    assert pair.sentence("somebody").endswith("Too few points for a scatter: not used.")


def test_the_layer_spacing_is_printed_of_two_materials_only() -> None:
    """Barriers of 0.497 and 0.604 eV of HE and NFM (li2024_o3, Fig. 1d)."""
    spacing = TRENDS[0]
    assert {(name, y) for name, _, y in spacing.points} == {("HE", 0.497), ("NFM", 0.604)}
    assert spacing.scatter is None


def points_of(quantity: str) -> dict[str, tuple[float, float]]:
    (trend,) = [trend for trend in TRENDS if quantity in trend.x]
    return {name: (x, y) for name, x, y in trend.points}


def test_one_metal_on_the_site_has_neither_entropy_nor_mismatch() -> None:
    """NVP has vanadium alone; 8.26 % is its printed volume change."""
    assert points_of("entropy")["NVP"] == (0.0, 8.26)
    assert points_of("mismatch")["NVP"] == (0.0, 8.26)


@pytest.mark.parametrize(
    ("title", "shares"),
    [
        ("NVMP", [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]),
        ("HE-V", [0.75, 0.05, 0.05, 0.05, 0.05, 0.05]),
        ("NFM", [0.2, 0.2, 0.6]),
        ("HE", [0.2, 0.2, 0.3, 0.1, 0.1, 0.1]),
        ("NFM (Zhou et al.)", [2 / 3, 1 / 3]),
    ],
)
def test_entropy_per_cation_site_by_hand(title: str, shares: list[float]) -> None:
    """-sum y ln y over the metals of the formula, in R."""
    entropy, _ = points_of("entropy")[title]
    assert entropy == pytest.approx(-sum(y * math.log(y) for y in shares), rel=1e-6)


def test_every_trend_names_its_points_and_is_used_for_nothing() -> None:
    for trend in TRENDS:
        sentence = trend.sentence("a citation")
        assert trend.said in sentence
        assert "not used" in sentence
        assert all(name in sentence for name, _, _ in trend.points)


def test_no_material_no_trend() -> None:
    assert [trend.points for trend in trends(["si_anode", "fes2"])] == [(), (), ()]
