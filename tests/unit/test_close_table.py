"""Functions of the site fraction that long runs read from a table are the functions."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim import transport
from particle_sim.transport.close_table import CLOSE, RANGE, CloseTable, close_table
from particle_sim.transport.term import PhysicsTerm, Point
from particle_sim.units import Array

EVERYWHERE = np.random.default_rng(3).uniform(*RANGE, 20_000)


def smooth(theta: Array) -> Array:
    return np.stack([np.exp(3 * theta), 7 - theta**3], axis=1)


def kinked(theta: Array) -> Array:
    return np.maximum(theta - 1 / 3, 0.0)[:, None]


def misses(table: CloseTable | None, function: object, theta: Array) -> float:
    """Largest difference over the largest value."""
    assert table is not None
    assert callable(function)
    found, wanted = table.at(theta), function(theta)
    assert found is not None
    off = np.abs(np.stack(found, axis=1) - wanted).max(axis=0)
    return float((off / np.abs(wanted).max(axis=0)).max())


@pytest.mark.parametrize("function", [smooth, kinked])
def test_a_function_is_met_everywhere(function: object) -> None:
    """Between the points of the check too, where a cubic's error is a little larger."""
    assert callable(function)
    assert misses(close_table(function), function, EVERYWHERE) < 10 * CLOSE


@pytest.mark.parametrize("term", [transport.phase_separation, transport.coherent_phase_separation])
def test_coefficients_of_parting_phases_are_met(term: PhysicsTerm) -> None:
    """Also beyond the window and at the rounded corner between two plateaus."""
    material = ps.load_material("nvp")

    def coefficients(theta: Array) -> Array:
        flux = term.flux(Point(site_fraction=theta, temperature=298.15), material)
        assert flux.mobility is not None
        return np.stack([flux.diffusivity, flux.mobility], axis=1)

    edges = np.array([step.start for step in material.steps] + [1.0])
    near = (edges[:, None] + np.linspace(-0.011, 0.011, 2001)).ravel()
    table = close_table(coefficients)
    assert misses(table, coefficients, np.concatenate([EVERYWHERE, near])) < 10 * CLOSE


def test_another_function_is_noticed() -> None:
    assert misses(close_table(smooth), lambda t: smooth(t * (1 + 1e-9)), EVERYWHERE) > 10 * CLOSE


def test_a_jump_ends_between_two_intervals() -> None:
    def jump(theta: Array) -> Array:
        return (theta > 0.3)[:, None].astype(float)

    beside = EVERYWHERE[np.abs(EVERYWHERE - 0.3) > 1e-11]
    assert misses(close_table(jump), jump, beside) < 10 * CLOSE


def test_beyond_the_table_and_of_what_is_not_finite_there_is_none() -> None:
    table = close_table(smooth)
    assert table is not None
    assert table.at(np.array([0.5, RANGE[1] + 1e-6])) is None
    assert table.at(np.array([np.nan])) is None
    with np.errstate(invalid="ignore"):
        assert close_table(lambda theta: np.sqrt(theta)[:, None]) is None


def test_a_function_too_rough_for_a_table_has_none() -> None:
    assert close_table(lambda theta: np.sin(1e5 * theta)[:, None]) is None
