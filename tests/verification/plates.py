"""Rectangles of triangles that are fine where a crack goes, and bodies that crack in them."""

from __future__ import annotations

import dataclasses

import numpy as np

import particle_sim as ps
from particle_sim.damage.field import BrittleSolid, CrackDensity, Split
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.units import Array


def line(low: float, high: float, fine: tuple[float, float], size: float, ratio: float) -> Array:
    """Points from ``low`` to ``high``, ``size`` apart within ``fine`` and growing outwards."""
    inside = np.linspace(*fine, max(1, round((fine[1] - fine[0]) / size)) + 1)
    below = fine[0] - _growing(fine[0] - low, size, ratio)[::-1]
    above = fine[1] + _growing(high - fine[1], size, ratio)
    return np.concatenate([below, inside, above])


def _growing(length: float, size: float, ratio: float) -> Array:
    """Distances from a fine part up to ``length``; none where there is none."""
    if length < 1e-9 * size:
        return np.zeros(0)
    steps = [size * ratio]
    while sum(steps) < length:
        steps.append(steps[-1] * ratio)
    return np.cumsum(steps) * length / sum(steps)


def plate(x: Array, y: Array) -> BodyMesh:
    """Two triangles to each rectangle of the lines x and y [m]."""
    cells = (len(x) - 1, len(y) - 1)
    flat = ps.shapes.rectangle((1.0, 1.0), cells=cells)
    place = np.rint(flat.points * np.array(cells)).astype(int)
    points = np.stack([x[place[:, 0]], y[place[:, 1]]], axis=1)
    return BodyMesh(
        points=points,
        cells=flat.cells,
        symmetry=flat.symmetry,
        regions=flat.regions,
        boundaries=flat.boundaries,
    )


def mirrored(x: Array, y: Array, size: float) -> BodyMesh:
    """A plate above the plane of its crack, whose broken row of cells is half as high there.

    With its mirror image a crack in the plane is one cell wide, which the toughness allows for.
    """
    mesh = plate(x, np.concatenate([[0.0], size / 2 + y]))
    named = {"bottom": "symmetry_y"}
    boundaries = {named.get(name, name): facets for name, facets in mesh.boundaries.items()}
    return dataclasses.replace(mesh, boundaries=boundaries)


def solid_of(inputs: dict[str, float], *, toughness: float, split: Split) -> BrittleSolid:
    """The brittle solid of a case."""
    return BrittleSolid(
        youngs_modulus=inputs["E"],
        poisson_ratio=inputs["nu"],
        toughness=toughness,
        length_scale=inputs["l"],
        density=CrackDensity.AT1,
        split=split,
    )
