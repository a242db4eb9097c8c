"""A mesh made elsewhere, read from a file of Gmsh, VTK or any format that meshio knows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.fem.coincidence import WELD, coincident
from particle_sim.fem.mesh_checks import LARGEST_NUMBER
from particle_sim.fem.simplices import find_facets
from particle_sim.particle.shapes.checks import positive
from particle_sim.particle.shapes.mesh_file import read_mesh_file, unreadable
from particle_sim.units import Array

CELLS: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "triangle": (2, (0, 1, 2)),
    "triangle6": (2, (0, 1, 2, 4, 5, 3)),
    "tetra": (3, (0, 1, 2, 3)),
    "tetra10": (3, (0, 1, 2, 3, 9, 8, 5, 7, 6, 4)),
}
"""Dimension of meshio's cells, and where the nodes in our order stand in them."""

FACETS = {2: ("line", "line3"), 3: ("triangle", "triangle6")}

AXIS = 1e-9
"""Facets closer to r = 0 than this fraction of the body are its axis."""


@arguments_checked
def imported(
    path: str | Path,
    *,
    unit: float = 1.0,
    section: Symmetry = Symmetry.PLANE,
    boundary: str = "surface",
) -> BodyMesh:
    """The triangles or tetrahedra, straight or second-order, of the mesh file at ``path``.

    ``unit`` [m] is the length that the file calls 1; ``section`` is what triangles stand for.
    Regions number the file's physical groups of cells in ascending order (all 0 without any);
    boundaries have the names of its physical groups of facets. Outer facets in no group are called
    ``boundary``, or "axis" if they lie at r = 0 of an axisymmetric section.

    Points that coincide (within ``WELD`` of the shortest edge) are joined, and the runs' warnings
    say so.

    >>> import meshio
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> corners, cells = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [(0, 1, 2), (0, 2, 3)]
    >>> with TemporaryDirectory() as place:
    ...     file = Path(place) / "square.vtk"
    ...     meshio.write_points_cells(file, corners, [("triangle", cells)])
    ...     mesh = imported(file, unit=1e-6)
    >>> mesh.cells.shape, float(mesh.points.max()), list(mesh.boundaries)
    ((2, 3), 1e-06, ['surface'])

    Raises :class:`InputError` for a file that cannot be read, a unit that is not positive,
    ``section`` solid, and a mesh that is not one sound body, such as parts that do not share whole
    facets.
    """
    positive("imported mesh", "unit", unit, most=math.inf)
    if section is Symmetry.SOLID:
        raise InputError("An imported section is plane or axisymmetric; solids are recognised.")
    return _body(read_mesh_file(Path(path)), path, unit, section, boundary)


def _body(
    source: Mapping[str, Any], path: str | Path, unit: float, section: Symmetry, boundary: str
) -> BodyMesh:
    """The one sound body that a file's arrays are."""
    kind = _kind(source, path)
    symmetry = Symmetry.SOLID if CELLS[kind][0] == 3 else section
    d = symmetry.dimension
    points = _points(source, d, path) * unit
    blocks = [i for i, name in enumerate(source["kinds"]) if name == kind]
    nodes = np.concatenate([source[f"cells_{i}"] for i in blocks])[:, list(CELLS[kind][1])]
    if nodes.min() < 0 or nodes.max() >= len(points):
        raise unreadable(path, f"cells have points outside 0 to {len(points) - 1}")
    joined, notes = _welded(points, nodes[:, : d + 1], path)
    used, cells = np.unique(joined[nodes], return_inverse=True)
    number = np.full(len(points), -1, dtype=np.intp)
    number[used] = np.arange(len(used))
    named = {
        name: number[joined[facets]] for name, facets in _facet_groups(source, d, path).items()
    }
    points, cells = points[used], cells.reshape(nodes.shape).astype(np.intp)
    try:
        return BodyMesh(
            points=points,
            cells=cells,
            symmetry=symmetry,
            regions=np.unique(_groups(source, blocks), return_inverse=True)[1].astype(np.intp),
            boundaries=_boundaries(points, cells[:, : d + 1], named, symmetry, boundary),
            notes=notes,
        )
    except InputError as problem:
        raise InputError(f"{Path(path).name}: {problem}") from None


