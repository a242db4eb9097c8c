"""What opening a body's boundaries will take in memory, before it starts.

Counted on Linux on sections of 1,800 and 7,200 triangles: 0.95 and 1.17 of the peak. Bodies go by
the same sums, which nobody has counted there.
"""

from __future__ import annotations

import math

from particle_sim.errors import InputError
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.memory import FACTORS, FLOAT, machine_memory

SPARE = 0.14e9
"""The interpreter and its libraries [bytes]."""

CELLS = 26.0
"""Stiffnesses of a cell (j, j) that are held at once, with their places."""


def predicted_memory(body: Elasticity) -> float:
    """Peak of the process [bytes]: a e j^2 numbers of the cells, and the factors of m unknowns."""
    (e, j), m, d = body.cell_dofs.shape, float(body.size), body.space.mesh.dimension
    growth = math.log2(m + 1) if d == 2 else math.cbrt(m)
    numbers: float = CELLS * e * j**2 + FACTORS[d] * m * growth
    return FLOAT * numbers + SPARE


def check_memory(body: Elasticity) -> float:
    """The prediction; raises :class:`InputError` where the machine has less."""
    needed, present = predicted_memory(body), machine_memory()
    if present is not None and needed > present:
        raise InputError(
            f"Opening the boundaries needs about {needed / 1e9:.0f} GB of memory and you have "
            f"{present / 1e9:.0f} GB: use fewer than the mesh's {len(body.cell_dofs):,} cells, or "
            "a lower order."
        )
    return needed
