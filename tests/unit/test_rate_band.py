"""Do the band and the map say what their formulas say?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from particle_sim.cell.design import CellDesign, CellKind, load_cell_design, with_values
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.studies.choices import Direction
from particle_sim.studies.rate_band import (
    PASSES_WITHIN,
    point_verdicts,
    rate_band,
    series_pass_share,
)
from particle_sim.studies.rate_data import RateSeries
from particle_sim.studies.rate_map import group, rate_map, stress_group
from particle_sim.units import Array

MATERIAL, DESIGN = load_material("he_v"), load_cell_design()


@dataclass(frozen=True)
class Answer:
    """What a batch gives back, as far as it is read."""

    capacity: Array


def limited_by_diffusion(
    material: object, design: object, *, c_rate: Array, values: Mapping[str, Array]
) -> Answer:
    """A made-up cell: 100 A h/kg times D/R^2 over the rate in 1/s, at most 100."""
    speed = values["diffusivity"] / values["particle_radius"] ** 2
    return Answer(100 * np.minimum(1.0, speed / (c_rate / 3600)))


def series(rates: list[float], values: list[float], *, relative: bool = False) -> RateSeries:
    return RateSeries(
        label="made up",
        cell=CellKind.HALF,
        c_rate=np.array(rates),
        capacity=np.array(values),
        source="none",
        place="",
        relative=relative,
    )


@pytest.fixture(scope="module")
def band() -> xr.Dataset:
    rates = np.array([0.001, 10.0, 1000.0])
    return rate_band(MATERIAL, DESIGN, rates, samples=400, seed=3, batch=limited_by_diffusion)


def speed_of(band: xr.Dataset) -> Array:
    return np.asarray(band.diffusivity / band.particle_radius**2)


def drawn_values(samples: int, seed: int) -> xr.Dataset:
    rates = np.array([1.0])
    return rate_band(
        MATERIAL, DESIGN, rates, samples=samples, seed=seed, batch=limited_by_diffusion
    )


def test_draws_fill_their_ranges_evenly() -> None:
    """A Latin hypercube: each of the s slices of a range holds one draw."""
    drawn = drawn_values(50, 1)
    low, high = 20e-4, 200e-4  # the film's uniform range [ohm m2]
    slices = np.floor((drawn["film_resistance"] - low) / (high - low) * 50)
    assert sorted(slices) == list(range(50))
    np.testing.assert_array_equal(drawn["diffusivity"], drawn_values(50, 1)["diffusivity"])
    assert np.any(drawn["diffusivity"].values != drawn_values(50, 2)["diffusivity"].values)


def test_each_draw_keeps_its_values_at_every_rate(band: xr.Dataset) -> None:
    expected = 100 * np.minimum(1, speed_of(band)[:, None] * 3600 / band.c_rate.values)
    np.testing.assert_allclose(band.capacity, expected)
    np.testing.assert_allclose(band.quantiles[1], np.median(expected, axis=0))
    assert band.diffusivity.attrs["units"] == "m^2/s"


def test_a_demanding_point_excludes_slow_diffusion(band: xr.Dataset) -> None:
    """Reaching 0.95 x 50 at 1000C needs D/R^2 >= 0.475 x 1000/3600 1/s in the made-up cell."""
    (verdict,) = point_verdicts(MATERIAL, band, series([1000.0], [50.0]))
    speed, needed = speed_of(band), (1 - PASSES_WITHIN) * 0.5 * 1000 / 3600
    assert verdict.reach_share == np.mean(speed >= needed)
    assert verdict.slowest == speed[speed >= needed].min()
    assert verdict.slowest_drawn == speed.min()
    close = np.abs(band.capacity.values[:, 2] - 50) <= 2.5
    assert verdict.pass_share == np.mean(close)


def test_an_easy_point_excludes_nothing(band: xr.Dataset) -> None:
    (verdict,) = point_verdicts(MATERIAL, band, series([0.001], [100.0]))
    assert verdict.inside
    assert (verdict.pass_share, verdict.reach_share) == (1.0, 1.0)
    assert verdict.slowest == verdict.slowest_drawn


def test_a_point_out_of_reach(band: xr.Dataset) -> None:
    (verdict,) = point_verdicts(MATERIAL, band, series([1000.0], [150.0]))
    assert not verdict.inside
    assert verdict.reach_share == 0
    assert np.isnan(verdict.slowest)


def test_a_relative_point_is_a_share_of_each_draw(band: xr.Dataset) -> None:
    (whole,) = point_verdicts(MATERIAL, band, series([1000.0], [50.0]))
    (share,) = point_verdicts(MATERIAL, band, series([1000.0], [0.5], relative=True))
    assert share.pass_share == pytest.approx(whole.pass_share)
    assert share.high <= 1


def test_a_series_is_passed_by_fewer_draws_than_its_points(band: xr.Dataset) -> None:
    both = series([10.0, 1000.0], [99.0, 50.0])
    shares = [verdict.pass_share for verdict in point_verdicts(MATERIAL, band, both)]
    assert series_pass_share(band, both) <= min(shares)


# The map


def free_of_all_but_diffusion() -> tuple[Material, CellDesign]:
    exchange = MATERIAL["exchange_current_density"]
    fast = exchange.with_magnitude(1e6 * exchange.magnitude)
    metal = 1e6 * DESIGN.value("metal_exchange_current_density")
    design = with_values(DESIGN, metal_exchange_current_density=metal, film_resistance=0.0)
    return MATERIAL.replaced(exchange_current_density=fast), design


@pytest.fixture(scope="module")
def diffusion_map() -> xr.Dataset:
    """Diffusion alone, at 1C, for radii with g from 0.03 to 3."""
    material, design = free_of_all_but_diffusion()
    one = float(group(material, np.array([1e-6]), np.array([1.0]))[0])
    radii = 1e-6 * np.sqrt(np.array([0.03, 0.1, 0.3, 1.0, 3.0]) / one)
    return rate_map(material, design, radii=radii, rates=np.array([1.0]))


@pytest.mark.parametrize("name", ["capacity_kept", "charge_passed"])
def test_charge_by_steady_diffusion(diffusion_map: xr.Dataset, name: str) -> None:
    """The surface is full, or empty, when the mean stands g/15 from it (Crank 6.3.3)."""
    g = diffusion_map.group.values[:, 0]
    np.testing.assert_allclose(g, [0.03, 0.1, 0.3, 1.0, 3.0], rtol=1e-9)
    np.testing.assert_allclose(diffusion_map[name][:, 0], 1 - g / 15, atol=2e-3)


def test_a_discharge_keeps_capacity_and_a_charge_passes_charge() -> None:
    """A made-up cell that passes twice as much in a charge as in a discharge."""

    def batch(*_: object, c_rate: Array, direction: Direction, **__: object) -> Any:
        passed = np.full_like(c_rate, 2.0 if direction is Direction.CHARGE else 1.0)
        return SimpleNamespace(capacity=passed, peak_tension=0.0 * passed)

    table = rate_map(MATERIAL, DESIGN, radii=np.array([1e-7]), rates=np.array([1.0]), batch=batch)
    assert (table.charge_passed / table.capacity_kept).values.tolist() == [[2.0]]


def test_crack_number_in_steady_diffusion_is_the_stress_group(diffusion_map: xr.Dataset) -> None:
    """sigma = E beta (g/15)/(1 - nu) as long as strain is straight; HE-V's strain is."""
    np.testing.assert_allclose(diffusion_map.crack_number, diffusion_map.stress_group, rtol=5e-3)


