"""Points that are in one place, and points in cells that they do not belong to."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from particle_sim.fem.simplices import EDGES, Integers
from particle_sim.units import Array

WELD = 1e-3
"""Points closer than this fraction of the shortest edge of a cell are one point."""

TOUCHING = 1e-6
"""How far outside a cell, in barycentric coordinates, a point counts as on it."""


def coincident(points: Array, vertices: Integers) -> tuple[Integers, float]:
    """The first point that each of the points (n, d) coincides with (n,), and the tolerance [m].

    ``vertices`` (e, d + 1) are those of the cells; other points are joined with nothing.

    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> coincident(square, np.array([[0, 1, 2], [3, 4, 5]]))[0].tolist()
    [0, 1, 2, 1, 2, 5]
    """
    ends = np.array(EDGES[vertices.shape[1] - 1])
    corners = points[vertices]
    lengths = np.linalg.norm(corners[:, ends[:, 0]] - corners[:, ends[:, 1]], axis=2)
    tolerance = WELD * float(lengths[lengths > 0].min(initial=np.inf))
    used = np.unique(vertices)
    if not np.isfinite(tolerance):
        return np.arange(len(points)), 0.0
    pairs = used[KDTree(points[used]).query_pairs(tolerance, output_type="ndarray")]
    links = sparse.coo_array(
        (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points),) * 2
    )
    _, group = connected_components(links, directed=False)
    _, first = np.unique(group, return_index=True)
    return first[group].astype(np.intp), tolerance


def in_other_cells(
    points: Array, vertices: Integers, facets: Integers, owners: Integers
) -> tuple[Array, int]:
    """Corners and middles (k, d) of facets that lie in or on cells that are not around them.

    Also the first such cell, -1 if there is none. ``facets`` (f, d) belong to the cells
    ``owners`` (f,); ``vertices`` (e, d + 1).
    """
    corners = np.unique(facets)
    probes = np.concatenate([points[corners], points[facets].mean(axis=1)])
    place, cell = _near(points[vertices], probes)
    is_middle = place >= len(corners)
    owner = np.append(owners, 0)[np.where(is_middle, place - len(corners), -1)]
    corner = np.append(corners, 0)[np.where(is_middle, -1, place)]
    own = np.where(is_middle, owner == cell, (vertices[cell] == corner[:, None]).any(axis=1))
    place, cell = place[~own], cell[~own]
    base = points[vertices[cell, 0]]
    frame = (points[vertices[cell, 1:]] - base[:, None]).transpose(0, 2, 1)
    inside = np.linalg.solve(frame, (probes[place] - base)[..., None])[..., 0]
    depth = np.minimum(inside.min(axis=1), 1 - inside.sum(axis=1))
    wrong = np.flatnonzero(depth > -TOUCHING)
    first = int(cell[wrong[0]]) if len(wrong) else -1
    return probes[np.unique(place[wrong])], first


def _near(cells: Array, probes: Array) -> tuple[Integers, Integers]:
    """Pairs (probe, cell) that may touch: cells by octaves of their size, each with a tree."""
    middles = cells.mean(axis=1)
    reach = np.linalg.norm(cells - middles[:, None], axis=2).max(axis=1)
    octave = np.floor(np.log2(reach)).astype(int)
    place, found = [], []
    for size in np.unique(octave):
        mine = np.flatnonzero(octave == size)
        near = KDTree(middles[mine]).query_ball_point(
            probes, float(reach[mine].max()) * (1 + TOUCHING), return_sorted=False
        )
        place.append(np.repeat(np.arange(len(probes)), [len(each) for each in near]))
        found.append(mine[np.fromiter((c for each in near for c in each), dtype=np.intp)])
    return np.concatenate(place), np.concatenate(found)
