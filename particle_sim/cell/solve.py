"""solve_cell: run a protocol on a cell with PyBaMM."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from particle_sim.cell.balance import RestState, longest_run, rest_state
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.many_sizes import SIZES
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.run import CellEnd, CellRun, ElectrodeRun
from particle_sim.cell.voltage import sloped_filling
from particle_sim.checks import arguments_checked
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.errors import ConvergenceError, one_line
from particle_sim.flux import SurfaceFlux, constant_flux
from particle_sim.protocols.step import SWEEPS, Mode, Protocol, Step

TOLERANCES = ((1e-6, 1e-8),)
"""Relative and absolute"""
POINTS, SWEEP_POINTS = 400, 800
"""Output points of a full charge or discharge, and of a sweep one way."""

NOTHING_FLOWS = 1.0
"""Length of the surface history of a run whose cut-off is passed at once [s]; its flux is 0."""

AT_ONCE = "at initial conditions"
"""In PyBaMM's message about a run that its events end before it begins."""

_HALVINGS = 10
"""Halvings of a C-rate that failed, in search of one that works."""

SWEEP_TOLERANCES = (*TOLERANCES, (1e-7, 1e-9), (1e-5, 1e-7))
"""Of a sweep, the next where one fails: its potential has corners and is nearly upright."""
LEAST_STEP = 1e-4
"""Of filling between two places of a sweep's potential, which is nearly upright between plateaus;
as good as the surface filling itself."""
_BEYOND = 1.0
"""How far PyBaMM's cut-offs are put off in a sweep [V], which ends at its own voltages."""

_OPTIONS = {"max_error_test_failures": 100}
"""IDA gives up a step after 10, which the first one of a sweep on an upright potential needs."""

_LONGEST_HOLD = 86400.0
_HOLD_PERIOD = 0.5
"""Output spacing of a hold [s]; its current falls fast at first."""

_EXTRAPOLATION = {True: "warn", False: "ignore"}
"""Tables of a negative electrode end before it is empty; its steep last piece goes on straight."""


@arguments_checked
def solve_cell(cell: Cell, protocol: Protocol, *, temperature: float | None = None) -> CellRun:
    """Voltage, capacity and particle surface flux of ``cell`` under ``protocol``.

    Solves PyBaMM's model (SPM by default; half cell or full cell, as the cell is) from rest at the
    cut-off the protocol starts at, or at the first voltage of a sweep. Isothermal: at 298.15 K, or
    at ``temperature`` [K] with the positive material's plateau widths and activation energies.
    Where the first current takes the voltage beyond its cut-off at once, the run has the capacity 0
    and two rows, at rest and at the cut-off, both at time 0. A sweep charges no double layer.

    >>> import particle_sim as ps
    >>> run = solve_cell(ps.half_cell(ps.load_material("nvp")), ps.protocols.discharge(1.0))
    >>> run.end.name
    'LOWER_VOLTAGE'

    Raises :class:`ConvergenceError` when PyBaMM gives up, and :class:`InputError` for a law that
    the cell's model cannot carry.
    """
    solved = _solve(cell, protocol, temperature)
    if isinstance(solved, CellRun):
        return solved
    raise ConvergenceError(
        f"PyBaMM could not solve {protocol.name} of {cell.material.title} ({solved}); "
        f"{_what_works(cell, protocol, temperature)}.",
        last_state=None,
        residuals=(),
    )


def _what_works(cell: Cell, protocol: Protocol, temperature: float | None) -> str:
    """The first of the halved rates that PyBaMM can solve, in words."""
    only = protocol.steps[0]
    if len(protocol.steps) == 1 and only.c_rate is not None and only.mode is not Mode.HOLD:
        for halving in range(1, _HALVINGS + 1):
            rate = only.c_rate / 2**halving
            slower = replace(protocol, steps=(replace(only, c_rate=rate),))
            if isinstance(_solve(cell, slower, temperature), CellRun):
                return f"it could at {rate:.3g}C"
    return "use a lower rate or a simpler cell model"


