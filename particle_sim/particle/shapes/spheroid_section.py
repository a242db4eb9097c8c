"""The meridian of a spheroid: flat or long, solid, hollow, or a core in a shell."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import layered


@arguments_checked
def spheroid_section(
    equatorial_radius: float,
    polar_radius: float,
    *,
    inner_radius: float = 0.0,
    core_radius: float = 0.0,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    half: bool = False,
    curved: bool = True,
) -> BodyMesh:
    """Triangles (r, z) of a spheroid around z; boundaries "surface" and "axis".

    ``equatorial_radius`` and ``polar_radius`` [m] are its half-axes across and along z. The hole
    and the core are similar to the outside; ``inner_radius`` and ``core_radius`` [m] are their
    equatorial radii. ``cell_size`` [m] is a twelfth of the shorter diameter unless given;
    ``surface_cell_size``, ``half`` and ``curved`` are as for a
    :func:`~particle_sim.particle.shapes.ball_section.ball_section`.

    >>> sorted(spheroid_section(1e-7, 3e-7, cell_size=5e-8).boundaries)
    ['axis', 'surface']

    Raises :class:`InputError` as for a ball's section.
    """
    return layered(
        outlines.spheroid_section(equatorial_radius, polar_radius, half=half),
        radius=equatorial_radius,
        inner_radius=inner_radius,
        core_radius=core_radius,
        cell_size=cell_size,
        surface_cell_size=surface_cell_size,
        curved=curved,
    )
