"""A plate: one side blocked (or the mid-plane of a plate open on both sides)."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh, graded_vertices
from particle_sim.particle.shapes.checks import checked


@arguments_checked
def slab(thickness: float, *, cells: int = 24, grading: float = 60.0) -> Mesh:
    """Mesh across a slab from the blocked side at 0 to the open one at ``thickness`` [m].

    All totals are per square metre of surface.
    """
    checked("slab", thickness, 0.0, cells, grading)
    vertices = graded_vertices(0.0, thickness, cells, grading)
    return Mesh(vertices=vertices, coordinates=Coordinates.SLAB)
