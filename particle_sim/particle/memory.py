"""How much memory a solve will need, before it starts."""

from __future__ import annotations

import os

from particle_sim.errors import InputError
from particle_sim.particle.elastic_solvers import DIRECT_LIMIT
from particle_sim.particle.system import ParticleSystem

FLOAT = 8
SPARE = 0.25e9
"""The interpreter and its libraries [bytes]."""


def predicted_memory(system: ParticleSystem, stored_times: int) -> float:
    """Peak memory [bytes] of a solve that stores ``stored_times`` states.

    Tables of gradients, cell matrices and their places, the elastic matrix with its factors
    (20 N^(4/3) numbers in 3-D, 12 N log2 N in 2-D, a band of a line), and the states; within about
    a factor 1.6.
    """
    space, elastic = system.space, system.elasticity.space
    e, i = space.cell_dofs.shape
    full, j = elastic.cell_dofs.shape
    d, q = space.mesh.dimension, len(space.rule_weights)
    fields = 2 if system.potentials else 1
    tables = e * q * d * i * 3 + full * q * d * j
    matrices = e * (fields * i) ** 2 * 4
    elastic_matrix = full * (d * j) ** 2 * 3
    coupling = e * i * d * j * 3 if system.is_coupled else 0
    states = stored_times * (fields * space.dimension + system.elasticity.size)
    return FLOAT * float(tables + matrices + elastic_matrix + coupling + states) + (
        FLOAT * _factors(system, fields) + SPARE
    )


def _factors(system: ParticleSystem, fields: int) -> float:
    d = system.space.mesh.dimension
    if d == 1:
        return 20.0 * system.particle.order * (system.space.dimension + system.elasticity.size)
    total = 0.0
    for unknowns in (fields * system.space.dimension, system.elasticity.size):
        if unknowns <= DIRECT_LIMIT[d]:
            growth = unknowns ** (4 / 3) * 20 if d == 3 else 12 * unknowns * len(bin(unknowns))
            total += 1.5 * growth  # indices beside the numbers
    return total


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
