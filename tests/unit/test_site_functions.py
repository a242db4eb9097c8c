"""Forms of a property over the site fraction: values, exact slopes, scaling, rounded corners."""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.materials.functions import (
    Constant,
    Falling,
    LinearTable,
    LogTable,
    Polynomial,
    SiteFunction,
    SquareRoot,
)
from particle_sim.materials.lattice import Lattice
from particle_sim.materials.potential import Plateau, PlateauPotential, TabulatedPotential
from particle_sim.units import Array

KNOTS = (0.0, 0.3, 0.7, 1.0)
ROUNDING = 0.05
ROUNDED = LinearTable(KNOTS, (1.0, 4.0, 2.0, 5.0), ROUNDING)
SHARP = LinearTable(KNOTS, (1.0, 4.0, 2.0, 5.0))

LATTICE = Lattice(empty=0.2, full=0.9)
HALF_FULL = 0.3 / 0.7
"""Filling of the window at which half of the lattice is full."""

FORMS: dict[str, SiteFunction] = {
    "constant": Constant(3.0),
    "linear table": SHARP,
    "rounded table": ROUNDED,
    "log table": LogTable(KNOTS, (1e-15, 3e-14, 2e-16, 5e-15)),
    "polynomial": Polynomial((1.0, -2.0, 3.0, 0.5)),
    "square root": SquareRoot(0.8),
    "square root on a lattice": SquareRoot(0.8, LATTICE),
    "falling": Falling(3e-15, 1.5, LATTICE),
    "rising": Falling(3e-15, -0.8, LATTICE),
    "plateaus": PlateauPotential(
        (
            Plateau(voltage=3.4, share=0.6, width=0.5),
            Plateau(voltage=1.6, share=0.4, width=1.0),
        )
    ),
    "measured curve": TabulatedPotential(KNOTS, (4.0, 3.5, 3.4, 2.0)),
}


SPECIAL = (*KNOTS, 0.3 - ROUNDING, 0.3 + ROUNDING, 0.7 - ROUNDING, 0.7 + ROUNDING, 0.6, 3 / 7)
"""Points, ends of rounded corners, the step between the plateaus, the half full lattice."""


def away_from_knots() -> Array:
    theta = np.linspace(0.01, 0.99, 99)
    distance = np.abs(theta[:, None] - np.array(SPECIAL)).min(axis=1)
    return np.asarray(theta[distance > 1e-3])


@pytest.mark.parametrize("name", list(FORMS))
def test_slope_is_the_derivative(name: str) -> None:
    form, theta, step = FORMS[name], away_from_knots(), 1e-6
    difference = (form(theta + step) - form(theta - step)) / (2 * step)
    slope = form.slope(theta)
    assert slope.shape == theta.shape
    largest = np.abs(slope).max() if name != "constant" else 1.0
    assert np.abs(slope - difference).max() <= 1e-6 * largest


