"""How large the cells of a section may be where phases part: what the mesh of a run follows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from particle_sim.checks import check_fields
from particle_sim.errors import InputError
from particle_sim.fem.bisection import Bisection, Mask, bisected
from particle_sim.particle.coupling import held_back
from particle_sim.particle.interface import interface_width
from particle_sim.particle.system import ParticleSystem
from particle_sim.transport.coefficients import flux_coefficients
from particle_sim.units import Array

STEEP = 0.1
"""Slope of theta over that of a boundary of full width above which a point belongs to one."""

WAVE_NODES = 8.0
"""Node distances in the fastest wave of a filling that is unstable."""

TAIL = 3
"""Cells next to a boundary that must be as small as its own."""

TOLD = 1.5
"""Cell over the demanded one from which another mesh is made."""


@dataclass(frozen=True, kw_only=True)
class Adaptive:
    """Cells of a section that follow its phase boundary, for ``solve_particle(adaptive=...)``.

    Cells are halved, from those of the particle's mesh, until ``nodes`` node distances cross the
    boundary of the plateau that a point is on, and eight the fastest wave of an unstable filling.
    They stay as small for ``ahead`` widths around, so that the boundary can move that far before
    another mesh is made, and grow from there by ``growth`` per distance.

    >>> Adaptive(nodes=6)
    Adaptive(nodes=6, ahead=1.5, growth=0.5)

    Raises :class:`InputError` for a field that is no number or not positive.
    """

    nodes: float = 4.0
    ahead: float = 1.5
    growth: float = 0.5

    def __post_init__(self) -> None:
        check_fields(self)
        for name, low, high in (("nodes", 2, 20), ("ahead", 0.5, 20), ("growth", 0.05, 2)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"Adaptive: {name} is {value}; it must lie in [{low}, {high}].")


def wanted_sizes(settings: Adaptive, system: ParticleSystem, theta: Array) -> Array:
    """Largest size (2 A)^(1/2) of every cell (e,) of the system's mesh that holds theta (n,)."""
    space, scales = system.space, system.scales
    local = theta[space.cell_dofs]
    values = local @ space.values.T
    slope = np.linalg.norm(np.einsum("eqia,ei->eqa", space.gradients, local), axis=2)
    width, share = _widths(system, values)
    spacing = np.where(slope * width > STEEP * share, width / settings.nodes, np.inf)
    flux = flux_coefficients(system.particle.physics, system.material, scales, values)
    assert flux.mobility is not None
    stiff = 2 * flux.mobility * system.transport.coefficients.gradient_energy
    drive = -flux.diffusivity
    if system.is_coupled:
        drive = drive - flux.mobility * held_back(system.coupler, values)
    square = np.maximum(drive, 0) / np.maximum(stiff, 1e-300)
    with np.errstate(divide="ignore"):
        spacing = np.minimum(spacing, 2 * math.pi / WAVE_NODES / np.sqrt(square))
    return np.asarray(space.order * spacing.min(axis=1))


def _widths(system: ParticleSystem, theta: Array) -> tuple[Array, Array]:
    """Scaled width of a boundary on the plateau of each filling, and the plateau's share."""
    material, scales = system.material, system.scales
    widest = interface_width(material, system.particle.physics, scales.temperature)
    assert widest is not None
    starts = np.array([step.start for step in material.steps])
    shares = np.array([step.share for step in material.steps])
    share = shares[np.searchsorted(starts[1:], theta, side="right")]
    return widest / scales.length * np.sqrt(share / shares.max()), share


def next_cells(
    settings: Adaptive, system: ParticleSystem, cells: Bisection, theta: Array
) -> Bisection:
    """The mesh for a state theta (n,) on the present one."""
    wanted = wanted_sizes(settings, system, theta)
    ahead = settings.ahead * settings.nodes / system.space.order  # over the wanted size
    allowed = np.append(_graded(cells, wanted, ahead, settings.growth), np.inf)

    def divides(new: Bisection) -> Mask:
        first, last = cells.holding(new.starts), cells.holding(new.ends - 1)
        ranges = np.stack([first, last + 1], axis=1).ravel()
        return np.asarray(new.sizes > np.minimum.reduceat(allowed, ranges)[::2])

    return bisected(cells.base, divides)


def _graded(cells: Bisection, wanted: Array, ahead: float, growth: float) -> Array:
    """Largest size of every cell: as wanted there, or of those around it with the distance."""
    allowed, centres = wanted.copy(), cells.centres
    busy = np.flatnonzero(np.isfinite(wanted))
    levels = np.floor(2 * np.log2(wanted[busy]))
    for level in np.unique(levels):
        some = busy[levels == level]
        size = float(wanted[some].min())
        distance, _ = KDTree(centres[some]).query(centres)
        beyond = np.maximum(distance - ahead * size, 0.0)
        allowed = np.minimum(allowed, size + growth * beyond)
    return allowed


def largest_around(system: ParticleSystem, cells: Bisection) -> Array:
    """Largest size among the cells around every cell (e,), as far as ``TAIL``."""
    owners = system.space.mesh.facets.owners
    one, other = owners[owners[:, 1] >= 0].T
    largest = cells.sizes.copy()
    for _ in range(TAIL):
        here = largest.copy()
        np.maximum.at(largest, one, here[other])
        np.maximum.at(largest, other, here[one])
    return largest
