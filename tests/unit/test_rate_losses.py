"""Do the parts of the loss add up, and does each vanish when its resistance does?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from particle_sim.cell.design import load_cell_design, with_values
from particle_sim.cell.discharges import Discharge, discharge_capacities
from particle_sim.cell.half_cell import Cell, CellModel, half_cell
from particle_sim.materials.load import load_material
from particle_sim.studies.rate_curves import window_capacity
from particle_sim.studies.rate_losses import (
    Resistance,
    Solve,
    loss_table,
    without,
)
from particle_sim.units import Array

DESIGN = load_cell_design()
CELL = half_cell(load_material("he_v"), design=DESIGN, model=CellModel.SPME)


def ohmic(cell: Cell, runs: Sequence[Discharge]) -> Array:
    """A made-up cell: every resistance costs rate / conductance, the film its value, and the
    pair of diffusion and charge transfer costs their product on top.
    """
    return np.array([_ohmic(cell, run.c_rate, run.factors) for run in runs])


def _ohmic(cell: Cell, c_rate: float, factors: Mapping[str, float]) -> float:
    def value(name: str) -> float:
        known = cell.material.properties.get(name) or cell.design.properties[name]
        return factors.get(name, 1.0) * known.magnitude

    diffusion = 1e-15 * c_rate / value("diffusivity")
    kinetics = 0.1 * c_rate / value("exchange_current_density")
    electrolyte = 0.2 * c_rate / value("electrolyte_conductivity")
    film = 1e3 * c_rate * value("film_resistance")
    return 100 - diffusion - kinetics - electrolyte - film - diffusion * kinetics


def split(
    cell: Cell, c_rate: float, solve: Solve = discharge_capacities
) -> tuple[dict[Resistance, float], float]:
    """Each resistance's part at one rate, and what is delivered."""
    table = loss_table(cell, np.array([c_rate]), solve=solve)
    parts = dict(zip(Resistance, table.parts.values[:, 0].tolist(), strict=True))
    return parts, float(table.delivered[0])


def test_parts_of_a_known_loss() -> None:
    """Additive losses are their own parts; a shared one is halved (Shapley's symmetry)."""
    parts, _ = split(CELL, 5.0, ohmic)
    diffusion, kinetics = 1e-15 * 5 / 2.5e-15, 0.1 * 5 / 0.1
    shared = diffusion * kinetics / 2
    film = 5e3 * DESIGN.value("film_resistance")
    electrolyte = 1.0 / DESIGN.value("electrolyte_conductivity")
    assert parts[Resistance.DIFFUSION] == pytest.approx(diffusion + shared, rel=1e-5)
    assert parts[Resistance.KINETICS] == pytest.approx(kinetics + shared, rel=1e-5)
    assert parts[Resistance.SERIES] == pytest.approx(film, rel=1e-5)
    assert parts[Resistance.ELECTROLYTE] == pytest.approx(electrolyte, rel=1e-5)


def removed_in_order(c_rate: float) -> dict[Resistance, float]:
    """The twin: removal in one order gives the shared loss to whoever comes first."""
    parts, off = {}, frozenset[Resistance]()
    for member in Resistance:
        before = _ohmic(CELL, c_rate, without(CELL.material, off))
        off |= {member}
        parts[member] = _ohmic(CELL, c_rate, without(CELL.material, off)) - before
    return parts


def test_removal_in_one_order_is_not_symmetric() -> None:
    ordered, (parts, _) = removed_in_order(5.0), split(CELL, 5.0, ohmic)
    assert sum(ordered.values()) == pytest.approx(sum(parts.values()), rel=1e-9)
    assert ordered[Resistance.DIFFUSION] > 1.5 * parts[Resistance.DIFFUSION]


def test_parts_sum_to_the_loss_in_pybamm() -> None:
    """SPMe at 20C: 16 discharges; the sum is v(all off) - v(none off) to rounding."""
    parts, delivered = split(CELL, 20.0)
    gone = without(CELL.material, frozenset(Resistance))
    none, off = discharge_capacities(
        CELL, [Discharge(c_rate=20.0), Discharge(c_rate=20.0, factors=gone)]
    )
    assert delivered == none
    assert sum(parts.values()) == pytest.approx(off - none, rel=1e-12)
    assert min(parts.values()) > 0


@pytest.mark.parametrize("name", ["nvp", "he_v", "p2_tmcnr"])
def test_without_resistances_the_window_is_delivered(name: str) -> None:
    """At any rate, Q (theta(V_low) - theta(V_high)); within the output's 1/400 of a run's end."""
    cell = half_cell(load_material(name), design=DESIGN, model=CellModel.SPME)
    gone = without(cell.material, frozenset(Resistance))
    held, free = discharge_capacities(
        cell, [Discharge(c_rate=50.0), Discharge(c_rate=50.0, factors=gone)]
    )
    assert free == pytest.approx(window_capacity(cell), rel=1e-3)
    assert held < 0.8 * free


def test_a_resistance_that_is_gone_has_no_part() -> None:
    """D -> infinity: diffusion has nothing left to lose and its neighbours keep theirs.

    A part is a weighted mean of differences of two runs, each of 140 mAh/g within some thirty
    times the relative tolerance 1e-6 of the solver: 2 x 30e-6 x 140 = 0.01. Removed by a factor
    that makes the solver fail, diffusion's part would be -6.
    """
    fast = dataclasses.replace(
        CELL,
        model=CellModel.SPM,
        material=CELL.material.replaced(
            diffusivity=CELL.material["diffusivity"].with_magnitude(1e-10)
        ),
        design=with_values(DESIGN, film_resistance=0.0),
    )
    parts, _ = split(fast, 20.0)
    assert abs(parts[Resistance.DIFFUSION]) < 1e-2
    assert abs(parts[Resistance.SERIES]) < 1e-2
    assert abs(parts[Resistance.ELECTROLYTE]) < 1e-2, "SPM has none"
    assert parts[Resistance.KINETICS] > 10


def test_a_discharge_that_ends_at_once_gives_nothing() -> None:
    assert discharge_capacities(CELL, [Discharge(c_rate=300.0)]) == [0.0]


def test_table() -> None:
    table = loss_table(CELL, np.array([1.0, 5.0]), solve=ohmic)
    assert table.parts.dims == ("resistance", "c_rate")
    assert list(table.resistance.values) == [member.value for member in Resistance]
    total = table.delivered + table.parts.sum("resistance")
    np.testing.assert_allclose(total, 100, rtol=1e-4)
    assert table.parts.attrs["units"] == "mA h/g"
    assert math.isclose(float(table.delivered[0]), _ohmic(CELL, 1.0, {}))
