"""Steps, events and peaks: of arrays in NumPy and of numbers where it is compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

SAFETY, SHRINK, GROW = 0.9, 0.2, 6.0
"""Of the step control: next step = h clip(SAFETY error^(-1/4), SHRINK, GROW)."""
LARGEST_STEPS = 20_000
"""Steps after which a particle is given up."""
BISECTIONS = 50
"""Halvings that find an event inside a step to the last bits."""
LANDING = 1 - 1e-9
"""Share of what is left of a piece that a step must cover to end with it."""

Value = Any
"""An array in NumPy, a number where it is compiled."""


def growth(error: Value) -> Value:
    """Next step over this one, of an error over the tolerance."""
    wanted = SAFETY / np.sqrt(np.sqrt(np.maximum(error, 1e-12)))
    return np.minimum(np.maximum(wanted, SHRINK), GROW)


def between(before: Value, after: Value, k1: Value, k2: Value, s: Value) -> Value:
    """theta at a share s of a step."""
    return (1 - s) * before + s * (after + (1 - s) * (k1 + s * k2))


def summit(first: Value, middle: Value, last: Value) -> Value:
    """Largest value seen at the start, the middle and the end of a step, and between them.

    A parabola through them is believed only where the middle is above both ends, and up to the
    lesser of those heights: what rises and then stays has no summit.
    """
    before, after = np.maximum(middle - first, 0.0), np.maximum(middle - last, 0.0)
    above = (before - after) ** 2 / (8 * (before + after) + 1e-300)
    return np.maximum(middle + np.minimum(above, np.minimum(before, after)), last)


def crossing(edge: tuple[float, float, float, float], limit: float, sign: float) -> float:
    """Share of a step at which ``edge`` (before, after, k1, k2) passes a limit; 2 if it does not.

    sign: 1 where the limit is above, -1 where it is below.
    """
    before, after, k1, k2 = edge
    high = 0.5
    if sign * (0.5 * (before + after + 0.5 * (k1 + 0.5 * k2)) - limit) < 0.0:
        high = 1.0
        if sign * (after - limit) < 0.0:
            return 2.0
    if sign * (before - limit) >= 0.0:
        return 0.0
    low = 0.0
    for _ in range(BISECTIONS):
        s = 0.5 * (low + high)
        value = (1.0 - s) * before + s * (after + (1.0 - s) * (k1 + s * k2))
        if sign * (value - limit) >= 0.0:
            high = s
        else:
            low = s
    return 0.5 * (low + high)
