"""What every protocol promises: a half cell can follow it, and the run says why it ended."""

from __future__ import annotations

from types import FunctionType

import numpy as np
import pytest

import particle_sim as ps
from particle_sim import protocols
from particle_sim.cell import solve
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.run import CellEnd, CellRun, differential_capacity
from particle_sim.errors import ConvergenceError
from particle_sim.protocols.step import Protocol

EXPORTED = [name for name, value in vars(protocols).items() if isinstance(value, FunctionType)]
EXAMPLES: dict[str, tuple[Protocol, CellEnd]] = {
    "charge": (protocols.charge(1.0), CellEnd.UPPER_VOLTAGE),
    "discharge": (protocols.discharge(1.0), CellEnd.LOWER_VOLTAGE),
    "rest": (protocols.rest(600.0), CellEnd.TIME),
    "cc_cv": (protocols.cc_cv(1.0), CellEnd.CURRENT),
    "cycle": (protocols.cycle(2.0, pause=60.0), CellEnd.TIME),
    "sweep": (protocols.sweep(1e-3), CellEnd.TIME),
    "written": (protocols.written("Charge at 1C for 10 minutes; Rest for 60 s"), CellEnd.TIME),
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


@pytest.mark.parametrize(
    ("protocol", "end"),
    [
        (protocols.charge(200.0), CellEnd.UPPER_VOLTAGE),
        (protocols.discharge(200.0), CellEnd.LOWER_VOLTAGE),
        (protocols.discharge(1.0, until=5.0), CellEnd.LOWER_VOLTAGE),
        (protocols.cycle(200.0), CellEnd.UPPER_VOLTAGE),
        (protocols.gitt(200.0, pulse=1.0, pause=1.0, pulses=2), CellEnd.UPPER_VOLTAGE),
    ],
)
def test_a_cut_off_reached_at_once_is_a_result(protocol: Protocol, end: CellEnd) -> None:
    run = ps.solve_cell(ps.half_cell(ps.load_material("nvp"), radial_points=10), protocol)
    assert run.end is end
    assert run.capacity.tolist() == [0.0, 0.0]
    assert run.energy[-1] == 0
    assert run.positive.surface_flux.largest == 0
    assert run.current[-1] != 0
    for values in differential_capacity(run):
        assert len(values) == 0


def test_a_hold_after_a_skipped_charge_runs_and_keeps_its_number() -> None:
    cell = ps.half_cell(ps.load_material("nvp"), radial_points=10)
    run = ps.solve_cell(cell, protocols.cc_cv(200.0))
    assert run.capacity[-1] > 100
    assert set(run.step.tolist()) == {1}


def test_what_pybamm_cannot_solve_names_a_rate_that_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PyBaMM replaced by one that gives up above 3C: 8C fails, 4C fails, 2C is found."""
    cell = ps.half_cell(ps.load_material("nvp"), radial_points=10)
    real = solve._solve

    def picky(cell: Cell, protocol: Protocol, temperature: float | None) -> CellRun | str:
        rate = protocol.steps[0].c_rate or 0.0
        return "IDA_BAD_K" if rate > 3 else real(cell, protocol, temperature)

    monkeypatch.setattr(solve, "_solve", picky)
    with pytest.raises(
        ConvergenceError, match=r"charge at 8C of NVP \(IDA_BAD_K\); it could at 2C"
    ):
        ps.solve_cell(cell, protocols.charge(8.0))
    with pytest.raises(ConvergenceError, match="use a lower rate"):
        ps.solve_cell(cell, protocols.cycle(8.0))


def test_a_full_cell_is_swept_between_voltages_of_its_own() -> None:
    cell = ps.full_cell(ps.load_material("nvp"), radial_points=20)
    run = ps.solve_cell(cell, protocols.sweep(1e-3, lower=1.0, upper=4.2))
    assert run.end is CellEnd.TIME
    assert (run.voltage.min(), run.voltage.max()) == pytest.approx((1.0, 4.2), abs=1e-3)
    found = ps.voltammogram(run)
    assert found.anodic is not None
    assert found.anodic.current > 0


def test_a_hold_with_a_time_and_no_current_ends_by_the_time() -> None:
    cell = ps.half_cell(ps.load_material("nvp"), radial_points=10)
    run = ps.solve_cell(cell, protocols.written("Charge at 2C until 3.5 V; Hold at 3.5 V for 60 s"))
    assert run.end is CellEnd.TIME
    held = run.time[run.step == 1]
    assert held[-1] - held[0] == pytest.approx(60, rel=0.02)
