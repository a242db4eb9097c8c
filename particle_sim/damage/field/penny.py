"""A round cut in a solid, from which a crack may grow."""

from __future__ import annotations

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.crack import cut_through
from particle_sim.errors import InputError
from particle_sim.units import Array

Place = tuple[float, float, float]


@arguments_checked
def penny(body: CrackBody, middle: Place, normal: Place, radius: float) -> Array:
    """Damage (n,) of an unloaded flat round cut: 1 at the vertices of the cells it crosses.

    Around ``middle`` [m] of ``body``, with a ``radius`` [m] and across ``normal``, of any length. A
    cut along the faces of cells breaks those that its ``normal`` points into. Where the disc leaves
    the body it is an edge crack. For :func:`~particle_sim.damage.field.crack.crack`.

    >>> import particle_sim as ps
    >>> from particle_sim.damage.field import BrittleSolid, CrackBody
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=4e-8
    ... )
    >>> block = ps.shapes.box((1e-7, 1e-7, 2e-7), cells=(10, 10, 20))
    >>> body = CrackBody(mesh=block, solid=solid, order=1)
    >>> cut = penny(body, (0.0, 0.0, 1e-7), (0.0, 0.0, 1.0), 2e-7)
    >>> round(body.crack_size(cut) / 1e-14, 3)  # of a section of 100 nm square
    1.002

    Raises :class:`InputError` for a section, a normal or a radius of no length, and a cut that
    crosses no cell.
    """
    along = np.asarray(normal, dtype=float)
    length = float(np.linalg.norm(along))
    if body.mesh.dimension != 3 or not (0 < length < np.inf and 0 < radius < np.inf):
        raise InputError(
            f"The cut has the normal {normal} and the radius {radius:g} m, in a body of "
            f"{body.mesh.dimension} dimensions; give a direction and a positive radius in a solid."
        )
    along = along / length
    corners = body.mesh.points[body.mesh.vertices] - np.asarray(middle)
    height = corners @ along + 1e-3 * body.cell_size[:, None]
    flat = corners.mean(axis=1)
    flat = flat - (flat @ along)[:, None] * along
    crossed = (height.min(axis=1) < 0) & (height.max(axis=1) > 0)
    crossed &= np.linalg.norm(flat, axis=1) < radius
    if not crossed.any():
        raise InputError(f"The cut around {middle} m crosses no cell; move it inside.")
    return cut_through(body, crossed)
