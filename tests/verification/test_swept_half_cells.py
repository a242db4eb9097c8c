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

SCAN_RATE, WINDOW = 1e-4, (2.9, 3.9)
NAMES = ("diffusivity", "exchange_current_density", "particle_radius")


def draws_of(name: str) -> MaterialDraws:
    material = ps.load_material(name)
    values = {each: np.array([material.value(each)]) for each in NAMES}
    return MaterialDraws(material=material, values=values)


@cache
def by_pybamm(name: str) -> Voltammogram:
    cell = ps.half_cell(ps.load_material(name))
    sweep = ps.protocols.sweep(SCAN_RATE, lower=WINDOW[0], upper=WINDOW[1])
    return ps.voltammogram(ps.solve_cell(cell, sweep))


def agrees(found: Sweeps, expected: Voltammogram) -> bool:
    """To 1 % of a peak's current, and to the 1 mV of a step in its place."""
    assert expected.anodic is not None
    assert expected.cathodic is not None
    (up, anodic), (down, cathodic) = found.peak(anodic=True), found.peak(anodic=False)
    return bool(
        abs(anodic[0] / expected.anodic.current - 1) < 0.01
        and abs(cathodic[0] / expected.cathodic.current + 1) < 0.01
        and abs(up[0] - expected.anodic.voltage) < 1.5e-3
        and abs(down[0] - expected.cathodic.voltage) < 1.5e-3
    )


@pytest.mark.parametrize("name", ["nvp", "he_v"])
def test_a_batch_is_pybamm(name: str) -> None:
    assert agrees(swept_half_cells(draws_of(name), SCAN_RATE, WINDOW), by_pybamm(name))


@pytest.mark.parametrize("name", NAMES)
def test_another_input_is_noticed(name: str) -> None:
    """NVP feels each; the diffusivity least."""
    draws = draws_of("nvp")
    factor = 0.2 if name == "diffusivity" else 0.8
    changed = draws.having(**{name: factor * draws.values[name]})
    assert not agrees(swept_half_cells(changed, SCAN_RATE, WINDOW), by_pybamm("nvp"))


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
