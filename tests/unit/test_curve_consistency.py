"""Is a discharge curve or rate test that contradicts itself or its material refused or doubted?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from particle_sim.cell.half_cell import half_cell
from particle_sim.errors import InputError
from particle_sim.inference.consistency import ORDER, doubts
from particle_sim.inference.consistency_curves import CURVE, RATES, Curve, Rates
from particle_sim.inference.consistency_pulses import TITRATION
from particle_sim.inference.data import RateData, VoltageData
from particle_sim.inference.discharge import capacities, discharge_of, voltages
from particle_sim.inference.fit import fit_rates, fit_voltage
from particle_sim.inference.groups import central_groups
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.units import Array

NAMES = ("he_o3_li2024", "nvp", "he_v", "nfpp_he", "p2_tmcnr")
MATERIAL = load_material(NAMES[0])


def curve(material: Material = MATERIAL, c_rate: float = 1.0) -> VoltageData:
    """The material's own discharge in closed form, to 85 % of its capacity."""
    cell = half_cell(material)
    groups = central_groups(cell)[None]
    current = c_rate * material.value("one_c_current")
    most = capacities(discharge_of(cell), groups, np.array([current]))[0, 0]
    capacity = np.linspace(0.005, 0.85, 60) * most
    voltage = voltages(discharge_of(cell), groups, current, capacity)[0]
    return VoltageData(
        name="curve.csv",
        lines=np.arange(2, 62),
        current=current,
        capacity=capacity,
        voltage=voltage,
        uncertainty=None,
    )


def rate_test(material: Material = MATERIAL) -> RateData:
    """The material's own capacities."""
    cell = half_cell(material)
    current = np.array([0.1, 0.3, 1.0, 3.0, 5.0]) * material.value("one_c_current")
    capacity = capacities(discharge_of(cell), central_groups(cell)[None], current)[0]
    return RateData(
        name="rates.csv",
        lines=np.arange(2, 7),
        current=current,
        capacity=capacity,
        uncertainty=np.full(5, 1.0),
    )


def moved(by: float) -> Callable[[VoltageData], VoltageData]:
    return lambda data: replace(data, voltage=data.voltage + by)


def more(factor: float) -> Callable[[VoltageData], VoltageData]:
    return lambda data: replace(data, capacity=data.capacity * factor)


def bumped(by: float) -> Callable[[VoltageData], VoltageData]:
    def change(data: VoltageData) -> VoltageData:
        voltage = data.voltage.copy()
        voltage[30:33] += by
        return replace(data, voltage=voltage)

    return change


def then_charged(data: VoltageData) -> VoltageData:
    """The second half goes up again."""
    return replace(data, voltage=np.append(data.voltage[::2], data.voltage[::-2]))


BAD_CURVES: dict[str, tuple[Callable[[VoltageData], VoltageData], str]] = {
    "a charge": (lambda d: replace(d, voltage=d.voltage[::-1]), "only a discharge is fitted"),
    "a charge on a flat plateau": (
        lambda d: replace(d, voltage=np.linspace(3.0, 3.05, 60)), "only a discharge is fitted"),
    "one voltage": (lambda d: replace(d, voltage=np.full(60, 3.0)), "stays at"),
    "a discharge and a charge": (then_charged, "only a discharge is fitted"),
    "20 V": (moved(20.0), "no cell"),
    "millivolt as volt": (lambda d: replace(d, voltage=1e3 * d.voltage), "in mV"),
    "a full cell": (moved(-2.0), "a full cell"),
    "another reference": (moved(0.6), "above the potential"),
    "kilovolt": (lambda d: replace(d, voltage=1e-3 * d.voltage), "below the potential"),
    "capacity in Ah/g": (more(1e-3), "unit of the capacity"),
    "capacity of another mass": (more(2.0), "the mass"),
    "capacity a thousand times too large": (more(1e3), "unit of the capacity"),
    "capacity from below 0": (
        lambda d: replace(d, capacity=d.capacity - 20.0), "counts from 0"),
}  # fmt: skip
DOUBTED_CURVES: dict[str, tuple[Callable[[VoltageData], VoltageData], str]] = {
    "0.25 V too high": (moved(0.25), "above the potential"),
    "0.9 V too low": (moved(-0.9), "below the potential"),
    "a step up": (bumped(0.3), "rises by"),
    "a third too much": (more(1.5), "more than"),
}


@pytest.mark.parametrize("fault", BAD_CURVES)
def test_a_curve_that_cannot_be_is_refused_at_once(fault: str) -> None:
    change, says = BAD_CURVES[fault]
    with pytest.raises(InputError) as caught:
        fit_voltage(MATERIAL, change(curve()))
    (sentence,) = caught.value.problems
    assert sentence.startswith("curve.csv, line ")
    assert "disagree" in sentence
    assert says in sentence