def _solve(cell: Cell, protocol: Protocol, temperature: float | None) -> CellRun | str:
    """The run, or why PyBaMM gave up."""
    pybamm = import_pybamm()
    kelvin = REFERENCE_TEMPERATURE if temperature is None else temperature
    rest = _rest(cell, protocol, kelvin)
    solution = _solution(cell, protocol, pybamm, rest, kelvin)
    if isinstance(solution, str):
        return solution
    if _is_stopped_at_once(protocol, solution, pybamm):
        return _stopped_at_once(cell, protocol, rest, kelvin)
    if solution is None or isinstance(solution, pybamm.EmptySolution):
        return "no step could be started"
    return _run(cell, protocol, solution, rest, kelvin)


def _solution(
    cell: Cell, protocol: Protocol, pybamm: Any, rest: RestState, temperature: float
) -> Any:
    """PyBaMM's; ``None`` where its events end it before it begins, a text where it gives up."""
    given_up = ""
    for tolerance in SWEEP_TOLERANCES if _is_swept(protocol) else TOLERANCES:
        simulation = _simulation(cell, protocol, pybamm, (rest.positive, temperature), tolerance)
        try:
            return simulation.solve(showprogress=False)
        except (pybamm.SolverError, ValueError, ArithmeticError) as error:
            if AT_ONCE in str(error):
                return None
            given_up = given_up or one_line(str(error), 200)
    return given_up


def _is_swept(protocol: Protocol) -> bool:
    return any(step.mode in SWEEPS for step in protocol.steps)


def _rest(cell: Cell, protocol: Protocol, temperature: float) -> RestState:
    """Before the protocol; ahead of a sweep on the potential that PyBaMM is told of."""
    lower, upper = cell.voltage_limits
    first = next((step for step in protocol.steps if step.mode is not Mode.REST), None)
    if first is None or first.mode not in SWEEPS:
        return rest_state(cell, lower if protocol.starts_full else upper, temperature)
    voltage = first.ends(cell.voltage_limits)[0]
    if cell.negative is not None:
        return rest_state(cell, voltage, temperature)
    filling = sloped_filling(cell, voltage, temperature, LEAST_STEP)
    return RestState(positive=filling, negative=None)


def cell_options(cell: Cell) -> dict[str, str]:
    """PyBaMM's options of the cell's model."""
    options = {"contact resistance": "true"}
    if cell.negative is None:
        options["working electrode"] = "positive"
    if cell.sizes is not None:
        options["particle size"] = "distribution"
    return options


def _simulation(
    cell: Cell,
    protocol: Protocol,
    pybamm: Any,
    start: tuple[float, float],
    tolerance: tuple[float, float],
) -> Any:
    """``start``: filling and temperature."""
    swept = [step.ends(cell.voltage_limits) for step in protocol.steps if step.mode in SWEEPS]
    values = pybamm_parameters(
        cell,
        pybamm,
        filling=start[0],
        temperature=start[1],
        least_step=LEAST_STEP if swept else 0.0,
    )
    if swept:
        values["Lower voltage cut-off [V]"] = np.min([*swept, cell.voltage_limits]) - _BEYOND
        values["Upper voltage cut-off [V]"] = np.max([*swept, cell.voltage_limits]) + _BEYOND
    experiment = pybamm.Experiment([tuple(_step(cell, step, pybamm) for step in protocol.steps)])
    return cell_simulation(cell, pybamm, values, experiment=experiment, tolerance=tolerance)


def cell_simulation(
    cell: Cell,
    pybamm: Any,
    values: dict[str, Any],
    *,
    experiment: Any = None,
    tolerance: tuple[float, float] = TOLERANCES[0],
) -> Any:
    """PyBaMM's simulation of a cell with parameter ``values``, at our tolerances and mesh."""
    return pybamm.Simulation(
        getattr(pybamm.lithium_ion, cell.model.value)(cell_options(cell)),
        parameter_values=pybamm.ParameterValues(values),
        experiment=experiment,
        solver=pybamm.IDAKLUSolver(
            rtol=tolerance[0],
            atol=tolerance[1],
            on_extrapolation=_EXTRAPOLATION[cell.negative is None],
            options=_OPTIONS,
        ),
        var_pts={
            "x_n": 20,
            "x_s": 20,
            "x_p": 20,
            "r_n": 20,
            "r_p": cell.radial_points,
            "R_n": SIZES,
            "R_p": SIZES,
        },
    )


