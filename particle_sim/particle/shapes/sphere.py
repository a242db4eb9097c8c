"""A ball, solid or hollow."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.particle.shapes.radial import radial_mesh


@arguments_checked
def sphere(
    radius: float,
    *,
    inner_radius: float = 0.0,
    cells: int | None = None,
    grading: float | None = None,
) -> Mesh:
    """Radial mesh of a sphere of ``radius`` [m], hollow if ``inner_radius`` > 0.

    Without ``cells`` and ``grading`` the solver chooses the cells for its tolerance. ``grading``
    is the ratio of the largest cell (inside) to the smallest (at the surface), usually 60.
    """
    return radial_mesh(Coordinates.SPHERE, (inner_radius, radius), cells, grading)
