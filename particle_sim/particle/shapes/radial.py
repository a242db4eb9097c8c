"""What sphere, cylinder and slab share."""

from __future__ import annotations

from particle_sim.fem.mesh import Coordinates, Mesh, graded_vertices
from particle_sim.particle.shapes.checks import checked

CELLS, GRADING = 24, 60.0
"""Of a mesh that gives only one of them."""


def radial_mesh(
    coordinates: Coordinates,
    ends: tuple[float, float],
    cells: int | None,
    grading: float | None,
) -> Mesh:
    """Cells graded to the outer end [m]; the solver's choice where neither number is given."""
    count = CELLS if cells is None else cells
    ratio = GRADING if grading is None else grading
    checked(coordinates.name.lower(), ends[1], ends[0], count, ratio)
    return Mesh(
        vertices=graded_vertices(*ends, count, ratio),
        coordinates=coordinates,
        automatic=cells is None and grading is None,
    )
