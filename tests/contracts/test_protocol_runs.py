"""What every protocol promises: a half cell can follow it, and the run says why it ended."""

from __future__ import annotations

from types import FunctionType

import numpy as np
import pytest

import particle_sim as ps
from particle_sim import protocols
from particle_sim.cell.run import CellEnd
from particle_sim.protocols.step import Protocol

EXPORTED = [name for name, value in vars(protocols).items() if isinstance(value, FunctionType)]
EXAMPLES: dict[str, tuple[Protocol, CellEnd]] = {
    "charge": (protocols.charge(1.0), CellEnd.UPPER_VOLTAGE),
    "discharge": (protocols.discharge(1.0), CellEnd.LOWER_VOLTAGE),
    "rest": (protocols.rest(600.0), CellEnd.TIME),
    "cc_cv": (protocols.cc_cv(1.0), CellEnd.CURRENT),
    "cycle": (protocols.cycle(2.0, pause=60.0), CellEnd.TIME),
    "gitt": (protocols.gitt(0.5, pulse=300.0, pause=600.0, pulses=2), CellEnd.TIME),
}


def test_every_exported_protocol_has_an_example() -> None:
    assert sorted(EXPORTED) == sorted(EXAMPLES)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_half_cell_follows_the_protocol(name: str) -> None:
    protocol, end = EXAMPLES[name]
    material = ps.load_material("nvp")
    run = ps.solve_cell(ps.half_cell(material, radial_points=20), protocol)
    assert run.end is end
    assert (np.diff(run.time) >= 0).all()
    assert len(run.step) == len(run.time)
    assert set(run.step.tolist()) == set(range(len(protocol.steps)))
    low, high = material.value("lower_voltage"), material.value("upper_voltage")
    assert low - 1e-3 <= run.voltage.min() <= run.voltage.max() <= high + 1e-3
    start = run.positive.mean_site_fraction[0]
    assert (start > 0.99) == protocol.starts_full
    flux = run.positive.surface_flux
    per_filling = material.maximum_concentration * material.value("particle_radius") / 3
    left = flux.passed(float(flux.time[0]), float(flux.time[-1])) / per_filling
    assert left == pytest.approx(start - run.positive.mean_site_fraction[-1], abs=2e-4)


def test_charge_takes_sodium_out_and_discharge_puts_it_in() -> None:
    cell = ps.half_cell(ps.load_material("nvp"), radial_points=20)
    out, into = (ps.solve_cell(cell, make(1.0)) for make in (protocols.charge, protocols.discharge))
    assert out.positive.surface_flux.flux.min() > 0
    assert into.positive.surface_flux.flux.max() < 0
    assert out.current.max() < 0 < into.current.min()


def test_a_run_as_a_dataset_has_units_and_its_end() -> None:
    cell = ps.half_cell(ps.load_material("nvp"), radial_points=20)
    run = ps.solve_cell(cell, protocols.charge(2.0, until=3.5))
    data = run.to_dataset()
    assert data.attrs == {"end": run.end.value, "protocol": "charge at 2C"}
    assert all(variable.attrs["units"] for variable in data.data_vars.values())
    assert data.voltage.values[-1] == pytest.approx(3.5, abs=1e-3)
