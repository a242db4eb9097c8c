"""A phase boundary behind a fit: against the batch of two phases, a steady shell and Fick's law."""

from __future__ import annotations

import numpy as np

import particle_sim as ps
from particle_sim.batch.advance import Spheres
from particle_sim.batch.two_phase import RegularSolutions, advance_two_phase
from particle_sim.inference.filled_sphere import filled
from particle_sim.inference.gap import Gap, gap_of
from particle_sim.inference.moving_boundary import gap_in, moving_gain
from particle_sim.inference.sphere import time_of_rise
from particle_sim.units import Array

START = 0.02
PACES = np.array([1e-2, 0.1, 0.3, 1.0, 2.9])
"""From an even outer phase to a boundary that has hardly left the surface."""
CELL = 1e-2
"""Volume of one of the cells, in which a boundary is known least."""
ON = np.array([0.3, 0.6, 0.95])
"""Of the way from the rich phase's end to a full surface."""


def gains(gap: Gap, pace: Array, surface: Array, start: float = START) -> Array:
    """Of the mean filling (n, k) when the surface is at fillings (k,)."""
    gain, reached = filled(gap, start, pace)
    return np.array([np.interp(surface, np.maximum.accumulate(row), gain) for row in reached])


def surfaces(chi: float) -> Array:
    rich = gap_of(0.0, 1.0, chi).ends[1]
    return rich + ON * (1 - rich)


def batched(chi: float) -> Array:
    """The same by the reduced model of the batch, whose boundary has no width here."""
    one, count = np.ones(len(PACES)), len(PACES)
    run = advance_two_phase(
        Spheres(
            radius=one,
            diffusivity=one,
            maximum_concentration=one,
            initial_site_fraction=START * one,
        ),
        RegularSolutions(regular_solution_parameter=chi * one, gradient_coefficient=0 * one),
        np.stack([np.zeros(count), 1.2 / PACES], axis=1),
        np.stack([-PACES / 3] * 2, axis=1),
        output=2000,
    )
    pairs = zip(run.surface_site_fraction, run.mean_site_fraction, strict=True)
    seen = surfaces(chi)
    return np.array([np.interp(seen, np.maximum.accumulate(s), m - START) for s, m in pairs])


def off_batch(chi: float, planted: float) -> float:
    """Largest difference of a mean filling, with the gap of another chi planted."""
    gap = gap_of(0.0, 1.0, planted)
    return float(np.abs(gains(gap, PACES, surfaces(chi)) - batched(chi)).max())


def test_a_boundary_moves_as_in_the_batch_of_two_phases() -> None:
    for chi in (2.5, 3.0, 4.0):
        assert off_batch(chi, chi) < 6e-3


def test_another_gap_is_noticed() -> None:
    assert off_batch(3.0, 2.9) > 1e-2


def off_fick(chi: float) -> float:
    """Largest difference from a sphere without a gap in closed form."""
    pace, surface = np.array([0.1, 1.0, 10.0]), np.array([0.3, 0.6, 1.0])
    exact = pace[:, None] * time_of_rise(3 * surface / pace[:, None])
    return float(np.abs(gains(gap_of(0.0, 1.0, chi), pace, surface, 0.0) - exact).max())


def test_without_a_gap_it_is_ficks_law() -> None:
    assert off_fick(0.0) < 1e-3


def test_a_gap_is_noticed() -> None:
    assert off_fick(2.2) > 0.05


def off_steady(power: float) -> float:
    """Largest difference from a steady shell that stores nothing, 1/s^power for a sphere's 1."""
    gap, pace = gap_of(0.0, 1.0, 7.0), np.array([1e-3, 3e-3, 1e-2])
    poor, rich = gap.ends
    driving = np.diff(gap.potential(np.array([rich, 1.0]))[0])
    core = (1 + 3 * driving / pace) ** (-3 / power)
    steady = rich - (rich - poor) * core
    return float(np.abs(gains(gap, pace, np.ones(1), 0.0)[:, 0] - steady).max())


def test_a_shell_that_stores_nothing_is_the_shrinking_core() -> None:
    assert off_steady(1.0) < CELL


def test_a_shell_as_flat_as_a_slab_is_noticed() -> None:
    assert off_steady(2.0) > 0.05


def left_behind(pace: float) -> float:
    """Share of NVP's window that is missing when its surface is full."""
    gap = gap_in(ps.load_material("nvp"))
    assert gap is not None
    gained = moving_gain(0.0, gap)(np.ones((1, 1)), np.full((1, 1), pace), np.empty((1, 0)))
    return float(1 - gained[0, 0])


def test_a_slow_discharge_fills_the_whole_window() -> None:
    assert left_behind(1e-5) < 1e-4


def test_a_fast_one_does_not() -> None:
    assert left_behind(3.0) > 0.2


def test_the_table_is_the_sphere_it_was_made_of() -> None:
    gap = gap_in(ps.load_material("nvp"))
    assert gap is not None
    pace, surface = np.array([2e-3, 0.07, 0.9, 14.0]), np.linspace(0.71, 1.0, 8)
    read = moving_gain(START, gap)(surface[None] - START, pace[:, None], np.empty((1, 0)))
    assert np.abs(read - gains(gap, pace, surface)).max() < 4e-3
