"""Triangles halved where they are too large: one binary tree over each cell of a base mesh.

A triangle is halved from its newest vertex to the middle of the opposite edge (Mitchell, ACM Trans.
Math. Softw. 15 (1989) 326), so that its descendants have four shapes at most. A mesh is made anew
from its base, as the coarsest conforming one that is fine enough: what is no longer asked for is
gone, and meshes of one base are nested cell by cell. Libraries refine meshes; none at hand coarsens
them, or says which cell of one mesh holds a cell of another.

Descendants are the images of straight parts of the base cell under its own map, so that curved
sides keep their shape and no volume changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers
from particle_sim.fem.simplices import EDGES
from particle_sim.fem.space import Space
from particle_sim.units import Array

DEPTH = 40
"""Halvings of a base cell at most; a cell's number is its base cell and where in it it begins."""

_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
_ENDS = np.array(EDGES[2])

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Bisection:
    """Cells of a mesh as parts of those of ``base``, sorted along its trees; e cells.

    starts (e,): base cell times 2^DEPTH plus the first part of it; levels (e,): halvings so far;
    corners (e, 3, 2): positions of the vertices in the base cell, the newest last; vertices (e, 3):
    their numbers; points (v, 2): where these are.
    """

    base: BodyMesh
    starts: Integers
    levels: Integers
    corners: Array
    vertices: Integers
    points: Array

    @property
    def roots(self) -> Integers:
        """Base cell of every cell (e,)."""
        return self.starts >> DEPTH

    @property
    def ends(self) -> Integers:
        """First parts beyond the cells (e,)."""
        return np.asarray(self.starts + (1 << (DEPTH - self.levels)))

    @property
    def centres(self) -> Array:
        """Mean of the vertices (e, 2)."""
        return np.asarray(self.points[self.vertices].mean(axis=1))

    @property
    def sizes(self) -> Array:
        """Root of twice the area (e,)."""
        a, b, c = np.moveaxis(self.points[self.vertices], 1, 0)
        return np.asarray(np.sqrt(np.abs(_cross(b - a, c - a))))

    def holding(self, starts: Integers) -> Integers:
        """Cells in which given parts begin."""
        return np.searchsorted(self.starts, starts, side="right") - 1

    @cached_property
    def ordered_corners(self) -> Array:
        """``corners`` with ascending vertices, as cells are read in ``Space`` (e, 3, 2)."""
        order = np.argsort(self.vertices, axis=1)
        return np.take_along_axis(self.corners, order[:, :, None], axis=1)

    @cached_property
    def mesh(self) -> BodyMesh:
        """The cells as a mesh with the regions and boundaries of the base."""
        a, b, c = np.moveaxis(self.points[self.vertices], 1, 0)
        turned = _cross(b - a, c - a) < 0
        order = np.where(turned[:, None], [1, 0, 2], [0, 1, 2])
        corners = np.take_along_axis(self.corners, order[:, :, None], axis=1)
        cells, points = np.take_along_axis(self.vertices, order, axis=1), self.points
        if self.base.is_curved:
            edges, number = _numbered(cells[:, _ENDS])
            middles = np.empty((len(edges), 2))
            middles[number] = _placed(self.base, self.roots, corners[:, _ENDS].mean(axis=2))
            cells = np.concatenate([cells, len(points) + number], axis=1)
            points = np.concatenate([points, middles])
        return BodyMesh.trusted(
            points=points,
            cells=cells,
            symmetry=self.base.symmetry,
            regions=self.base.regions[self.roots],
            boundaries=self._boundaries,
            notes=self.base.notes,
        )

    @property
    def _boundaries(self) -> dict[str, Integers]:
        """Edges whose ends both lie on one side of a base cell that belongs to a boundary."""
        off = np.concatenate([1 - self.corners.sum(axis=2, keepdims=True), self.corners], axis=2)
        on = (off[:, _ENDS] == 0).all(axis=2)  # (cell, edge, side of the base cell)
        found = {}
        for name in self.base.boundaries:
            sides = np.zeros((len(self.base.cells), 3), dtype=bool)
            sides[tuple(self.base.boundary(name).T)] = True
            cell, edge, _ = np.nonzero(on & sides[self.roots][:, None])
            found[name] = self.vertices[cell[:, None], _ENDS[edge]]
        return found


def bisected(base: BodyMesh, divides: Callable[[Bisection], Mask]) -> Bisection:
    """The coarsest bisection none of whose cells ``divides`` wants halved.

    Raises :class:`InputError` for a mesh that is not one of triangles.
    """
    if base.dimension != 2:
        raise InputError(
            f"The mesh is {base.symmetry.value}; only the triangles of a section can follow a "
            "phase boundary: use ball_section, disc or another section."
        )
    none = np.zeros(0, dtype=np.int64)
    cells, middles = _whole(base), _Middles(codes=none, numbers=none)
    while True:
        wanted = divides(cells) & (cells.levels < DEPTH)
        wanted |= middles.known(_code(cells.vertices[:, _ENDS])).any(axis=1)
        if not wanted.any():
            return _taken(cells, np.argsort(cells.starts))
        cells, middles = _halved(cells, wanted, middles)


