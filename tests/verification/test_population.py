"""Particles of many sizes, and of D(theta), behind a fit: against closed forms and solved cells."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.batch.advance import Engine
from particle_sim.inference.discharge import capacities, discharge_of
from particle_sim.inference.form import Form
from particle_sim.inference.groups import central_groups
from particle_sim.inference.population import population_rise, time_of_rise
from particle_sim.inference.sphere import surface_rise
from particle_sim.materials.material import Material
from particle_sim.materials.property import assumed
from particle_sim.materials.sizes import log_normal
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.sized_half_cells import sized_half_cells
from particle_sim.units import Array

SPREAD = 0.2
"""log10 of the geometric standard deviation."""
FAST = 1e3
"""Exchange current [A/m2] that keeps all sizes at one surface filling."""


def test_one_size_is_a_sphere() -> None:
    tau = np.logspace(-6, 3, 30)
    assert population_rise(tau, 0.0) == pytest.approx(surface_rise(tau), rel=1e-9)


def off_early(power: float) -> float:
    """Against 2 sqrt(tau/pi) M^power/<R^power>: the surface per volume goes with <1/R>."""
    spread = SPREAD * np.log(10)
    moment = np.exp(power**2 * spread**2 / 2)
    early = population_rise(np.array([1e-10]), SPREAD)[0]
    return abs(float(early / (2 * np.sqrt(1e-10 / np.pi) / moment)) - 1)


def test_at_first_the_surfaces_of_all_sizes_share_the_current() -> None:
    assert off_early(-1) < 1e-4


def test_a_single_surface_is_noticed() -> None:
    assert off_early(0) > 0.05


def off_late(power: float) -> float:
    """Against 3 tau + <R^power>/(5 M^power): the lag of a sphere is R^2/(15 D)."""
    moment = np.exp(power**2 * (SPREAD * np.log(10)) ** 2 / 2)
    late = population_rise(np.array([300.0]), SPREAD)[0] - 900.0
    return abs(float(late) / (0.2 * moment) - 1)


def test_at_last_the_lag_is_the_mean_of_the_radius_squared() -> None:
    assert off_late(2) < 1e-6


def test_a_lag_of_the_mean_radius_is_noticed() -> None:
    assert off_late(1) > 0.05


def test_the_time_of_a_rise_is_that_of_the_closed_form() -> None:
    tau = np.logspace(-8, 4, 41)
    for spread in (0.0, 0.33, 0.9):
        exact = population_rise(tau, spread)
        at = np.full(len(tau), spread)
        assert time_of_rise(exact, at) == pytest.approx(tau, rel=1e-3)


def material_of(**changed: float) -> Material:
    material = ps.load_material("he_o3_li2024")
    own = {"exchange_current_density": FAST, "diffusivity": 5e-17, **changed}
    return material.replaced(**{name: material[name].with_magnitude(v) for name, v in own.items()})


C_RATES = np.array([0.3, 1.0, 3.0])


def closed(material: Material, form: Form, shape: float) -> Array:
    cell = ps.half_cell(material)
    vector = np.append(central_groups(cell), shape)[None]
    current = C_RATES * material.value("one_c_current")
    return capacities(discharge_of(cell), vector, current, form)[0]


def off_sizes(spread: float) -> float:
    """Largest relative difference from half cells whose sizes are solved at one potential."""
    material = material_of()
    sizes = log_normal(material.value("particle_radius"), SPREAD * np.log(10))
    solved = sized_half_cells(material, sizes=sizes, c_rate=C_RATES).capacity
    return float(np.abs(closed(material, Form.SIZES, spread) / solved - 1).max())


def test_sizes_in_closed_form_are_those_solved_at_one_potential() -> None:
    assert off_sizes(SPREAD) < 2e-3


def test_another_spread_is_noticed() -> None:
    assert off_sizes(0.9 * SPREAD) > 5e-3


def off_falling(fall: float) -> float:
    """Largest relative difference from half cells whose D falls by 1.5 decades."""
    material = material_of(diffusivity=2e-16)
    fallen = material.replaced(diffusivity_fall=assumed("diffusivity_fall", 1.5, "1"))
    solved = half_cell_batch(fallen, c_rate=C_RATES, engine=Engine.NUMPY).capacity
    return float(np.abs(closed(material, Form.DIFFUSIVITY, fall) / solved - 1).max())


def test_a_falling_diffusivity_from_the_table_is_the_solved_one() -> None:
    assert off_falling(1.5) < 5e-3


def test_a_constant_diffusivity_is_noticed() -> None:
    assert off_falling(0.0) > 2e-2
