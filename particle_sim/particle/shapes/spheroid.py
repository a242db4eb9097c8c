"""A spheroid in three dimensions: flat or long, solid, hollow, or a core in a shell."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import layered


@arguments_checked
def spheroid(
    equatorial_radius: float,
    polar_radius: float,
    *,
    inner_radius: float = 0.0,
    core_radius: float = 0.0,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    octant: bool = False,
    curved: bool = True,
) -> BodyMesh:
    """Tetrahedra in a spheroid around z; outside "surface".

    ``equatorial_radius`` and ``polar_radius`` [m] are its half-axes across and along z. The hole
    and the core are similar to the outside; ``inner_radius`` and ``core_radius`` [m] are their
    equatorial radii. It is meshed as a ball and stretched, cells alike: ``cell_size`` [m], a
    twelfth of the shorter diameter unless given, is that across the shorter axis, and cells of very
    long or flat spheroids are long or flat. ``surface_cell_size``, ``octant`` and ``curved`` are as
    for a :func:`~particle_sim.particle.shapes.ball.ball`.

    >>> mesh = spheroid(1e-7, 3e-7, cell_size=1e-7, octant=True)
    >>> [round(float(reach) * 1e9) for reach in mesh.points.max(axis=0)]
    [100, 100, 300]

    Raises :class:`InputError` as for a ball.
    """
    return layered(
        outlines.spheroid(equatorial_radius, polar_radius, octant=octant),
        radius=equatorial_radius,
        inner_radius=inner_radius,
        core_radius=core_radius,
        cell_size=cell_size,
        surface_cell_size=surface_cell_size,
        curved=curved,
    )