def common_refinement(meshes: list[Bisection]) -> Bisection:
    """The coarsest mesh of which every cell lies in one cell of each of the ``meshes``."""
    starts = np.unique(np.concatenate([mesh.starts for mesh in meshes]))

    def divides(cells: Bisection) -> Mask:
        within = np.searchsorted(starts, cells.ends) - np.searchsorted(starts, cells.starts)
        return np.asarray(within > 1)

    return bisected(meshes[0].base, divides)


@dataclass(frozen=True, kw_only=True)
class _Middles:
    """Edges that were halved, as sorted codes, and the numbers of their middles."""

    codes: Integers
    numbers: Integers

    def known(self, codes: Integers) -> Mask:
        if not len(self.codes):
            return np.zeros(codes.shape, dtype=bool)
        place = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.asarray(self.codes[place] == codes)

    def of(self, codes: Integers) -> Integers:
        return np.asarray(self.numbers[np.searchsorted(self.codes, codes)])

    def more(self, codes: Integers, first: int) -> _Middles:
        """With edges that were not among them, numbered from ``first``."""
        every = np.concatenate([self.codes, codes])
        numbers = np.concatenate([self.numbers, first + np.arange(len(codes))])
        order = np.argsort(every)
        return _Middles(codes=every[order], numbers=numbers[order])


def _whole(base: BodyMesh) -> Bisection:
    """The base cells themselves; the longest edge is halved first."""
    vertices = base.ordered_cells[:, :3]
    used, number = np.unique(vertices, return_inverse=True)
    number = np.asarray(number).reshape(-1, 3).astype(np.intp)
    points = base.points[used]
    x = points[number]
    longest = np.argmax(((x[:, _ENDS[:, 0]] - x[:, _ENDS[:, 1]]) ** 2).sum(axis=2), axis=1)
    order = (longest[:, None] + [1, 2, 0]) % 3  # the vertex opposite to it last
    return Bisection(
        base=base,
        starts=np.arange(len(number), dtype=np.int64) << DEPTH,
        levels=np.zeros(len(number), dtype=np.int64),
        corners=_CORNERS[order],
        vertices=np.take_along_axis(number, order, axis=1),
        points=points,
    )


def _halved(cells: Bisection, chosen: Mask, middles: _Middles) -> tuple[Bisection, _Middles]:
    """Every chosen cell (a, b, c) becomes (c, a, m) and (b, c, m), m the middle of a and b."""
    (a, b, c), (x, y, z) = cells.vertices[chosen].T, np.moveaxis(cells.corners[chosen], 1, 0)
    middle, points = 0.5 * (x + y), cells.points
    codes = _code(np.stack([a, b], axis=1))
    fresh, first = np.unique(codes, return_index=True)
    first = first[~middles.known(fresh)]
    roots = cells.roots[chosen]
    middles = middles.more(codes[first], len(points))
    points = np.concatenate([points, _placed(cells.base, roots[first], middle[first])])
    m, levels = middles.of(codes), cells.levels[chosen] + 1
    starts = cells.starts[chosen]
    halves = Bisection(
        base=cells.base,
        starts=np.concatenate([starts, starts + (1 << (DEPTH - levels))]),
        levels=np.tile(levels, 2),
        corners=np.concatenate([np.stack(v, axis=1) for v in ((z, x, middle), (y, z, middle))]),
        vertices=np.concatenate([np.stack(v, axis=1) for v in ((c, a, m), (b, c, m))]),
        points=points,
    )
    kept = _taken(cells, np.flatnonzero(~chosen))
    parts: dict[str, Any] = {
        name: np.concatenate([getattr(kept, name), getattr(halves, name)]) for name in _PER_CELL
    }
    return replace(halves, **parts), middles


_PER_CELL = ("starts", "levels", "corners", "vertices")


def _taken(cells: Bisection, chosen: Integers) -> Bisection:
    """Some of the cells."""
    parts: dict[str, Any] = {name: getattr(cells, name)[chosen] for name in _PER_CELL}
    return replace(cells, **parts)


def _placed(base: BodyMesh, roots: Integers, corners: Array) -> Array:
    """Where points (..., 2) of base cells (k,) lie (..., 2)."""
    per = corners.shape[1] if corners.ndim == 3 else 1
    space = Space(mesh=base, order=1, degree=1)
    return space.map_each(np.repeat(roots, per), corners.reshape(-1, 2))[0].reshape(corners.shape)


def _code(pairs: Integers) -> Integers:
    """One number per pair of vertices (..., 2), whichever comes first."""
    return np.asarray((pairs.min(axis=-1).astype(np.int64) << 32) | pairs.max(axis=-1))


def _numbered(pairs: Integers) -> tuple[Integers, Integers]:
    """Codes of edges (k,), each once, and which of them every pair (..., 2) is."""
    codes = _code(pairs)
    edges, number = np.unique(codes, return_inverse=True)
    return edges, np.asarray(number).reshape(codes.shape)


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
