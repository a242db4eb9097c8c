"""Batched half cells under a swept voltage against PyBaMM's single-particle model."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.voltammogram import Voltammogram
from particle_sim.errors import InputError
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies import swept_half_cells as module
from particle_sim.studies.swept_half_cells import Sweeps, swept_half_cells
from particle_sim.units import Array

SCAN_RATE, WINDOW = 1e-4, (2.9, 3.9)
NAMES = ("diffusivity", "exchange_current_density", "particle_radius")
ONE = np.ones((1, 3))


def draws_of(name: str, factors: Array = ONE) -> MaterialDraws:
    """The material's own numbers times ``factors`` (n, 3)."""
    material = ps.load_material(name)
    values = {each: material.value(each) * factors[:, k] for k, each in enumerate(NAMES)}
    return MaterialDraws(material=material, values=values)


@cache
def by_pybamm(name: str) -> Voltammogram:
    cell = ps.half_cell(ps.load_material(name))
    sweep = ps.protocols.sweep(SCAN_RATE, lower=WINDOW[0], upper=WINDOW[1])
    return ps.voltammogram(ps.solve_cell(cell, sweep))


def agrees(found: Sweeps, expected: Voltammogram) -> list[bool]:
    """Of each draw: to 1 % of a peak's current, and to the 1 mV of a step in its place."""
    assert expected.anodic is not None
    assert expected.cathodic is not None
    (up, anodic), (down, cathodic) = found.peak(anodic=True), found.peak(anodic=False)
    near = [
        np.abs(anodic / expected.anodic.current - 1) < 0.01,
        np.abs(cathodic / expected.cathodic.current + 1) < 0.01,
        np.abs(up - expected.anodic.voltage) < 1.5e-3,
        np.abs(down - expected.cathodic.voltage) < 1.5e-3,
    ]
    return [bool(each) for each in np.all(near, axis=0)]


def test_a_batch_is_pybamm() -> None:
    assert agrees(swept_half_cells(draws_of("he_v"), SCAN_RATE, WINDOW), by_pybamm("he_v")) == [
        True
    ]


def test_a_batch_is_pybamm_and_other_inputs_are_not() -> None:
    """NVP and three that differ in one input; the diffusivity is felt least."""
    factors = np.vstack([ONE, np.where(np.eye(3) > 0, [0.2, 0.8, 0.8], 1.0)])
    found = swept_half_cells(draws_of("nvp", factors), SCAN_RATE, WINDOW)
    assert agrees(found, by_pybamm("nvp")) == [True, False, False, False]


def test_what_passes_is_what_the_window_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slowly swept, the charge of the upward branch is U's from end to end."""
    monkeypatch.setattr(module, "STEP", 4e-3)
    draws = draws_of("he_v")
    found = swept_half_cells(draws, 1e-6, WINDOW)
    up = slice(0, found.turn)
    seconds = 4e-3 / 1e-6
    passed = found.current[0, up].sum() * seconds / 3600
    material = draws.material
    low, high = material.potential.filling(np.array(WINDOW))
    assert passed == pytest.approx((low - high) * material.specific_capacity, rel=2e-3)


def test_windows_that_are_none_are_refused() -> None:
    for rate, window in ((0.0, WINDOW), (1e-4, (3.9, 2.9)), (np.nan, WINDOW)):
        with pytest.raises(InputError, match="give a lower end, a higher one and a positive rate"):
            swept_half_cells(draws_of("nvp"), rate, window)
