"""Does every material's potential stand where its own papers print it, and end at its cut-offs?

A printed plateau is a maximum of -dQ/dU, a printed average the mean of U over the window; both are
taken from the curve that a cell would see, not from the file. Averages: energy over capacity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from particle_sim.materials import derive_potential, redox_ladder
from particle_sim.materials.hosts import host_names, load_host
from particle_sim.materials.load import load_record, material_names
from particle_sim.materials.potential import PlateauPotential
from particle_sim.materials.system import load_system
from particle_sim.units import Array

NAMES = material_names()
NEAR = 0.030
"""How far a curve may be from a printed voltage [V]; most are printed to a tenth of a volt."""
STATED_MEAN = re.compile(r"mean of (\d\.\d+) V")
ROUNDING = 5e-4


def potential_of(name: str) -> PlateauPotential:
    potential = load_record(name).material.potential
    assert isinstance(potential, PlateauPotential)
    return potential


def mean_of(name: str) -> float:
    """Mean of U over the window; the ends' logarithms are left out of the grid by a part in 1e5."""
    theta = (np.arange(20000) + 0.5) / 20000
    return float(np.mean(potential_of(name)(theta)))


def maxima(name: str) -> Array:
    """Voltages at which the curve is flattest."""
    voltage = np.arange(0.5, 5.0, 0.002)
    capacity = -np.gradient(potential_of(name).filling(voltage), voltage)
    inside = capacity[1:-1]
    return voltage[1:-1][(inside >= capacity[:-2]) & (inside > capacity[2:]) & (inside > 0.02)]


def printed_plateaus() -> Iterator[tuple[str, float]]:
    for name in NAMES:
        for fact in load_system(name).file.printed.get("plateau", []):
            voltage = fact.number("V")
            if voltage is not None:
                yield name, voltage


def printed_means() -> Iterator[tuple[str, float]]:
    for name in NAMES:
        system = load_system(name)
        capacity = system.entries["capacity"].value or 0.0
        for fact in system.file.printed.get("energy_density", []):
            yield name, (fact.number("Wh_kg") or 0.0) / capacity
        for fact in system.file.printed.get("average_voltage", []):
            voltage = fact.number("V")
            if voltage is not None:
                yield name, voltage


def stands_at(name: str, voltage: float) -> bool:
    return bool(np.any(np.abs(maxima(name) - voltage) <= NEAR + 0.002))


@pytest.mark.parametrize(("name", "voltage"), list(printed_plateaus()))
def test_a_printed_plateau_is_where_the_curve_is_flattest(name: str, voltage: float) -> None:
    assert stands_at(name, voltage), maxima(name)


@pytest.mark.parametrize(("name", "voltage"), list(printed_means()))
def test_a_printed_average_is_the_mean_of_the_curve(name: str, voltage: float) -> None:
    assert mean_of(name) == pytest.approx(voltage, abs=NEAR)


def test_there_is_something_to_hold() -> None:
    assert len(list(printed_plateaus())) >= 11
    assert len(list(printed_means())) >= 4


def test_a_plateau_that_its_print_does_not_move_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vanadium's step of Na4MnV(PO4)3 is printed 0.1 V below the family's."""
    monkeypatch.setattr(redox_ladder, "_as_printed", lambda step, facts: step)
    assert not stands_at("na4mnv_po4_3", 3.3)


def test_a_mean_that_its_print_does_not_move_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = dict(printed_means())
    monkeypatch.setattr(derive_potential, "_printed_mean", lambda draft: None)
    off = {name: abs(mean_of(name) - voltage) for name, voltage in printed.items()}
    assert off["nalfcnm"] > NEAR
    assert off["na2_3mno2"] > NEAR


def stated_means() -> Iterator[tuple[str, float, float]]:
    """Every mean that a note states, of a host's plateaus or of a member's curve."""
    for name in host_names():
        entry = load_host(name, name).properties["open_circuit_potential"]
        for stated in STATED_MEAN.findall(entry.note):
            plateaus = entry.plateaus or []
            yield name, float(stated), sum(p.share * p.voltage for p in plateaus)
    for name in NAMES:
        for stated in STATED_MEAN.findall(load_system(name).entries["open_circuit_potential"].note):
            yield name, float(stated), mean_of(name)


@pytest.mark.parametrize(("name", "stated", "found"), list(stated_means()))
def test_a_mean_in_a_note_is_that_of_its_curve(name: str, stated: float, found: float) -> None:
    assert found == pytest.approx(stated, abs=NEAR)


@pytest.mark.parametrize("name", NAMES)
def test_a_curve_slopes_to_its_cut_offs(name: str) -> None:
    """Where there is an end, nine tenths of it are on the way to the cut-off, and only there."""
    material, potential = load_record(name).material, potential_of(name)
    low, high = material.value("lower_voltage"), material.value("upper_voltage")
    first, last = potential.plateaus[0].voltage, potential.plateaus[-1].voltage
    for end in potential.ends:
        tenth = 0.1 * end.share
        upper = end.voltage > first
        cut, plateau = (high, first) if upper else (low, last)
        reached = potential(np.array(tenth if upper else 1 - tenth))
        assert abs(cut - reached) <= 0.25 * abs(cut - plateau)
    assert abs(potential.filling(np.array(low)) - 1) < 0.01
    assert potential.filling(np.array(high)) < 0.01


SPECIFIC = {
    "na4mncr_po4_3": (108.4, 0.03),
    "na2tiv_po4_3": (147.0, 0.16),
}
"""Printed elsewhere [mAh/g]: Small 16 (2020) e2001524; Nat. Commun. 8 (2017) 15888, 0.1C, in a
window that reaches into the V3+/V2+ step, which the family's 2.0 V leaves out. How near it is."""


@pytest.mark.parametrize("name", SPECIFIC)
def test_capacities_from_redox_steps_are_near_published_ones(name: str) -> None:
    published, near = SPECIFIC[name]
    entry = load_system(name).entries["capacity"]
    assert entry.evidence == "derived"
    assert entry.value == pytest.approx(published, rel=near)


def test_the_sodium_of_na4fev_lies_in_the_derived_range() -> None:
    """2.76 Na between 1.3 and 4.3 V through Fe3+/2+, V4+/3+ and V5+/4+ (Park et al., abstract)."""
    system = load_system("na4fev_po4_3")
    entry = system.entries["capacity"]
    assert entry.range is not None
    mass = system.entries["molar_mass"].value or 0.0
    low, high = (3.6 * end * mass / 96485.33212 for end in entry.range)
    assert low == pytest.approx(2.0, abs=1e-3)
    assert high == pytest.approx(3.0, abs=1e-3)
    assert low <= 2.76 <= high
