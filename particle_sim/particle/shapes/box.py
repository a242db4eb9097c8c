"""A box of equal straight tetrahedra."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.particle.shapes.structured import kuhn_mesh

SIDES = ("left", "right", "front", "back", "bottom", "top")


@arguments_checked
def box(
    lengths: tuple[float, float, float], *, cells: tuple[int, int, int] = (12, 12, 12)
) -> BodyMesh:
    """The box [0, Lx] x [0, Ly] x [0, Lz], ``lengths`` in metres, six tetrahedra to a brick.

    ``cells`` are the bricks along x, y, z. Boundaries are "left" and "right" (x), "front" and
    "back" (y), "bottom" and "top" (z). Netgen is not needed.

    >>> box((1e-7, 1e-7, 2e-7), cells=(2, 2, 4)).cells.shape
    (96, 4)

    Raises :class:`InputError` for a length that is not positive or above 100 m, fewer than one
    brick, and more than five million tetrahedra.
    """
    return kuhn_mesh("box", lengths, cells, Symmetry.SOLID, SIDES)
