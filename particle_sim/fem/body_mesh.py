"""Simplex meshes of bodies: a radius or thickness in 1-D, a section in 2-D, a solid in 3-D.

Straight or second-order (curved) cells, numbered regions (grains, core and shell) and named
boundaries. What a solve needs of a mesh is checked once, when it is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError, closest
from particle_sim.fem.mesh_checks import check_mesh
from particle_sim.fem.simplices import EDGES, Facets, Integers, Symmetry, find_facets
from particle_sim.shown import shown
from particle_sim.units import Array

__all__ = ["BodyMesh", "Integers", "Symmetry", "is_symmetry"]


@shown
@dataclass(frozen=True, kw_only=True)
class BodyMesh:
    """Triangles or tetrahedra with named boundaries; lengths in metres.

    points (p, d); cells (e, g): the d + 1 vertices of each cell, for curved cells followed by its
    edge midpoints in the order of :data:`~particle_sim.fem.simplices.EDGES`; regions (e,): a number
    per cell; boundaries: name -> vertices of its facets (f, d). Every outer facet must belong to
    one name. Names with a meaning: ``axis`` (r = 0) and ``symmetry_x``, ``symmetry_y``,
    ``symmetry_z`` (planes across which nothing moves); all others are surfaces. ``notes`` are
    sentences about the mesh that its runs repeat among their warnings.

    The cells must be one body: joined through whole facets, no two in one place. Raises
    :class:`InputError` otherwise, and for inverted or flat cells, open surfaces, points that
    coincide, numbers out of range and unknown shapes.
    """

    points: Array
    cells: Integers
    symmetry: Symmetry
    regions: Integers
    boundaries: Mapping[str, Integers]
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        check_mesh(self)

    @property
    def in_brief(self) -> dict[str, str]:
        """Shape, size, cells, and the names of its boundaries."""
        size = " x ".join(f"{length:.4g}" for length in np.ptp(self.points, axis=0))
        return {
            "mesh": f"{self.symmetry.value}, {size} m",
            "cells": f"{len(self.cells):,} of {len(self.points):,} points",
            "regions": f"{len(np.unique(self.regions))}",
            "boundaries": ", ".join(self.boundaries),
        }

    @staticmethod
    def trusted(**values: Any) -> BodyMesh:
        """A mesh of fields that cannot be wrong, unchecked."""
        mesh = object.__new__(BodyMesh)
        for each in fields(BodyMesh):
            object.__setattr__(mesh, each.name, values.get(each.name, ()))
        return mesh

    def _changed(self, **changes: Any) -> BodyMesh:
        """A mesh that differs in what cannot make it wrong, without checking it again."""
        return self.trusted(**{e.name: getattr(self, e.name) for e in fields(self)} | changes)

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
        middle = 0.5 * (self._used_points.min(axis=0) + self._used_points.max(axis=0))
        if self.symmetry is Symmetry.AXISYMMETRIC or self.dimension == 1:
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
        centre = self._used_points.mean(axis=0) if is_whole else self.middle
        return float(np.linalg.norm(self._used_points - centre, axis=1).max())

    @property
    def _used_points(self) -> Array:
        """Points that belong to a cell."""
        return np.asarray(self.points[np.unique(self.cells)])

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
        return self._changed(
            cells=self.cells[cells], regions=self.regions[cells], boundaries=boundaries
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
        return self._changed(boundaries=boundaries)

    def scaled(self, factor: float) -> BodyMesh:
        """The same mesh with every length multiplied by ``factor``."""
        if not 0 < factor < math.inf:
            raise InputError(f"The mesh is scaled by {factor}; the factor must be positive.")
        return self._changed(points=self.points * factor)


def is_symmetry(name: str) -> bool:
    """Whether a boundary is a plane or axis of symmetry rather than a surface."""
    return name == "axis" or name.startswith("symmetry_")
