"""The surface of a body as small triangles that remember where they lie in their cells."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.fem.simplices import EDGES
from particle_sim.fem.space import Space
from particle_sim.units import Array

SMOOTH = 1e-3
"""Largest distance of a straight piece from its bent edge, over the body's size."""

MOST_HALVINGS = 3

STRAIGHT = 1e-6
"""Bend of an edge, over the body's size, that counts as none."""

TURNS = 160
"""Pieces of a circle around the axis of a meridian section."""

CREASE = math.cos(math.radians(30.0))
"""Facets that meet at a sharper angle keep their own normals."""

PLANES = ("symmetry_x", "symmetry_y", "symmetry_z")


@dataclass(frozen=True, kw_only=True)
class Skin:
    """Triangles j in space, counted from the middle of the body (j edges of a section in 2-D).

    corners (j, 3, 3), normals (j, 3, 3) outwards, owners (j,): the cell or facet they are part of,
    reference (j, 3, d): their corners in that cell.
    """

    corners: Array
    normals: Array
    owners: Integers
    reference: Array


def folds(mesh: BodyMesh) -> dict[str, int]:
    """Boundaries at which the mesh is mirrored, or turned, and the coordinate fixed there."""
    axes = ("axis", "symmetry_z") if mesh.symmetry is Symmetry.AXISYMMETRIC else PLANES
    return {name: axis for axis, name in enumerate(axes) if name in mesh.boundaries}


def bends(mesh: BodyMesh) -> Array:
    """Distance of a cell's edge midpoints from straight edges, over the body's size (e,)."""
    if not mesh.is_curved:
        return np.zeros(len(mesh.cells))
    d = mesh.dimension
    ends = mesh.points[mesh.ordered_cells[:, np.array(EDGES[d])]]
    middles = mesh.points[mesh.ordered_cells[:, d + 1 :]]
    return np.asarray(np.linalg.norm(middles - ends.mean(axis=2), axis=2).max(axis=1) / mesh.extent)


def halvings(mesh: BodyMesh) -> int:
    """Times the edges of bent cells are halved before they are drawn straight.

    A straight piece is a quarter as far from its edge as one of twice its length.
    """
    bend = float(bends(mesh).max())
    if bend <= SMOOTH:
        return 0 if bend <= STRAIGHT else 1
    return min(math.ceil(math.log(bend / SMOOTH, 4)), MOST_HALVINGS)


def mirror_axes(mesh: BodyMesh) -> list[int]:
    """Axes x, y, z of the picture along which the body is mirrored."""
    return [PLANES.index(name) for name in folds(mesh) if name in PLANES]


def mirror_signs(axes: Sequence[int]) -> list[Array]:
    """Factors (3,) of x, y, z that give the body and its images, the body first."""
    signs = []
    for chosen in itertools.product((1.0, -1.0), repeat=len(axes)):
        sign = np.ones(3)
        sign[list(axes)] = chosen
        signs.append(sign)
    return signs


def joined(skins: Sequence[Skin]) -> Skin:
    """All triangles of several skins."""
    return Skin(**joined_arrays(skins))


def joined_arrays(parts: Sequence[Any]) -> dict[str, Any]:
    """Every array of equal dataclasses, one part behind the other."""
    return {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name, value in vars(parts[0]).items()
        if isinstance(value, np.ndarray)
    }


def mirrored(skin: Skin, axes: Sequence[int]) -> Skin:
    """The skin and its images behind the planes of symmetry normal to ``axes``."""
    signs = mirror_signs(axes)
    return joined(
        [replace(skin, corners=skin.corners * s, normals=skin.normals * s) for s in signs]
    )


def outer_skin(space: Space) -> Skin:
    """All real surfaces of a body or, turned around its axis, of a meridian section; by cell."""
    mesh = space.mesh
    facets = np.concatenate([mesh.boundary(name) for name in mesh.surfaces])
    skin = facet_skin(space, facets)
    skin = replace(skin, owners=facets[skin.owners, 0])
    if mesh.symmetry is Symmetry.AXISYMMETRIC:
        skin = revolved(skin)
    return mirrored(skin, mirror_axes(mesh))


def facet_skin(space: Space, facets: Integers) -> Skin:
    """Facets given as (cell, local number) rows (f, 2), cut into pieces; by facet."""
    mesh, d = space.mesh, space.mesh.dimension
    shares, pieces = _lattice(d, 2 ** halvings(mesh))
    vertices = np.concatenate([np.zeros((1, d)), np.eye(d)])
    shape = (len(facets), len(shares), d)
    positions, reference = np.empty(shape), np.empty(shape)
    normals, corners = np.empty((len(facets), d, d)), np.empty((len(facets), d), dtype=np.intp)
    for local in np.unique(facets[:, 1]):
        mine = facets[:, 1] == local
        cells, inside = facets[mine, 0], np.delete(np.arange(d + 1), local)
        reference[mine] = shares @ vertices[inside]
        positions[mine] = space.map(cells, shares @ vertices[inside])[0]
        jacobian = space.map(cells, vertices[inside])[1]
        normals[mine] = _normals(jacobian, vertices, inside, int(local))
        corners[mine] = mesh.ordered_cells[cells][:, inside]
    smooth = np.einsum("mk,fkd->fmd", shares, _smoothed(mesh, corners, normals))
    return Skin(
        corners=(positions - mesh.middle)[:, pieces].reshape(-1, d, d),
        normals=smooth[:, pieces].reshape(-1, d, d),
        owners=np.repeat(np.arange(len(facets)), len(pieces)),
        reference=reference[:, pieces].reshape(-1, d, d),
    )


