"""Capacities of a cell in many states of wear and at many rates, by one PyBaMM model.

What wears is told to PyBaMM as inputs, so that its equations are set up once; a charge and a
discharge then take some hundredths of a second.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import numpy as np

from particle_sim.cell.balance import longest_run, rest_state
from particle_sim.cell.discharges import FACTORS, times
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.parameters import carried_law, pybamm_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.solve import AT_ONCE, POINTS, cell_simulation
from particle_sim.cell.wear import Wear, worn
from particle_sim.checks import arguments_checked
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.units import Array

ACTIVE, FILM, CURRENT = "active share", "film resistance [Ohm]", "cycling current [A]"
"""PyBaMM inputs of our own; the factors are called as in ``FACTORS``."""
_VOLUME = "Positive electrode active material volume fraction"
_START = {
    "positive": "Initial concentration in positive electrode [mol.m-3]",
    "negative": "Initial concentration in negative electrode [mol.m-3]",
}


class Charge(enum.Enum):
    """How the cell was charged before its discharge."""

    AT_THE_RATE = "at the current of the discharge, from rest at the lower cut-off"
    FULL = "at rest at the upper cut-off"


@arguments_checked
def worn_capacities(
    cell: Cell,
    wears: Sequence[Wear],
    c_rates: Sequence[float],
    *,
    charge: Charge = Charge.AT_THE_RATE,
) -> Array:
    """Capacity of a discharge [A h/kg of active material as made] (m wears, k rates).

    ``wears`` of ``cell`` at ``c_rates`` [1/h] of the 1C of the cell as made; ``charge`` says how it
    was charged before. 0 where a cut-off is passed at once, nan where PyBaMM gives up. Raises
    :class:`InputError` for a rate that is not positive, as :func:`~particle_sim.cell.wear.worn`,
    and for a law of stress drift, whose mean filling one model cannot know of every wear: use
    ``solve_cell(worn(cell, wear), protocol)``.

    >>> import particle_sim as ps
    >>> cell = ps.half_cell(ps.load_material("nfm_li2024"))
    >>> wears = [Wear(), Wear(active_share=0.8), Wear(active_share=0.8, film_resistance=0.05)]
    >>> capacity = worn_capacities(cell, wears, [0.1, 3.0])
    >>> (capacity / capacity[0]).round(2)
    array([[1.  , 1.  ],
           [0.8 , 0.78],
           [0.8 , 0.52]])
    """
    _check(cell, c_rates)
    pybamm = import_pybamm()
    simulation = _simulation(cell, pybamm, min(c_rates), charge)
    return np.array(
        [
            [
                _capacity(cell, simulation, {**state, CURRENT: rate * cell.one_c_current})
                for rate in c_rates
            ]
            for state in (_inputs(cell, wear, charge) for wear in wears)
        ]
    ).reshape(len(wears), len(c_rates))


def _check(cell: Cell, c_rates: Sequence[float]) -> None:
    if not c_rates or not all(0 < rate < np.inf for rate in c_rates):
        raise InputError(f"c_rates is {list(c_rates)}; give positive numbers.")
    if carried_law(cell).drift:
        raise InputError(
            f"{cell.material.name}: {cell.law.title} shifts the potential with the mean filling, "
            "which changes with the wear; use solve_cell(worn(cell, wear), protocol) for each."
        )


def _simulation(cell: Cell, pybamm: Any, slowest: float, charge: Charge) -> Any:
    lower, upper = cell.voltage_limits
    rest = rest_state(cell, upper).positive
    values = pybamm_parameters(cell, pybamm, filling=rest, temperature=REFERENCE_TEMPERATURE)
    values[_VOLUME] *= pybamm.InputParameter(ACTIVE)
    values["Contact resistance [Ohm]"] += pybamm.InputParameter(FILM)
    for name in ("diffusivity", "exchange_current_density"):
        values[FACTORS[name]] = times(pybamm.InputParameter(name), values[FACTORS[name]])
    for entry in _START.values():
        if entry in values:
            values[entry] = pybamm.InputParameter(entry)
    longest = longest_run(cell, slowest * cell.one_c_current)
    current = pybamm.InputParameter(CURRENT)
    legs = [(current, f"< {lower} V")]
    if charge is Charge.AT_THE_RATE:
        legs.insert(0, (-current, f"> {upper} V"))
    steps = (
        pybamm.step.current(value, duration=longest, termination=end, period=longest / POINTS)
        for value, end in legs
    )
    return cell_simulation(cell, pybamm, values, experiment=pybamm.Experiment([tuple(steps)]))


def _inputs(cell: Cell, wear: Wear, charge: Charge) -> dict[str, float]:
    lower, upper = cell.voltage_limits
    rest = rest_state(worn(cell, wear), upper if charge is Charge.FULL else lower)
    inputs = {
        ACTIVE: wear.active_share,
        FILM: wear.film_resistance / cell.design.value("electrode_area"),
        "diffusivity": wear.path_factor**-2,
        "exchange_current_density": wear.area_factor,
        _START["positive"]: rest.positive * cell.material.maximum_concentration,
    }
    if cell.negative is not None and rest.negative is not None:
        inputs[_START["negative"]] = rest.negative * cell.negative.maximum_concentration
    return inputs


def _capacity(cell: Cell, simulation: Any, inputs: dict[str, float]) -> float:
    pybamm = import_pybamm()
    try:
        solution = simulation.solve(showprogress=False, inputs=inputs)
    except (pybamm.SolverError, ValueError, ArithmeticError) as error:
        return 0.0 if AT_ONCE in str(error) else float("nan")
    last = solution.cycles[0].steps[-1]
    if last is None or isinstance(last, pybamm.EmptySolution):
        return 0.0
    passed = np.asarray(last["Discharge capacity [A.h]"].entries)
    return float(passed[-1] - passed[0]) / cell.active_mass
