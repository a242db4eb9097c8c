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

    ``cells`` are the bricks along each side. Boundaries are "left", "right", "bottom" and "top"; if
    ``symmetry`` is axisymmetric, it is the meridian of a cylinder and its left is "axis". Netgen is
    not needed.

    >>> from particle_sim.fem.body_mesh import Symmetry
    >>> list(rectangle((1e-7, 2e-7), cells=(2, 4), symmetry=Symmetry.AXISYMMETRIC).boundaries)
    ['axis', 'right', 'bottom', 'top']

    Raises :class:`InputError` for a length that is not positive or above 100 m, fewer than one
    brick, more than five million triangles, and a symmetry that is no section's.
    """
    if symmetry is Symmetry.SOLID:
        raise InputError(
            "The rectangle's symmetry is that of a solid; use plane or axisymmetric, or a box."
        )
    left = "axis" if symmetry is Symmetry.AXISYMMETRIC else "left"
    return kuhn_mesh("rectangle", lengths, cells, symmetry, (left, "right", "bottom", "top"))
