"""The meridian of a round plate with rounded edges."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import filled


@arguments_checked
def plate_section(
    radius: float,
    thickness: float,
    edge_radius: float,
    *,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    half: bool = False,
    curved: bool = True,
) -> BodyMesh:
    """Triangles (r, z) of a round plate normal to z of ``radius`` and ``thickness`` [m].

    Its edges are rounded with ``edge_radius`` [m], 0 for sharp ones. ``cell_size`` [m] is a twelfth
    of the narrowest width unless given. Boundaries are "surface" and "axis"; ``half`` keeps z >= 0
    with the plane "symmetry_z".
    """
    outline = outlines.plate_section(radius, thickness, edge_radius, half=half)
    return filled(
        outline,
        [outline.draw(1.0, "surface")],
        cell_size=cell_size,
        local_sizes={"surface": surface_cell_size},
        curved=curved,
    )
