"""What came of a body's grain boundaries: openings, damage, energies, jumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw
from particle_sim.damage.interfaces.path import PopIn
from particle_sim.damage.interfaces.split_body import SplitBody
from particle_sim.fem.body_mesh import Integers
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class OpenedBoundary:
    """One pair of grains at one time: area [m2] (per metre in plane strain), share of it that is
    broken (D = 1), largest normal opening [m], and energy dissipated [J]."""

    grains: tuple[int, int]
    area: float
    broken: float
    largest_opening: float
    dissipated: float


@dataclass(frozen=True, kw_only=True)
class BoundaryOpening:
    """State of every boundary between regions at t loads; f facets with q points each.

    ``time`` (t,) [s], or the number of the load. grains (f, 2), ascending; positions (f, q, d) [m];
    areas (f, q) [m2], [m] in plane strain, around the axis in a meridian section. normal_opening
    (negative: pressed together, by the penalty), shear_opening and ``largest`` effective opening so
    far (t, f, q) [m]. Energies (t,) [J], per metre in plane strain: ``strain_energy`` of the
    grains, ``stored`` in the boundaries, ``dissipated`` so far. ``displacement`` (t, m): unknowns
    of ``body``, scaled by ``length`` [m]. ``traction`` (t,) [Pa] where the body was pulled, else
    ``None``.
    """

    law: CohesiveLaw
    body: SplitBody
    length: float
    time: Array
    grains: Integers
    positions: Array
    areas: Array
    normal_opening: Array
    shear_opening: Array
    largest: Array
    strain_energy: Array
    stored: Array
    dissipated: Array
    displacement: Array
    pop_ins: tuple[PopIn, ...]
    traction: Array | None = None

    @property
    def damage(self) -> Array:
        """Share of the stiffness that is lost, D (t, f, q)."""
        return self.law.damage(self.largest)

    @property
    def spent(self) -> Array:
        """Share of G that is dissipated (t, f, q); grows evenly with the opening, unlike D."""
        return self.law.dissipated(self.largest) / self.law.energy

    @property
    def broken(self) -> NDArray[np.bool_]:
        """Points where the two sides hold together no more (t, f, q)."""
        return np.asarray(self.largest >= self.law.opening_at_break)

    @property
    def cracked_share(self) -> Array:
        """Share of the boundaries' area that is broken (t,)."""
        return np.asarray(np.sum(self.broken * self.areas, axis=(1, 2)) / self.areas.sum())

    def boundaries(self, index: int) -> tuple[OpenedBoundary, ...]:
        """Every pair of touching grains at a load, the most dissipating first."""
        pairs = [self._boundary(index, pair) for pair in np.unique(self.grains, axis=0)]
        return tuple(sorted(pairs, key=lambda each: -each.dissipated))

    def _boundary(self, index: int, pair: Integers) -> OpenedBoundary:
        own = np.all(self.grains == pair, axis=1)
        areas = self.areas[own]
        return OpenedBoundary(
            grains=(int(pair[0]), int(pair[1])),
            area=float(areas.sum()),
            broken=float(areas[self.broken[index, own]].sum() / areas.sum()),
            largest_opening=float(self.normal_opening[index, own].max()),
            dissipated=float(np.sum(areas * self.law.dissipated(self.largest[index, own]))),
        )
