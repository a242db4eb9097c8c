"""A material that parts into two phases: its mean filling follows its surface through a boundary.

The gain of such a sphere (:mod:`particle_sim.inference.filled_sphere`) depends on the pace and the
start alone, so that a table replaces every run after it. D is the self-diffusivity: in the outer
phase the chemical diffusivity is D (1 - 2 chi y (1 - y)), D itself where that is full. Where the
outer phase is in a steady state,

    Phi(theta_s) - Phi(rich phase) = (pace/3) (R/s - 1),      s the boundary's radius.

The widest plateau of the potential parts; others are crossed as one phase.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.filled_sphere import filled
from particle_sim.inference.gap import Gap, gap_of
from particle_sim.inference.sphere import time_of_rise
from particle_sim.materials.material import Material
from particle_sim.units import Array

CHI = "regular_solution_parameter"
_PACES = np.append(0.0, np.logspace(-3.0, 2.0, 41))
"""A slower sphere lags in proportion, a faster one gains in inverse proportion."""
_SURFACES = 161


def gap_in(material: Material) -> Gap | None:
    """Where the material parts, None where its file names no two phases or a chi of at most 2.

    >>> import particle_sim as ps
    >>> print(np.round(gap_in(ps.load_material("nvp")).ends, 3))
    [0.054 0.704]
    >>> gap_in(ps.load_material("he_v")) is None
    True
    """
    chi = material.properties.get(CHI)
    if not material.two_phase or chi is None or chi.magnitude <= 2:
        return None
    widest = max(material.steps, key=lambda step: step.share)
    return gap_of(widest.start, widest.share, chi.magnitude)


@cache
def moving_gain(start: float, gap: Gap) -> Callable[[Array, Array, Array], Array]:
    """The gain of the mean filling from ``start`` on; 5e-3 of a filling."""
    low, high = gap.ends
    steep = np.linspace(high, gap.start + gap.share, _SURFACES // 4)
    even = np.linspace(start, 1.0, _SURFACES)
    fillings = np.unique(np.concatenate([even, steep, [max(low, start)]]))
    fillings = fillings[fillings >= start]
    rises = fillings - start
    gain, surface = filled(gap, start, _PACES[1:])
    reached = np.maximum.accumulate(surface, axis=1) - start
    slow = np.where((fillings > low) & (fillings < high), max(low, start), fillings) - start
    under = [np.interp(rises, np.append(0.0, row), np.append(0.0, gain)) for row in reached]
    read = RegularGridInterpolator(
        (np.arcsinh(_PACES / _PACES[1]), rises), np.array([slow, *under])
    )

    def gained(rise: Array, pace: Array, _: Array) -> Array:
        known = np.minimum(pace, _PACES[-1])
        points = np.broadcast_arrays(np.arcsinh(known / _PACES[1]), np.clip(rise, 0.0, rises[-1]))
        return np.asarray(read(np.stack(points, axis=-1)) * (known / pace))

    return gained


def decades_faster(cell: Cell, gap: Gap) -> float:
    """log10 of how much larger D/R^2 must be behind a boundary than without one.

    At the pace at which a sphere whose surface is at the lower cut-off has half of what it has when
    slow. What Fick's law has learned from the rates of powders is so said of the outer phase.
    """
    lower, upper = cell.voltage_limits
    start = cell.rest_filling(upper)
    rise = np.array([[cell.rest_filling(lower) - start]])
    pace = _PACES[1:, None]
    parted = moving_gain(start, gap)(rise, pace, pace)
    alone = pace * time_of_rise(3 * rise / pace)
    half = [
        np.interp(-rise[0, 0] / 2, -gain[:, 0], np.log10(pace[:, 0])) for gain in (alone, parted)
    ]
    return float(half[0] - half[1])