@pytest.mark.parametrize("name", ["p2_tmcnr", "he_v"])
def test_tiny_particles_are_uniform_and_stress_goes_as_g(name: str) -> None:
    """Radii of 10 to 40 nm at 0.1C: all of the window but what the film takes, K as R^2."""
    material = load_material(name)
    radii = np.array([1e-8, 2e-8, 4e-8])
    table = rate_map(material, DESIGN, radii=radii, rates=np.array([0.1]))
    assert float(table.group[0, 0]) < 1e-5
    assert np.ptp(table.capacity_kept.values) < 2e-3
    tension = table.peak_tension.values[:, 0]
    np.testing.assert_allclose(tension[1:] / tension[:-1], 4, rtol=0.02)


def test_another_depth_would_show(diffusion_map: xr.Dataset) -> None:
    """The twin: with g/5, the surface against the centre, neither holds."""
    g = diffusion_map.group.values[:, 0]
    assert abs(float(diffusion_map.capacity_kept[-1, 0]) - (1 - g[-1] / 5)) > 0.1
    wrong = 3 * stress_group(MATERIAL, g, diffusion_map.radius.values)
    assert np.all(diffusion_map.crack_number.values[:, 0] < 0.5 * wrong)


def test_the_map_reads_charge_for_stress_and_discharge_for_capacity() -> None:
    asked: list[Direction] = []

    @dataclass(frozen=True)
    class Both:
        capacity: Array
        peak_tension: Array

    def spy(
        material: object,
        design: object,
        *,
        c_rate: Array,
        values: Mapping[str, Array],
        direction: Direction,
    ) -> Both:
        asked.append(direction)
        return Both(capacity=values["particle_radius"], peak_tension=c_rate)

    radii, rates = np.array([1e-7, 1e-6]), np.array([1.0, 2.0, 3.0])
    table = rate_map(MATERIAL, DESIGN, radii=radii, rates=rates, batch=spy)
    assert asked == [Direction.DISCHARGE, Direction.CHARGE]
    np.testing.assert_array_equal(table.peak_tension, np.broadcast_to(rates, (2, 3)))
    ratio = table.capacity_kept[1] / table.capacity_kept[0]
    np.testing.assert_allclose(ratio, 10)
    assert {v.attrs["units"] for v in table.data_vars.values()} == {"1", "Pa"}
