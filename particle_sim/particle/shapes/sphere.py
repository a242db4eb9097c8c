"""A ball, solid or hollow."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh, graded_vertices
from particle_sim.particle.shapes.checks import checked


@arguments_checked
def sphere(
    radius: float, *, inner_radius: float = 0.0, cells: int = 24, grading: float = 60.0
) -> Mesh:
    """Radial mesh of a sphere of ``radius`` [m], hollow if ``inner_radius`` > 0.

    ``grading`` is the ratio of the largest cell (inside) to the smallest (at the surface).
    """
    checked("sphere", radius, inner_radius, cells, grading)
    vertices = graded_vertices(inner_radius, radius, cells, grading)
    return Mesh(vertices=vertices, coordinates=Coordinates.SPHERE)
