"""A rod with rounded edges, in three dimensions."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import filled


@arguments_checked
def rod(
    radius: float,
    length: float,
    edge_radius: float,
    *,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    octant: bool = False,
    curved: bool = True,
) -> BodyMesh:
    """Tetrahedra in a rod around z of ``radius`` and ``length`` [m]; outside "surface".

    Its edges are rounded with ``edge_radius`` [m], 0 for sharp ones. ``cell_size`` [m] is a twelfth
    of the narrowest width unless given; ``surface_cell_size`` [m] holds at the surface. ``octant``
    keeps x, y, z >= 0 with the planes "symmetry_x", "symmetry_y", "symmetry_z". With ``curved``,
    edge midpoints lie on the drawn surface; without it cells are straight.

    >>> mesh = rod(1e-7, 4e-7, 3e-8, cell_size=1e-7, octant=True)
    >>> [round(float(reach) * 1e9) for reach in mesh.points.max(axis=0)]
    [100, 100, 200]

    Raises :class:`InputError` for a size that is not positive or above 100 m, an edge radius above
    half of the narrowest width or so small (below a hundredth of the radius, but not 0) that it
    takes too many cells, a cell size that is not positive, wider than the body or makes millions of
    cells, and where Netgen is missing.
    """
    outline = outlines.rod(radius, length, edge_radius, octant=octant)
    return filled(
        outline,
        [outline.draw(1.0, "surface")],
        cell_size=cell_size,
        local_sizes={"surface": surface_cell_size},
        curved=curved,
    )