@pytest.mark.parametrize("fault", DOUBTED_CURVES)
def test_a_curve_that_hardly_can_be_is_doubted(fault: str) -> None:
    change, says = DOUBTED_CURVES[fault]
    data = change(curve())
    found = doubts(data.place, CURVE, Curve(data=data, material=MATERIAL))
    assert any(says in text and "(line " in text for _, text in found), found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("c_rate", [0.05, 1.0, 10.0])
def test_a_material_s_own_discharge_is_not_doubted(name: str, c_rate: float) -> None:
    material = load_material(name)
    data = curve(material, c_rate)
    noise = 2e-3 * np.random.default_rng(1).standard_normal(len(data.voltage))
    data = replace(data, voltage=data.voltage + noise)
    assert doubts(data.place, CURVE, Curve(data=data, material=material)) == []


def scaled(factor: float) -> Callable[[RateData], RateData]:
    return lambda data: replace(data, capacity=data.capacity * factor)


def faster(factor: float) -> Callable[[RateData], RateData]:
    return lambda data: replace(data, current=data.current * factor)


def exchanged(capacity: Array) -> Array:
    return capacity[[0, 2, 1, 3, 4]]


BAD_RATES: dict[str, tuple[Callable[[RateData], RateData], str]] = {
    "capacity in Ah/g": (scaled(1e-3), "unit of the capacity"),
    "capacity of another mass": (scaled(2.0), "the mass"),
    "capacity a thousand times too large": (scaled(1e3), "unit of the capacity"),
    "current a million times too small": (faster(1e-6), "unit of the rate"),
    "current a million times too large": (faster(1e6), "unit of the rate"),
    "C as mA/g": (faster(1 / 120.0), "unit of the rate"),
    "capacities in reverse": (
        lambda d: replace(d, capacity=np.linspace(90.0, 117.0, 5)), "the order"),
    "uncertainty as large as the capacity": (
        lambda d: replace(d, uncertainty=np.full(5, 150.0)), "decimal sign"),
}  # fmt: skip
DOUBTED_RATES: dict[str, tuple[Callable[[RateData], RateData], str]] = {
    "a third too much": (scaled(1.3), "more than"),
    "mA/g as C": (faster(120.0), "unit of the rate"),
    "a month for one discharge": (faster(1 / 60.0), "unit of the rate"),
    "two capacities exchanged": (
        lambda d: replace(d, capacity=exchanged(np.array([117.0, 113, 101, 98, 94]))), "rises"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD_RATES)
def test_rates_that_cannot_be_are_refused_at_once(fault: str) -> None:
    change, says = BAD_RATES[fault]
    with pytest.raises(InputError) as caught:
        fit_rates(MATERIAL, change(rate_test()))
    (sentence,) = caught.value.problems
    assert sentence.startswith("rates.csv, line ")
    assert says in sentence


@pytest.mark.parametrize("fault", DOUBTED_RATES)
def test_rates_that_hardly_can_be_are_doubted(fault: str) -> None:
    change, says = DOUBTED_RATES[fault]
    data = change(rate_test())
    found = doubts(data.place, RATES, Rates(data=data, material=MATERIAL))
    assert any(says in text and "(line " in text for _, text in found), found


@pytest.mark.parametrize("name", NAMES)
def test_a_material_s_own_rates_are_not_doubted(name: str) -> None:
    data = rate_test(load_material(name))
    assert doubts(data.place, RATES, Rates(data=data, material=load_material(name))) == []


def test_every_check_stands_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "inference.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for check in (*ORDER, *TITRATION, *CURVE, *RATES):
        pair = f"{check.name} and {check.against}"
        own = [row for row in rows if f"{pair}:" in row or f"{pair} |" in row]
        assert any(row.endswith(f"{check.severity.value} |") for row in own), pair


def test_every_check_of_curves_and_rates_finds_something() -> None:
    """Each entry of the tables is there for a fault that it finds."""
    curves = [c(curve()) for c, _ in (*BAD_CURVES.values(), *DOUBTED_CURVES.values())]
    for check in CURVE:
        assert any(list(check.find(Curve(data=d, material=MATERIAL))) for d in curves), check
    rates = [c(rate_test()) for c, _ in (*BAD_RATES.values(), *DOUBTED_RATES.values())]
    for entry in RATES:
        assert any(list(entry.find(Rates(data=d, material=MATERIAL))) for d in rates), entry
