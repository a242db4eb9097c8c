"""A plate: one side blocked (or the mid-plane of a plate open on both sides)."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.particle.shapes.radial import radial_mesh


@arguments_checked
def slab(thickness: float, *, cells: int | None = None, grading: float | None = None) -> Mesh:
    """Mesh across a slab from the blocked side at 0 to the open one at ``thickness`` [m].

    All totals are per square metre of surface.
    """
    return radial_mesh(Coordinates.SLAB, (0.0, thickness), cells, grading)
