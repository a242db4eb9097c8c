"""solve_cell: run a protocol on a cell with PyBaMM."""

from __future__ import annotations

from typing import Any

import numpy as np

from particle_sim.cell.balance import RestState, positive_capacity, rest_state
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.run import CellEnd, CellRun, ElectrodeRun
from particle_sim.checks import arguments_checked
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.errors import ConvergenceError
from particle_sim.flux import SurfaceFlux
from particle_sim.protocols.step import Mode, Protocol, Step

RELATIVE_TOLERANCE = 1e-6
ABSOLUTE_TOLERANCE = 1e-8
POINTS = 400
"""Output points of a full charge or discharge."""

NOT_STARTED = "no step could be started"
"""Reason of a run whose cut-off is passed at once."""

_LONGEST_FACTOR = 1.5
_LONGEST_HOLD = 86400.0
_HOLD_PERIOD = 0.5
"""Output spacing of a hold [s]; its current falls fast at first."""

_EXTRAPOLATION = {True: "warn", False: "ignore"}
"""Tables of a negative electrode end before it is empty; its steep last piece goes on straight."""


@arguments_checked
def solve_cell(cell: Cell, protocol: Protocol, *, temperature: float | None = None) -> CellRun:
    """Voltage, capacity and particle surface flux of ``cell`` under ``protocol``.

    Solves PyBaMM's model (SPM by default; half cell or full cell, as the cell is) from rest at the
    cut-off the protocol starts at. Isothermal: at 298.15 K, or at ``temperature`` [K] with the
    activation energy of the positive material's diffusivity. Raises :class:`ConvergenceError`
    when PyBaMM gives up.
    """
    pybamm = import_pybamm()
    kelvin = REFERENCE_TEMPERATURE if temperature is None else temperature
    model = getattr(pybamm.lithium_ion, cell.model.value)(_options(cell))
    lower, upper = cell.voltage_limits
    rest = rest_state(cell, lower if protocol.starts_full else upper)
    simulation = pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues(
            pybamm_parameters(cell, pybamm, filling=rest.positive, temperature=kelvin)
        ),
        experiment=_experiment(cell, protocol, pybamm),
        solver=pybamm.IDAKLUSolver(
            rtol=RELATIVE_TOLERANCE,
            atol=ABSOLUTE_TOLERANCE,
            on_extrapolation=_EXTRAPOLATION[cell.negative is None],
        ),
        var_pts={
            "x_n": 20,
            "x_s": 20,
            "x_p": 20,
            "r_n": 20,
            "r_p": cell.radial_points,
        },
    )
    try:
        solution = simulation.solve(showprogress=False)
    except pybamm.SolverError as error:
        raise _gave_up(cell, protocol, str(error)) from error
    if solution is None or isinstance(solution, pybamm.EmptySolution):
        raise _gave_up(cell, protocol, NOT_STARTED)
    return _run(cell, protocol, solution, rest, kelvin)


def _options(cell: Cell) -> dict[str, str]:
    if cell.negative is None:
        return {"working electrode": "positive", "contact resistance": "true"}
    return {"contact resistance": "true"}


def _gave_up(cell: Cell, protocol: Protocol, reason: str) -> ConvergenceError:
    return ConvergenceError(
        f"PyBaMM could not solve {protocol.name} of {cell.material.title}: {reason}",
        last_state=None,
        residuals=(),
    )


def _experiment(cell: Cell, protocol: Protocol, pybamm: Any) -> Any:
    return pybamm.Experiment([tuple(_step(cell, step, pybamm) for step in protocol.steps)])


def _step(cell: Cell, step: Step, pybamm: Any) -> Any:
    lower, upper = cell.voltage_limits
    if step.mode is Mode.REST:
        return pybamm.step.rest(duration=step.duration, period=(step.duration or 0) / POINTS)
    current = (step.c_rate or 0.0) * cell.one_c_current
    if step.mode is Mode.HOLD:
        return pybamm.step.voltage(
            step.voltage or upper,
            termination=f"{current} A",
            duration=step.duration or _LONGEST_HOLD,
            period=_HOLD_PERIOD,
        )
    sign, limit = (1, lower) if step.mode is Mode.DISCHARGE else (-1, upper)
    hours = positive_capacity(cell) / current
    longest = step.duration or _LONGEST_FACTOR * 3600 * hours
    return pybamm.step.current(
        sign * current,
        duration=longest,
        termination=f"{step.voltage or limit} V",
        period=longest / POINTS,
    )


def _run(
    cell: Cell, protocol: Protocol, solution: Any, rest: RestState, temperature: float
) -> CellRun:
    current = np.asarray(solution["Current [A]"].entries)
    lengths = [len(step.t) for cycle in solution.cycles for step in cycle.steps if step is not None]
    time = np.asarray(solution["Time [s]"].entries)
    return CellRun(
        cell=cell,
        protocol=protocol,
        time=time,
        current=current,
        voltage=np.asarray(solution["Voltage [V]"].entries),
        capacity=np.abs(np.asarray(solution["Discharge capacity [A.h]"].entries))
        / cell.active_mass,
        step=np.repeat(np.arange(len(lengths)), lengths)[: len(time)],
        positive=_electrode_run(solution, "positive", rest.positive, temperature),
        end=_end(str(solution.termination), float(current[-1])),
        negative=None
        if rest.negative is None
        else _electrode_run(solution, "negative", rest.negative, temperature),
    )


def _electrode_run(
    solution: Any, electrode: str, filling: float, temperature: float
) -> ElectrodeRun:
    """Averages over the electrode's thickness; the current density is per particle surface."""
    density = solution[f"X-averaged {electrode} electrode interfacial current density [A.m-2]"]
    flux = SurfaceFlux(
        time=np.asarray(solution["Time [s]"].entries),
        flux=np.asarray(density.entries) / FARADAY,
        initial_site_fraction=filling,
        temperature=temperature,
    )
    surface = solution[f"X-averaged {electrode} particle surface stoichiometry"]
    return ElectrodeRun(
        mean_site_fraction=np.asarray(
            solution[f"Average {electrode} particle stoichiometry"].entries
        ),
        surface_site_fraction=np.asarray(surface.entries),
        surface_flux=flux.simplified(),
    )


def _end(termination: str, current: float) -> CellEnd:
    """Charging empties the positive particle and fills the negative one."""
    text = termination.lower()
    if "stoichiometry" in text and "negative" in text:
        return CellEnd.NEGATIVE_FULL if current < 0 else CellEnd.NEGATIVE_EMPTY
    if "stoichiometry" in text:
        return CellEnd.EMPTY if current < 0 else CellEnd.FULL
    if "voltage" in text:
        return CellEnd.UPPER_VOLTAGE if current < 0 else CellEnd.LOWER_VOLTAGE
    if "current" in text:
        return CellEnd.CURRENT
    return CellEnd.TIME
