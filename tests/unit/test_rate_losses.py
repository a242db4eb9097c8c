"""Do the parts of the loss add up, and does each vanish when its resistance does?"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from particle_sim.cell.design import load_cell_design, with_values
from particle_sim.cell.half_cell import CellModel, half_cell
from particle_sim.materials.load import load_material
from particle_sim.studies.rate_curves import discharge_capacity, window_capacity
from particle_sim.studies.rate_losses import (
    HalfCellCase,
    Resistance,
    half_cell_capacity,
    loss_split,
    loss_table,
    without,
)

DESIGN = load_cell_design()
CASE = HalfCellCase(material=load_material("he_v"), design=DESIGN)


def ohmic(case: HalfCellCase, c_rate: float) -> float:
    """A made-up cell: every resistance costs rate / conductance, the film its value, and the
    pair of diffusion and charge transfer costs their product on top.
    """
    material, design = case.material, case.design
    diffusion = 1e-15 * c_rate / material.value("diffusivity")
    kinetics = 0.1 * c_rate / material.value("exchange_current_density")
    electrolyte = 0.2 * c_rate / design.value("electrolyte_conductivity")
    film = 1e3 * c_rate * design.value("film_resistance")
    return 100 - diffusion - kinetics - electrolyte - film - diffusion * kinetics


def test_parts_of_a_known_loss() -> None:
    """Additive losses are their own parts; a shared one is halved (Shapley's symmetry)."""
    split = loss_split(CASE, 5.0, ohmic)
    diffusion, kinetics = 1e-15 * 5 / 2.5e-15, 0.1 * 5 / 0.1
    shared = diffusion * kinetics / 2
    film = 5e3 * DESIGN.value("film_resistance")
    electrolyte = 1.0 / DESIGN.value("electrolyte_conductivity")
    assert split.parts[Resistance.DIFFUSION] == pytest.approx(diffusion + shared, rel=1e-5)
    assert split.parts[Resistance.KINETICS] == pytest.approx(kinetics + shared, rel=1e-5)
    assert split.parts[Resistance.SERIES] == pytest.approx(film, rel=1e-5)
    assert split.parts[Resistance.ELECTROLYTE] == pytest.approx(electrolyte, rel=1e-5)


def removed_in_order(c_rate: float) -> dict[Resistance, float]:
    """The twin: removal in one order gives the shared loss to whoever comes first."""
    parts, off = {}, frozenset[Resistance]()
    for member in Resistance:
        before = ohmic(without(CASE, off), c_rate)
        off |= {member}
        parts[member] = ohmic(without(CASE, off), c_rate) - before
    return parts


def test_removal_in_one_order_is_not_symmetric() -> None:
    ordered, split = removed_in_order(5.0), loss_split(CASE, 5.0, ohmic)
    assert sum(ordered.values()) == pytest.approx(split.loss, rel=1e-9)
    assert ordered[Resistance.DIFFUSION] > 1.5 * split.parts[Resistance.DIFFUSION]


def test_parts_sum_to_the_loss_in_pybamm() -> None:
    """SPMe at 20C: 16 discharges; the sum is v(all off) - v(none off) to rounding."""
    split = loss_split(CASE, 20.0)
    none = half_cell_capacity(CASE, 20.0)
    off = half_cell_capacity(without(CASE, frozenset(Resistance)), 20.0)
    assert split.delivered == none
    assert split.loss == pytest.approx(off - none, rel=1e-12)
    assert min(split.parts.values()) > 0


@pytest.mark.parametrize("name", ["nvp", "he_v", "p2_tmcnr"])
def test_without_resistances_the_window_is_delivered(name: str) -> None:
    """At any rate, Q (theta(V_low) - theta(V_high)); within the output's 1/400 of a run's end."""
    material = load_material(name)
    case = HalfCellCase(material=material, design=DESIGN)
    free = half_cell_capacity(without(case, frozenset(Resistance)), 50.0)
    assert free == pytest.approx(window_capacity(half_cell(material)), rel=1e-3)
    assert half_cell_capacity(case, 50.0) < 0.8 * free


def test_a_resistance_that_is_gone_has_no_part() -> None:
    """D -> infinity: diffusion has nothing left to lose and its neighbours keep theirs.

    A part is a weighted mean of differences of two runs, each of 140 mAh/g within some thirty
    times the relative tolerance 1e-6 of the solver: 2 x 30e-6 x 140 = 0.01. Removed by a factor
    that makes the solver fail, diffusion's part would be -6.
    """
    fast = dataclasses.replace(
        CASE,
        model=CellModel.SPM,
        material=CASE.material.replaced(
            diffusivity=CASE.material["diffusivity"].with_magnitude(1e-10)
        ),
        design=with_values(DESIGN, film_resistance=0.0),
    )
    split = loss_split(fast, 20.0)
    assert abs(split.parts[Resistance.DIFFUSION]) < 1e-2
    assert abs(split.parts[Resistance.SERIES]) < 1e-2
    assert abs(split.parts[Resistance.ELECTROLYTE]) < 1e-2, "SPM has none"
    assert split.parts[Resistance.KINETICS] > 10


def test_a_discharge_that_ends_at_once_gives_nothing() -> None:
    cell = half_cell(CASE.material)
    assert discharge_capacity(cell, 300.0) == 0.0


def test_table() -> None:
    table = loss_table(CASE, np.array([1.0, 5.0]), solve=ohmic)
    assert table.parts.dims == ("resistance", "c_rate")
    assert list(table.resistance.values) == [member.value for member in Resistance]
    total = table.delivered + table.parts.sum("resistance")
    np.testing.assert_allclose(total, 100, rtol=1e-4)
    assert table.parts.attrs["units"] == "mA h/g"
    assert math.isclose(float(table.delivered[0]), ohmic(CASE, 1.0))
