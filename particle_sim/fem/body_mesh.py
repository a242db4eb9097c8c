"""Simplex meshes of bodies: a meridian or plane section in 2-D, a solid in 3-D.

Straight or second-order (curved) cells, numbered regions (grains, core and shell) and named
boundaries. What a solve needs of a mesh is checked once, when it is made.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError, closest
from particle_sim.units import Array

Integers = NDArray[np.intp]

WORST_QUALITY = 1e-3
"""Smallest allowed inscribed over circumscribed size of a cell, 1 for an equilateral one."""


class Symmetry(enum.Enum):
    """What the mesh's coordinates stand for."""

    AXISYMMETRIC = "axisymmetric, coordinates (r, z)"
    PLANE = "plane strain, coordinates (x, y)"
    SOLID = "three-dimensional, coordinates (x, y, z)"

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return 3 if self is Symmetry.SOLID else 2


@dataclass(frozen=True, kw_only=True)
class BodyMesh:
    """Triangles or tetrahedra with named boundaries; lengths in metres.

    points (p, d); cells (e, g): the d + 1 vertices of each cell, for curved cells followed by its
    edge midpoints in the order of :data:`EDGES`; regions (e,): a number per cell;
    boundaries: name -> vertices of its facets (f, d). Every outer facet must belong to one name.
    Names with a meaning: ``axis`` (r = 0) and ``symmetry_x``, ``symmetry_y``, ``symmetry_z``
    (planes across which nothing moves); all others are surfaces.

    Raises :class:`InputError` for inverted or flat cells, open surfaces and unknown shapes.
    """

    points: Array
    cells: Integers
    symmetry: Symmetry
    regions: Integers
    boundaries: Mapping[str, Integers]

    def __post_init__(self) -> None:
        d = self.symmetry.dimension
        if self.points.ndim != 2 or self.points.shape[1] != d:
            raise InputError(
                f"The mesh's points have shape {self.points.shape}; a mesh that is "
                f"{self.symmetry.value} needs {d} coordinates per point."
            )
        if not np.all(np.isfinite(self.points)):
            raise InputError("The mesh has points that are not finite; repair the mesh.")
        if self.cells.ndim != 2 or self.cells.shape[1] not in (d + 1, (d + 1) * (d + 2) // 2):
            raise InputError(
                f"The mesh's cells have shape {self.cells.shape}; give straight or second-order "
                f"{'tetrahedra' if d == 3 else 'triangles'}."
            )
        if len(self.cells) == 0 or self.regions.shape != (len(self.cells),):
            raise InputError(
                f"The mesh has {len(self.cells)} cells and {len(self.regions)} region numbers; "
                "give at least one cell and one region number per cell."
            )
        self._check_cells()
        self._check_surface()

    @property
    def dimension(self) -> int:
        """Number of coordinates d."""
        return self.symmetry.dimension

    @property
    def is_curved(self) -> bool:
        """Whether cells carry edge midpoints."""
        return bool(self.cells.shape[1] > self.dimension + 1)

    @property
    def vertices(self) -> Integers:
        """Vertex numbers of every cell (e, d + 1)."""
        return self.cells[:, : self.dimension + 1]

    @cached_property
    def ordered_cells(self) -> Integers:
        """Cells with ascending vertices, so that shared edges and faces look alike (e, g)."""
        order = np.argsort(self.vertices, axis=1)
        cells = np.take_along_axis(self.vertices, order, axis=1)
        if not self.is_curved:
            return cells
        ends = np.array(EDGES[self.dimension])
        number = np.zeros((self.dimension + 1, self.dimension + 1), dtype=np.intp)
        number[ends[:, 0], ends[:, 1]] = number[ends[:, 1], ends[:, 0]] = np.arange(len(ends))
        edges = number[order[:, ends[:, 0]], order[:, ends[:, 1]]]
        midpoints = np.take_along_axis(self.cells[:, self.dimension + 1 :], edges, axis=1)
        return np.concatenate([cells, midpoints], axis=1)

    @cached_property
    def facets(self) -> Facets:
        """All facets of the mesh."""
        return find_facets(self.ordered_cells[:, : self.dimension + 1])

    def boundary(self, name: str) -> Integers:
        """Facets of a named boundary as (cell, local number) rows (f, 2).

        Local numbers count the facets opposite to the vertices of ``ordered_cells``.
        """
        if name not in self.boundaries:
            raise InputError(
                f'The mesh has no boundary "{name}"; {closest(name, list(self.boundaries))}'
            )
        return self.facets.find(self.boundaries[name])

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the boundaries that are real surfaces."""
        return tuple(name for name in self.boundaries if not is_symmetry(name))

    @cached_property
    def cell_sizes(self) -> Array:
        """Longest edge of every cell [m] (e,)."""
        x = self.points[self.vertices]
        ends = np.array(EDGES[self.dimension])
        return np.asarray(np.linalg.norm(x[:, ends[:, 0]] - x[:, ends[:, 1]], axis=2).max(axis=1))

    @cached_property
    def middle(self) -> Array:
        """Middle of the bounding box; on the axis or plane where the mesh ends at one (d,) [m]."""
        middle = 0.5 * (self.points.min(axis=0) + self.points.max(axis=0))
        if self.symmetry is Symmetry.AXISYMMETRIC:
            middle[0] = 0.0
        for axis, name in enumerate("xyz"[: self.dimension]):
            plane = self.boundaries.get(f"symmetry_{name}")
            if plane is not None and self.symmetry is not Symmetry.AXISYMMETRIC:
                middle[axis] = self.points[plane[0, 0], axis]
        if self.symmetry is Symmetry.AXISYMMETRIC and "symmetry_z" in self.boundaries:
            middle[1] = self.points[self.boundaries["symmetry_z"][0, 0], 1]
        return np.asarray(middle)

    @cached_property
    def extent(self) -> float:
        """Largest distance of a point from the middle, or from the mean point of a whole body [m].

        The mean point, unlike the bounding box, turns with the body.
        """
        is_whole = not any(is_symmetry(name) for name in self.boundaries)
        centre = self.points.mean(axis=0) if is_whole else self.middle
        return float(np.linalg.norm(self.points - centre, axis=1).max())

    def part(self, cells: Integers) -> BodyMesh:
        """Some of the cells; facets that this lays bare form the boundary ``interface``."""
        facets = self.facets
        kept = np.zeros(len(self.cells), dtype=bool)
        kept[cells] = True
        sides = np.where(facets.owners >= 0, kept[facets.owners], False).sum(axis=1)
        boundaries = {}
        for name, vertices in self.boundaries.items():
            inside = sides[facets.number(vertices)] == 1
            if inside.any():
                boundaries[name] = vertices[inside]
        bare = (sides == 1) & (facets.counts == 2)
        if bare.any():
            boundaries["interface"] = facets.vertices[bare]
        return replace(
            self, cells=self.cells[cells], regions=self.regions[cells], boundaries=boundaries
        )

    def with_boundary(
        self, name: str, part_of: str, where: Callable[[Array], NDArray[np.bool_]]
    ) -> BodyMesh:
        """Split off the facets of a boundary whose middle points (f, d) satisfy ``where``."""
        self.boundary(part_of)
        facets = self.boundaries[part_of]
        chosen = where(self.points[facets].mean(axis=1))
        if not chosen.any() or chosen.all():
            raise InputError(
                f'The new boundary "{name}" would take {int(chosen.sum())} of {len(chosen)} facets '
                f'of "{part_of}"; choose a condition that holds for some of them.'
            )
        boundaries = {**self.boundaries, part_of: facets[~chosen], name: facets[chosen]}
        return replace(self, boundaries=boundaries)

    def scaled(self, factor: float) -> BodyMesh:
        """The same mesh with every length multiplied by ``factor``."""
        return replace(self, points=self.points * factor)

    def _check_cells(self) -> None:
        quality = cell_quality(self.points[self.vertices])
        worst = int(np.argmin(quality))
        if quality[worst] < WORST_QUALITY:
            raise InputError(
                f"Cell {worst} of the mesh is flat (quality {quality[worst]:.1e}, at least "
                f"{WORST_QUALITY:g} is needed); remesh with a smaller cell size."
            )
        if self.is_curved:
            determinants = _determinants_at_nodes(self.points[self.cells])
            folded = np.flatnonzero(determinants.min(axis=1) * determinants.max(axis=1) <= 0)
            if len(folded):
                raise InputError(
                    f"Cell {folded[0]} of the mesh is inverted: its curved edges cross; use "
                    "smaller cells near the curved surface or straight cells."
                )
        if self.symmetry is Symmetry.AXISYMMETRIC:
            lowest = float(self.points[:, 0].min())
            if lowest < -1e-9 * float(np.abs(self.points).max()):
                raise InputError(
                    f"The axisymmetric mesh reaches r = {lowest:.3g} m; r must not be negative."
                )

    def _check_surface(self) -> None:
        facets, d = self.facets, self.dimension
        crowded = np.flatnonzero(facets.counts > 2)
        if len(crowded):
            raise InputError("The mesh has a facet shared by three cells; remove double cells.")
        inner = np.flatnonzero(facets.counts == 2)
        sides = _side_of(self.points, facets, self.ordered_cells[:, : d + 1], inner)
        inverted = np.flatnonzero(sides >= 0)
        if len(inverted):
            cell = int(facets.owners[inner[inverted[0]], 0])
            raise InputError(
                f"Cell {cell} of the mesh is inverted: it lies on the same side of a facet as its "
                "neighbour; repair the mesh."
            )
        named = np.zeros(len(facets.counts), dtype=int)
        for name, vertices in self.boundaries.items():
            number = facets.number(vertices)
            if len(number) == 0 or np.any(number < 0) or np.any(facets.counts[number] != 1):
                raise InputError(
                    f'The boundary "{name}" of the mesh has facets that are not on its outside.'
                )
            np.add.at(named, number, 1)
        bare = int(np.count_nonzero(named[facets.counts == 1] != 1))
        if bare:
            raise InputError(
                f"The mesh's surface is open: {bare} outer facets belong to no boundary or to two; "
                "name each once."
            )


EDGES: dict[int, tuple[tuple[int, int], ...]] = {
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


def is_symmetry(name: str) -> bool:
    """Whether a boundary is a plane or axis of symmetry rather than a surface."""
    return name == "axis" or name.startswith("symmetry_")


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
    return np.asarray(determinant / (equilateral * np.maximum(size, 1e-300) ** d))


def _determinants_at_nodes(nodes: Array) -> Array:
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


def _side_of(points: Array, facets: Facets, cells: Integers, inner: Integers) -> Array:
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