def _kind(source: Mapping[str, Any], path: str | Path) -> str:
    """Name of the cells that fill the body, all of one kind."""
    kinds = {str(n) for i, n in enumerate(source["kinds"]) if len(source[f"cells_{i}"])}
    solid = sorted(kinds & {"tetra", "tetra10"})
    found = solid or sorted(kinds & {"triangle", "triangle6"})
    others = sorted(kinds - set(CELLS) - {"line", "line3", "vertex"})
    if others or len(found) != 1:
        raise InputError(
            f"{path} holds cells of the kinds {', '.join(sorted(kinds)) or 'none'}; give only "
            "triangles or only tetrahedra, all straight or all second-order."
        )
    return found[0]


def _points(source: Mapping[str, Any], d: int, path: str | Path) -> Array:
    """Points (n, d), of a section those of a flat file."""
    points: Array = source["points"]
    if not np.all(np.abs(points) < LARGEST_NUMBER):  # NaN as well
        raise unreadable(path, "a coordinate is no number, or beyond all lengths")
    if points.shape[1] not in (d, 3):
        raise unreadable(path, f"its points have {points.shape[1]} coordinates")
    if d == 2 and points.shape[1] == 3:
        heights = points[:, 2]
        if np.ptp(heights) > AXIS * np.ptp(points[:, :2]):
            raise InputError(
                f"{path} holds a surface only, no cells inside it; fill it with tetrahedra."
            )
    return points[:, :d]


def _welded(
    points: Array, vertices: Integers, path: str | Path
) -> tuple[Integers, tuple[str, ...]]:
    """The point that each point becomes, and what is to be said of it."""
    joined, tolerance = coincident(points, vertices)
    count = int(np.count_nonzero(joined != np.arange(len(joined))))
    if count == 0:
        return joined, ()
    return joined, (
        f"{Path(path).name}: {count} points that lie within {tolerance:.1e} m of others, "
        f"{WELD:g} of the shortest edge, were joined with them.",
    )


def _groups(source: Mapping[str, Any], blocks: Sequence[int]) -> Integers:
    none = [np.zeros(len(source[f"cells_{i}"]), dtype=np.intp) for i in blocks]
    marks = [source.get(f"groups_{i}", zero) for i, zero in zip(blocks, none, strict=True)]
    return np.concatenate(marks).astype(np.intp)


def _facet_groups(source: Mapping[str, Any], d: int, path: str | Path) -> dict[str, Integers]:
    """Vertices of the facets of every physical group."""
    tagged = zip(source["names"], source["tags"], strict=True)
    names = {int(tag): str(name) for name, (tag, dim) in tagged if dim == d - 1}
    found: dict[str, list[Integers]] = {}
    for i, kind in enumerate(source["kinds"]):
        if kind not in FACETS[d] or f"groups_{i}" not in source:
            continue
        facets, groups = source[f"cells_{i}"][:, :d].astype(np.intp), source[f"groups_{i}"]
        if facets.size and (facets.min() < 0 or facets.max() >= len(source["points"])):
            raise unreadable(path, "facets have points that are not there")
        for tag in np.unique(groups[groups > 0]):
            name = names.get(int(tag), f"boundary_{tag}")
            found.setdefault(name, []).append(facets[groups == tag])
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _boundaries(
    points: Array, vertices: Integers, named: dict[str, Integers], symmetry: Symmetry, rest: str
) -> dict[str, Integers]:
    """Outer facets by name; groups between regions are left out."""
    facets = find_facets(np.sort(vertices, axis=1))
    bare = facets.counts == 1
    found: dict[str, Integers] = {}
    for name, group in named.items():
        number = facets.number(group[(group >= 0).all(axis=1)])
        number = np.unique(number[number >= 0])
        outer = number[facets.counts[number] == 1]
        if len(outer):
            found[name] = facets.vertices[outer]
            bare[outer] = False
    if symmetry is Symmetry.AXISYMMETRIC:
        near = np.abs(points[facets.vertices, 0]).max(axis=1) < AXIS * np.abs(points).max()
        found |= _joined(found, "axis", facets.vertices[bare & near])
        bare &= ~near
    return found | _joined(found, rest, facets.vertices[bare])


def _joined(found: dict[str, Integers], name: str, more: Integers) -> dict[str, Integers]:
    if len(more) == 0:
        return {}
    return {name: np.concatenate([found[name], more]) if name in found else more}
