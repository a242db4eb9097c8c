"""The question that capacities at several rates put, for any form of the particles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.discrepancy import Growing, Scatter
from particle_sim.inference.form import Form
from particle_sim.inference.forward import capacity_model
from particle_sim.inference.learned import coordinates_of
from particle_sim.inference.problem import Problem
from particle_sim.units import Array

SLOW = 0.1
"""C-rate [1/h] that counts as slow where no rate was measured (a choice)."""


def rate_problem(
    cell: Cell,
    current: Array,
    capacity: Array,
    *,
    form: Form = Form.ONE_SIZE,
    stated: Array | None = None,
    whole: float | None = None,
    learned: Mapping[str, tuple[float, float]] | None = None,
) -> Problem:
    """Capacities (m,) [A h/kg] at currents (m,) [A/kg] as a statistical question.

    ``stated``: their standard deviations; ``whole``, ``learned`` as
    :func:`~particle_sim.inference.learned.coordinates_of` takes them. No data (m = 0) are the prior
    alone.
    """
    return Problem(
        cell=cell,
        coordinates=coordinates_of(
            cell, form, stated=stated is not None, capacity=whole, learned=learned
        ),
        model=capacity_model(cell, current, form),
        observed=capacity,
        scatter=rate_scatter(cell, current, capacity, stated),
        quantity="capacity",
        unit="mA*h/g",
        form=form,
    )


def rate_scatter(
    cell: Cell, current: Array, capacity: Array, stated: Array | None = None
) -> Scatter:
    """How capacities (m,) at currents (m,) may differ from those of any model."""
    one_c = cell.material.value("one_c_current")
    return Scatter(
        at=current,
        scale=float(np.max(capacity, initial=0.0)) or cell.material.specific_capacity,
        covariance=Growing(origin=float(np.min(current)) / 2 if len(current) else SLOW * one_c / 2),
        stated=stated,
    )
