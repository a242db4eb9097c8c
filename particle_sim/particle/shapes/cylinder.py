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
    """Radial mesh of a cylinder of ``radius`` [m], hollow if ``inner_radius`` [m] > 0.

    All totals are per metre of length; ``cells`` and ``grading`` are as for a
    :func:`~particle_sim.particle.shapes.sphere.sphere`. What its ends do is the mechanics' choice.

    >>> cylinder(2.5e-7)
    Mesh of a cylinder, 0 to 2.5e-07 m
      cells 24, chosen anew for each run

    Raises :class:`InputError` as for a sphere.
    """
    return radial_mesh(Coordinates.CYLINDER, (inner_radius, radius), cells, grading)
