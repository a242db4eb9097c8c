"""Bodies drawn and meshed by Netgen: the only place that knows it.

Shapes are drawn at unit size (every coordinate of order one), because drawing tolerances are
absolute; :func:`mesh_pieces` scales the points to metres. Shapes take ``a - b`` and ``a * b``
(what both share), and every face of them, or edge in 2-D, keeps the name it was drawn with.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.netgen_mesh import read_netgen
from particle_sim.units import Array

Shape = Any
"""A drawn shape: a face in 2-D, a solid in 3-D."""

FAR = 10.0
"""Size of what stands for a half-space, far beyond any shape of unit size."""

_ONE_AT_A_TIME = threading.Lock()
"""Netgen and the terminal are shared by all threads."""


def _occ() -> Any:
    """Netgen's drawing module, loaded when the first shape is drawn."""
    try:
        from netgen import occ
    except ImportError as problem:
        raise InputError(
            f"Bodies are meshed by Netgen, which cannot be loaded ({problem}); run pip install "
            "netgen-mesher (no wheel exists for Linux on arm64), or read a mesh of your own with "
            "shapes.imported."
        ) from problem
    return occ


def ellipse(across: float, along: float, name: str) -> Shape:
    """An ellipse around the origin with half-axes along x and y."""
    occ = _occ()
    first = occ.X if across >= along else occ.Y
    plane = occ.WorkPlane(occ.Axes(occ.Pnt(0, 0, 0), n=occ.Z, h=first))
    if across == along:
        face = plane.Circle(across).Face()
    else:
        face = plane.Ellipse(max(across, along), min(across, along)).Face()
    face.edges.name = name
    return face


def ball(
    radius: float, name: str, *, centre: Sequence[float] = (0.0, 0.0, 0.0), turn: float = 0.0
) -> Shape:
    """A ball around a centre; ``turn`` [degrees] moves the poles and seam of its surface."""
    occ = _occ()
    solid = occ.Sphere(occ.Pnt(*centre), radius)
    if turn != 0:
        solid = solid.Rotate(occ.Axis(occ.Pnt(*centre), occ.Vec(1, 2, 3)), turn)
    solid.faces.name = name
    return solid


def rounded_rectangle(half_width: float, half_height: float, edge: float, name: str) -> Shape:
    """A rectangle around the origin whose corners are rounded with the radius ``edge``."""
    occ = _occ()
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
    occ = _occ()
    solid = section.Revolve(occ.Axis(occ.Pnt(0, 0, 0), occ.Y), 360)
    solid = solid.Rotate(occ.Axis(occ.Pnt(0, 0, 0), occ.X), 90)
    solid.faces.name = name
    return solid


def block(low: Sequence[float], high: Sequence[float], names: Mapping[int, str]) -> Shape:
    """A box or rectangle; ``names`` of its sides 0 left, 1 right, 2 front or bottom, and so on."""
    occ = _occ()
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
    occ = _occ()
    if len(point) == 3:
        sideways = (occ.X, occ.Y, occ.Z)[min(range(3), key=lambda axis: abs(normal[axis]))]
        plane = occ.WorkPlane(occ.Axes(occ.Pnt(*point), n=occ.Dir(*normal), h=sideways))
        shape = plane.RectangleC(FAR, FAR).Face().Extrude(FAR)
        shape.faces.name = name
        return shape
    axes = occ.Axes(occ.Pnt(*point, 0), n=occ.Z, h=occ.Dir(*normal, 0))
    shape = occ.WorkPlane(axes).MoveTo(0, -FAR / 2).Rectangle(FAR, FAR).Face()
    shape.edges.name = name
    return shape


def union(shapes: Sequence[Shape]) -> Shape:
    """All shapes as one."""
    occ = _occ()
    return occ.Fuse(list(shapes)) if len(shapes) > 1 else shapes[0]


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
    drawing units; cells grow by Netgen's default grading in between. ``curved`` puts
    edge midpoints on the drawn surface. The same input gives the same mesh.
    """
    occ = _occ()
    from netgen import meshing

    try:
        with _alone_and_silent():
            shape = _glued(pieces, window, symmetry)
            for side in shape.faces if symmetry is Symmetry.SOLID else shape.edges:
                if side.name in local_sizes:
                    side.maxh = local_sizes[side.name]
            geometry = occ.OCCGeometry(shape, dim=symmetry.dimension)
            mesh = geometry.GenerateMesh(maxh=cell_size, parallel_meshing=False)
            if curved:
                mesh.SecondOrder()
    except (meshing.NgException, occ.OCCException, RuntimeError) as problem:
        raise InputError(
            f"The body could not be meshed with cells of {cell_size * scale.min():.3g} m "
            f"({problem}); use smaller cells."
        ) from problem
    return read_netgen(mesh, symmetry, scale, pieces=len(pieces), curved=curved)


def _glued(pieces: Sequence[Shape], window: Shape | None, symmetry: Symmetry) -> Shape:
    """Pieces named 0, 1, ... in one shape, sharing the faces in which they touch."""
    occ = _occ()
    for number, piece in enumerate(pieces):
        (piece.solids if symmetry is Symmetry.SOLID else piece.faces).name = f"{number}"
    shape = occ.Glue(list(pieces)) if len(pieces) > 1 else pieces[0]
    return shape if window is None else shape * window


@contextmanager
def _alone_and_silent() -> Iterator[None]:
    """Run Netgen alone, and keep from the reader what it writes to the terminal past Python."""
    with _ONE_AT_A_TIME:
        sys.stdout.flush()
        sys.stderr.flush()
        kept = [os.dup(1), os.dup(2)]
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            for number, copy in enumerate(kept, start=1):
                os.dup2(copy, number)
                os.close(copy)
