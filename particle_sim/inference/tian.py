"""A curve without physics for capacity against rate, to hold physical models against.

    Q = Q_0 [1 - x (1 - exp(-1/x))],     x = (I t_c/Q_0)^n

with a capacity Q_0 at low rate, a characteristic time t_c and an exponent n: 1/2 where diffusion,
1 where a resistance limits (Tian et al., Nat. Commun. 10 (2019) 1933,
doi:10.1038/s41467-019-09792-9, eq. 2, whose rate is the current over the capacity measured at it;
here over Q_0, so that the curve is explicit and can be asked beyond the data). Discrepancy, noise
and hyperpriors are those of the physical models, learned in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.coordinates import Coordinate
from particle_sim.inference.learned import RIVAL, hyperpriors, scatter_coordinates
from particle_sim.inference.problem import Problem
from particle_sim.inference.rate_problem import rate_scatter
from particle_sim.units import Array

TIMES = (-2.0, 6.0)
EXPONENTS = (0.1, 3.0)
"""Where the search ends: log10 of t_c [s], and n."""


def tian_capacities(vectors: Array, current: Array) -> Array:
    """Capacity [A h/kg] (n, m) of log10 t_c [s], n and log10 Q_0 (n, 3) at currents (m,) [A/kg].

    >>> float(tian_capacities(np.array([[np.log10(3600), 0.7, 2.0]]), np.array([100.0]))[0, 0])
    36.787944117144235
    """
    time, exponent, whole = vectors.T[:, :, None]
    with np.errstate(over="ignore"):
        x = (current * 10 ** (time - whole) / 3600) ** exponent
        return np.asarray(10**whole * (1 + x * np.expm1(-1 / x)))


def tian_problem(
    cell: Cell,
    current: Array,
    capacity: Array,
    *,
    stated: Array | None = None,
    whole: float | None = None,
    learned: Mapping[str, tuple[float, float]] | None = None,
) -> Problem:
    """The question of :func:`~particle_sim.inference.rate_problem.rate_problem`, for this curve."""
    known = hyperpriors(RIVAL) if learned is None else learned
    scale = cell.material.specific_capacity if whole is None else whole
    centre, deviation = known["window_capacity"]
    return Problem(
        cell=cell,
        coordinates=(
            _known("characteristic_time", "time t_c of Tian's curve [s]", known, *TIMES),
            _known("exponent", "exponent of Tian's curve", known, *EXPONENTS),
            Coordinate(
                name="window_capacity",
                meaning="capacity at low rate",
                centre=float(np.log10(scale)) + centre,
                deviation=deviation,
            ),
            *scatter_coordinates(known, stated=stated is not None),
        ),
        model=lambda vectors: tian_capacities(vectors, current),
        observed=capacity,
        scatter=rate_scatter(cell, current, capacity, stated),
        quantity="capacity",
        unit="mA*h/g",
    )


def _known(
    name: str, meaning: str, known: Mapping[str, tuple[float, float]], low: float, high: float
) -> Coordinate:
    centre, deviation = known[name]
    return Coordinate(
        name=name, meaning=meaning, centre=centre, deviation=deviation, low=low, high=high
    )
