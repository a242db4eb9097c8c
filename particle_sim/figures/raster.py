"""Which triangle each pixel shows: the one nearest to the viewer behind a given depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from particle_sim.fem.body_mesh import Integers
from particle_sim.figures.view import Screen
from particle_sim.units import Array

PAIRS = 1_000_000
"""Pairs of a triangle and a pixel looked at in one go."""

CRACK = -1e-7
"""Share of a corner from which a pixel counts as covered; closes cracks between triangles."""


@dataclass(frozen=True, kw_only=True)
class Hits:
    """What the pixels show: triangles (p,), -1 for none; shares of their corners (p, 3)."""

    triangles: Integers
    shares: Array


def nearest(screen: Screen, corners: Array, limit: Array) -> Hits:
    """Triangles in front of all others but at most as near as ``limit`` (p,).

    corners (j, 3, 3): right, up, depth.
    """
    position = screen.of_plane(corners[..., :2])
    planes = _share_planes(position)
    depth = np.full(screen.count, -np.inf)
    hits = Hits(
        triangles=np.full(screen.count, -1, dtype=np.intp), shares=np.zeros((screen.count, 3))
    )
    for triangle, column, row in _pairs(screen, position):
        b, c = (planes[triangle, k] for k in (0, 1))
        b = b[:, 0] * column + b[:, 1] * row + b[:, 2]
        c = c[:, 0] * column + c[:, 1] * row + c[:, 2]
        inside = (b >= CRACK) & (c >= CRACK) & (b + c <= 1 - CRACK)
        triangle, b, c = triangle[inside], b[inside], c[inside]
        pixel = (row * screen.pixels + column)[inside]
        a = 1 - b - c
        near = (
            a * corners[triangle, 0, 2] + b * corners[triangle, 1, 2] + c * corners[triangle, 2, 2]
        )
        near[near > limit[pixel]] = -np.inf
        np.maximum.at(depth, pixel, near)
        first = (near == depth[pixel]) & (near > -np.inf)
        pixel = pixel[first]
        hits.triangles[pixel] = triangle[first]
        hits.shares[pixel] = np.stack([a, b, c], axis=1)[first]
    return hits


def _share_planes(position: Array) -> Array:
    """Second and third share as b = f . (column, row, 1): f (j, 2, 3); nan seen edge-on."""
    first, second = position[:, 1] - position[:, 0], position[:, 2] - position[:, 0]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    area[np.abs(area) < 1e-12] = np.nan
    slopes = np.stack([second[:, 1], -second[:, 0], -first[:, 1], first[:, 0]], axis=1)
    slopes = (slopes / area[:, None]).reshape(-1, 2, 2)
    return np.concatenate([slopes, -slopes @ position[:, 0, :, None]], axis=2)


def _pairs(screen: Screen, position: Array) -> Iterator[tuple[Integers, Integers, Integers]]:
    """(triangle, column, row) for every pixel in the bounding box of every triangle."""
    low = np.clip(np.ceil(position.min(axis=1) - 1e-6), 0, screen.pixels).astype(np.intp)
    high = np.clip(np.floor(position.max(axis=1) + 1e-6), -1, screen.pixels - 1).astype(np.intp)
    size = np.maximum(high - low + 1, 0)
    ends = np.cumsum(size.prod(axis=1))
    start = 0
    while start < len(ends):
        before = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, before + PAIRS, side="right")), start + 1)
        count = np.diff(ends[start:stop], prepend=before)
        triangle = np.repeat(np.arange(start, stop), count)
        place = np.arange(len(triangle)) - np.repeat(ends[start:stop] - count - before, count)
        row, column = np.divmod(place, size[triangle, 0])
        yield triangle, low[triangle, 0] + column, low[triangle, 1] + row
        start = stop
