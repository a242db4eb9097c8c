"""Does a cell's check find its print, and the assumption that moves it?"""

from __future__ import annotations

from dataclasses import replace

import pytest

import particle_sim as ps
from particle_sim.cell.design import load_cell_design
from particle_sim.materials.load import load_record
from particle_sim.studies.cell_check import CellCheck, check_cell, default_design


@pytest.fixture(scope="module")
def he_v() -> CellCheck:
    design = load_cell_design("sodium_full_cell_presodiated")
    return check_cell(load_record("he_v"), c_rate=0.2, design=design)


def test_the_printed_full_cell_is_found(he_v: CellCheck) -> None:
    assert [(p.capacity, p.energy) for p in he_v.printed] == [(170.8, 485.9)]


def test_the_carrier_inventory_moves_the_capacity_most(he_v: CellCheck) -> None:
    inventory = {
        "negative_initial_sodium",
        "negative_to_positive_ratio",
        "negative_particle_radius",
        "first_cycle_loss",
    }
    assert {each.name for each in he_v.variations[:4]} == inventory
    assert he_v.variations[0].name == "negative_initial_sodium"
    others = [c for v in he_v.variations[4:] for c in v.capacity if c is not None]
    assert max(others) - min(others) < 1.0  # mAh/g


def test_ends_where_no_cell_can_be_made_are_said_so(he_v: CellCheck) -> None:
    sodium = next(v for v in he_v.variations if v.name == "negative_initial_sodium")
    assert sodium.ends == (0.0, 2.0)
    assert sodium.capacity[0] is not None
    assert sodium.capacity[1] is None  # twice the cathode's sodium does not fit beside N/P 1.1


def test_a_full_cell_runs_in_its_printed_window() -> None:
    record = load_record("he_o3_li2024")
    design = default_design(record, full=True)
    known = {name: replace(prop, plausible=None) for name, prop in design.properties.items()}
    check = check_cell(record, c_rate=0.1, design=replace(design, properties=known))
    assert check.variations == ()
    assert check.run.cell.voltage_limits == (0.5, 4.0)
    assert [p.capacity for p in check.printed] == [115.0]


def test_a_half_cell_is_held_against_its_capacity() -> None:
    record = load_record("nvp")
    check = check_cell(record, c_rate=0.2, design=default_design(record, full=False))
    assert [p.capacity for p in check.printed] == [155.2]
    alone = ps.solve_cell(ps.half_cell(record.material), ps.protocols.discharge(c_rate=0.2))
    assert check.run.capacity[-1] == pytest.approx(alone.capacity[-1], rel=1e-9)