def _step(cell: Cell, step: Step, pybamm: Any) -> Any:
    lower, upper = cell.voltage_limits
    if step.mode is Mode.REST:
        return pybamm.step.rest(duration=step.duration, period=(step.duration or 0) / POINTS)
    if step.mode in SWEEPS:
        return _sweep(step, cell.voltage_limits, pybamm)
    current = (step.c_rate or 0.0) * cell.one_c_current
    if step.mode is Mode.HOLD:
        return pybamm.step.voltage(
            step.voltage or upper,
            termination=f"{current} A" if current else None,
            duration=step.duration or _LONGEST_HOLD,
            period=_HOLD_PERIOD,
        )
    sign, limit = (1, lower) if step.mode is Mode.DISCHARGE else (-1, upper)
    longest = step.duration or longest_run(cell, current)
    return pybamm.step.current(
        sign * current,
        duration=longest,
        termination=f"{step.voltage or limit} V",
        period=longest / POINTS,
    )


def _sweep(step: Step, cut_offs: tuple[float, float], pybamm: Any) -> Any:
    begin, end = step.ends(cut_offs)
    rate = np.copysign(step.scan_rate or 0.0, end - begin)
    duration = (end - begin) / rate
    return pybamm.step.voltage(
        lambda time: begin + rate * time, duration=duration, period=duration / SWEEP_POINTS
    )


def _run(
    cell: Cell, protocol: Protocol, solution: Any, rest: RestState, temperature: float
) -> CellRun:
    current = np.asarray(solution["Current [A]"].entries)
    steps = [step for cycle in solution.cycles for step in cycle.steps]
    lengths = [0 if _is_skipped(step, import_pybamm()) else len(step.t) for step in steps]
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


def _is_stopped_at_once(protocol: Protocol, solution: Any, pybamm: Any) -> bool:
    """Whether the first current could not begin, and no hold at its cut-off follows it."""
    first, *others = protocol.steps
    if first.mode not in (Mode.CHARGE, Mode.DISCHARGE):
        return False
    if solution is None or isinstance(solution, pybamm.EmptySolution):
        return True
    skipped = _is_skipped(solution.cycles[0].steps[0], pybamm)
    return skipped and not (others and others[0].mode is Mode.HOLD)


def _is_skipped(step: Any, pybamm: Any) -> bool:
    return step is None or isinstance(step, pybamm.EmptySolution)


def _stopped_at_once(
    cell: Cell, protocol: Protocol, rest: RestState, temperature: float
) -> CellRun:
    """A run that ends as its first current begins; no sodium moves."""
    first = protocol.steps[0]
    sign, end = 1.0, CellEnd.LOWER_VOLTAGE
    if first.mode is Mode.CHARGE:
        sign, end = -1.0, CellEnd.UPPER_VOLTAGE
    lower, upper = cell.voltage_limits
    limits = (lower, upper) if first.mode is Mode.DISCHARGE else (upper, lower)
    negative = rest.negative
    return CellRun(
        cell=cell,
        protocol=protocol,
        time=np.zeros(2),
        current=np.array([0.0, sign * (first.c_rate or 0.0) * cell.one_c_current]),
        voltage=np.array([limits[1], limits[0] if first.voltage is None else first.voltage]),
        capacity=np.zeros(2),
        step=np.zeros(2, dtype=np.intp),
        positive=_resting(rest.positive, temperature),
        end=end,
        negative=None if negative is None else _resting(negative, temperature),
    )


def _resting(filling: float, temperature: float) -> ElectrodeRun:
    nothing = constant_flux(
        0.0, NOTHING_FLOWS, initial_site_fraction=filling, temperature=temperature
    )
    return ElectrodeRun(
        mean_site_fraction=np.full(2, filling),
        surface_site_fraction=np.full(2, filling),
        surface_flux=nothing,
    )


def _electrode_run(
    solution: Any, electrode: str, filling: float, temperature: float
) -> ElectrodeRun:
    """Averages over thickness and sizes; the current density is per particle surface."""
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
