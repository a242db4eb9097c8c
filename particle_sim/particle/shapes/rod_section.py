"""The meridian of a rod with rounded edges."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import filled


@arguments_checked
def rod_section(
    radius: float,
    length: float,
    edge_radius: float,
    *,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    half: bool = False,
    curved: bool = True,
) -> BodyMesh:
    """Triangles (r, z) of a rod around z of ``radius`` and ``length`` [m].

    Its edges are rounded with ``edge_radius`` [m], 0 for sharp ones. ``cell_size`` [m] is a twelfth
    of the narrowest width unless given; ``surface_cell_size`` [m] holds at the surface. Boundaries
    are "surface" and "axis"; ``half`` keeps z >= 0 with the plane "symmetry_z". With ``curved``,
    edge midpoints lie on the drawn surface; without it cells are straight.

    >>> sorted(rod_section(1e-7, 4e-7, 3e-8, cell_size=5e-8).boundaries)
    ['axis', 'surface']

    Raises :class:`InputError` for a size that is not positive or above 100 m, an edge radius above
    half of the narrowest width, a cell size that is not positive, wider than the body or makes
    millions of cells, and where Netgen is missing.
    """
    outline = outlines.rod_section(radius, length, edge_radius, half=half)
    return filled(
        outline,
        [outline.draw(1.0, "surface")],
        cell_size=cell_size,
        local_sizes={"surface": surface_cell_size},
        curved=curved,
    )
