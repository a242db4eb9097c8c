"""The outsides that bodies and polycrystals can have, as functions of their sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from particle_sim.checks import arguments_checked
from particle_sim.fem import netgen
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.particle.shapes.balls import check_balls
from particle_sim.particle.shapes.checks import positive
from particle_sim.particle.shapes.outline import (
    Outline,
    ellipse,
    ellipsoid,
    rounded_section,
    rounded_solid,
)
from particle_sim.units import Array


@arguments_checked
def ball(radius: float, *, octant: bool = False) -> Outline:
    """A ball of ``radius`` [m], or with ``octant`` its eighth with x, y, z >= 0.

    >>> ball(1e-6).kind
    'ball'

    Raises :class:`InputError` for a radius that is not positive.
    """
    positive("ball", "radius", radius)
    return ellipsoid("ball", radius, radius, octant)


@arguments_checked
def spheroid(equatorial_radius: float, polar_radius: float, *, octant: bool = False) -> Outline:
    """A spheroid around z with half-axes [m], or its eighth with x, y, z >= 0."""
    positive("spheroid", "equatorial radius", equatorial_radius)
    positive("spheroid", "polar radius", polar_radius)
    return ellipsoid("spheroid", equatorial_radius, polar_radius, octant)


@arguments_checked
def ball_section(radius: float, *, half: bool = False) -> Outline:
    """The meridian r >= 0 of a ball of ``radius`` [m], or its half with z >= 0."""
    positive("ball section", "radius", radius)
    return ellipse("ball section", radius, radius, half)


@arguments_checked
def spheroid_section(
    equatorial_radius: float, polar_radius: float, *, half: bool = False
) -> Outline:
    """The meridian r >= 0 of a spheroid with half-axes [m], or its half with z >= 0."""
    positive("spheroid section", "equatorial radius", equatorial_radius)
    positive("spheroid section", "polar radius", polar_radius)
    return ellipse("spheroid section", equatorial_radius, polar_radius, half)


@arguments_checked
def disc(radius: float, *, quarter: bool = False) -> Outline:
    """The round cross-section of ``radius`` [m] of a long wire, or its ``quarter`` x, y >= 0.

    >>> disc(1e-6, quarter=True).low
    (0.0, 0.0)

    Raises :class:`InputError` for a radius that is not positive.
    """
    positive("disc", "radius", radius)
    window = ((0.0, 0.0), (2.0, 2.0), {0: "symmetry_x", 2: "symmetry_y"}) if quarter else None
    return Outline(
        kind="disc",
        symmetry=Symmetry.PLANE,
        draw=lambda scale, name: netgen.ellipse(scale, scale, name),
        window=window,
        inside=lambda x: np.hypot(x[:, 0], x[:, 1]) < 1,
        low=(0.0, 0.0) if quarter else (-1.0, -1.0),
        high=(1.0, 1.0),
        width=2.0,
        size=radius,
        stretch=(1.0, 1.0),
    )


@arguments_checked
def rod(radius: float, length: float, edge_radius: float, *, octant: bool = False) -> Outline:
    """A rod around z of ``radius`` and ``length`` with rounded edges [m], or its eighth."""
    return rounded_solid("rod", radius, "length", length, edge_radius, octant)


@arguments_checked
def plate(radius: float, thickness: float, edge_radius: float, *, octant: bool = False) -> Outline:
    """A round plate normal to z with rounded edges [m], or its eighth."""
    return rounded_solid("plate", radius, "thickness", thickness, edge_radius, octant)


@arguments_checked
def rod_section(radius: float, length: float, edge_radius: float, *, half: bool = False) -> Outline:
    """The meridian r >= 0 of a rod with rounded edges [m], or its half with z >= 0."""
    return rounded_section("rod section", radius, "length", length, edge_radius, half)


@arguments_checked
def plate_section(
    radius: float, thickness: float, edge_radius: float, *, half: bool = False
) -> Outline:
    """The meridian r >= 0 of a round plate with rounded edges [m], or its half with z >= 0."""
    return rounded_section("plate section", radius, "thickness", thickness, edge_radius, half)


@arguments_checked
def box(lengths: tuple[float, float, float]) -> Outline:
    """The box [0, Lx] x [0, Ly] x [0, Lz], ``lengths`` in metres."""
    for axis, length in zip("xyz", lengths, strict=True):
        positive("box", f"length along {axis}", length)
    size = max(lengths)
    high = tuple(length / size for length in lengths)
    names = dict(enumerate(("left", "right", "front", "back", "bottom", "top")))
    return Outline(
        kind="box",
        symmetry=Symmetry.SOLID,
        draw=lambda scale, _: netgen.block((0.0,) * 3, [scale * side for side in high], names),
        window=None,
        inside=lambda x: np.asarray(((x > 0) & (x < high)).all(axis=1)),
        low=(0.0, 0.0, 0.0),
        high=high,
        width=min(high),
        size=size,
        stretch=(1.0, 1.0, 1.0),
    )


@arguments_checked
def agglomerate(centres: Sequence[tuple[float, float, float]], radii: Sequence[float]) -> Outline:
    """The union of overlapping balls with ``centres`` and ``radii`` [m]."""
    check_balls(centres, radii)
    middles, sizes = np.asarray(centres, dtype=float), np.asarray(radii, dtype=float)
    size = float((np.linalg.norm(middles, axis=1) + sizes).max())
    middles, sizes = middles / size, sizes / size

    def draw(scale: float, name: str) -> netgen.Shape:
        pairs = zip((scale * middles).tolist(), (scale * sizes).tolist(), strict=True)
        return netgen.union([netgen.ball(r, name, centre=x) for x, r in pairs])

    def inside(x: Array) -> NDArray[np.bool_]:
        return np.asarray((np.linalg.norm(x[:, None] - middles, axis=2) < sizes).any(axis=1))

    return Outline(
        kind="agglomerate",
        symmetry=Symmetry.SOLID,
        draw=draw,
        window=None,
        inside=inside,
        low=tuple((middles - sizes[:, None]).min(axis=0)),
        high=tuple((middles + sizes[:, None]).max(axis=0)),
        width=2 * float(sizes.min()),
        size=size,
        stretch=(1.0, 1.0, 1.0),
    )
