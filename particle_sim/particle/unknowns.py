"""Unknowns of a scaled particle problem: states, stages and their numbering."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.fem.space import Integers, Space
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One implicit stage: time (scaled), its piece of history, its length and known history."""

    time: float
    piece: tuple[float, float]
    length: float
    history: Array


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """Unknowns sorted outwards, so that the matrix is banded: theta, then phi, then u.

    ``potential`` adds phi at the concentration dofs, ``displacement`` the space of u.
    """

    space: Space
    has_potential: bool
    displacement: Space | None

    @cached_property
    def _places(self) -> tuple[Integers, Integers, Integers]:
        positions = [self.space.nodes]
        if self.has_potential:
            positions.append(self.space.nodes)
        if self.displacement is not None:
            positions.append(self.displacement.nodes)
        order = np.argsort(np.concatenate(positions), kind="stable")
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        parts = np.split(place, np.cumsum([len(p) for p in positions])[:-1])
        nothing = np.zeros(0, dtype=np.intp)
        theta, phi, u = [*parts, nothing, nothing][:3]
        return theta, phi, u

    @property
    def theta(self) -> Integers:
        return self._places[0]

    @property
    def phi(self) -> Integers:
        return self._places[1]

    @property
    def u(self) -> Integers:
        return self._places[2]

    @property
    def size(self) -> int:
        return sum(len(part) for part in self._places)

    @cached_property
    def cell_dofs(self) -> Integers:
        """Places of every cell's unknowns: theta, phi, u side by side (e, i)."""
        cells = self.space.cell_dofs
        dofs = [self.theta[cells]]
        if self.has_potential:
            dofs.append(self.phi[cells])
        if self.displacement is not None:
            dofs.append(self.u[self.displacement.cell_dofs[: len(cells)]])
        return np.concatenate(dofs, axis=1)

    @cached_property
    def slices(self) -> tuple[slice, slice, slice]:
        """Where theta, phi and u sit among a cell's unknowns."""
        nodes = self.space.order + 1
        start = nodes * (1 + self.has_potential)
        return slice(0, nodes), slice(nodes, start), slice(start, self.cell_dofs.shape[1])
