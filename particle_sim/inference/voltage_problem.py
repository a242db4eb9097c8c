"""The question that the voltage along one discharge puts."""

from __future__ import annotations

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.coordinates import Coordinate
from particle_sim.inference.discrepancy import Even, Scatter
from particle_sim.inference.form import Form
from particle_sim.inference.forward import voltage_model
from particle_sim.inference.learned import coordinates_of
from particle_sim.inference.problem import DISCREPANCY, NOISE, Problem
from particle_sim.units import Array

WRONG = 0.010
"""[V] that a potential is wrong by along its curve, one deviation (assumed)."""
LENGTH = 0.1
"""Share of the material's window over which that changes (assumed)."""
PRECISION = 1e-3
"""[V] of a cycler that states none, known to half a decade (assumed)."""
_SCATTER = (
    Coordinate(
        name=DISCREPANCY,
        meaning="discrepancy along the curve [V]",
        centre=0.0,
        deviation=WRONG,
        low=0.0,
        high=0.3,
    ),
    Coordinate(
        name=NOISE,
        meaning="noise of one voltage [V]",
        centre=float(np.log10(PRECISION)),
        deviation=0.5,
        low=-5.0,
        high=-0.5,
    ),
)


def voltage_problem(
    cell: Cell, current: float, capacity: Array, voltage: Array, *, stated: Array | None = None
) -> Problem:
    """Voltages (m,) [V] at capacities (m,) [A h/kg] of one current [A/kg] as a question.

    ``stated``: their standard deviations.
    """
    groups = [
        each
        for each in coordinates_of(cell, Form.ONE_SIZE, stated=True)
        if each.name != DISCREPANCY
    ]
    return Problem(
        cell=cell,
        coordinates=(*groups, *(_SCATTER if stated is None else _SCATTER[:1])),
        model=voltage_model(cell, current, capacity),
        observed=voltage,
        scatter=Scatter(
            at=capacity,
            scale=1.0,
            covariance=Even(length=LENGTH * cell.material.specific_capacity),
            stated=stated,
        ),
        quantity="voltage",
        unit="V",
    )
