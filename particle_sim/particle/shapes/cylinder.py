"""A long cylinder, solid or hollow; its flat ends pass no sodium."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.particle.shapes.radial import radial_mesh


@arguments_checked
def cylinder(
    radius: float,
    *,
    inner_radius: float = 0.0,
    cells: int | None = None,
    grading: float | None = None,
) -> Mesh:
    """Radial mesh of a cylinder of ``radius`` [m]; all totals are per metre of length."""
    return radial_mesh(Coordinates.CYLINDER, (inner_radius, radius), cells, grading)
