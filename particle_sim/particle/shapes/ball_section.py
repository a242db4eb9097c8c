"""The meridian of a ball: solid, hollow, or a core in a shell."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import layered


@arguments_checked
def ball_section(
    radius: float,
    *,
    inner_radius: float = 0.0,
    core_radius: float = 0.0,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    half: bool = False,
    curved: bool = True,
) -> BodyMesh:
    """Triangles (r, z) of a ball of ``radius`` [m]; boundaries "surface" and "axis".

    ``inner_radius`` [m] > 0 makes it hollow (boundary "inner"); ``core_radius`` [m] > 0 makes
    region 0 the core and region 1 the shell. ``cell_size`` [m] is a twelfth of the diameter unless
    given; ``surface_cell_size`` [m] holds at all surfaces and at the core. ``half`` keeps z >= 0
    with the plane "symmetry_z". With ``curved``, edge midpoints lie on the round surface; without
    it cells are straight.

    >>> sorted(ball_section(2.5e-7, inner_radius=1e-7, cell_size=1e-7, half=True).boundaries)
    ['axis', 'inner', 'surface', 'symmetry_z']

    Raises :class:`InputError` for a radius that is not positive or above 100 m, an inner or core
    radius that does not lie inside, a cell size that is not positive, wider than the body or makes
    millions of cells, and where Netgen is missing.
    """
    return layered(
        outlines.ball_section(radius, half=half),
        radius=radius,
        inner_radius=inner_radius,
        core_radius=core_radius,
        cell_size=cell_size,
        surface_cell_size=surface_cell_size,
        curved=curved,
    )
