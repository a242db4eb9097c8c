"""Outsides of bodies before they are filled with cells: what shapes and polycrystals share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.fem import netgen
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.particle.shapes.checks import positive
from particle_sim.units import Array

Inside = Callable[[Array], NDArray[np.bool_]]

Window = tuple[tuple[float, ...], tuple[float, ...], dict[int, str]]
"""A block as (low corner, high corner, names of its sides)."""

SHARPEST = 0.01
"""Smallest edge radius of a solid over its radius; cells shrink to resolve the edge."""

OCTANT = {0: "symmetry_x", 2: "symmetry_y", 4: "symmetry_z"}


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A body's outside, drawn with ``size`` [m] as the unit of length.

    ``draw(scale, name)`` gives the whole body, scaled about the origin; ``window`` is the block
    kept of it, or None for all. ``inside`` says which of the drawing's points (n, d) lie in it;
    ``low`` and ``high`` bound what is kept, and ``width`` is the narrowest width. The body is its
    drawing with each axis stretched by a factor of at least 1.
    """

    kind: str
    symmetry: Symmetry
    draw: Callable[[float, str], netgen.Shape]
    window: Window | None
    inside: Inside
    low: tuple[float, ...]
    high: tuple[float, ...]
    width: float
    size: float
    stretch: tuple[float, ...]


def ellipsoid(kind: str, across: float, along: float, octant: bool) -> Outline:
    """A spheroid around z with half-axes [m], or its eighth: a stretched ball.

    Netgen loses grains and faces of spheroids drawn as such, never of balls.
    """
    size = min(across, along)
    return Outline(
        kind=kind,
        symmetry=Symmetry.SOLID,
        draw=lambda scale, name: netgen.ball(scale, name),
        window=((0.0,) * 3, (2.0,) * 3, OCTANT) if octant else None,
        inside=lambda x: np.linalg.norm(x, axis=1) < 1,
        low=(0.0,) * 3 if octant else (-1.0,) * 3,
        high=(1.0,) * 3,
        width=2.0,
        size=size,
        stretch=(across / size, across / size, along / size),
    )


def ellipse(kind: str, across: float, along: float, half: bool) -> Outline:
    """The meridian of a spheroid with half-axes [m], or its half."""
    size = max(across, along)
    axes = (across / size, along / size)
    return Outline(
        kind=kind,
        symmetry=Symmetry.AXISYMMETRIC,
        draw=lambda scale, name: netgen.ellipse(scale * axes[0], scale * axes[1], name),
        window=_meridian(half),
        inside=lambda x: ((x / axes) ** 2).sum(axis=1) < 1,
        low=(0.0, 0.0 if half else -axes[1]),
        high=axes,
        width=2 * min(axes),
        size=size,
        stretch=(1.0, 1.0),
    )


def _meridian(half: bool) -> tuple[tuple[float, ...], tuple[float, ...], dict[int, str]]:
    if half:
        return (0.0, 0.0), (2.0, 2.0), {0: "axis", 2: "symmetry_z"}
    return (0.0, -2.0), (2.0, 2.0), {0: "axis"}


def rounded_section(
    kind: str, radius: float, along: str, length: float, edge: float, half: bool
) -> Outline:
    """The meridian of a cylinder with rounded edges [m], or its half."""
    _check_edges(kind, radius, along, length, edge)
    size = max(radius, length / 2)
    a, b, c = radius / size, length / 2 / size, edge / size
    return Outline(
        kind=kind,
        symmetry=Symmetry.AXISYMMETRIC,
        draw=lambda scale, name: netgen.rounded_rectangle(scale * a, scale * b, scale * c, name),
        window=_meridian(half),
        inside=lambda x: _in_rounded(np.abs(x), a, b, c),
        low=(0.0, 0.0 if half else -b),
        high=(a, b),
        width=2 * min(a, b),
        size=size,
        stretch=(1.0, 1.0),
    )


def rounded_solid(
    kind: str, radius: float, along: str, length: float, edge: float, octant: bool
) -> Outline:
    """A cylinder around z with rounded edges [m], or its eighth."""
    flat = rounded_section(kind, radius, along, length, edge, half=False)
    if 0 < edge < SHARPEST * radius:
        raise InputError(
            f"The {kind}'s edge radius is {edge} m; it would take too many cells, so give at least "
            f"{SHARPEST * radius:g} m, or 0 for a sharp edge."
        )
    (a, b), c = flat.high, edge / flat.size

    def inside(x: Array) -> NDArray[np.bool_]:
        meridian = np.stack([np.hypot(x[:, 0], x[:, 1]), np.abs(x[:, 2])], axis=1)
        return _in_rounded(meridian, a, b, c)

    return Outline(
        kind=kind,
        symmetry=Symmetry.SOLID,
        draw=lambda scale, name: netgen.revolved(
            flat.draw(scale, name) * netgen.block(*_meridian(half=False)), name
        ),
        window=((0.0,) * 3, (2.0,) * 3, OCTANT) if octant else None,
        inside=inside,
        low=(0.0,) * 3 if octant else (-a, -a, -b),
        high=(a, a, b),
        width=flat.width,
        size=flat.size,
        stretch=(1.0, 1.0, 1.0),
    )


def _in_rounded(x: Array, a: float, b: float, c: float) -> NDArray[np.bool_]:
    """Which points (n, 2) of the first quadrant lie in a rectangle (a, b) rounded by c."""
    corner = np.maximum(x - (a - c, b - c), 0.0)
    return np.asarray((x < (a, b)).all(axis=1) & (np.hypot(*corner.T) <= max(c, 1e-12)))


def _check_edges(kind: str, radius: float, along: str, length: float, edge: float) -> None:
    positive(kind, "radius", radius)
    positive(kind, along, length)
    most = min(radius, length / 2)
    if not 0 <= edge <= most:
        raise InputError(
            f"The {kind}'s edge radius is {edge} m; it must lie in [0, {most:g}] m, half of its "
            "narrowest width at most."
        )
