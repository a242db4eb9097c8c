"""What passed a surface: integrals of many flux histories that are straight between knots."""

from __future__ import annotations

import numpy as np

from particle_sim.units import Array


def passed(knots: Array, flux: Array, after: Array) -> Array:
    """int flux dt from the first knot until ``after`` it (n, k); knots and flux are (n, m)."""
    total = np.zeros_like(after)
    for i in range(knots.shape[1] - 1):
        begin = (knots[:, i] - knots[:, 0])[:, None]
        length = (knots[:, i + 1] - knots[:, i])[:, None]
        inside = np.clip(after - begin, 0.0, length)
        rise = flux[:, i + 1] - flux[:, i]
        slope = rise[:, None] / np.where(length > 0, length, 1.0)
        total += inside * (flux[:, i, None] + 0.5 * slope * inside)
    return total
