"""A body of grains that meet in shared flat boundaries: a Voronoi polycrystal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem import netgen
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.netgen_mesh import INTERFACE
from particle_sim.fem.simplices import cell_quality
from particle_sim.particle.shapes.layers import check_sizes, filled, usual_cell_size
from particle_sim.particle.shapes.outline import Outline
from particle_sim.particle.shapes.spread import neighbours, spread_points
from particle_sim.units import Array

MOST_GRAINS = 200

GOOD_QUALITY = 0.03
"""Grains are accepted at once if their worst cell is at least this good (1 is best)."""

SPREADS = 8
"""Sets of grain centres tried before the best of them is taken."""


@arguments_checked
def polycrystal(
    outline: Outline,
    *,
    grains: int,
    seed: int,
    cell_size: float | None = None,
    grain_boundary_cell_size: float | None = None,
    surface_cell_size: float | None = None,
    curved: bool = True,
) -> BodyMesh:
    """Mesh of an ``outline`` (see ``outlines``) cut into Voronoi ``grains``, each a region.

    Centres of the grains are drawn inside from the random ``seed`` and spread out, so that grains
    are of similar size; a set that gives sliver cells is drawn again. ``cell_size`` [m] is the
    outline's usual one, or a quarter of the width of a grain if that is less, unless given.
    ``grain_boundary_cell_size`` and ``surface_cell_size`` [m] hold there. Grains of a convex
    outline are convex. With ``curved``, edge midpoints lie on the outline; without it cells are
    straight.

    >>> from particle_sim.particle.shapes import outlines
    >>> mesh = polycrystal(outlines.disc(2.5e-7), grains=3, seed=1, cell_size=1e-7, curved=False)
    >>> sorted(set(mesh.regions.tolist()))
    [0, 1, 2]

    Raises :class:`InputError` for fewer than 1 or more than 200 grains, a cell size that is not
    positive, wider than the body or makes millions of cells, grains that cannot be meshed, and
    where Netgen is missing.
    """
    if not 1 <= grains <= MOST_GRAINS:
        raise InputError(
            f"The polycrystal has {grains} grains; the number must be 1 to {MOST_GRAINS}."
        )
    if cell_size is None:
        cell_size = min(usual_cell_size(outline), _grain_width(outline, grains) / 4)
    sizes = {INTERFACE: grain_boundary_cell_size, "surface": surface_cell_size}
    check_sizes(outline, cell_size, sizes)
    random = np.random.default_rng(seed)
    tries = [spread_points(outline, grains, random) for _ in range(SPREADS)]
    best = _best(outline, tries, cell_size, sizes, curved)
    if best is None:
        raise InputError(
            f"The {outline.kind} could not be meshed with {grains} grains from the seed {seed}; "
            "give another seed or a smaller cell size."
        )
    return best


def _best(
    outline: Outline,
    tries: Sequence[Array],
    cell_size: float,
    sizes: Mapping[str, float | None],
    curved: bool,
) -> BodyMesh | None:
    """The mesh with the best worst cell among the sets of centres, or the first that is good."""
    best, quality = None, 0.0
    for centres in tries:
        pieces = [_grain(outline, centres, number) for number in range(len(centres))]
        try:
            mesh = filled(outline, pieces, cell_size=cell_size, local_sizes=sizes, curved=curved)
        except InputError:
            continue
        if best is None or _worst(mesh, outline) > quality:
            best, quality = mesh, _worst(mesh, outline)
        if quality >= GOOD_QUALITY:
            break
    return best


def _worst(mesh: BodyMesh, outline: Outline) -> float:
    """Quality of the worst cell of a mesh before it is stretched."""
    return float(cell_quality((mesh.points / outline.stretch)[mesh.vertices]).min())


def _grain_width(outline: Outline, grains: int) -> float:
    """Edge [m] of a cube, or square, as large as the bounding box's share of one grain."""
    sides = np.array(outline.high) - outline.low
    return float(outline.size * (sides.prod() / grains) ** (1 / len(sides)))


def _grain(outline: Outline, centres: Array, number: int) -> netgen.Shape:
    """The part of the outline's drawing that, stretched, lies nearest to one centre."""
    dimension, stretch = centres.shape[1], np.array(outline.stretch)
    cell = netgen.block([-netgen.FAR / 5] * dimension, [netgen.FAR / 5] * dimension, {})
    for other in neighbours(centres, number):
        middle = 0.5 * (centres[number] + centres[other]) / stretch
        normal = (centres[other] - centres[number]) * stretch
        normal = normal / np.linalg.norm(normal)
        cell = cell - netgen.half_space(middle.tolist(), normal.tolist(), INTERFACE)
    return outline.draw(1.0, "surface") * cell
