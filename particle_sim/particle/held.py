"""Surfaces whose concentration is held: their rows of the system, and what passes through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import Space
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class HeldSurfaces:
    """Site fractions by the names of the boundaries where they are held."""

    space: Space
    values: Mapping[str, float]

    @staticmethod
    def of(space: Space, conditions: Mapping[str, SurfaceCondition]) -> HeldSurfaces:
        """Those of all surface conditions."""
        every = {name: c.held_site_fraction for name, c in conditions.items()}
        values = {name: value for name, value in every.items() if value is not None}
        return HeldSurfaces(space=space, values=values)

    @cached_property
    def by_name(self) -> dict[str, Integers]:
        """Dofs of each (k,)."""
        return {name: self.space.boundary_dofs(name) for name in self.values}

    @cached_property
    def dofs(self) -> Integers:
        """Dofs of all (h,)."""
        return np.concatenate([*self.by_name.values(), np.zeros(0, dtype=np.intp)])

    def put(self, packed: Array) -> None:
        """Set the unknowns to what is held, in place."""
        for name, value in self.values.items():
            packed[self.by_name[name]] = value

    def replace(self, residual: Array, packed: Array) -> dict[str, float]:
        """Replace held rows, in place; what the other rows still lack counts as passed by them."""
        if not self.values:
            return {}
        lacking = self.shares(residual[: self.space.dimension])
        for name, value in self.values.items():
            dofs = self.by_name[name]
            residual[dofs] = packed[dofs] - value
        return lacking

    def shares(self, rows: Array) -> dict[str, float]:
        """Sum of sodium's rows by surface; those of other dofs are divided among the surfaces."""
        shares = {name: float(rows[dofs].sum()) for name, dofs in self.by_name.items()}
        rest = float(rows.sum()) - sum(shares.values())
        return {name: share + rest / len(shares) for name, share in shares.items()}
