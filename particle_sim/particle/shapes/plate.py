"""A round plate with rounded edges, in three dimensions."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import filled


@arguments_checked
def plate(
    radius: float,
    thickness: float,
    edge_radius: float,
    *,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    octant: bool = False,
    curved: bool = True,
) -> BodyMesh:
    """Tetrahedra in a plate normal to z of ``radius`` and ``thickness`` [m]; outside "surface".

    Its edges are rounded with ``edge_radius`` [m], 0 for sharp ones. ``cell_size`` [m] is a twelfth
    of the narrowest width unless given. ``octant`` keeps x, y, z >= 0 with the planes
    "symmetry_x", "symmetry_y", "symmetry_z".
    """
    outline = outlines.plate(radius, thickness, edge_radius, octant=octant)
    return filled(
        outline,
        [outline.draw(1.0, "surface")],
        cell_size=cell_size,
        local_sizes={"surface": surface_cell_size},
        curved=curved,
    )
