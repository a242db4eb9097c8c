"""Grain boundaries as bands of another toughness, which a crack 4 l wide spreads beyond.

A crack along the middle of a band of G_b and half-width b in grains of G_c costs, of least energy,

    AT1  2/c_w (G_b int_0^b (d/l + l d'^2) dx + G_c y^3/(6 l^3)) with d = 1 - s x + x^2/(4 l^2),
    s = (b + y G_c/G_b)/(2 l^2) and y = sqrt(4 l^2 - b^2 + (b G_c/G_b)^2) - b G_c/G_b
    AT2  G_b (sinh(b/l) + G_c/G_b cosh(b/l)) / (cosh(b/l) + G_c/G_b sinh(b/l))

from the profile whose G d' is continuous, the crack's damage ending at b + y. That is between G_b
and G_c; for a boundary that costs what was asked the band must be given less.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.solid import BrittleSolid, CrackDensity
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.units import Array, joule_per_square_metre

LEAST = 1e-4
"""Toughness of a band over the grains' below which it is a gap."""


@arguments_checked
def band_toughness(
    solid: BrittleSolid, asked: float, half_width: float, cell_size: float
) -> joule_per_square_metre:
    """G_b [J/m2] with which a crack along the band costs ``asked``, grains those of ``solid``.

    ``half_width`` b [m]; ``cell_size`` h [m]: a mesh's crack has a strip of one cell in its middle
    that is whole broken, and the share of G_c and l that :attr:`CrackBody.share` leaves. The
    strength of the band goes down with G_b too, to sqrt(G_b / G_c) of the grains'.

    Raises :class:`InputError` for a band narrower than a cell, or so narrow that no G_b is enough.

    >>> from particle_sim.damage.field import BrittleSolid, band_toughness
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=16.0, length_scale=40e-9
    ... )
    >>> [round(band_toughness(solid, 8.0, b, 10e-9), 2) for b in (25e-9, 45e-9, 90e-9)]
    [6.08, 7.66, 8.0]
    """
    if not 2 * half_width >= cell_size > 0:
        raise InputError(
            f"The band is {2 * half_width:.3g} m wide and its cells {cell_size:.3g} m; it must be "
            "one cell wide at least."
        )
    if not 0 < asked < np.inf:
        raise InputError(f"The boundary is to cost {asked:g} J/m2; it must be positive.")

    def excess(trial: float) -> float:
        return broken_band(solid, trial, half_width, cell_size) - asked

    low, high = LEAST * solid.toughness, max(asked, solid.toughness)
    while excess(high) < 0 and high < solid.toughness / LEAST:
        high *= 2
    if excess(low) > 0 or excess(high) < 0:
        raise InputError(
            f"No toughness makes a band {2 * half_width:.3g} m wide cost {asked:g} J/m2 between "
            f"grains of {solid.toughness:g} J/m2; make it as wide as the length scale."
        )
    return float(brentq(excess, low, high, xtol=1e-14 * high, rtol=1e-13))


def broken_band(
    solid: BrittleSolid, band: float, half_width: float, cell_size: float
) -> joule_per_square_metre:
    """What a crack along a band of G_b = ``band`` [J/m2] costs on a mesh of that cell size."""
    normal = solid.density.normalisation * solid.length_scale
    share = max(1 - cell_size / normal, 0.5)
    length, beside = share * solid.length_scale, half_width - cell_size / 2
    form = _first if solid.density is CrackDensity.AT1 else _second
    return share * form(band, solid.toughness, beside / length) + band * cell_size / normal


def _first(band: float, grain: float, width: float) -> float:
    """Both sides of an AT1 crack from the middle of a band b / l = ``width`` on either side."""
    if width >= 2:
        return band
    ratio = grain / band
    end = math.sqrt(4 - width**2 + (ratio * width) ** 2) - ratio * width
    steep = (width + ratio * end) / 2
    filled = width - steep * width**2 / 2 + width**3 / 12
    sloped = steep**2 * width - steep * width**2 / 2 + width**3 / 12
    return 2 / CrackDensity.AT1.normalisation * (band * (filled + sloped) + grain * end**3 / 6)


def _second(band: float, grain: float, width: float) -> float:
    ratio, inner = grain / band, math.tanh(width)
    return band * (inner + ratio) / (1 + ratio * inner)


@arguments_checked
def boundary_cells(mesh: BodyMesh, half_width: float) -> Array:
    """Whether a cell's middle is within ``half_width`` [m] of a boundary between regions (e,)."""
    corners = mesh.points[mesh.vertices]
    edges = np.sort(mesh.vertices[:, [[0, 1], [1, 2], [2, 0]]], axis=-1).reshape(-1, 2)
    _, number = np.unique(edges, axis=0, return_inverse=True)
    order = np.argsort(number.ravel(), kind="stable")
    same = np.flatnonzero(np.diff(number.ravel()[order]) == 0)
    one, other = order[same], order[same + 1]
    parted = mesh.regions[one // 3] != mesh.regions[other // 3]
    ends = mesh.points[edges[one[parted]]]
    middle, near = corners.mean(axis=1), np.zeros(len(corners), dtype=bool)
    for start, end in ends:
        along = end - start
        part = np.clip((middle - start) @ along / (along @ along), 0.0, 1.0)
        distance = np.linalg.norm(middle - start - part[:, None] * along, axis=1)
        near |= distance <= half_width
    return near


@arguments_checked
def with_boundaries(body: CrackBody, asked: float, half_width: float) -> CrackBody:
    """``body`` with bands around the boundaries of its regions along which a crack costs ``asked``.

    [J/m2]; ``half_width`` [m] to either side. The compensation takes the median size of the band's
    cells; how well it is met depends on how evenly they cover it. Where bands meet, at triple
    points, they count as one. A section's.

    >>> from dataclasses import replace
    >>> from particle_sim.damage.example import example_cracks
    >>> body = example_cracks().body
    >>> right = (body.mesh.points[body.mesh.cells, 0].mean(axis=1) > 2e-7).astype(int)
    >>> two = CrackBody(mesh=replace(body.mesh, regions=right), solid=body.solid)
    >>> weak = with_boundaries(two, 8.0, 45e-9).cell_toughness
    >>> float(weak.min().round(2)), float(weak.max())
    (7.65, 17.0)

    Raises :class:`InputError` for a mesh without boundaries between regions, and as
    :func:`band_toughness` does.
    """
    near = boundary_cells(body.mesh, half_width)
    if not near.any():
        raise InputError("The mesh has no boundary between regions; mesh its grains as regions.")
    size = float(np.median(body.cell_size[near]))
    given = np.full(len(near), body.solid.toughness)
    given[near] = band_toughness(body.solid, asked, half_width, size)
    return CrackBody(mesh=body.mesh, solid=body.solid, cell_toughness=given)
