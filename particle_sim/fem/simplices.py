"""Lines, triangles and tetrahedra as numbers: edges, facets, quality and orientation."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.units import Array

Integers = NDArray[np.intp]


class Symmetry(enum.Enum):
    """What the mesh's coordinates stand for."""

    LAYERED = "layered, coordinate x across a slab"
    CYLINDRICAL = "cylindrical, coordinate r"
    SPHERICAL = "spherical, coordinate r"
    AXISYMMETRIC = "axisymmetric, coordinates (r, z)"
    PLANE = "plane strain, coordinates (x, y)"
    SOLID = "three-dimensional, coordinates (x, y, z)"

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return _DIMENSION.get(self, 1)

    @property
    def power(self) -> int:
        """Power of the length in a volume: a section of something long has an area, a slab r."""
        return _POWER.get(self, 3)

    @property
    def curved(self) -> int:
        """Directions in which the surface of a round body curves."""
        return self.power - 1

    def around(self, points: Array) -> Array:
        """What a line or section stands for at points (..., d): 4 pi r^2, 2 pi r or 1 (...)."""
        if self in (Symmetry.AXISYMMETRIC, Symmetry.CYLINDRICAL):
            return 2 * math.pi * points[..., 0]
        if self is Symmetry.SPHERICAL:
            return 4 * math.pi * points[..., 0] ** 2
        return np.ones(points.shape[:-1])

    def in_space(self, vectors: Array) -> Array:
        """Vectors (..., d) in the three axes of the stress; a meridian's (r, z) are 1st and 3rd."""
        lifted = np.zeros((*vectors.shape[:-1], 3))
        keep = [0, 2] if self is Symmetry.AXISYMMETRIC else slice(vectors.shape[-1])
        lifted[..., keep] = vectors
        return lifted


_DIMENSION = {Symmetry.AXISYMMETRIC: 2, Symmetry.PLANE: 2, Symmetry.SOLID: 3}
_POWER = {Symmetry.LAYERED: 1, Symmetry.CYLINDRICAL: 2, Symmetry.PLANE: 2}

EDGES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 1),),
    2: ((1, 2), (0, 2), (0, 1)),
    3: ((2, 3), (1, 3), (1, 2), (0, 3), (0, 2), (0, 1)),
}
"""Vertex pairs of a cell's edges by dimension, in the order of the midpoints (as basix)."""


@dataclass(frozen=True, kw_only=True)
class Facets:
    """Facets of a mesh: vertices (k, d), cells on each side (k, 2; -1 outside), local numbers."""

    vertices: Integers
    counts: Integers
    owners: Integers
    local: Integers

    def number(self, vertices: Integers) -> Integers:
        """Positions of facets given by vertices (f, d); -1 where there is none."""
        wanted = np.sort(np.asarray(vertices, dtype=np.intp), axis=1)
        both = np.concatenate([self.vertices, wanted])
        _, code = np.unique(both, axis=0, return_inverse=True)
        code = np.asarray(code).ravel()
        place = np.full(int(code.max()) + 1, -1, dtype=np.intp)
        place[code[: len(self.vertices)]] = np.arange(len(self.vertices))
        return np.asarray(place[code[len(self.vertices) :]], dtype=np.intp)

    def find(self, vertices: Integers) -> Integers:
        """(cell, local number) of facets given by vertices (f, 2)."""
        number = self.number(vertices)
        return np.stack([self.owners[number, 0], self.local[number, 0]], axis=1)


def find_facets(cells: Integers) -> Facets:
    """Facets of cells with ascending vertices (e, d + 1), each listed once."""
    corners = cells.shape[1]
    local = [np.delete(np.arange(corners), opposite) for opposite in range(corners)]
    every = np.stack([cells[:, place] for place in local], axis=1).reshape(-1, corners - 1)
    vertices, code, counts = np.unique(every, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(np.asarray(code).ravel(), kind="stable")
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    last = np.where(counts > 1, order[first + np.minimum(counts, 2) - 1], -1)
    sides = np.stack([order[first], last], axis=1)
    return Facets(
        vertices=vertices.astype(np.intp),
        counts=counts.astype(np.intp),
        owners=np.where(sides < 0, -1, sides // corners).astype(np.intp),
        local=np.where(sides < 0, -1, sides % corners).astype(np.intp),
    )


def cell_quality(corners: Array) -> Array:
    """Volume over that of the equilateral cell with the same root-mean-square edge (e,).

    ``corners`` (e, d + 1, d); 1 is best, 0 flat.
    """
    d = corners.shape[2]
    ends = np.array(EDGES[d])
    edges = corners[:, ends[:, 0]] - corners[:, ends[:, 1]]
    size = np.sqrt((edges**2).sum(axis=2).mean(axis=1))
    determinant = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    equilateral = math.sqrt(3) / 2 if d == 2 else math.sqrt(2) / 2
    return np.asarray(determinant / np.maximum(equilateral * size**d, 1e-300))


def determinants_at_nodes(nodes: Array) -> Array:
    """det of the map of second-order cells (e, g, d) at their own nodes (e, g)."""
    d = nodes.shape[2]
    ends = np.array(EDGES[d])
    vertices = np.concatenate([np.zeros((1, d)), np.eye(d)])
    reference = np.concatenate([vertices, vertices[ends].mean(axis=1)])
    barycentric = np.concatenate([1 - reference.sum(axis=1, keepdims=True), reference], axis=1)
    slope = np.concatenate([-np.ones((1, d)), np.eye(d)])  # of the barycentric coordinates
    at_vertices = (4 * barycentric - 1)[:, :, None] * slope
    first, second = barycentric[:, ends[:, 0], None], barycentric[:, ends[:, 1], None]
    at_edges = 4 * (first * slope[ends[:, 1]] + second * slope[ends[:, 0]])
    gradients = np.concatenate([at_vertices, at_edges], axis=1)  # (nodes, functions, d)
    return np.asarray(np.linalg.det(np.einsum("nia,eic->enac", gradients, nodes)))


def sides_of(points: Array, facets: Facets, cells: Integers, inner: Integers) -> Array:
    """Product of signed heights of both neighbours over inner facets; negative if on both sides."""
    corners = points[facets.vertices[inner]]
    base = corners[:, 0]
    heights = []
    for side in (0, 1):
        cell, local = facets.owners[inner, side], facets.local[inner, side]
        apex = points[cells[cell, local]]
        frame = np.concatenate([corners[:, 1:] - base[:, None], (apex - base)[:, None]], axis=1)
        heights.append(np.sign(np.linalg.det(frame)))
    return np.asarray(heights[0] * heights[1])
