"""Points spread evenly inside an outline, and who is next to whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from particle_sim.particle.shapes.outline import Outline
from particle_sim.units import Array

SAMPLES_PER_POINT = 400

MOVES = 4
"""Times every point moves to the middle of what is nearest to it; assumed enough."""


def spread_points(outline: Outline, count: int, random: np.random.Generator) -> Array:
    """Points (count, d) in what is kept of an outline, in units of its size, evenly far apart."""
    samples = _samples(outline, SAMPLES_PER_POINT * count, random)
    points = samples[:count].copy()
    for _ in range(MOVES):
        owner = _nearest(samples, points)
        for number in range(count):
            points[number] = samples[owner == number].mean(axis=0)
    return points


def neighbours(points: Array, number: int) -> list[int]:
    """Points whose Voronoi cells touch that of one point; all others, if they are few."""
    from scipy.spatial import Voronoi

    if len(points) < 2 * points.shape[1] + 2:
        return [other for other in range(len(points)) if other != number]
    pairs = Voronoi(points).ridge_points
    return sorted({int(b if a == number else a) for a, b in pairs if number in (a, b)})


def _nearest(samples: Array, points: Array) -> NDArray[np.intp]:
    from scipy.spatial import KDTree

    return np.asarray(KDTree(points).query(samples)[1], dtype=np.intp)


def _samples(outline: Outline, count: int, random: np.random.Generator) -> Array:
    low, high = np.array(outline.low), np.array(outline.high)
    found = np.empty((0, len(low)))
    while len(found) < count:
        drawn = low + (high - low) * random.random((count, len(low)))
        found = np.concatenate([found, drawn[outline.inside(drawn)]])
    return found[:count] * outline.stretch
