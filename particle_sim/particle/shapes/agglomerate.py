"""Balls grown together: overlapping balls that meet in flat round necks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem import netgen
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.netgen_mesh import INTERFACE
from particle_sim.particle.shapes.checks import positive
from particle_sim.particle.shapes.layers import filled
from particle_sim.particle.shapes.outline import Outline
from particle_sim.units import Array

LEAST_NECK = 0.1
"""Thinnest allowed neck over the smaller of its two balls; thinner ones need too many cells."""


def agglomerate(
    centres: Sequence[tuple[float, float, float]],
    radii: Sequence[float],
    *,
    cell_size: float | None = None,
    surface_cell_size: float | None = None,
    neck_cell_size: float | None = None,
    curved: bool = True,
) -> BodyMesh:
    """Tetrahedra in the union of balls with ``centres`` and ``radii`` [m]; outside "surface".

    Region k is the k-th ball, as far as it is cut off by the planes through the circles where it
    meets its neighbours. ``cell_size`` [m] is a twelfth of the smallest ball's diameter unless
    given, or more if that makes too many cells; the other sizes [m] hold at the surface and at
    the necks.
    """
    middles, sizes = np.asarray(centres, dtype=float).reshape(-1, 3), np.asarray(radii, dtype=float)
    _check_balls(middles, sizes)
    low, high = (middles - sizes[:, None]).min(axis=0), (middles + sizes[:, None]).max(axis=0)
    origin, size = 0.5 * (low + high), 0.5 * float((high - low).max())
    outline = _outline((middles - origin) / size, sizes / size, (high - low) / (2 * size), size)
    mesh = filled(
        outline,
        _pieces((middles - origin) / size, sizes / size),
        cell_size=cell_size,
        local_sizes={"surface": surface_cell_size, INTERFACE: neck_cell_size},
        curved=curved,
    )
    return dataclasses.replace(mesh, points=mesh.points + origin)


def _outline(middles: Array, radii: Array, half: Array, size: float) -> Outline:
    def inside(x: Array) -> Array:
        return np.asarray((np.linalg.norm(x[:, None] - middles, axis=2) < radii).any(axis=1))
    ...
