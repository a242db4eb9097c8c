"""A rectangle of equal straight triangles."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.particle.shapes.structured import kuhn_mesh


@arguments_checked
def rectangle(
    lengths: tuple[float, float],
    *,
    cells: tuple[int, int] = (12, 12),
    symmetry: Symmetry = Symmetry.PLANE,
) -> BodyMesh:
    """The rectangle [0, L1] x [0, L2], ``lengths`` in metres, two triangles to a brick.

    ``cells`` are the bricks along each side. Boundaries are "left", "right", "bottom" and "top";
    if ``symmetry`` is axisymmetric, it is the meridian of a cylinder and its left is "axis".
    """
    if symmetry is Symmetry.SOLID:
        raise InputError(
            "The rectangle's symmetry is that of a solid; use plane or axisymmetric, or a box."
        )
    left = "axis" if symmetry is Symmetry.AXISYMMETRIC else "left"
    return kuhn_mesh("rectangle", lengths, cells, symmetry, (left, "right", "bottom", "top"))
