"""What overlapping balls must be like to form one body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from particle_sim.errors import InputError
from particle_sim.particle.shapes.checks import positive
from particle_sim.units import Array

LEAST_NECK = 0.1
"""Thinnest allowed neck over the smaller of its two balls; thinner ones need too many cells."""


def check_balls(centres: Sequence[tuple[float, float, float]], radii: Sequence[float]) -> None:
    """Raise :class:`InputError` unless balls [m] hang together and overlap well."""
    shape = np.shape(centres)
    if len(radii) == 0 or shape != (len(radii), 3):
        raise InputError(
            f"The agglomerate has centres of shape {shape} and {len(radii)} radii; give three "
            "coordinates and one radius per ball."
        )
    for number, radius in enumerate(radii):
        positive("agglomerate", f"radius {number}", radius)
    middles, sizes = np.asarray(centres, dtype=float), np.asarray(radii, dtype=float)
    if not np.all(np.isfinite(middles)):
        raise InputError("The agglomerate has a centre that is not finite; give metres.")
    meet = _meeting(middles, sizes)
    apart = sorted(set(range(len(sizes))) - _reached(meet))
    if apart:
        raise InputError(
            f"The agglomerate's balls {', '.join(map(str, apart))} do not overlap the rest; move "
            "them closer or enlarge them."
        )


def _meeting(middles: Array, radii: Array) -> list[tuple[int, int]]:
    """Pairs of balls that overlap; refuses one inside another and thin necks."""
    pairs = []
    for first in range(len(radii)):
        for second in range(first):
            a, b = float(radii[first]), float(radii[second])
            distance = float(np.linalg.norm(middles[first] - middles[second]))
            if distance <= abs(a - b) * (1 + 1e-6):
                inner, outer = (first, second) if a <= b else (second, first)
                raise InputError(
                    f"The agglomerate's ball {inner} lies inside ball {outer}; leave it out."
                )
            if distance >= a + b:
                continue
            along = (distance**2 + a**2 - b**2) / (2 * distance)
            neck = float(np.sqrt(max(a**2 - along**2, 0.0)))
            if neck < LEAST_NECK * min(a, b):
                raise InputError(
                    f"The neck of the agglomerate's balls {second} and {first} has the radius "
                    f"{neck:.3g} m; it must be at least {LEAST_NECK * min(a, b):.3g} m, so move "
                    "them closer or apart."
                )
            pairs.append((first, second))
    return pairs


def _reached(pairs: list[tuple[int, int]]) -> set[int]:
    """Balls that hang together with ball 0."""
    found, size = {0}, 0
    while len(found) > size:
        size = len(found)
        for pair in pairs:
            if found & set(pair):
                found |= set(pair)
    return found
