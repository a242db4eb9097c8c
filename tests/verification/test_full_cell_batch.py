"""Full cells in a batch: against PyBaMM, the carrier balance at rest, and the printed sets."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.balance import rest_state
from particle_sim.cell.design import CellDesign, load_cell_design, with_values
from particle_sim.cell.full_cell import full_cell
from particle_sim.errors import InputError
from particle_sim.protocols import discharge
from particle_sim.studies.full_cell_batch import full_cell_batch
from particle_sim.studies.inventory import BY_CHANCE, inventory, narrowings
from particle_sim.units import Array

PRESODIATED = load_cell_design("sodium_full_cell_presodiated")
AS_MADE = with_values(load_cell_design("sodium_full_cell"), lower_voltage=0.5)
CASES = {
    "he_v": (PRESODIATED, 0.2, {"negative_to_positive_ratio": 2.5, "negative_initial_sodium": 1.7}),
    "he_o3_li2024": (AS_MADE, 1.0, {"negative_particle_radius": 1e-6, "first_cycle_loss": 0.05}),
}


def batch(name: str, design: CellDesign, c_rate: float, values: dict[str, float]) -> Array:
    """Capacity and energy of one cell in a batch."""
    drawn = {key: np.array([value]) for key, value in values.items()}
    found = full_cell_batch(ps.load_material(name), design, c_rate=c_rate, values=drawn)
    return np.array([found.capacity[0], found.energy[0]])


def off(name: str, **changed: float) -> float:
    """Largest relative difference of capacity and energy from PyBaMM."""
    design, c_rate, values = CASES[name]
    cell = full_cell(ps.load_material(name), design=with_values(design, **values))
    run = ps.solve_cell(cell, discharge(c_rate))
    theirs = np.array([run.capacity[-1], run.energy[-1]])
    return float(np.abs(batch(name, design, c_rate, {**values, **changed}) / theirs - 1).max())


@pytest.mark.parametrize("name", CASES)
def test_a_full_cell_of_the_batch_is_pybamm_s(name: str) -> None:
    """PyBaMM's 20 uniform shells of carbon leave 2e-3 where its diffusivity falls steeply."""
    assert off(name) < (5e-4 if name == "he_v" else 4e-3)


def test_a_larger_carbon_is_noticed() -> None:
    assert off("he_o3_li2024", negative_particle_radius=2e-6) > 0.01


def test_sodium_that_films_took_is_noticed() -> None:
    assert off("he_o3_li2024", first_cycle_loss=0.0) > 0.02


def test_a_slow_cell_goes_from_rest_to_rest() -> None:
    """The capacity is the filling between the cut-offs at rest, by the balance of the carrier."""
    material = ps.load_material("he_o3_li2024")
    cell = full_cell(material, design=with_values(AS_MADE, first_cycle_loss=0.1))
    low, high = (rest_state(cell, voltage).positive for voltage in cell.voltage_limits)
    capacity, _ = batch("he_o3_li2024", AS_MADE, 1e-3, {"first_cycle_loss": 0.1})
    assert capacity == pytest.approx(material.specific_capacity * (low - high), rel=3e-3)


def test_what_films_take_the_carbon_did_not_bring() -> None:
    lost = batch("he_o3_li2024", AS_MADE, 1.0, {"first_cycle_loss": 0.07})
    less = batch("he_o3_li2024", AS_MADE, 1.0, {"negative_initial_sodium": -0.07})
    assert lost == pytest.approx(less, rel=1e-12)


def test_electrodes_that_cannot_hold_the_sodium_are_no_cell() -> None:
    assert batch("he_v", PRESODIATED, 0.2, {"negative_initial_sodium": 9.0})[0] == 0.0


def test_the_print_of_he_v_asks_for_sodium_and_carbon_in_excess() -> None:
    """170.8 mAh/g at 0.2C: the third sodium and more in the carbon, far above N/P 1."""
    found = inventory(ps.load_material("he_v"), PRESODIATED, c_rate=0.2, printed=170.8)
    told = {each.name: each for each in narrowings(found.inputs, found.agrees)}
    assert 0.0 < found.share < 0.2
    assert told["negative_initial_sodium"].decides
    assert told["negative_initial_sodium"].agreeing[0] > 1.0
    assert told["negative_to_positive_ratio"].agreeing[0] > 1.5
    assert not told["film_resistance"].decides


def test_draws_taken_at_random_narrow_nothing() -> None:
    rng = np.random.default_rng(3)
    inputs = {str(i): rng.uniform(size=400) for i in range(50)}
    told = narrowings(inputs, rng.uniform(size=400) < 0.05)
    assert sum(each.decides for each in told) <= 3
    assert all(0 < each.chance <= 1 for each in told)
    assert np.median([each.width for each in told]) == pytest.approx(1.0, abs=0.2)
    below = {"x": inputs["0"]}
    assert narrowings(below, below["x"] < 0.5)[0].chance < BY_CHANCE
    assert narrowings(inputs, np.zeros(400, dtype=bool)) == ()


def test_an_inventory_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="The printed of an inventory is -1"):
        inventory(ps.load_material("he_v"), PRESODIATED, c_rate=0.2, printed=-1.0)
