"""How far the surface of a particle may fill or empty before its half cell meets a cut-off."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import (
    SCAN,
    cells_of,
    cut_off_filling,
    drawn_of,
    rates_of,
    spheres_of,
)
from particle_sim.transport.laws import SOLID_SOLUTION
from particle_sim.units import Array


def surface_room(
    cell: Cell, *, c_rate: Array, values: Mapping[str, Array], direction: Direction
) -> Array:
    """|theta(R) at the cut-off - theta at rest where it starts| of n half cells (n,).

    The cut-off that :func:`~particle_sim.studies.half_cell_batch.half_cell_batch` stops at, without
    the diffusion that leads there; 0 where the current alone is past it. ``c_rate`` (n,) and drawn
    ``values`` (n,) mean the same as there.
    """
    material = cell.material
    rates = rates_of(material, c_rate)
    drawn = drawn_of(cell, values, len(rates))
    lower, upper = cell.voltage_limits
    discharge = direction is Direction.DISCHARGE
    first, limit, last = (upper, lower, 1.0) if discharge else (lower, upper, 0.0)
    start = cell.rest_filling(first, REFERENCE_TEMPERATURE)
    carried = SOLID_SOLUTION.in_sphere(material, REFERENCE_TEMPERATURE)
    spheres = spheres_of(material, drawn, start, carried)
    current = rates * drawn["one_c_current"] * (1.0 if discharge else -1.0)
    cells = cells_of(cell, drawn, current, spheres, REFERENCE_TEMPERATURE)
    path = start + (last - start) * np.linspace(0, 1, SCAN)[None]
    return np.asarray(np.abs(cut_off_filling(cells, path, path, (limit, last)) - start))
