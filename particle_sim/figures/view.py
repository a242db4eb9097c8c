"""Where a cut body is seen from, which part of it is taken away, and what each pixel looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.fem.body_mesh import Integers
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The part taken away, {x : n . x > 0 for all n}, and the direction it is seen from.

    ``normals`` (k, 3), ``toward`` (3,): unit vectors; every normal points towards the viewer, so
    that each line of sight leaves the part taken away once. x counts from the middle of the body.

    >>> Cut(normals=((0, 0, 1),), toward=(0, 0, 1)).axes[2]
    array([0., 0., 1.])

    Raises nothing; a direction of no length gives nan.
    """

    normals: tuple[tuple[float, float, float], ...]
    toward: tuple[float, float, float]

    @property
    def axes(self) -> Array:
        """Right, up (z as far as possible, else y) and towards the viewer, as rows (3, 3)."""
        toward = np.array(self.toward) / np.linalg.norm(self.toward)
        right = np.cross([0.0, 0.0, 1.0], toward)
        if not right.any():
            return np.eye(3)
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(toward, right), toward])


OCTANT = Cut(normals=((1, 0, 0), (0, 1, 0), (0, 0, 1)), toward=(1, 1, 1))
"""The octant x, y, z > 0 taken away: three faces show the inside."""

HALF = Cut(normals=((1, 0, 0),), toward=(1.0, 0.45, 0.4))
"""The half x > 0 taken away: one face shows the inside."""

WHOLE = Cut(normals=(), toward=(1, 1, 1))
"""Nothing taken away."""

FROM_ABOVE = Cut(normals=((0, 0, 1),), toward=(0, 0, 1))
"""A plane section, seen along z."""


@dataclass(frozen=True, kw_only=True)
class Screen:
    """Square of pixels, row by row from the upper left; pixel coordinates are (column, row).

    Made by :func:`screen_around`. ``centre`` (2,) along right and up, ``reach``: half the width of
    the square, ``pixels``: how many along a side.
    """

    centre: Array
    reach: float
    pixels: int

    @property
    def count(self) -> int:
        return self.pixels**2

    def of_plane(self, plane: Array) -> Array:
        """Pixel coordinates (..., 2) of positions along right and up (..., 2)."""
        offset = (plane - self.centre) * np.array([1.0, -1.0])
        return np.asarray((offset / self.reach + 1) * 0.5 * self.pixels - 0.5)

    def plane(self) -> Array:
        """Position of every pixel along right and up (pixels, 2)."""
        steps = (np.arange(self.pixels) + 0.5) / self.pixels * 2 - 1
        right, up = np.meshgrid(steps, -steps)
        return self.centre + self.reach * np.stack([right.ravel(), up.ravel()], axis=1)


MARGIN = 1.02


def screen_around(plane: Array, pixels: int) -> Screen:
    """The smallest screen of ``pixels`` along a side that shows all positions ``plane`` (n, 2).

    A margin of 2 % is left.

    >>> screen = screen_around(np.array([[0.0, 0.0], [2.0, 1.0]]), 10)
    >>> screen.centre, screen.reach
    (array([1. , 0.5]), 1.02)

    Raises :class:`ValueError` for no position.
    """
    low, high = plane.min(axis=0), plane.max(axis=0)
    reach = 0.5 * MARGIN * float((high - low).max())
    return Screen(centre=0.5 * (low + high), reach=reach, pixels=pixels)


def exits(cut: Cut, plane: Array) -> tuple[Array, Integers]:
    """Depth at which the line of sight through each pixel leaves the part taken away, and where.

    ``plane`` (p, 2): positions along right and up of ``cut``. depth (p,), infinite if nothing is
    taken away; number of the cut face (p,), -1 without one.

    >>> exits(OCTANT, np.array([[0.0, 0.0], [0.5, 0.5]]))
    (array([0.        , 0.96592583]), array([0, 0]))

    Raises nothing.
    """
    axes = cut.axes
    depth, face = np.full(len(plane), np.inf), np.full(len(plane), -1, dtype=np.intp)
    for number, normal in enumerate(np.array(cut.normals, dtype=float)):
        crossing = plane @ (-axes[:2] @ normal / (axes[2] @ normal))
        later = (crossing > depth) | (face < 0)
        depth[later], face[later] = crossing[later], number
    return depth, face
