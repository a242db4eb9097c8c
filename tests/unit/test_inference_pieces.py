"""Pieces of a fit, each against its formula: a whole fit would forgive a lost factor."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy.stats import chi2

import particle_sim as ps
from particle_sim.cell.voltage import HalfCellVoltage
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.inference import identify
from particle_sim.inference.discharge import Discharge, voltages
from particle_sim.inference.groups import GROUPS, central_groups, draw_radius, group_prior
from particle_sim.inference.profiles import NINETY_PERCENT
from particle_sim.inference.sampling import _scale_reduction
from particle_sim.materials.functions import SquareRoot
from particle_sim.materials.property import Distribution, PlausibleRange, Property, assumed

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


def nearly_fixed(prop: Property) -> Property:
    low = prop.magnitude
    plausible = PlausibleRange(low=low, high=1.0001 * low, distribution=Distribution.UNIFORM)
    return dataclasses.replace(prop, plausible=plausible)


def test_a_prior_of_the_radius_alone_moves_two_groups() -> None:
    """All but the radius fixed: R a factor f larger moves D/R^2 by f^-2 and 3 j0/(rho R) by 1/f."""
    fixed = {name: nearly_fixed(HE_V[name]) for name in ("diffusivity", "exchange_current_density")}
    prior = group_prior(ps.half_cell(HE_V.replaced(**fixed)))
    central = central_groups(CELL)
    shift = prior.radius_mean - math.log10(HE_V.value("particle_radius"))
    assert prior.centre[0] - central[0] == pytest.approx(-2 * shift, abs=1e-3)
    assert prior.centre[1] - central[1] == pytest.approx(-shift, abs=1e-3)
    assert prior.covariance[0, 0] == pytest.approx(4 * prior.covariance[1, 1], rel=1e-2)


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
    prior = group_prior(CELL)
    known = np.repeat(prior.centre[None], 50, axis=0)
    problem = cast(Any, SimpleNamespace(prior=prior, parameters=GROUPS))
    monkeypatch.setattr(identify, "draw_prior", lambda *_: known)
    fixed = math.log10(3e-7)
    monkeypatch.setattr(identify, "draw_radius", lambda _, draws, __: np.full(len(draws), fixed))
    found = identify.identifiability(problem, known + 1e-3 * np.eye(50, 4), seed=1)
    rate = 10.0 ** prior.centre[GROUPS.index("diffusion_rate")]
    assert found.never["diffusivity"].prior[1] == pytest.approx(rate * 9e-14)
    assert found.never["particle_radius"].prior[1] == pytest.approx(3e-7)


def test_the_radius_spreads_as_the_groups_leave_it_open() -> None:
    prior = group_prior(CELL)
    draws = draw_radius(
        prior, np.repeat(prior.centre[None], 4000, axis=0), np.random.default_rng(1)
    )
    assert draws.mean() == pytest.approx(prior.radius_mean, abs=5 * prior.radius_deviation / 63)
    assert draws.std() == pytest.approx(prior.radius_deviation, rel=0.06)


def test_chains_apart_have_a_large_scale_reduction() -> None:
    """Halves two deviations apart have the variance 1 between them and within: sqrt(2)."""
    stream = np.random.default_rng(2)
    chain = stream.standard_normal((2000, 16, 1))
    assert _scale_reduction(chain) == pytest.approx(1.0, abs=0.01)
    apart = chain.copy()
    apart[1000:] += 2.0
    assert _scale_reduction(apart) == pytest.approx(math.sqrt(2), abs=0.1)


def test_ninety_per_cent_of_one_degree() -> None:
    assert chi2.ppf(0.9, 1) == pytest.approx(NINETY_PERCENT, abs=1e-4)
