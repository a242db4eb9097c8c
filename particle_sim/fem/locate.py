"""Which cell of a body holds a point, and where inside it."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers
from particle_sim.fem.space import Space
from particle_sim.units import Array

CANDIDATES = 40
"""Cells nearest to a point that are tried."""

SLACK = 0.15
"""How far outside a cell, in barycentric coordinates, a point on the surface may lie."""


def locate(space: Space, points: Array, region: int | None = None) -> tuple[Integers, Array]:
    """Cells (p,) and reference positions (p, d) of points (p, d), in one region if it is given.

    Raises :class:`InputError` for a point outside the mesh.
    """
    mesh, d = space.mesh, space.mesh.dimension
    if d == 1 and region is None:
        cells, position = along_line(mesh, points[:, 0])
        return cells, position[:, None]
    allowed = np.arange(len(mesh.cells))
    if region is not None:
        allowed = np.flatnonzero(mesh.regions == region)
        if len(allowed) == 0:
            raise InputError(f"The mesh has no region {region}.")
    centres = mesh.points[mesh.vertices[allowed]].mean(axis=1)
    count = min(CANDIDATES, len(centres))
    _, near = KDTree(centres).query(points, k=count)
    near = allowed[np.asarray(near, dtype=np.intp).reshape(len(points), count)]
    reference = _inverse(space, near.ravel(), np.repeat(points, count, axis=0))
    inside = np.minimum(reference.min(axis=1), 1 - reference.sum(axis=1)).reshape(near.shape)
    best = np.argmax(inside, axis=1)
    depth = inside[np.arange(len(points)), best]
    if len(points) and depth.min() < -SLACK:
        worst = points[int(np.argmin(depth))]
        raise InputError(
            f"The point ({', '.join(f'{x:.4g}' for x in worst)}) lies outside the particle."
        )
    chosen = near[np.arange(len(points)), best]
    return chosen, reference.reshape(len(points), count, d)[np.arange(len(points)), best]


def along_line(mesh: BodyMesh, x: Array, *, inner_side: bool = False) -> tuple[Integers, Array]:
    """Cells (k,) of a line and positions in [0, 1] (k,) of coordinates (k,); beyond its ends too.

    Where two cells meet the outer one is given unless ``inner_side``.
    """
    vertices = mesh.points[:, 0]
    nudge = -1e-12 if inner_side else 1e-12
    cells = np.searchsorted(vertices, x + nudge * vertices[-1], side="right") - 1
    cells = np.clip(cells, 0, len(vertices) - 2).astype(np.intp)
    return cells, (x - vertices[cells]) / np.diff(vertices)[cells]


def _inverse(space: Space, cells: Integers, points: Array) -> Array:
    """Reference positions of points in given cells, by Newton's method on the cell map."""
    d = space.mesh.dimension
    reference = np.full((len(cells), d), 1 / (d + 1))
    for _ in range(8 if space.mesh.is_curved else 1):
        position, jacobian = space.map_each(cells, reference)
        step = np.linalg.solve(jacobian, (points - position)[..., None])[..., 0]
        reference = np.clip(reference + step, -2.0, 3.0)
    return reference
