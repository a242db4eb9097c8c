"""Is a discharge told by inputs the discharge of a cell that has those numbers?"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from particle_sim.cell.discharges import FACTORS, Discharge, discharge_capacities
from particle_sim.cell.half_cell import Cell, CellModel, half_cell
from particle_sim.cell.solve import solve_cell
from particle_sim.materials.load import load_material
from particle_sim.materials.property import Property
from particle_sim.protocols.discharge import discharge

FACTOR, C_RATE = {"electrode_conductivity": 1e-4, "film_resistance": 3.0}, 10.0
"""What is multiplied by another factor than a third, so that each is felt at this rate."""


@cache
def changed(name: str) -> Cell:
    """HE-V's half cell with one property multiplied, or as it is."""
    cell = half_cell(load_material("he_v"), model=CellModel.SPME)
    material, design = cell.material, cell.design
    if name in material.properties:
        return replace(cell, material=material.replaced(**{name: times(material[name], name)}))
    own = {key: times(known, key) for key, known in design.properties.items() if key == name}
    return replace(cell, design=replace(design, properties={**design.properties, **own}))


def times(known: Property, name: str) -> Property:
    return known.with_magnitude(factor(name) * known.magnitude)


def factor(name: str) -> float:
    return FACTOR.get(name, 1 / 3)


@cache
def together() -> dict[str, float]:
    """Every factor in turn, and none, by one model."""
    runs = [Discharge(c_rate=C_RATE, factors={name: factor(name)}) for name in FACTORS]
    found = discharge_capacities(changed(""), [*runs, Discharge(c_rate=C_RATE)])
    return dict(zip((*FACTORS, ""), found.tolist(), strict=True))


@pytest.mark.parametrize("name", [*FACTORS, ""])
def test_a_factor_is_the_property_times_it(name: str) -> None:
    """Against a model of its own, to some ten times the solver's relative tolerance of 1e-6."""
    alone = solve_cell(changed(name), discharge(C_RATE)).capacity[-1]
    assert together()[name] == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("name", FACTORS)
def test_a_factor_that_is_not_told_is_noticed(name: str) -> None:
    """The twin: as the cell was set up it delivers something else, by ten times the bound."""
    assert together()[""] != pytest.approx(together()[name], rel=1e-4)


def test_a_run_that_cannot_begin_gives_nothing_and_harms_no_other() -> None:
    runs = [Discharge(c_rate=rate) for rate in (C_RATE, 300.0, C_RATE)]
    first, impossible, last = discharge_capacities(changed(""), runs)
    assert impossible == 0.0
    assert first == last > 0
