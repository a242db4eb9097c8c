"""The boundary between two phases: its width, and whether a mesh can hold it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from particle_sim.constants import GAS_CONSTANT
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.materials.material import Material
from particle_sim.particle.particle import Particle
from particle_sim.transport.term import PhysicsTerm, Potential

LEAST_NODES = 2.0
"""Node distances across a phase boundary below which it sticks to the mesh."""

RESOLVED_NODES = 2.5
"""Node distances across a phase boundary at which its width is right within a few per cent."""


def interface_width(
    material: Material, terms: Sequence[PhysicsTerm], temperature: float
) -> float | None:
    """Width of the diffuse boundary by its steepest slope [m], or ``None`` without two phases.

    0.9 sqrt(2 kappa s / (R T c_max (chi/2 - 1))), s the share of the widest plateau; within 10 %
    of the exact width for chi between 2.5 and 4.5 (coherency widens it further).
    """
    if not any(Potential.GRADIENT_ENERGY in term.potentials for term in terms):
        return None
    chi = material.value("regular_solution_parameter")
    if chi <= 2:
        return None
    share = max(step.share for step in material.steps)
    energy = GAS_CONSTANT * temperature * material.maximum_concentration
    scale = material.value("gradient_coefficient") * share / energy
    return float(0.9 * np.sqrt(2 * scale / (chi / 2 - 1)))


def check_interface(particle: Particle, mesh: BodyMesh, temperature: float) -> None:
    """Raise :class:`InputError` where the mesh cannot hold the phase boundary."""
    width = interface_width(particle.material, particle.physics, temperature)
    if width is None:
        return
    distance = node_distance(mesh, particle.order)
    if distance > width / LEAST_NODES:
        raise InputError(
            f"{particle.material.title}: the phase boundary is {width * 1e9:.2g} nm wide but the "
            f"mesh's nodes lie {distance * 1e9:.2g} nm apart; they may be at most "
            f"{width / LEAST_NODES * 1e9:.2g} nm apart: use smaller cells, in a section "
            "adaptive=Adaptive(), a smaller particle or a larger gradient_coefficient."
        )


def node_distance(mesh: BodyMesh, order: int) -> float:
    """Distance of neighbouring nodes in the larger cells [m]: (6 V)^(1/3) or (2 A)^(1/2) per order.

    Of cells larger than 95 in 100.
    """
    corners = mesh.points[mesh.vertices]
    box = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))  # 6 V or 2 A
    return float(np.quantile(box, 0.95) ** (1 / mesh.dimension)) / order
