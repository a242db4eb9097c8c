"""Are closed-form discharges those of PyBaMM's single-particle model and of the batched one?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from particle_sim import protocols
from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.cell.solve import solve_cell
from particle_sim.inference.coordinates import draw_prior
from particle_sim.inference.discharge import capacities, discharge_of, voltages
from particle_sim.inference.form import Form
from particle_sim.inference.forward import capacity_model, group_values, voltage_model
from particle_sim.inference.groups import GROUPS, central_groups
from particle_sim.inference.learned import coordinates_of
from particle_sim.materials.functions import LogTable
from particle_sim.materials.load import load_material
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.units import Array

CASES = [("he_v", 0.5), ("he_v", 20.0), ("he_o3_li2024", 5.0), ("nvp", 20.0), ("nfpp_he", 50.0)]
TOLERANCE = 1e-3
"""Of the capacity; PyBaMM's 150 shells and its table of the potential cost up to 4e-4."""


def drawn(cell: Cell, count: int, seed: int) -> Array:
    """log10 of the groups (count, 4) from what is believed of them."""
    coordinates = coordinates_of(cell, Form.ONE_SIZE, stated=True)
    return draw_prior(coordinates, count, np.random.default_rng(seed))[:, : len(GROUPS)]


@pytest.mark.parametrize(("name", "rate"), CASES)
def test_capacity_and_voltage_of_pybamm(name: str, rate: float) -> None:
    cell = half_cell(load_material(name), radial_points=150)
    run = solve_cell(cell, protocols.discharge(c_rate=rate))
    current = rate * cell.material.value("one_c_current")
    groups, discharge = central_groups(cell)[None], discharge_of(cell)
    ours = capacities(discharge, groups, np.array([current]))[0, 0]
    assert ours == pytest.approx(run.capacity[-1], rel=TOLERANCE)
    wrong = groups - np.array([np.log10(4), 0, 0, 0])
    assert capacities(discharge, wrong, np.array([current]))[0, 0] < ours
    voltage = voltages(discharge, groups, current, run.capacity)[0]
    np.testing.assert_allclose(voltage[5:-3], run.voltage[5:-3], atol=8e-3)


def test_a_radius_wrong_by_two_is_seen() -> None:
    """Sabotage: a quarter of D/R^2 misses the tolerance where diffusion limits."""
    cell = half_cell(load_material("he_v"))
    run = solve_cell(cell, protocols.discharge(c_rate=20.0))
    groups = central_groups(cell)[None] - np.array([np.log10(4), 0, 0, 0])
    current = np.array([20.0 * cell.material.value("one_c_current")])
    ours = capacities(discharge_of(cell), groups, current)[0, 0]
    assert ours != pytest.approx(run.capacity[-1], rel=10 * TOLERANCE)


@pytest.mark.parametrize("name", ["he_v", "he_o3_li2024"])
def test_capacities_of_the_batched_half_cell_over_the_prior(name: str) -> None:
    """Fast and slow ends of the plausible ranges, far from the central values."""
    cell = half_cell(load_material(name))
    groups = drawn(cell, 25, 0)
    rates = np.array([0.2, 1.0, 10.0])
    current = rates * cell.material.value("one_c_current")
    values = {key: np.repeat(v, 3) for key, v in group_values(cell, groups).items()}
    batch = half_cell_batch(cell.material, cell.design, c_rate=np.tile(rates, 25), values=values)
    ours = capacities(discharge_of(cell), groups, current).ravel()
    limit = TOLERANCE * cell.material.specific_capacity
    np.testing.assert_allclose(ours, batch.capacity, atol=limit)


@pytest.mark.parametrize(("factor", "same"), [(1.0, True), (0.1, False)])
def test_a_table_of_equal_diffusivities_is_a_constant(factor: float, same: bool) -> None:
    """A material whose diffusivity is a table goes through the batched half cell; with equal
    values it is the closed form again, and with a slow end (sabotage) it is not.
    """
    material = load_material("he_o3_li2024")
    known = material["diffusivity"]
    table = LogTable((0.0, 1.0), (known.magnitude, factor * known.magnitude))
    varied = material.replaced(diffusivity=replace(known, function=table))
    cells = [half_cell(material), half_cell(varied)]
    groups = drawn(cells[0], 3, 1)
    current = np.array([1.0, 10.0]) * material.value("one_c_current")
    exact, ours = (capacity_model(cell, current)(groups) for cell in cells)
    limit = TOLERANCE * material.specific_capacity
    assert np.allclose(ours, exact, rtol=0, atol=limit) is same
    capacity = np.linspace(5.0, 0.8 * exact[0, 0], 8)
    curves = [voltage_model(cell, current[0], capacity)(groups[:1]) for cell in cells]
    assert np.allclose(*curves, rtol=0, atol=8e-3) is same