@pytest.mark.parametrize("name", [name for name in FORMS if name != "plateaus"])
def test_scaled_scales_value_and_slope_of_values(name: str) -> None:
    form, theta = FORMS[name], away_from_knots()
    scaled = form.scaled(2.5)
    assert type(scaled) is type(form)
    assert np.allclose(scaled(theta), 2.5 * form(theta), rtol=1e-13, atol=0)
    assert np.allclose(scaled.slope(theta), 2.5 * form.slope(theta), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("shape", [(), (3,), (2, 4)])
def test_forms_keep_the_shape_of_their_argument(shape: tuple[int, ...]) -> None:
    theta = np.full(shape, 0.4)
    for form in FORMS.values():
        assert np.shape(form(theta)) == shape
        assert np.shape(form.slope(theta)) == shape


def test_linear_table_is_exact_at_and_between_points_and_beyond() -> None:
    theta = np.array([0.0, 0.3, 0.5, 0.7, 1.0, -0.1, 1.1])
    expected = [1.0, 4.0, 3.0, 2.0, 5.0, 0.0, 6.0]
    assert np.allclose(SHARP(theta), expected, atol=1e-14)


def test_rounding_touches_only_corners() -> None:
    """A parabola over +- w replaces a bend b: it lies b w/4 above the corner, 0 at its ends."""
    bends = {0.3: -5.0 - 10.0, 0.7: 10.0 + 5.0}
    for corner, bend in bends.items():
        at = np.array([corner, corner - ROUNDING, corner + ROUNDING])
        lift = ROUNDED(at) - SHARP(at)
        assert np.allclose(lift, [bend * ROUNDING / 4, 0.0, 0.0], atol=1e-13)
    outside = np.array([0.0, 0.1, 0.24, 0.36, 0.5, 0.64, 0.76, 1.0])
    assert np.allclose(ROUNDED(outside), SHARP(outside), atol=1e-13)


def test_rounded_slope_is_continuous_and_the_sharp_one_is_not() -> None:
    theta = np.linspace(0, 1, 20001)
    steepest = 15.0 / (2 * ROUNDING)
    assert np.abs(np.diff(ROUNDED.slope(theta))).max() <= 1.001 * steepest * (theta[1] - theta[0])
    assert np.abs(np.diff(SHARP.slope(theta))).max() == pytest.approx(15.0)


def test_curvature_is_the_derivative_of_the_slope() -> None:
    theta, step = np.linspace(0.011, 0.989, 137), 1e-7
    difference = (ROUNDED.slope(theta + step) - ROUNDED.slope(theta - step)) / (2 * step)
    assert np.abs(ROUNDED.curvature(theta) - difference).max() <= 1e-5 * 150
    assert np.abs(ROUNDED.curvature(theta)).max() == pytest.approx(15.0 / (2 * ROUNDING))
    assert not SHARP.curvature(theta).any()


def test_log_table_is_geometric_between_points_and_flat_beyond() -> None:
    table = LogTable((0.0, 0.5, 1.0), (1e-16, 1e-14, 1e-15))
    theta = np.array([0.25, 0.75, -0.2, 1.2])
    expected = [1e-15, np.sqrt(1e-29), 1e-16, 1e-15]
    assert np.allclose(table(theta), expected, rtol=1e-12, atol=0)
    assert not table.slope(theta[2:]).any()


def test_polynomial_has_lowest_power_first() -> None:
    assert Polynomial((1.0, 2.0, 4.0))(np.array(0.5)) == pytest.approx(1 + 1 + 1)


def test_square_root_is_its_value_at_half_filling_and_zero_at_the_ends() -> None:
    form = SquareRoot(0.8)
    assert form(np.array(0.5)) == pytest.approx(0.8, rel=1e-14)
    assert form(np.array(0.2)) == pytest.approx(2 * 0.8 * 0.4, rel=1e-14)
    assert np.abs(form(np.array([0.0, 1.0]))).max() <= 2e-6
    assert np.isfinite(form.slope(np.array([0.0, 1.0]))).all()


def test_square_root_on_a_lattice_is_its_value_at_half_filling_and_finite_at_the_cut_offs() -> None:
    """y = 0.2 empty, 0.9 full and 0.55 half way: sqrt(0.16/0.2475), sqrt(0.09/0.2475)."""
    form = SquareRoot(0.8, LATTICE)
    expected = 0.8 * np.sqrt(np.array([0.16, 0.2475, 0.09]) / 0.2475)
    assert form(np.array([0.0, 0.5, 1.0])) == pytest.approx(expected, rel=1e-14)


def test_falling_starts_at_half_occupancy_and_ends_at_the_full_lattice() -> None:
    """y = 0.5 at theta = 3/7; at theta = 1, y = 0.9, 0.8 of the decades; at y = 1 all of them."""
    form = Falling(3e-15, 1.5, LATTICE)
    assert form(np.array([0.0, 0.2, HALF_FULL])) == pytest.approx([3e-15] * 3, rel=1e-14)
    assert np.log10(form(np.array(1.0)) / 3e-15) == pytest.approx(-1.5 * 0.8, rel=1e-12)
    assert np.log10(form(np.array(0.8 / 0.7)) / 3e-15) == pytest.approx(-1.5, rel=1e-12)
    assert Falling(3e-15, 0.0, LATTICE)(np.array(0.9)) == 3e-15
