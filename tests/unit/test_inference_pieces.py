"""Pieces of a fit, each against its formula: a whole fit would forgive a lost factor."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import chi2

import particle_sim as ps
from particle_sim.cell.voltage import HalfCellVoltage
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.inference import identify
from particle_sim.inference.discharge import Discharge, voltages
from particle_sim.inference.groups import GROUPS, central_groups, draw_radius
from particle_sim.inference.profiles import NINETY_PERCENT
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.materials.functions import SquareRoot
from particle_sim.materials.property import assumed

HE_V = ps.load_material("he_v")
CELL = ps.half_cell(HE_V)


def test_groups_by_hand() -> None:
    """D/R^2, 3 j0/(rho R), film resistance x loading, window capacity."""
    radius, film = HE_V.value("particle_radius"), CELL.design.value("film_resistance")
    expected = [
        HE_V.value("diffusivity") / radius**2,
        3 * HE_V.value("exchange_current_density") / (HE_V.value("density") * radius),
        film * CELL.design.value("active_loading"),
        HE_V.specific_capacity,
    ]
    assert 10.0 ** central_groups(CELL) == pytest.approx(expected)


def test_overpotential_of_a_discharge_is_butler_and_volmer() -> None:
    """2 R T/F asinh(I/(4 k sqrt(theta (1 - theta)))) at theta = 1/2, with a fast metal."""
    ends = np.array([0.5, 1.0])
    flat = Discharge(
        filling=ends,
        voltage=HalfCellVoltage(
            filling=ends,
            potential=np.array([3.4, 3.4]),
            exchange=dataclasses.replace(
                assumed("exchange_current_density", 1.0, "A/m^2"), function=SquareRoot(1.0)
            ),
            temperature=298.15,
        ),
        lower_voltage=2.0,
        loading=1.0,
        metal_exchange=1e12,
    )
    groups = np.log10([[1e6, 5.0, 1e-12, 100.0]])
    found = float(voltages(flat, groups, 20.0, np.array([1e-6]))[0, 0])
    drop = 2 * GAS_CONSTANT * 298.15 / FARADAY * math.asinh(20.0 / (4 * 5.0 * 0.5))
    assert 3.4 - found == pytest.approx(drop, rel=1e-6)


def test_diffusivity_is_the_rate_times_the_radius_squared(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = rate_problem(CELL, np.array([1.0]), np.array([100.0]), stated=np.ones(1))
    centre = np.array([each.centre for each in problem.coordinates])
    known = np.repeat(centre[None], 50, axis=0)
    monkeypatch.setattr(identify, "draw_prior", lambda *_: known)
    fixed = math.log10(3e-7)
    monkeypatch.setattr(identify, "draw_radius", lambda _, count, __: np.full(count, fixed))
    found = identify.identifiability(problem, known + 1e-3 * np.eye(50, len(centre)), seed=1)
    rate = 10.0 ** centre[GROUPS.index("diffusion_rate")]
    assert found.never["diffusivity"].prior[1] == pytest.approx(rate * 9e-14)
    assert found.never["particle_radius"].prior[1] == pytest.approx(3e-7)


def test_the_radius_spreads_as_the_file_has_it() -> None:
    drawn = draw_radius(HE_V, 4000, np.random.default_rng(1))
    expected = np.log10(HE_V["particle_radius"].quantile(np.linspace(5e-4, 1 - 5e-4, 1000)))
    assert drawn.mean() == pytest.approx(expected.mean(), abs=5 * expected.std() / 63)
    assert drawn.std() == pytest.approx(expected.std(), rel=0.06)


def test_ninety_per_cent_of_one_degree() -> None:
    assert chi2.ppf(0.9, 1) == pytest.approx(NINETY_PERCENT, abs=1e-4)
