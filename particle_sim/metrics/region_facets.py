"""Facets where two regions of a body meet, with quadrature points seen from both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import Space
from particle_sim.units import Array

POINTS = 3
"""Gauss points along an edge of a facet: exact for the products of quadratic fields."""


@dataclass(frozen=True, kw_only=True)
class RegionFacets:
    """Facets f with q points each between two regions, in the mesh's own lengths; d axes.

    regions (f, 2), the lower number first; cells (f, 2) on the two sides; shapes (2, f, q, i):
    shape functions of the space at the points, in either cell; points (f, q, d); normals (f, q, 3)
    from the first region into the second, in the axes of the stress; weights (f, q) with the
    surface element (2 pi r in a meridian section, 4 pi r^2 on a sphere).
    """

    regions: Integers
    cells: Integers
    shapes: Array
    points: Array
    normals: Array
    weights: Array


def region_facets(space: Space) -> RegionFacets:
    """All facets between two regions of the mesh of a space.

    Cells have ascending vertices, so a facet's points are the same from both sides. Raises
    :class:`InputError` for a mesh of one region.
    """
    mesh, facets = space.mesh, space.mesh.facets
    sides = np.where(facets.owners < 0, -1, mesh.regions[facets.owners])
    between = np.flatnonzero((facets.counts == 2) & (sides[:, 0] != sides[:, 1]))
    if len(between) == 0:
        raise InputError(
            "The body has one region and no grain boundary; make it with shapes.polycrystal or "
            "with a core."
        )
    order = np.argsort(sides[between], axis=1)
    cells = np.take_along_axis(facets.owners[between], order, axis=1)
    local = np.take_along_axis(facets.local[between], order, axis=1)
    first, second = (_reference_points(local[:, side], mesh.dimension) for side in (0, 1))
    points, normals, area = _geometry(space, cells[:, 0], local[:, 0], first)
    return RegionFacets(
        regions=mesh.regions[cells],
        cells=cells,
        shapes=np.stack([_shapes(space, reference) for reference in (first, second)]),
        points=points,
        normals=mesh.symmetry.in_space(normals),
        weights=area * _rule(mesh.dimension - 1)[1] * mesh.symmetry.around(points),
    )


def _rule(dimension: int) -> tuple[Array, Array]:
    """Points (q, dimension), weights (q,) on a point, interval or triangle (collapsed Gauss)."""
    if dimension == 0:
        return np.zeros((1, 0)), np.ones(1)
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    x, w = 0.5 * (nodes + 1), 0.5 * weights
    if dimension == 1:
        return x[:, None], w
    u, v = (grid.ravel() for grid in np.meshgrid(x, x, indexing="ij"))
    return np.stack([u, v * (1 - u)], axis=1), np.outer(w * (1 - x), w).ravel()


def _corners(local: Integers, dimension: int) -> Array:
    """Reference corners (f, d, d) of the facets opposite a vertex, in the order of vertices."""
    corners = np.concatenate([np.zeros((1, dimension)), np.eye(dimension)])
    inside = np.stack([np.delete(np.arange(dimension + 1), k) for k in range(dimension + 1)])
    return np.asarray(corners[inside[local]])


def _reference_points(local: Integers, dimension: int) -> Array:
    """Reference positions (f, q, d) of the rule's points on the facets of cells."""
    corners = _corners(local, dimension)
    frame = corners[:, 1:] - corners[:, :1]
    return np.asarray(corners[:, :1] + _rule(dimension - 1)[0] @ frame)


def _shapes(space: Space, reference: Array) -> Array:
    """Shape functions (f, q, i) at reference points (f, q, d)."""
    facets, points, dimension = reference.shape
    values, _ = space.tabulate(reference.reshape(-1, dimension))
    return values.reshape(facets, points, -1)


def _geometry(
    space: Space, cells: Integers, local: Integers, reference: Array
) -> tuple[Array, Array, Array]:
    """Points (f, q, d), unit normals (f, q, d) out of the cells, and surface elements (f, q)."""
    facets, count, dimension = reference.shape
    many = np.repeat(cells, count)
    points, jacobian = space.map_each(many, reference.reshape(-1, dimension))
    corners = np.repeat(_corners(local, dimension), count, axis=0)
    tangents = (corners[:, 1:] - corners[:, :1]) @ jacobian.transpose(0, 2, 1)
    if dimension == 1:
        normals = np.ones((len(many), 1))
    elif dimension == 3:
        normals = np.cross(tangents[:, 0], tangents[:, 1])
    else:
        normals = np.stack([tangents[:, 0, 1], -tangents[:, 0, 0]], axis=1)
    area = np.linalg.norm(normals, axis=1)
    apex = space.mesh.points[space.mesh.ordered_cells[many, np.repeat(local, count)]]
    outward = -np.sign(np.sum(normals * (apex - points), axis=1))
    normals *= (outward / area)[:, None]
    shape = (facets, count)
    return points.reshape(*shape, -1), normals.reshape(*shape, -1), area.reshape(shape)
