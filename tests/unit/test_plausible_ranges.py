"""Plausible ranges as distributions, and temperature."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.functions import Constant, LinearTable
from particle_sim.materials.load import load_material
from particle_sim.materials.property import Distribution, PlausibleRange, assumed
from particle_sim.resources import shipped_folder

triang: Any = vars(stats)["triang"]
truncnorm: Any = vars(stats)["truncnorm"]

LOW, MODE, HIGH, DECADES = 2.0, 5.0, 40.0, 0.4
PROBABILITY = np.linspace(0.0, 1.0, 101)


def plausible(distribution: Distribution) -> PlausibleRange:
    return PlausibleRange(low=LOW, high=HIGH, distribution=distribution, decades=DECADES)


@pytest.mark.parametrize("distribution", list(Distribution))
def test_quantiles_run_from_low_to_high(distribution: Distribution) -> None:
    values = plausible(distribution).quantile(PROBABILITY, MODE)
    assert values[0] == pytest.approx(LOW, rel=1e-9)
    assert values[-1] == pytest.approx(HIGH, rel=1e-9)
    steps = np.diff(values)
    if distribution is Distribution.EITHER:
        assert np.count_nonzero(steps) == 1
    else:
        assert (steps > 0).all()


def test_medians() -> None:
    half = np.array([0.5])
    uniform = plausible(Distribution.UNIFORM).quantile(half, MODE)
    log_uniform = plausible(Distribution.LOG_UNIFORM).quantile(half, MODE)
    assert uniform[0] == pytest.approx((LOW + HIGH) / 2)
    assert log_uniform[0] == pytest.approx(math.sqrt(LOW * HIGH))


def test_triangular_is_scipys() -> None:
    expected = triang((MODE - LOW) / (HIGH - LOW), LOW, HIGH - LOW).ppf(PROBABILITY)
    values = plausible(Distribution.TRIANGULAR).quantile(PROBABILITY, MODE)
    assert np.allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("mode", [LOW, HIGH])
def test_triangular_with_its_mode_at_an_end(mode: float) -> None:
    expected = triang((mode - LOW) / (HIGH - LOW), LOW, HIGH - LOW).ppf(PROBABILITY)
    values = plausible(Distribution.TRIANGULAR).quantile(PROBABILITY, mode)
    assert np.allclose(values, expected, rtol=1e-12)


def test_log_normal_is_scipys_truncated() -> None:
    centre = math.log10(MODE)
    ends = [(math.log10(end) - centre) / DECADES for end in (LOW, HIGH)]
    expected = 10 ** truncnorm(*ends, loc=centre, scale=DECADES).ppf(PROBABILITY)
    values = plausible(Distribution.LOG_NORMAL).quantile(PROBABILITY, MODE)
    assert np.allclose(values, expected, rtol=1e-9)


def test_property_without_a_range_is_certain() -> None:
    assert (assumed("x", 3.0, "1").quantile(PROBABILITY) == 3.0).all()


def test_property_uses_its_magnitude_as_the_mode() -> None:
    prop = replace(assumed("x", MODE, "1"), plausible=plausible(Distribution.TRIANGULAR))
    expected = plausible(Distribution.TRIANGULAR).quantile(PROBABILITY, MODE)
    assert np.array_equal(prop.quantile(PROBABILITY), expected)


def test_with_magnitude_scales_the_function() -> None:
    table = replace(assumed("x", 2.0, "1"), function=LinearTable((0.0, 1.0), (1.0, 3.0)))
    theta = np.linspace(0, 1, 5)
    doubled = table.with_magnitude(4.0)
    assert doubled.magnitude == 4.0
    assert np.allclose(doubled(theta), 2 * table(theta), rtol=1e-15)
    assert table.magnitude == 2.0


def test_arrhenius() -> None:
    """NVP's diffusivity, 0.45 eV: ln ratio = -(E_a/R)(1/T - 1/T_ref)."""
    diffusivity = load_material("nvp")["diffusivity"]
    energy = 0.45 * 96485.33212
    theta = np.array([0.5])
    for kelvin in (273.15, 298.15, 333.15):
        expected = 5e-16 * math.exp(-energy / GAS_CONSTANT * (1 / kelvin - 1 / 298.15))
        assert diffusivity(theta, kelvin)[0] == pytest.approx(expected, rel=1e-12)


def test_arrhenius_scales_the_slope_too() -> None:
    table = replace(
        assumed("x", 2.0, "1"),
        function=LinearTable((0.0, 1.0), (1.0, 3.0)),
        activation_energy=3e4,
    )
    theta = np.array([0.2, 0.8])
    factor = math.exp(-3e4 / GAS_CONSTANT * (1 / 320 - 1 / 298.15))
    assert np.allclose(table.slope(theta, 320.0), 2.0 * factor, rtol=1e-12)


def test_curvature_is_zero_for_what_is_no_table() -> None:
    prop = replace(assumed("x", 2.0, "1"), function=Constant(2.0))
    assert not prop.curvature(np.linspace(0, 1, 7)).any()


def test_specific_capacity_and_stoichiometry_of_nvp() -> None:
    """155.2 mAh/g between Na1 and Na3.639 (Zhang et al. 2025, Fig. 3a)."""
    material = load_material("nvp")
    assert material.specific_capacity == pytest.approx(155.2, rel=0.01)
    assert material.stoichiometry(0.0) == pytest.approx(1.0)
    assert material.stoichiometry(1.0) == pytest.approx(3.639)


def ranged(block: Any, name: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every block with a range in a file, by its name."""
    if isinstance(block, dict):
        if "range" in block:
            yield name, block
        for key, inner in block.items():
            yield from ranged(inner, f"{name}.{key}".lstrip("."))


def held(name: str, block: Mapping[str, Any]) -> bool:
    """Whether the range holds the block's own value; of a table over concentration that at 1 M, and
    of a change of volume its size."""
    value = block.get("value")
    if "concentration" in block:
        value = np.interp(1000.0, block["concentration"], block["values"])
    if value is None:
        return True  # of tables over filling the material files are asked
    if name.endswith("volume_change"):
        value = abs(value)
    return bool(block["range"][0] <= value <= block["range"][-1])


OTHERS = [
    path
    for path in sorted(shipped_folder("parameters").rglob("*.toml"))
    if "materials" not in path.parts
]


def test_every_shipped_range_beside_the_materials_holds_its_own_value() -> None:
    found = [
        (f"{path.name}: {name}", held(name, block))
        for path in OTHERS
        for name, block in ranged(tomllib.loads(path.read_text("utf-8")))
    ]
    assert len(found) > 100
    assert [name for name, good in found if not good] == []


@pytest.mark.parametrize(
    "block",
    [
        {"value": 5e-10, "range": [1e-10, 4e-10]},
        {"concentration": [500.0, 1500.0], "values": [3e-10, 1e-11], "range": [2e-10, 4e-10]},
    ],
)
def test_a_range_without_its_own_value_is_noticed(block: Mapping[str, Any]) -> None:
    assert not held("diffusivity", block)
