"""Bodies drawn and meshed by Netgen: the only place that knows it.

Shapes are drawn at unit size (every coordinate of order one), because drawing tolerances are
absolute; :func:`mesh_pieces` scales the points to metres. Shapes take ``a - b`` and ``a * b``
(what both share), and every face of them, or edge in 2-D, keeps the name it was drawn with.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.units import Array


class MeshingFailed(InputError):
    """A drawing that could not be filled with cells."""


Shape = Any
"""A drawn shape: a face in 2-D, a solid in 3-D."""

FAR = 10.0
"""Size of what stands for a half-space, far beyond any shape of unit size."""

INTERFACE = "interface"
"""Name of faces and edges between pieces; no outer boundary has it."""

SNAP = 1e-12
"""Points closer than this to a coordinate plane are put on it; drawings round off at 1e-15."""

EDGE_PLACES = {2: (0, 1, 2), 3: (5, 4, 3, 2, 1, 0)}
"""Where the midpoints, in the order of ``body_mesh.EDGES``, stand in Netgen's cells."""


def ellipse(across: float, along: float, name: str) -> Shape:
    """An ellipse around the origin with half-axes along x and y."""
    from netgen import occ

    first = occ.X if across >= along else occ.Y
    plane = occ.WorkPlane(occ.Axes(occ.Pnt(0, 0, 0), n=occ.Z, h=first))
    if across == along:
        face = plane.Circle(across).Face()
    else:
        face = plane.Ellipse(max(across, along), min(across, along)).Face()
    face.edges.name = name
    return face


def ball(radius: float, name: str, *, centre: Sequence[float] = (0.0, 0.0, 0.0)) -> Shape:
    """A ball around a centre."""
    from netgen import occ

    solid = occ.Sphere(occ.Pnt(*centre), radius)
    solid.faces.name = name
    return solid


def rounded_rectangle(half_width: float, half_height: float, edge: float, name: str) -> Shape:
    """A rectangle around the origin whose corners are rounded with the radius ``edge``."""
    from netgen import occ

    plane = occ.WorkPlane().MoveTo(edge - half_width, -half_height)
    for side in (half_width, half_height, half_width, half_height):
        if side > edge:
            plane = plane.Line(2 * (side - edge))
        plane = plane.Arc(edge, 90) if edge > 0 else plane.Rotate(90)
    face = plane.Close().Face()
    face.edges.name = name
    return face


def revolved(section: Shape, name: str) -> Shape:
    """The solid that a section in (x, y), x >= 0, sweeps around y; y becomes z."""
    from netgen import occ

    solid = section.Revolve(occ.Axis(occ.Pnt(0, 0, 0), occ.Y), 360)
    solid = solid.Rotate(occ.Axis(occ.Pnt(0, 0, 0), occ.X), 90)
    solid.faces.name = name
    return solid


def block(low: Sequence[float], high: Sequence[float], names: Mapping[int, str]) -> Shape:
    """A box or rectangle; ``names`` of its sides 0 left, 1 right, 2 front or bottom, and so on."""
    from netgen import occ

    if len(low) == 3:
        shape = occ.Box(occ.Pnt(*low), occ.Pnt(*high))
        sides = shape.faces
    else:
        width, height = (b - a for a, b in zip(low, high, strict=True))
        shape = occ.WorkPlane().MoveTo(*low).Rectangle(width, height).Face()
        sides = shape.edges
    for number, name in names.items():
        axis = (occ.X, occ.Y, occ.Z)[number // 2]
        side = sides.Max(axis) if number % 2 else sides.Min(axis)
        side.name = name
    return shape


def half_space(point: Sequence[float], normal: Sequence[float], name: str) -> Shape:
    """All of the unit drawing beyond a plane, or a line in 2-D, on the side of its normal."""
    from netgen import occ

    if len(point) == 3:
        plane = occ.WorkPlane(occ.Axes(occ.Pnt(*point), n=occ.Vec(*normal)))
        shape = plane.RectangleC(FAR, FAR).Face().Extrude(FAR)
        shape.faces.name = name
        return shape
    axes = occ.Axes(occ.Pnt(*point, 0), n=occ.Z, h=occ.Dir(*normal, 0))
    shape = occ.WorkPlane(axes).MoveTo(0, -FAR / 2).Rectangle(FAR, FAR).Face()
    shape.edges.name = name
    return shape


def is_empty(shape: Shape) -> bool:
    """Whether nothing, or next to nothing, is left of a shape."""
    return not math.isfinite(shape.mass) or abs(shape.mass) < 1e-9


def mesh_pieces(
    pieces: Sequence[Shape],
    *,
    window: Shape | None,
    symmetry: Symmetry,
    scale: Array,
    cell_size: float,
    local_sizes: Mapping[str, float],
    curved: bool,
) -> BodyMesh:
    """Mesh of touching pieces, region k being the k-th, that meet in shared facets.

    ``window`` is what is kept of them (None for all). ``scale`` [m] is the length of one drawing
    unit along each axis. ``cell_size`` and ``local_sizes`` (by name of face or edge) are in
    drawing units; cells grow by Netgen's default grading in between.
    ``curved`` puts edge midpoints on the drawn surface. The same input gives the same mesh.
    """
    from netgen import meshing, occ

    for number, piece in enumerate(pieces):
        (piece.solids if symmetry is Symmetry.SOLID else piece.faces).name = f"{number}"
    shape = occ.Glue(list(pieces)) if len(pieces) > 1 else pieces[0]
    shape = shape if window is None else shape * window
    for side in shape.faces if symmetry is Symmetry.SOLID else shape.edges:
        if side.name in local_sizes:
            side.maxh = local_sizes[side.name]
    try:
        with _silence():
            geometry = occ.OCCGeometry(shape, dim=symmetry.dimension)
            mesh = geometry.GenerateMesh(maxh=cell_size, parallel_meshing=False)
    except (meshing.NgException, occ.OCCException) as problem:
        raise MeshingFailed(
            f"The body could not be meshed with cells of {cell_size * scale.min():.3g} m "
            f"({problem}); use smaller cells."
        ) from problem
    if curved:
        mesh.SecondOrder()
    return _converted(mesh, symmetry, scale, len(pieces))


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what Netgen writes to the terminal, past Python, from the reader."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        for number, copy in enumerate(kept, start=1):
            os.dup2(copy, number)
            os.close(copy)


def _converted(mesh: Any, symmetry: Symmetry, scale: Array, pieces: int) -> BodyMesh:
    d = symmetry.dimension
    own = (mesh.Elements3D() if d == 3 else mesh.Elements2D()).NumPy()
    nodes = own["nodes"].astype(np.intp)
    base = int(nodes[:, : d + 1].min())
    is_curved = bool(own["curved"].any())
    places = [*range(d + 1), *(d + 1 + place for place in EDGE_PLACES[d])]
    cells = nodes[:, places if is_curved else places[: d + 1]] - base
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
        raise MeshingFailed("The pieces of the body overlap; change its sizes slightly.")
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
        raise MeshingFailed(
            "The pieces of the body do not meet where they should; change its sizes slightly."
        )
    return {name: np.concatenate(found[name]) for name in sorted(found)}


def _sides(mesh: Any, d: int) -> Iterable[tuple[str, bool]]:
    if d == 3:
        return [(side.bcname, side.domout == 0) for side in mesh.FaceDescriptors()]
    return [(side.name, 0 in (side.domin, side.domout)) for side in mesh.EdgeDescriptors()]
