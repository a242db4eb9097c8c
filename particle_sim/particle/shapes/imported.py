"""A mesh made elsewhere, read from a file of Gmsh, VTK or any format that meshio knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry, find_facets
from particle_sim.particle.shapes.checks import positive
from particle_sim.units import Array

CELLS: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "triangle": (2, (0, 1, 2)),
    "triangle6": (2, (0, 1, 2, 4, 5, 3)),
    "tetra": (3, (0, 1, 2, 3)),
    "tetra10": (3, (0, 1, 2, 3, 9, 8, 5, 7, 6, 4)),
}
"""Dimension of meshio's cells, and where the nodes in our order stand in them."""

FACETS = {2: ("line", "line3"), 3: ("triangle", "triangle6")}

GROUPS = "gmsh:physical"
"""Name under which meshio keeps the groups that regions and boundaries are made of."""

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
    """The triangles or tetrahedra, straight or second-order, of a mesh file.

    ``unit`` [m] is the length that the file calls 1; ``section`` is what triangles stand for.
    Regions number the file's physical groups of cells in ascending order (all 0 without any);
    boundaries have the names of its physical groups of facets. Outer facets in no group are
    called ``boundary``, or "axis" if they lie at r = 0 of an axisymmetric section.
    """
    positive("imported mesh", "unit", unit, most=math.inf)
    if section is Symmetry.SOLID:
        raise InputError("An imported section is plane or axisymmetric; solids are recognised.")
    source = _read(Path(path))
    kinds = _kinds(source, path)
    symmetry = Symmetry.SOLID if CELLS[kinds[0]][0] == 3 else section
    d = symmetry.dimension
    points = np.asarray(source.points, dtype=float)
    if d == 2:
        points = _flat(points, path)
    nodes, groups = _cells(source, kinds)
    used, cells = np.unique(nodes, return_inverse=True)
    cells = cells.reshape(nodes.shape).astype(np.intp)
    number = np.full(len(points), -1, dtype=np.intp)
    number[used] = np.arange(len(used))
    named = {name: number[facets] for name, facets in _facet_groups(source, d).items()}
    return BodyMesh(
        points=unit * points[used],
        cells=cells,
        symmetry=symmetry,
        regions=np.unique(groups, return_inverse=True)[1].astype(np.intp),
        boundaries=_boundaries(points[used], cells[:, : d + 1], named, symmetry, boundary),
    )


def _read(path: Path) -> Any:
    try:
        import meshio
    except ModuleNotFoundError as problem:
        raise InputError(
            f'{path} cannot be read without meshio; run pip install "particle-sim[mesh]".'
        ) from problem
    if not path.is_file():
        raise InputError(f"{path} does not exist; give the path of a mesh file.")
    try:
        return meshio.read(path)
    # meshio ends the interpreter when every reader of a format fails
    except (meshio.ReadError, SystemExit, ValueError, KeyError, IndexError) as problem:
        raise InputError(
            f"{path} cannot be read as a mesh ({problem}); save it as .msh, .vtk or .vtu."
        ) from problem


def _kinds(source: Any, path: str | Path) -> list[str]:
    """Names of the cells that fill the body, all of one kind."""
    kinds = {block.type for block in source.cells if len(block.data)}
    solid = sorted(kinds & {"tetra", "tetra10"})
    found = solid or sorted(kinds & {"triangle", "triangle6"})
    others = sorted(kinds - set(CELLS) - {"line", "line3", "vertex"})
    if others or len(found) != 1:
        raise InputError(
            f"{path} holds cells of the kinds {', '.join(sorted(kinds)) or 'none'}; give only "
            "triangles or only tetrahedra, all straight or all second-order."
        )
    return found


def _flat(points: Array, path: str | Path) -> Array:
    if points.shape[1] == 3:
        heights = points[:, 2]
        if np.ptp(heights) > AXIS * np.ptp(points[:, :2]):
            raise InputError(
                f"{path} holds a surface only, no cells inside it; fill it with tetrahedra."
            )
    return points[:, :2]


def _cells(source: Any, kinds: list[str]) -> tuple[Integers, Integers]:
    """Nodes of all cells in our order, and the group of each."""
    blocks = [i for i, block in enumerate(source.cells) if block.type in kinds]
    order = list(CELLS[kinds[0]][1])
    nodes = np.concatenate([source.cells[i].data for i in blocks])[:, order]
    return nodes.astype(np.intp), np.concatenate([_group(source, i) for i in blocks])


def _group(source: Any, block: int) -> Integers:
    if GROUPS not in source.cell_data:
        return np.zeros(len(source.cells[block].data), dtype=np.intp)
    return np.asarray(source.cell_data[GROUPS][block], dtype=np.intp)


def _facet_groups(source: Any, d: int) -> dict[str, Integers]:
    """Vertices of the facets of every physical group."""
    if GROUPS not in source.cell_data:
        return {}
    names = {int(tag): name for name, (tag, dim) in source.field_data.items() if dim == d - 1}
    found: dict[str, list[Integers]] = {}
    for i, block in enumerate(source.cells):
        if block.type not in FACETS[d]:
            continue
        groups = _group(source, i)
        for tag in np.unique(groups[groups > 0]):
            name = names.get(int(tag), f"boundary_{tag}")
            found.setdefault(name, []).append(block.data[groups == tag, :d].astype(np.intp))
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
