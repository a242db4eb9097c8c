"""A long cylinder, solid or hollow; its flat ends pass no sodium."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh, graded_vertices
from particle_sim.particle.shapes.checks import checked


@arguments_checked
def cylinder(
    radius: float, *, inner_radius: float = 0.0, cells: int = 24, grading: float = 60.0
) -> Mesh:
    """Radial mesh of a cylinder of ``radius`` [m]; all totals are per metre of length."""
    checked("cylinder", radius, inner_radius, cells, grading)
    vertices = graded_vertices(inner_radius, radius, cells, grading)
    return Mesh(vertices=vertices, coordinates=Coordinates.CYLINDER)
