"""Boxes and rectangles cut into equal bricks, and each brick into simplices."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.fem.simplices import find_facets
from particle_sim.particle.shapes.checks import MOST_CELLS, positive


def kuhn_mesh(
    shape: str,
    lengths: Sequence[float],
    cells: Sequence[int],
    symmetry: Symmetry,
    names: Sequence[str],
) -> BodyMesh:
    """The block [0, L_1] x ... x [0, L_d] in metres, with ``cells`` bricks along each axis.

    Each brick is cut into d! simplices along its main diagonal, all alike, so that neighbours
    meet (Kuhn's subdivision). ``names`` are the low and the high side of each axis in turn.
    """
    _check(shape, lengths, cells, symmetry.dimension)
    nodes = tuple(count + 1 for count in cells)
    corners = np.indices(tuple(cells)).reshape(len(cells), -1).T  # lowest corner of every brick
    simplices = np.stack([_path(corners, order, nodes) for order in _orders(len(cells))], axis=1)
    simplices = simplices.reshape(-1, len(cells) + 1)
    place = np.indices(nodes).reshape(len(cells), -1).T
    return BodyMesh(
        points=place / np.asarray(cells) * np.asarray(lengths, dtype=float),
        cells=simplices,
        symmetry=symmetry,
        regions=np.zeros(len(simplices), dtype=np.intp),
        boundaries=_sides(simplices, place, cells, names),
    )


def _orders(dimension: int) -> list[tuple[int, ...]]:
    return list(itertools.permutations(range(dimension)))


def _path(corners: Integers, order: tuple[int, ...], nodes: tuple[int, ...]) -> Integers:
    """Vertices met when a brick's axes are walked in an order (bricks, d + 1)."""
    steps = np.cumsum(np.eye(len(nodes), dtype=np.intp)[list(order)], axis=0)
    met = [corners, *(corners + step for step in steps)]
    numbers = np.stack([np.ravel_multi_index(tuple(x.T), nodes) for x in met], axis=1)
    return numbers.astype(np.intp)


def _sides(
    simplices: Integers, place: Integers, cells: Sequence[int], names: Sequence[str]
) -> dict[str, Integers]:
    facets = find_facets(np.sort(simplices, axis=1))
    outer = facets.vertices[facets.counts == 1]
    found = {}
    for number, name in enumerate(names):
        axis, end = number // 2, (number % 2) * cells[number // 2]
        found[name] = outer[(place[outer, axis] == end).all(axis=1)]
    return found


def _check(shape: str, lengths: Sequence[float], cells: Sequence[int], dimension: int) -> None:
    if len(lengths) != dimension or len(cells) != dimension:
        raise InputError(
            f"The {shape} has {len(lengths)} lengths and {len(cells)} numbers of cells; "
            f"give {dimension} of each."
        )
    for axis, length, count in zip("xyz", lengths, cells, strict=False):
        positive(shape, f"length along {axis}", length)
        if count < 1:
            raise InputError(f"The {shape} has {count} cells along {axis}; give at least 1.")
    total = math.factorial(dimension) * math.prod(cells)
    if total > MOST_CELLS:
        raise InputError(
            f"The {shape} would have {total} simplices; at most {MOST_CELLS:.0e} are allowed, so "
            "give fewer cells."
        )
