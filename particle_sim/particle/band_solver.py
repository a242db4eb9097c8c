"""Systems of a line by one band LU of all unknowns, sorted outwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.banded import BandedFactors, BandedMatrix, BandedPattern
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import Space
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.linearised import Linearised
from particle_sim.units import Array


@dataclass(kw_only=True)
class BandSolver:
    """Direct; the factors of the last tangent serve again while it stays the same.

    ``fields``: theta alone or with phi; ``elasticity`` where stress acts back on the sodium.
    """

    space: Space
    fields: int
    elasticity: Elasticity | None
    methods: set[str] = field(default_factory=lambda: {"banded LU"})
    _last: tuple[Linearised, BandedFactors] | None = None
    _mass: BandedFactors | None = None

    @cached_property
    def _places(self) -> Integers:
        """Where each unknown stands in the matrix: theta, phi and u of a node side by side."""
        positions, whole = [self.space.nodes[:, 0]] * self.fields, 0
        if self.elasticity is not None:
            positions.append(self.elasticity.space.nodes[:, 0])
            whole = self.elasticity.motions.count
        order = np.argsort(np.concatenate(positions), kind="stable")
        places = np.empty(len(order) + whole, dtype=np.intp)
        places[order] = np.arange(len(order))
        places[len(order) :] = np.arange(len(order), len(places))
        return places

    @cached_property
    def _order(self) -> Integers:
        """The unknown at each place."""
        return np.argsort(self._places)

    @cached_property
    def _pattern(self) -> BandedPattern:
        n, cells, whole = self.space.dimension, self.space.cell_dofs, 0
        unknowns = [cells + k * n for k in range(self.fields)]
        if self.elasticity is not None:
            moved = self.elasticity.cell_dofs[self.elasticity.active]
            unknowns.append(moved + self.fields * n)
            whole = self.elasticity.motions.count
        return BandedPattern(
            cell_dofs=self._places[np.concatenate(unknowns, axis=1)],
            dimension=len(self._places) - whole,
            border=whole,
        )

    @cached_property
    def _stiffness(self) -> BandedMatrix:
        assert self.elasticity is not None
        places = self._places[self.fields * self.space.dimension :]
        return self._pattern.banded(self.elasticity.constant_stiffness, places)

    def solve(
        self, tangent: Linearised, residual: Array, overall_residual: Array
    ) -> tuple[Array, Array]:
        """Step of all unknowns; there are no global ones besides the displacement's."""
        places, n = self._places, self.space.dimension
        step = self._factors(tangent).solve(residual[self._order])[places]
        np.negative(step, out=step)
        if not tangent.held:  # rounding of a long step in small cells makes sodium
            volumes, sodium = self.space.volumes, step[:n]
            made = np.add.reduce(residual[:n]) + volumes @ sodium + tangent.borders.outflow_of(step)
            sodium -= made / self.space.volume
        return step, overall_residual

    def _factors(self, tangent: Linearised) -> BandedFactors:
        """Those of the last tangent again, where it is the same one."""
        known = self._last
        if known is None or not _is_same(known[0], tangent):
            known = self._last = (tangent, self._matrix(tangent).factorise())
        return known[1]

    def _matrix(self, linearised: Linearised) -> BandedMatrix:
        coupling, blocks = linearised.coupling, linearised.blocks
        if coupling is None:
            matrix = self._pattern.assemble(blocks)
        else:
            i, a, j = coupling.blocks.shape[1], blocks.shape[1], coupling.blocks.shape[2]
            whole = np.zeros((len(blocks), a + j, a + j))
            whole[:, :a, :a] = blocks
            whole[:, i:a, a:] = coupling.scale * coupling.blocks
            whole[:, a:, :i] = -coupling.blocks.transpose(0, 2, 1)
            matrix = self._pattern.assemble(whole) + self._stiffness
            fixed = np.flatnonzero(coupling.elasticity.supports.fixed)
            for place in self._places[fixed + self.fields * self.space.dimension]:
                matrix.make_identity_row(int(place))
        for place in self._places[linearised.held_dofs]:
            matrix.make_identity_row(int(place))
        return matrix

    def solve_mass(self, matrix: sparse.csr_array, right_side: Array, *, symmetric: bool) -> Array:
        """Solve with the mass matrix."""
        if self._mass is None:
            pattern = BandedPattern(cell_dofs=self.space.cell_dofs, dimension=len(right_side))
            self._mass = pattern.banded(matrix, np.arange(len(right_side))).factorise()
        return self._mass.solve(right_side)


def _is_same(one: Linearised, other: Linearised) -> bool:
    """Whether two tangents are equal to rounding, which cannot unbalance the sodium."""
    if one is other:
        return True
    return one.is_linear and other.is_linear and abs(one.length / other.length - 1) < 1e-9
