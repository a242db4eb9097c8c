"""What a body refuses, and where its result leaves the range in which its model is valid."""

from __future__ import annotations

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.mesh_checks import pieces
from particle_sim.particle.body.run import BodyRun
from particle_sim.particle.particle import Particle
from particle_sim.particle.validity import (
    interface_warning,
    interface_width,
    range_warning,
    size_warning,
    space_warning,
    strain_warning,
    strength_warning,
)
from particle_sim.units import readable

LEAST_NODES = 2.0
"""Node distances across a phase boundary below which it sticks to the mesh."""

RESOLVED_NODES = 2.5
"""Node distances across a phase boundary at which its width is right within a few per cent."""


THICKEST = 0.1
"""Thickness of a coating, over a body's size, up to which a membrane stands for it."""


def check_interface(particle: Particle[BodyMesh], temperature: float) -> None:
    """Raise :class:`InputError` where the mesh cannot hold the phase boundary."""
    width = interface_width(particle.material, particle.physics, temperature)
    if width is None:
        return
    distance = node_distance(particle.mesh, particle.order)
    if distance > width / LEAST_NODES:
        raise InputError(
            f"{particle.material.title}: the phase boundary is {width * 1e9:.2g} nm wide but the "
            f"mesh's nodes lie {distance * 1e9:.2g} nm apart; they may be at most "
            f"{width / LEAST_NODES * 1e9:.2g} nm apart: use smaller cells, a smaller particle or a "
            "larger gradient_coefficient."
        )


def node_distance(mesh: BodyMesh, order: int) -> float:
    """Distance of neighbouring nodes in the larger cells [m]: (6 V)^(1/3) or (2 A)^(1/2) per order.

    Of cells larger than 95 in 100.
    """
    corners = mesh.points[mesh.vertices]
    box = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))  # 6 V or 2 A
    return float(np.quantile(box, 0.95) ** (1 / mesh.dimension)) / order


def body_warnings(run: BodyRun, tolerance: float) -> tuple[str, ...]:
    """Sentences for the user, most serious first; ``tolerance`` is the one the run was asked for.

    The material's strength is compared with the stress where the material is, not in inert regions.
    """
    particle = run.particle
    width = interface_width(particle.material, particle.physics, run.temperature)
    strains, _, _ = run.elasticity.regions.chemical_strain(run.site_fraction)
    active = run.points.sodium >= 0
    checks = (
        range_warning(run.balances.site_fraction, tolerance),
        space_warning(run.balances.space, tolerance),
        size_warning(particle.mesh.extent),
        interface_warning(
            width, particle.order * node_distance(particle.mesh, particle.order), particle.order
        ),
        strength_warning(particle.material, float(run.first_principal_stress[:, active].max())),
        strain_warning(strains),
        _closed_pieces(run),
        _thick_coating(particle),
    )
    return (*(text for text in checks if text is not None), *particle.mesh.notes)


def _closed_pieces(run: BodyRun) -> str | None:
    """Where parts that hold sodium are cut off from every open surface by inert ones."""
    mesh = run.elasticity.sodium.mesh
    piece = pieces(mesh.facets, len(mesh.cells))
    count = int(piece.max()) + 1
    reached = np.concatenate([piece[mesh.boundary(name)[:, 0]] for name in run.surface_flux])
    closed = count - len(np.unique(reached))
    if closed == 0:
        return None
    return (
        f"{closed} of the {count} pieces that hold sodium touch no open surface, so that theirs "
        'stays where it is; name their surfaces in "on" or join them.'
    )


def _thick_coating(particle: Particle[BodyMesh]) -> str | None:
    shell = particle.mechanics.shell
    if shell is None or shell.thickness <= THICKEST * particle.mesh.extent:
        return None
    return (
        f"The coating is {readable(shell.thickness * 1e9)} nm thick on a body that reaches "
        f"{readable(particle.mesh.extent * 1e9)} nm from its middle; a membrane stands for up to a "
        "tenth of that: mesh it as an inert region."
    )
