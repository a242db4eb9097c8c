"""Turns a mesh that Netgen made into ours: node order, regions and named boundaries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.units import Array

INTERFACE = "interface"
"""Name of faces and edges between pieces; no outer boundary has it."""

SNAP = 1e-12
"""Points closer than this to a coordinate plane are put on it; drawings round off at 1e-15."""

EDGE_PLACES = {2: (0, 1, 2), 3: (5, 4, 3, 2, 1, 0)}
"""Where the midpoints, in the order of ``simplices.EDGES``, stand in Netgen's cells."""


def read_netgen(
    mesh: Any, symmetry: Symmetry, scale: Array, *, pieces: int, curved: bool
) -> BodyMesh:
    """Our mesh of Netgen's, whose regions are named 0, 1, ... and whose faces have names.

    ``scale`` [m] is the length of one drawing unit along each axis.
    """
    d = symmetry.dimension
    own = (mesh.Elements3D() if d == 3 else mesh.Elements2D()).NumPy()
    nodes = own["nodes"].astype(np.intp)
    base = int(nodes[:, : d + 1].min())
    places = [*range(d + 1), *(d + 1 + place for place in EDGE_PLACES[d])]
    cells = nodes[:, places if curved else places[: d + 1]] - base
    domains, domain = np.unique(own["index"], return_inverse=True)
    points = np.array(mesh.Coordinates(), dtype=float)[:, :d]
    points[np.abs(points) < SNAP] = 0.0
    return BodyMesh(
        points=points * scale,
        cells=cells,
        symmetry=symmetry,
        regions=_regions(mesh, domains, pieces)[domain],
        boundaries=_boundaries(mesh, d, base),
    )


def _regions(mesh: Any, domains: Integers, pieces: int) -> Integers:
    names = [mesh.GetMaterial(int(domain)) for domain in domains]
    if set(names) != {f"{number}" for number in range(pieces)}:
        raise InputError("The pieces of the body overlap; change its sizes slightly.")
    return np.array([int(name) for name in names], dtype=np.intp)


def _boundaries(mesh: Any, d: int, base: int) -> dict[str, Integers]:
    facets = (mesh.Elements2D() if d == 3 else mesh.Elements1D()).NumPy()
    vertices = facets["nodes"][:, :d].astype(np.intp) - base
    found: dict[str, list[Integers]] = {}
    for number, (name, is_outer) in enumerate(_sides(mesh, d), start=1):
        mine = vertices[facets["index"] == number]
        if is_outer and len(mine):
            found.setdefault(name, []).append(mine)
    if INTERFACE in found:
        raise InputError(
            "The pieces of the body do not meet where they should; change its sizes slightly."
        )
    return {name: np.concatenate(found[name]) for name in sorted(found)}


def _sides(mesh: Any, d: int) -> Iterable[tuple[str, bool]]:
    if d == 3:
        return [(side.bcname, side.domout == 0) for side in mesh.FaceDescriptors()]
    return [(side.name, 0 in (side.domin, side.domout)) for side in mesh.EdgeDescriptors()]
