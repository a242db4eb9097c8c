"""Fills an outline with cells: whole, hollow, or as a core in a shell."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from particle_sim.fem import netgen
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.netgen_mesh import INTERFACE
from particle_sim.particle.shapes.checks import checked_cell_size, checked_layers
from particle_sim.particle.shapes.outline import Outline

CELLS_ACROSS = 12
"""Cells across the narrowest width unless a cell size is given."""

CUBES_ACROSS = 20
"""Bounds the usual number of cells of flat and long solids, to some ten thousand."""


def layered(
    outline: Outline,
    *,
    radius: float,
    inner_radius: float,
    core_radius: float,
    cell_size: float | None,
    surface_cell_size: float | None,
    curved: bool,
) -> BodyMesh:
    """Mesh of an outline with a similar hole ("inner") or core (region 0) about the origin.

    ``radius`` [m] is the outer size that ``inner_radius`` and ``core_radius`` [m] compare with.
    """
    checked_layers(outline.kind, radius, inner_radius, core_radius)
    whole = outline.draw(1.0, "surface")
    hole = outline.draw(inner_radius / radius, "inner") if inner_radius > 0 else None
    if core_radius > 0:
        core = outline.draw(core_radius / radius, INTERFACE)
        pieces = [core if hole is None else core - hole, whole - core]
    else:
        pieces = [whole if hole is None else whole - hole]
    return filled(
        outline,
        pieces,
        cell_size=cell_size,
        local_sizes=dict.fromkeys(("surface", "inner", INTERFACE), surface_cell_size),
        curved=curved,
    )


def filled(
    outline: Outline,
    pieces: list[netgen.Shape],
    *,
    cell_size: float | None,
    local_sizes: Mapping[str, float | None],
    curved: bool,
) -> BodyMesh:
    """Mesh of the pieces of an outline with cell sizes [m], or of the usual size where None.

    The usual size is a twelfth of the narrowest width, but a twentieth of the edge of the cube
    as large as the bounding box of a whole solid if that is more. A stretched body's cells are
    stretched alike.
    """
    size = usual_cell_size(outline) if cell_size is None else cell_size
    check_sizes(outline, size, local_sizes)
    known = {name: h for name, h in local_sizes.items() if h is not None}
    return netgen.mesh_pieces(
        pieces,
        window=None if outline.window is None else netgen.block(*outline.window),
        symmetry=outline.symmetry,
        scale=outline.size * np.array(outline.stretch),
        cell_size=size / outline.size,
        local_sizes={name: h / outline.size for name, h in known.items()},
        curved=curved,
    )


def usual_cell_size(outline: Outline) -> float:
    """Cell size of an outline [m] unless one is given."""
    size = outline.width / CELLS_ACROSS
    if outline.symmetry is Symmetry.SOLID:
        high = np.array(outline.high)
        whole = math.prod(high - outline.low if outline.window is None else 2 * high)
        size = max(size, math.cbrt(whole) / CUBES_ACROSS)
    return outline.size * size


def check_sizes(
    outline: Outline, cell_size: float, local_sizes: Mapping[str, float | None]
) -> None:
    """Raise :class:`InputError` unless all cell sizes [m] suit the outline."""
    width = outline.size * outline.width
    lengths = (outline.size * (np.array(outline.high) - outline.low)).tolist()
    checked_cell_size(outline.kind, "cell size", cell_size, width, lengths)
    for name, local in local_sizes.items():
        if local is not None:
            checked_cell_size(outline.kind, f"{name} cell size", local, width, [])
