"""Flat cuts through a body as triangles that remember where they lie in their cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.fem.simplices import EDGES
from particle_sim.fem.space import Space
from particle_sim.figures.skin import (
    STRAIGHT,
    Skin,
    bends,
    halvings,
    joined,
    mirror_axes,
    mirror_signs,
    revolved,
)
from particle_sim.units import Array

ON_PLANE = 1e-9
"""Corners nearer to a plane than this, over the body's size, count as behind it."""


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Straight simplices k, counted from the middle of the body.

    corners (k, d + 1, d), cells (k,), reference (k, d + 1, d): the corners in their cells.
    """

    corners: Array
    cells: Integers
    reference: Array


def cut_face(space: Space, normal: Array) -> Skin:
    """The cut of the plane normal . x = 0 through a body or a revolved meridian section.

    The plane holds a section's axis or is normal to it.
    """
    if space.mesh.symmetry is Symmetry.SOLID:
        skin = _solid_face(space, normal)
    elif abs(normal[2]) < 0.5:
        skin = _meridian_face(space, normal)
    else:
        skin = _ring_face(space)
    return replace(skin, normals=np.broadcast_to(normal, skin.corners.shape))


def plane_face(space: Space) -> Skin:
    """A plane section, with its images, in the plane z = 0."""
    pieces = _pieces(space, np.arange(len(space.mesh.cells)))
    skin = _in_plane(pieces, np.eye(3)[0], np.eye(3)[1])
    signs = mirror_signs(mirror_axes(space.mesh))
    whole = joined([replace(skin, corners=skin.corners * sign) for sign in signs])
    return replace(whole, normals=np.broadcast_to([0.0, 0.0, 1.0], whole.corners.shape))


def _solid_face(space: Space, normal: Array) -> Skin:
    mesh, parts = space.mesh, []
    for sign in mirror_signs(mirror_axes(mesh)):
        height = _height(mesh, (mesh.points - mesh.middle) @ (sign * normal))[mesh.cells]
        near = np.flatnonzero((height.max(axis=1) > 0) & (height.min(axis=1) < 0))
        pieces = _pieces(space, near)
        pieces = replace(pieces, corners=pieces.corners * sign)
        height = _height(mesh, pieces.corners @ normal)
        for above, edges in _CROSSED[3].items():
            mine, places, local = _crossings(pieces, height, above, edges)
            for triangle in ([0, 1, 2], [0, 2, 3])[: len(edges) - 2]:
                parts.append(_skin(places[:, triangle], pieces.cells[mine], local[:, triangle]))
    return joined(parts)


def _meridian_face(space: Space, normal: Array) -> Skin:
    """Both halves of a section in a plane that holds the axis z."""
    upwards = np.array([0.0, 0.0, 1.0])
    along = np.cross(upwards, normal)
    pieces = _pieces(space, np.arange(len(space.mesh.cells)))
    signs = mirror_signs(mirror_axes(space.mesh))
    return joined(
        [_in_plane(pieces, side * along, sign[2] * upwards) for side in (1, -1) for sign in signs]
    )


def _ring_face(space: Space) -> Skin:
    """The plane z = 0 of a revolved section."""
    mesh = space.mesh
    pieces = _pieces(space, np.arange(len(mesh.cells)))
    height = _height(mesh, pieces.corners[..., 1])
    parts = []
    for above, edges in _CROSSED[2].items():
        mine, places, local = _crossings(pieces, height, above, edges)
        parts.append(_skin(places, pieces.cells[mine], local))
    return revolved(joined(parts))


_CROSSED: dict[int, dict[int, list[tuple[int, int]]]] = {
    2: {1: [(0, 1), (0, 2)], 2: [(0, 2), (1, 2)]},
    3: {
        1: [(0, 1), (0, 2), (0, 3)],
        2: [(0, 2), (0, 3), (1, 3), (1, 2)],
        3: [(0, 3), (1, 3), (2, 3)],
    },
}
"""Edges that a plane crosses, around the cut, by dimension and number of corners above it.

Corners are counted from the highest.
"""


def _crossings(
    pieces: Pieces, height: Array, above: int, edges: list[tuple[int, int]]
) -> tuple[Integers, Array, Array]:
    """Pieces (m,) with so many corners above, and where the plane crosses their edges.

    Positions (m, edges, d) in the body and in the cell.
    """
    mine = np.flatnonzero((height > 0).sum(axis=1) == above)
    order = np.argsort(-height[mine], axis=1)
    high, low = (order[:, [edge[end] for edge in edges]] for end in (0, 1))
    at_high, at_low = (np.take_along_axis(height[mine], end, axis=1) for end in (high, low))
    share, row = (at_high / (at_high - at_low))[..., None], mine[:, None]
    corners, local = pieces.corners, pieces.reference
    places = (1 - share) * corners[row, high] + share * corners[row, low]
    return mine, places, (1 - share) * local[row, high] + share * local[row, low]


def _height(mesh: BodyMesh, height: Array) -> Array:
    """Heights above a plane, none of them zero."""
    least = ON_PLANE * mesh.extent
    return np.where(np.abs(height) < least, -least, height)


def _in_plane(pieces: Pieces, first: Array, second: Array) -> Skin:
    """Triangles (k, 3, 2) laid into space along two directions (3,)."""
    corners = pieces.corners[..., :1] * first + pieces.corners[..., 1:] * second
    return _skin(corners, pieces.cells, pieces.reference)


def _skin(corners: Array, cells: Integers, reference: Array) -> Skin:
    return Skin(corners=corners, normals=np.zeros_like(corners), owners=cells, reference=reference)


def _pieces(space: Space, cells: Integers) -> Pieces:
    """Cells as straight simplices; those with bent edges in pieces."""
    mesh, d = space.mesh, space.mesh.dimension
    vertices = np.concatenate([np.zeros((1, d)), np.eye(d)])
    bent = bends(mesh)[cells] > STRAIGHT
    straight, curved = cells[~bent], cells[bent]
    split = vertices[None]
    for _ in range(halvings(mesh)):
        split = _halved(split)
    corners = space.map(curved, split.reshape(-1, d))[0]
    reference = np.broadcast_to(vertices, (len(straight), d + 1, d))
    return Pieces(
        corners=np.concatenate(
            [mesh.points[mesh.ordered_cells[straight, : d + 1]], corners.reshape(-1, d + 1, d)]
        )
        - mesh.middle,
        cells=np.concatenate([straight, np.repeat(curved, len(split))]),
        reference=np.concatenate([reference, np.tile(split, (len(curved), 1, 1))]),
    )


def _halved(simplices: Array) -> Array:
    """Each simplex (k, d + 1, d) as 2^d of half the size."""
    d = simplices.shape[2]
    nodes = np.concatenate([simplices, simplices[:, np.array(EDGES[d])].mean(axis=2)], axis=1)
    return np.asarray(nodes[:, _HALVES[d]].reshape(-1, d + 1, d))


_HALVES = {
    2: np.array([(0, 4, 5), (1, 3, 5), (2, 3, 4), (3, 4, 5)]),
    3: np.array(
        [
            (0, 7, 8, 9), (1, 5, 6, 9), (2, 4, 6, 8), (3, 4, 5, 7),
            (4, 9, 5, 6), (4, 9, 6, 8), (4, 9, 8, 7), (4, 9, 7, 5),
        ]
    ),
}  # fmt: skip
"""Halves of a cell by its corners and edge midpoints, in the order of ``EDGES``."""
