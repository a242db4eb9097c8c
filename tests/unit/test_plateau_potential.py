"""The open-circuit potential made of plateaus."""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.materials.potential import (
    Plateau,
    PlateauPotential,
    TabulatedPotential,
    steps_of,
)

THERMAL = GAS_CONSTANT * 298.15 / FARADAY
PLATEAUS = (
    Plateau(voltage=4.03, share=0.309, width=0.2),
    Plateau(voltage=3.43, share=0.3455, width=0.7),
    Plateau(voltage=1.67, share=0.3455, width=1.5),
)
THREE = PlateauPotential(PLATEAUS)
THETA = np.linspace(0.002, 0.998, 333)


def test_potential_is_the_inverse_of_filling() -> None:
    assert np.abs(THREE.filling(THREE(THETA)) - THETA).max() <= 1e-12


def test_filling_is_the_sum_of_fermi_functions() -> None:
    """theta(U) = sum share / (1 + exp((U - U_i) F / (width R T)))."""
    voltage = np.linspace(1.0, 4.5, 71)
    expected = sum(
        p.share / (1 + np.exp((voltage - p.voltage) / (p.width * THERMAL))) for p in PLATEAUS
    )
    assert np.allclose(THREE.filling(voltage), expected, atol=1e-14)


def test_potential_falls_everywhere() -> None:
    assert (np.diff(THREE(THETA)) < 0).all()
    assert (THREE.slope(THETA) < 0).all()


def test_slope_is_the_derivative() -> None:
    """Central differences; U is good to 1e-16 of volts, so 1e-5 apart to 1e-9 of the slope."""
    theta = THETA[5:-5]
    expected = (THREE(theta + 1e-5) - THREE(theta - 1e-5)) / 2e-5
    assert np.abs(THREE.slope(theta) / expected - 1).max() < 1e-3


def test_plateaus_show_their_voltage_at_their_middle() -> None:
    middles = [step.start + step.share / 2 for step in steps_of(PLATEAUS)]
    voltages = THREE(np.array(middles))
    assert np.abs(voltages - [p.voltage for p in PLATEAUS]).max() <= 1e-6


@pytest.mark.parametrize("width", [0.2, 1.0, 3.0])
def test_single_plateau_is_nernst(width: float) -> None:
    one = PlateauPotential((Plateau(voltage=3.37, share=1.0, width=width),))
    expected = 3.37 - width * THERMAL * np.log(THETA / (1 - THETA))
    slope = -width * THERMAL / (THETA * (1 - THETA))
    assert np.allclose(one(THETA), expected, rtol=1e-14)
    assert np.allclose(one.slope(THETA), slope, rtol=1e-11)


def test_bracketing_agrees_with_the_closed_form() -> None:
    """Two halves of one plateau are that plateau."""
    half = Plateau(voltage=3.37, share=0.5, width=0.8)
    whole = PlateauPotential((Plateau(voltage=3.37, share=1.0, width=0.8),))
    assert np.allclose(PlateauPotential((half, half))(THETA), whole(THETA), rtol=1e-13)


def test_ends_of_the_window_are_finite() -> None:
    for potential in (THREE, PlateauPotential(PLATEAUS[:1])):
        ends = np.array([-0.1, 0.0, 1.0, 1.1])
        assert np.isfinite(potential(ends)).all()
        assert np.isfinite(potential.slope(ends)).all()


def test_scaled_multiplies_voltages_only() -> None:
    scaled = THREE.scaled(0.5)
    assert [p.voltage for p in scaled.plateaus] == [0.5 * p.voltage for p in PLATEAUS]
    assert [p.width for p in scaled.plateaus] == [p.width for p in PLATEAUS]


def test_steps_are_laid_end_to_end() -> None:
    steps = steps_of(PLATEAUS)
    assert [step.start for step in steps] == pytest.approx([0.0, 0.309, 0.6545])
    assert sum(step.share for step in steps) == pytest.approx(1.0, abs=1e-15)


def test_tabulated_potential_goes_through_its_points_and_back() -> None:
    table = TabulatedPotential((0.0, 0.4, 1.0), (4.0, 3.0, 2.0))
    assert np.allclose(table(np.array([0.0, 0.2, 0.4, 0.7, 1.0])), [4.0, 3.5, 3.0, 2.5, 2.0])
    assert np.abs(table.filling(table(THETA)) - THETA).max() <= 1e-14
