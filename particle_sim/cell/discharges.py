"""Many discharges of one cell: PyBaMM's equations are set up once, and told what varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from particle_sim.cell.balance import longest_run, rest_state
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.solve import AT_ONCE, cell_simulation
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.units import Array

CURRENT = "Current function [A]"
STARTS_AT = "Upper voltage cut-off [V]"
ABOVE = 1.0
"""How far PyBaMM's upper cut-off is put off [V]: without resistance a run begins exactly there."""

FACTORS = {
    "diffusivity": "Positive particle diffusivity [m2.s-1]",
    "exchange_current_density": "Positive electrode exchange-current density [A.m-2]",
    "metal_exchange_current_density": (
        "Exchange-current density for lithium metal electrode [A.m-2]"
    ),
    "electrolyte_conductivity": "Electrolyte conductivity [S.m-1]",
    "electrolyte_diffusivity": "Electrolyte diffusivity [m2.s-1]",
    "electrode_conductivity": "Positive electrode conductivity [S.m-1]",
    "film_resistance": "Contact resistance [Ohm]",
}
"""What may be multiplied, and its entry among PyBaMM's parameters."""


@dataclass(frozen=True, kw_only=True)
class Discharge:
    """At ``c_rate`` [1/h] from rest at the upper cut-off to the lower one.

    ``factors`` multiply properties named in ``FACTORS``, each as a whole function.
    """

    c_rate: float
    factors: Mapping[str, float] = field(default_factory=dict)


def discharge_capacities(cell: Cell, runs: Sequence[Discharge]) -> Array:
    """Capacity of each discharge [A h/kg] (n,), as that of :func:`solve_cell` to its tolerance.

    0 where the voltage falls below the lower cut-off at once; nan where PyBaMM gives up. Setting
    up a model costs fifty times as much as a discharge.
    """
    pybamm = import_pybamm()
    _, upper = cell.voltage_limits
    filling = rest_state(cell, upper).positive
    temperature = REFERENCE_TEMPERATURE
    values = pybamm_parameters(cell, pybamm, filling=filling, temperature=temperature)
    varied = sorted({name for run in runs for name in run.factors})
    for name in varied:
        values[FACTORS[name]] = times(pybamm.InputParameter(name), values[FACTORS[name]])
    values |= {CURRENT: "[input]", STARTS_AT: upper + ABOVE}
    simulation = cell_simulation(cell, pybamm, values)
    as_set_up = dict.fromkeys(varied, 1.0)
    return np.array(
        [_capacity(cell, run.c_rate, simulation, {**as_set_up, **run.factors}) for run in runs]
    )


def times(factor: Any, value: Any) -> Any:
    """A number or a function of PyBaMM's, times ``factor``."""
    if callable(value):
        return lambda *arguments: factor * value(*arguments)
    return factor * value


def _capacity(cell: Cell, c_rate: float, simulation: Any, factors: Mapping[str, float]) -> float:
    current = c_rate * cell.one_c_current
    span = np.array([0.0, longest_run(cell, current)])
    try:
        solution = simulation.solve(span, t_interp=span, inputs={CURRENT: current, **factors})
    except (import_pybamm().SolverError, ValueError, ArithmeticError) as error:
        return 0.0 if AT_ONCE in str(error) else float("nan")
    return float(current * solution.t[-1] / 3600 / cell.active_mass)
