"""What opening a body's boundaries will take in memory and time, before it starts.

Counted on Linux on sections of 1,800 and 7,200 triangles: 0.95 and 1.17 of the peak memory. Solids
go by the same sums, which nobody has counted there. The time is that of one core of one machine,
on sections of 200 to 2,800 triangles and a block of 400 tetrahedra: an order of magnitude.
"""

from __future__ import annotations

import math

from particle_sim.damage.interfaces.path import GRADUAL
from particle_sim.damage.run_cost import SPARE, Forecast, affordable
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.memory import FACTORS, FLOAT

CELLS = 26.0
"""Stiffnesses of a cell (j, j) that are held at once, with their places."""

ITERATIONS = (3, 10)
"""Of a step in which nothing gives way, and of one in which boundaries do."""

STEPS = 2.5 / GRADUAL
"""On the path until all boundaries are broken, with those that were too long."""

SECONDS = 1.4e-8
"""Of an iteration, per number of the cells' stiffnesses and of the factors."""


def _numbers(body: Elasticity) -> tuple[float, float]:
    """In the cells' stiffnesses e j^2; in the factors 30 m log2 m, of a solid 64 m^(4/3)."""
    (e, j), m, d = body.cell_dofs.shape, float(body.size), body.space.mesh.dimension
    growth = math.log2(m + 1) if d == 2 else math.cbrt(m)
    return float(e * j**2), FACTORS[d] * m * growth


def forecast(body: Elasticity, loads: int) -> Forecast:
    """Of a body, whole or split along its boundaries, under ``loads`` loads.

    Memory 8 (26 e j^2 + L) bytes and time 1.4e-8 (e j^2 + L) s an iteration, L the factors.
    """
    cells, factors = _numbers(body)
    once = SECONDS * (cells + factors)
    least, most = ITERATIONS[0] * loads, ITERATIONS[1] * (loads + STEPS)
    return Forecast(
        size=f"{len(body.cell_dofs):,} cells, {body.size:,} displacements, {loads} loads",
        memory=FLOAT * (CELLS * cells + factors) + SPARE,
        seconds=(least * once, most * once),
        when=("where all boundaries hold", "where all of them break"),
    )


def check_forecast(body: Elasticity, loads: int) -> Forecast:
    """The forecast; raises :class:`InputError` where the machine has less memory."""
    advice = f"use fewer than the mesh's {len(body.cell_dofs):,} cells, or a lower order"
    return affordable(forecast(body, loads), "Opening the boundaries needs", advice)
