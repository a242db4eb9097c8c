"""Stress intensity of cracks while a phase boundary passes through a sphere.

The boundary's core share f runs from 1 to 0 as sodium leaves or enters from outside. With S = E
|e|/(1 - nu), Y the yield stress and m = S/Y, K/(S sqrt(R)) depends on a/R, f and m alone, so that
one table serves every draw.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np

from particle_sim.metrics.half_plane import edge_crack_rule
from particle_sim.units import Array

DEPTHS = np.geomspace(2e-4, 0.3, 56)
"""Depths a/R of cracks; beyond 0.3 a half-plane says nothing about a sphere."""
EDGES = 0.5 * (1 + np.cos(np.pi * np.arange(33) / 32))
"""Core shares f between parts of a boundary's passage, from 1 to 0: finest where a thin shell or a
vanishing core pulls hardest."""
PASSAGE = np.repeat(-np.diff(EDGES) / 2, 2)
"""Share of the passage between the instants at which K is given: the ends of the parts between
``EDGES`` and, half way through each, the largest K within it."""
_RATIOS = np.geomspace(1.0, 20.0, 25)
"""S/Y of the table; between them log-linear, above the last held."""
_POINTS = 48
_WITHIN = np.arange(9) / 8
"""Of a part: where the largest K is sought."""


def shell_hoop(ratio: Array, core: Array, depth: Array) -> Array:
    """Hoop stress over S (...) at ``depth`` x/R below the surface; the arguments broadcast.

    In a shell around a larger core of share f, plastic where S > Y (``ratio`` m = S/Y, c^3/R^3 =
    min(m f, 1) its plastic part's end, all with Tresca's or Mises' criterion and no hardening):

        r > c:      (2/3) (c^3/R^3) (1/2 R^3/r^3 + 1)/m
        a < r < c:  (1 - (2/3) (1 - c^3/R^3) - 2 ln(c/r))/m
        core:       -p,  p = (2/3) (ln(c^3/a^3) + 1 - c^3/R^3)/m

    m <= 1 is elastic: c = a, and m = 1 in these.

    >>> values = shell_hoop(np.array(1.0), np.array(0.5), np.array([0.0, 1 - 0.5 ** (1 / 3)]))
    >>> values.round(4)  # f at the surface, (1 + 2 f)/3 at the boundary
    array([0.5   , 0.6667])

    Source: R. Hill, The Mathematical Theory of Plasticity (1950), chapter V. Stress that plastic
    flow leaves behind when the boundary has gone is not in it.
    """
    yielded = np.maximum(ratio, 1.0)
    volume = (1 - depth) ** 3
    end = np.minimum(yielded * core, 1.0)
    with np.errstate(divide="ignore"):
        elastic = 2 / 3 * end * (0.5 / volume + 1)
        plastic = 1 - 2 / 3 * (1 - end) - 2 / 3 * np.log(end / volume)
        pressed = -2 / 3 * (np.log(end / core) + 1 - end)
    shell = np.where(volume >= end, elastic, plastic)
    return np.asarray(np.where(volume >= core * (1 - 1e-12), shell, pressed) / yielded)


@cache
def _shell_table() -> Array:
    """K/(S sqrt(R)) (m, a, f) of edge cracks, 0 where closed."""
    place, weight = edge_crack_rule(_POINTS)
    depth = DEPTHS[:, None, None] * place
    largest = []
    for first, last in pairwise(EDGES):
        core = np.maximum(first + (last - first) * _WITHIN, 1e-12)
        hoop = shell_hoop(_RATIOS[:, None, None, None], core[:, None], depth)
        largest.append((hoop @ weight).max(axis=-1))
    core = np.maximum(EDGES, 1e-12)
    ends = shell_hoop(_RATIOS[:, None, None, None], core[:, None], depth) @ weight
    unit = np.sqrt(np.pi * DEPTHS)[:, None] * _interleaved(ends, np.stack(largest, axis=-1))
    return np.asarray(np.maximum(unit, 0.0))


def _interleaved(ends: Array, within: Array) -> Array:
    """Values (..., t + 1) at the ends of parts and (..., t) within them, as (..., 2 t + 1)."""
    found = np.empty((*ends.shape[:-1], 2 * ends.shape[-1] - 1))
    found[..., ::2], found[..., 1::2] = ends, within
    return found


def shell_intensity(stress: Array, yield_stress: Array, radius: Array) -> Array:
    """K [Pa m^0.5] (n, a, t) of edge cracks of ``DEPTHS`` x R at the instants of ``PASSAGE``.

    ``stress`` S [Pa], ``yield_stress`` Y [Pa], ``radius`` R [m], (n,) each; 0 where the crack is
    closed. Half-plane, see :func:`~particle_sim.metrics.half_plane.edge_crack_rule`.
    """
    table, place = _shell_table(), np.log(np.maximum(stress / yield_stress, 1.0))
    step = np.log(_RATIOS)
    index = np.clip(np.searchsorted(step, place) - 1, 0, len(step) - 2)
    part = np.clip((place - step[index]) / (step[index + 1] - step[index]), 0, 1)[:, None, None]
    unit = table[index] * (1 - part) + table[index + 1] * part
    return np.asarray(unit * (stress * np.sqrt(radius))[:, None, None])


def core_intensity(stress: Array, yield_stress: Array, radius: Array) -> Array:
    """K [Pa m^0.5] (n, a, t) of penny cracks in the middle of a smaller core under tension, at
    the instants of ``PASSAGE``.

    K = 2 p sqrt(a/pi) (Sneddon, infinite body), p = (2/3) S (1 - f), or (2/3) Y (ln m + 1 - f m)
    and -(2/3) Y ln f where the shell yields; 0 for cracks wider than the core. The tension grows
    as the core shrinks: the largest of a part is at its end, or where the crack is as wide as it.
    """
    ratio = np.maximum(stress / yield_stress, 1.0)[:, None, None]
    least = DEPTHS[:, None] ** 3
    core = _interleaved(np.broadcast_to(EDGES, (len(DEPTHS), len(EDGES))), _within(least))
    wide = np.maximum(core, least)
    end = np.minimum(ratio * wide, 1.0)
    tension = np.minimum(np.log(ratio), -np.log(wide)) + 1 - end  # ln(end/wide), by its two cases
    unit = 4 / 3 * np.sqrt(DEPTHS / np.pi)[:, None] * (core >= least)
    return np.asarray(unit * tension * (stress * np.sqrt(radius) / ratio[:, 0, 0])[:, None, None])


def _within(least: Array) -> Array:
    """Core share (a, t) of each part at which a crack that needs a core of ``least`` (a, 1) is
    pulled hardest; below ``least`` where it is closed throughout."""
    return np.minimum(np.maximum(EDGES[1:], least), EDGES[:-1])