def revolved(edges: Skin) -> Skin:
    """Edges (j, 2, 2) of a meridian turned around its axis, two triangles per step."""
    angle = np.linspace(0, 2 * math.pi, TURNS + 1)
    steps = np.stack([angle[:-1], angle[1:]], axis=1)
    ends = np.array([[0, 0, 1], [0, 1, 1]])  # of the edge, at the corners of both triangles
    around = steps[:, [[0, 1, 1], [0, 1, 0]]]  # (step, triangle, corner)
    shape = (len(edges.owners), TURNS, 2, 3)

    def turned(values: Array) -> Array:
        chosen = np.broadcast_to(values[:, None, ends], (*shape, 2))
        x, y = chosen[..., 0] * np.cos(around), chosen[..., 0] * np.sin(around)
        return np.stack([x, y, chosen[..., 1]], axis=-1).reshape(-1, 3, 3)

    return Skin(
        corners=turned(edges.corners),
        normals=turned(edges.normals),
        owners=np.repeat(edges.owners, 2 * TURNS),
        reference=np.broadcast_to(edges.reference[:, None, ends], (*shape, 2)).reshape(-1, 3, 2),
    )


def ribbons(edges: Skin, width: float) -> Skin:
    """Edges (j, 2, 2) of a plane section as ribbons in the plane z = 0."""
    across = 0.5 * width * edges.normals
    sides = np.stack([edges.corners - across, edges.corners + across], axis=1)
    flat = np.concatenate([sides, np.zeros((*sides.shape[:3], 1))], axis=3)  # (j, side, end, 3)
    side, end = np.array([[0, 0, 1], [1, 1, 0]]), np.array([[0, 1, 0], [0, 1, 1]])
    corners = flat[:, side, end].reshape(-1, 3, 3)
    return Skin(
        corners=corners,
        normals=np.broadcast_to([0.0, 0.0, 1.0], corners.shape),
        owners=np.repeat(edges.owners, 2),
        reference=edges.reference[:, end].reshape(-1, 3, 2),
    )


def facing(skin: Skin, toward: Array) -> Skin:
    """The skin with its normals turned to the viewer, for walls with two sides under soft light."""
    away = (skin.normals @ toward).sum(axis=1) < 0
    turned = np.where(away[:, None, None], -skin.normals, skin.normals)
    return replace(skin, normals=turned + toward)


def _smoothed(mesh: BodyMesh, corners: Integers, normals: Array) -> Array:
    """Unit normals (f, k, d) at the corners (f, k), averaged over facets that meet smoothly."""
    total = np.zeros_like(mesh.points)
    np.add.at(total, corners, normals)
    for name, axis in folds(mesh).items():
        total[mesh.boundaries[name], axis] = 0.0
    mean = total[corners]
    mean /= np.maximum(np.linalg.norm(mean, axis=2, keepdims=True), 1e-300)
    own = normals / np.linalg.norm(normals, axis=2, keepdims=True)
    return np.where((mean * own).sum(axis=2, keepdims=True) > CREASE, mean, own)


def _normals(jacobian: Array, vertices: Array, inside: Integers, local: int) -> Array:
    """Outward normals (f, k, d), as long as the facet is large, from dx/dX (f, k, d, d)."""
    along = jacobian @ (vertices[inside[1:]] - vertices[inside[0]]).T  # (f, k, d, d - 1)
    if along.shape[3] == 1:
        normals = np.stack([along[..., 1, 0], -along[..., 0, 0]], axis=2)
    else:
        normals = np.cross(along[..., 0], along[..., 1])
    out = jacobian @ (vertices[inside].mean(axis=0) - vertices[local])
    return np.asarray(normals * np.sign((normals * out).sum(axis=2, keepdims=True)))


def _lattice(d: int, parts: int) -> tuple[Array, Integers]:
    """Points (m, d) of a facet, as shares of its corners, and the pieces (s, d) between them."""
    if d == 2:
        steps = np.arange(parts + 1)
        shares = np.stack([parts - steps, steps], axis=1) / parts
        return shares, np.stack([steps[:-1], steps[1:]], axis=1)
    grid = [(i, j) for i in range(parts + 1) for j in range(parts + 1 - i)]
    number = {place: k for k, place in enumerate(grid)}
    pieces = []
    for i, j in grid:
        if i + j < parts:
            pieces.append([number[i, j], number[i + 1, j], number[i, j + 1]])
        if i + j < parts - 1:
            pieces.append([number[i + 1, j], number[i + 1, j + 1], number[i, j + 1]])
    shares = np.array([(parts - i - j, i, j) for i, j in grid]) / parts
    return shares, np.array(pieces, dtype=np.intp)
