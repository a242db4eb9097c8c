"""What a solve needs of a mesh: sound cells, a closed surface, and one body rather than several.

Cells that only look joined (points doubled where parts meet, facets that do not match) have a
solution too, without the stress that one part puts on the other: it is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from particle_sim.errors import InputError
from particle_sim.fem.coincidence import coincident, in_other_cells
from particle_sim.fem.simplices import (
    EDGES,
    Facets,
    Integers,
    Symmetry,
    cell_quality,
    determinants_at_nodes,
    sides_of,
)
from particle_sim.units import Array

WORST_QUALITY = 1e-3
"""Smallest allowed inscribed over circumscribed size of a cell, 1 for an equilateral one."""

LARGEST_NUMBER = 1e100
"""Coordinates beyond it are damage; their powers would overflow."""

MOST_REGIONS = 100_000
"""Region numbers are indices of tables; larger ones are tags of some other kind."""


class UncheckedMesh(Protocol):
    """What is asked of a mesh; see :class:`~particle_sim.fem.body_mesh.BodyMesh`."""

    @property
    def points(self) -> Array: ...
    @property
    def cells(self) -> Integers: ...
    @property
    def symmetry(self) -> Symmetry: ...
    @property
    def regions(self) -> Integers: ...
    @property
    def boundaries(self) -> Mapping[str, Integers]: ...
    @property
    def dimension(self) -> int: ...
    @property
    def is_curved(self) -> bool: ...
    @property
    def vertices(self) -> Integers: ...
    @property
    def ordered_cells(self) -> Integers: ...
    @property
    def facets(self) -> Facets: ...


def check_mesh(mesh: UncheckedMesh) -> None:
    """Raise :class:`InputError` for a mesh that is not one sound body."""
    _check_arrays(mesh)
    _check_numbers(mesh)
    _check_cells(mesh)
    _check_doubles(mesh)
    _check_sides(mesh)
    _check_pieces(mesh)
    _check_names(mesh)
    _check_conforming(mesh)


def _check_arrays(mesh: UncheckedMesh) -> None:
    d = mesh.symmetry.dimension
    for name, values, kinds in _arrays(mesh):
        if not isinstance(values, np.ndarray) or values.dtype.kind not in kinds:
            raise InputError(
                f"The mesh's {name} are no array of {'numbers' if 'f' in kinds else 'integers'}; "
                "give a NumPy array."
            )
    if mesh.points.ndim != 2 or mesh.points.shape[1] != d:
        raise InputError(
            f"The mesh's points have shape {mesh.points.shape}; a mesh that is "
            f"{mesh.symmetry.value} needs {d} coordinates per point."
        )
    if mesh.cells.ndim != 2 or mesh.cells.shape[1] not in (d + 1, (d + 1) * (d + 2) // 2):
        raise InputError(
            f"The mesh's cells have shape {mesh.cells.shape}; give straight or second-order "
            f"{'tetrahedra' if d == 3 else 'triangles'}."
        )
    if len(mesh.cells) == 0 or mesh.regions.shape != (len(mesh.cells),):
        raise InputError(
            f"The mesh has {len(mesh.cells)} cells and {mesh.regions.size} region numbers; "
            "give at least one cell and one region number per cell."
        )
    for name, facets in mesh.boundaries.items():
        if facets.ndim != 2 or facets.shape[1] != d:
            raise InputError(
                f'The boundary "{name}" of the mesh has shape {facets.shape}; give the {d} '
                "vertices of each facet."
            )


def _arrays(mesh: UncheckedMesh) -> list[tuple[str, Any, str]]:
    named = [(f'facets of "{name}"', facets, "iu") for name, facets in mesh.boundaries.items()]
    own = [("points", mesh.points, "fiu"), ("cells", mesh.cells, "iu")]
    return [*own, ("regions", mesh.regions, "iu"), *named]


def _check_numbers(mesh: UncheckedMesh) -> None:
    count = len(mesh.points)
    bad = np.flatnonzero(~(np.abs(mesh.points) < LARGEST_NUMBER).all(axis=1))
    if len(bad):
        raise InputError(
            f"The mesh has {len(bad)} points that are not finite, or beyond all lengths; the first "
            f"is point {bad[0]}: repair the mesh."
        )
    if count == 0 or np.abs(mesh.points).max() < 1 / LARGEST_NUMBER:
        raise InputError("The mesh has no points, or all in one place; give points in metres.")
    outside = np.argwhere((mesh.cells < 0) | (mesh.cells >= count))
    if len(outside):
        cell, place = outside[0]
        raise InputError(
            f"Cell {cell} of the mesh has the point {mesh.cells[cell, place]}; the mesh has the "
            f"points 0 to {count - 1}: repair the mesh."
        )
    low, high = int(mesh.regions.min()), int(mesh.regions.max())
    if low < 0 or high >= MOST_REGIONS:
        wrong = low if low < 0 else high
        raise InputError(
            f"The mesh has a region with the number {wrong}; number its regions 0, 1, 2, ..."
        )


def _check_cells(mesh: UncheckedMesh) -> None:
    points = unit_sized(mesh.points)
    quality = cell_quality(points[mesh.vertices])
    worst = int(np.argmin(quality))
    if not quality[worst] >= WORST_QUALITY:
        raise InputError(
            f"Cell {worst} of the mesh is flat (quality {quality[worst]:.1e}, at least "
            f"{WORST_QUALITY:g} is needed); remesh with a smaller cell size."
        )
    if mesh.is_curved:
        determinants = determinants_at_nodes(points[mesh.cells])
        folded = np.flatnonzero(determinants.min(axis=1) * determinants.max(axis=1) <= 0)
        if len(folded):
            raise InputError(
                f"Cell {folded[0]} of the mesh is inverted: its curved edges cross; use "
                "smaller cells near the curved surface or straight cells."
            )
    if mesh.symmetry is Symmetry.AXISYMMETRIC:
        lowest = float(mesh.points[mesh.cells, 0].min())
        if lowest < -1e-9 * float(np.abs(mesh.points).max()):
            raise InputError(
                f"The axisymmetric mesh reaches r = {lowest:.3g} m; r must not be negative."
            )


def unit_sized(points: Array) -> Array:
    """Points (n, d) over their largest coordinate, so that volumes stay far from underflow."""
    return np.asarray(points / np.abs(points).max())


def _check_doubles(mesh: UncheckedMesh) -> None:
    _, first, counts = np.unique(
        np.sort(mesh.vertices, axis=1), axis=0, return_index=True, return_counts=True
    )
    if np.any(counts > 1):
        double = int(first[np.argmax(counts > 1)])
        raise InputError(f"Cell {double} of the mesh is there twice; remove double cells.")
    if np.any(mesh.facets.counts > 2):
        raise InputError("The mesh has a facet shared by three cells; remove double cells.")
    joined, tolerance = coincident(mesh.points, mesh.vertices)
    doubled = int(np.count_nonzero(joined != np.arange(len(joined))))
    if doubled:
        raise InputError(
            f"{doubled} points of the mesh coincide with others (closer than {tolerance:.1e} m), "
            "so that its cells are not joined there; give each point once (imported does so for "
            "files)."
        )
    _check_middles(mesh)


def _check_middles(mesh: UncheckedMesh) -> None:
    """Neighbours must bend a shared edge alike."""
    if not mesh.is_curved:
        return
    d, ends = mesh.dimension, np.array(EDGES[mesh.dimension])
    edges = np.sort(mesh.vertices[:, ends].reshape(-1, 2), axis=1)
    middles = mesh.points[mesh.cells[:, d + 1 :].ravel()]
    _, first, code = np.unique(edges, axis=0, return_index=True, return_inverse=True)
    same = first[np.asarray(code).ravel()]
    lengths = np.linalg.norm(np.diff(mesh.points[edges], axis=1)[:, 0], axis=1)
    apart = np.linalg.norm(middles - middles[same], axis=1) > 1e-6 * lengths
    if apart.any():
        raise InputError(
            f"Cell {int(np.argmax(apart)) // len(ends)} of the mesh bends an edge otherwise than "
            "its neighbour; repair the mesh or use straight cells."
        )


def _check_sides(mesh: UncheckedMesh) -> None:
    facets = mesh.facets
    inner = np.flatnonzero(facets.counts == 2)
    cells = mesh.ordered_cells[:, : mesh.dimension + 1]
    inverted = np.flatnonzero(sides_of(unit_sized(mesh.points), facets, cells, inner) >= 0)
    if len(inverted):
        cell = int(facets.owners[inner[inverted[0]], 0])
        raise InputError(
            f"Cell {cell} of the mesh is inverted: it lies on the same side of a facet as its "
            "neighbour; repair the mesh."
        )


def pieces(facets: Facets, cells: int, regions: Integers | None = None) -> Integers:
    """Number of the piece, joined through facets, that each cell is in (e,).

    With ``regions`` (e,), facets between two regions join nothing.
    """
    inner = facets.owners[facets.counts == 2]
    if regions is not None:
        inner = inner[regions[inner[:, 0]] == regions[inner[:, 1]]]
    links = sparse.coo_array((np.ones(len(inner)), (inner[:, 0], inner[:, 1])), shape=(cells,) * 2)
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


def _check_pieces(mesh: UncheckedMesh) -> None:
    piece = pieces(mesh.facets, len(mesh.cells))
    count = int(piece.max()) + 1
    if count == 1:
        return
    corners = np.unique(
        np.stack([mesh.vertices, np.repeat(piece[:, None], mesh.dimension + 1, 1)]).reshape(2, -1),
        axis=1,
    )
    shared = int(np.count_nonzero(np.bincount(corners[0]) > 1))
    link = (
        f"they share {shared} points but no whole facet, and would turn about them"
        if shared
        else "they share no points"
    )
    raise InputError(
        f"The mesh falls into {count} pieces ({_by_region(mesh)}): {link}; join them, or give one "
        "of them as a particle of its own."
    )


def _by_region(mesh: UncheckedMesh) -> str:
    piece = pieces(mesh.facets, len(mesh.cells), mesh.regions)
    names, counts = np.unique(
        mesh.regions[np.unique(piece, return_index=True)[1]], return_counts=True
    )
    listed = [f"region {r}: {n}" for r, n in zip(names, counts, strict=True)]
    return ", ".join([*listed[:5], "..."] if len(listed) > 5 else listed)


def _check_names(mesh: UncheckedMesh) -> None:
    facets = mesh.facets
    named = np.zeros(len(facets.counts), dtype=int)
    for name, vertices in mesh.boundaries.items():
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


def _check_conforming(mesh: UncheckedMesh) -> None:
    """No corner or middle of an outer facet may lie in or on a cell that it is no part of."""
    outer = mesh.facets.counts == 1
    wrong, cell = in_other_cells(
        mesh.points, mesh.vertices, mesh.facets.vertices[outer], mesh.facets.owners[outer, 0]
    )
    if len(wrong):
        place = ", ".join(f"{x:.4g}" for x in wrong[0])
        raise InputError(
            f"The mesh's cells overlap or do not match: its surface runs through cell {cell} at "
            f"({place}) m and in {len(wrong) - 1} other places; remesh so that neighbours share "
            "whole facets."
        )
