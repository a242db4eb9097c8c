"""How much memory a solve will need, before it starts: within 30 % of the process's peak.

Counted on Linux, on bodies of 250 to 45,000 tetrahedra and sections of 450 to 17,000 triangles, of
every law: the numbers that parts of a solve hold at once, with the temporary ones of their making.
Not counted: the displacement in the LU of a coherent section, and the meshes of an adaptive run.
"""

from __future__ import annotations

import math
import os
from importlib.util import find_spec

from particle_sim.errors import InputError
from particle_sim.particle.elastic_solvers import is_iterative
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.tangent_solver import factorised_unknowns
from particle_sim.transport.term import Potential

FLOAT = 8
SPARE = 0.2e9
"""The interpreter and its libraries [bytes]."""

COMPILER = 0.11e9
"""Numba and the kernels it keeps [bytes], where it is installed and a 3-D body asks for them."""

CELL_MATRICES, COUPLING = 10, 2
"""Matrices of one cell that are held at once: of its sodium, and of stress against sodium."""

FACTORS = {2: 30, 3: 64}
"""Numbers in an LU of N unknowns with their places, over N log2 N in 2-D and N^(4/3) in 3-D."""

COLUMNS = 160
"""Numbers per unknown of an iterative elastic solve: fields of eight loads, tables of the cells."""

STORED, STEPS = 28, 20
"""Numbers per node of a stored state besides its unknowns, and steps between the stored times."""


def predicted_memory(system: ParticleSystem, stored_times: int) -> float:
    """Peak memory [bytes] of a process whose solve stores ``stored_times`` states."""
    space, m = system.space, system.elasticity.size
    d, n, (e, i) = space.mesh.dimension, space.dimension, space.cell_dofs.shape
    fields = 2 if system.potentials else 1
    unknowns = fields * n + (m if system.is_coupled else 0)
    numbers: float = CELL_MATRICES * e * (fields * i) ** 2
    numbers += COUPLING * e * i * system.elasticity.cell_dofs.shape[1] * system.is_coupled
    numbers += stored_times * (2 * m + (2 * fields + STORED) * n)
    numbers += (stored_times + STEPS) * (unknowns + n)
    if d == 1:
        return FLOAT * (numbers + 20.0 * system.particle.order * (n + m)) + SPARE
    spare = SPARE
    if is_iterative(system.elasticity.space, m):
        spare += COMPILER * (d == 3 and not system.is_coupled and bool(find_spec("numba")))
        numbers += COLUMNS * m
        m = 0
    return FLOAT * (numbers + _factors(system, fields) + _growth(m, d)) + spare


def _factors(system: ParticleSystem, fields: int) -> float:
    """Numbers in the LU of the sodium's unknowns, where there is one."""
    alone = not system.exchange.unknown_voltages and not system.held.dofs.size
    separates = Potential.GRADIENT_ENERGY in system.potentials
    unknowns = factorised_unknowns(system.space, fields, separates=separates, alone=alone)
    return _growth(unknowns, system.space.mesh.dimension)


def _growth(unknowns: int, d: int) -> float:
    size = float(unknowns)
    return FACTORS[d] * size * (math.cbrt(size) if d == 3 else math.log2(size + 1))


def check_memory(system: ParticleSystem, stored_times: int) -> float:
    """The prediction; raises :class:`InputError` where the machine has less."""
    needed, present = predicted_memory(system, stored_times), machine_memory()
    if present is not None and needed > present:
        raise InputError(
            f"This needs about {needed / 1e9:.0f} GB of memory; you have {present / 1e9:.0f} GB: "
            f"use fewer than the mesh's {len(system.elasticity.space.cell_dofs):,} cells, a lower "
            "order, or fewer times."
        )
    return needed


def machine_memory() -> float | None:
    """Memory of this machine [bytes]; ``None`` where the system does not tell."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return None
