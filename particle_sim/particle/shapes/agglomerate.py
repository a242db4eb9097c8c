"""Balls grown together: overlapping balls that meet in flat round necks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem import netgen
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.netgen_mesh import INTERFACE
from particle_sim.particle.shapes import outlines
from particle_sim.particle.shapes.layers import check_sizes, filled, usual_cell_size
from particle_sim.units import Array

TURNS = (0.0, 77.0, 141.0, 200.0, 260.0)
"""Turns [degrees] of the balls tried in turn: meshing fails if a neck is too near a pole."""


@arguments_checked
def agglomerate(
    centres: Sequence[tuple[float, float, float]],
    radii: Sequence[float],
    *,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    neck_cell_size: float | None = None,
    curved: bool = True,
) -> BodyMesh:
    """Tetrahedra in the union of balls with ``centres`` and ``radii`` [m]; outside "surface".

    Region k is the k-th ball, cut off by the planes through the circles in which it meets its
    neighbours. ``cell_size`` [m] is a twelfth of the smallest diameter unless given, or more if
    that would take too many cells; ``surface_cell_size`` and ``neck_cell_size`` [m] hold at the
    surface and at the necks. With ``curved``, edge midpoints lie on the balls; without it cells are
    straight.

    >>> pair = [(0.0, 0.0, 0.0), (1.5e-7, 0.0, 0.0)]
    >>> mesh = agglomerate(pair, [1e-7, 1e-7], cell_size=1e-7)
    >>> sorted(set(mesh.regions.tolist()))
    [0, 1]

    Raises :class:`InputError` for radii that are not positive or above 100 m, not three coordinates
    per radius, balls that do not hang together, lie inside each other or meet in a neck thinner
    than a tenth of the smaller, a cell size that is not positive, wider than a ball or makes
    millions of cells, a body that cannot be meshed, and where Netgen is missing.
    """
    outline = outlines.agglomerate(centres, radii)
    middles = np.asarray(centres, dtype=float) / outline.size
    sizes = np.asarray(radii, dtype=float) / outline.size
    local = {"surface": surface_cell_size, INTERFACE: neck_cell_size}
    check_sizes(outline, usual_cell_size(outline) if cell_size is None else cell_size, local)
    for turn in TURNS:
        pieces = [_piece(middles, sizes, number, turn) for number in range(len(sizes))]
        try:
            return filled(outline, pieces, cell_size=cell_size, local_sizes=local, curved=curved)
        except InputError:
            continue
    raise InputError(
        f"The agglomerate of {len(sizes)} balls could not be meshed; use smaller cells or move a "
        "ball slightly."
    )


def _piece(middles: Array, radii: Array, number: int, turn: float) -> netgen.Shape:
    """A ball without what lies nearer, by the power of the point, to the others it meets."""
    piece = netgen.ball(radii[number], "surface", centre=middles[number].tolist(), turn=turn)
    ways = middles - middles[number]
    for other, way in enumerate(ways):
        distance = float(np.linalg.norm(way))
        if other == number or distance >= radii[number] + radii[other]:
            continue
        along = (distance**2 + radii[number] ** 2 - radii[other] ** 2) / (2 * distance)
        normal = way / distance
        point = middles[number] + along * normal
        piece = piece - netgen.half_space(point.tolist(), normal.tolist(), INTERFACE)
    if netgen.is_empty(piece):
        raise InputError(f"The agglomerate's ball {number} is covered by the others; leave it out.")
    return piece
