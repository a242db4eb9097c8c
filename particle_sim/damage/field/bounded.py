"""The damage of least energy at a given displacement, within its bounds.

For a fixed displacement the energy is 1/2 d.H d - b.d + constant; it is minimised over
d_old <= d <= 1 by a primal-dual active set, exactly and without a history variable.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu

from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.solid import CrackDensity
from particle_sim.errors import ConvergenceError
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.sparse_pattern import SparsePattern, scatter
from particle_sim.units import Array

PASSES = 200
"""Changes of the active set; it takes a few."""

SMALL = 1e-12
"""Of the largest right side: multipliers below it are rounding."""


@dataclass(frozen=True, kw_only=True)
class BoundedDamage:
    """Damage (n,), the least, and the vertices that lie between the bounds."""

    damage: Array
    free: Integers


@dataclass(frozen=True, kw_only=True)
class DamageEnergy:
    """1/2 d.H d - b.d + c of one displacement: H (n, n), b (n,), c."""

    matrix: sparse.csr_array
    load: Array
    constant: float

    def of(self, damage: Array) -> float:
        """The energy that damage changes, crack energy included."""
        return float(damage @ (0.5 * (self.matrix @ damage) - self.load) + self.constant)

    def gradient(self, damage: Array) -> Array:
        return np.asarray(self.matrix @ damage - self.load)

    def least(self, damage: Array, lowest: Array) -> BoundedDamage:
        """The least over ``lowest`` <= d <= 1, from a guess."""
        tolerance = SMALL * float(np.abs(self.load).max() + np.abs(self.matrix.data).max())
        gradient = self.gradient(damage)
        low = (damage <= lowest) & (gradient >= -tolerance)
        high = (damage >= 1) & (gradient <= tolerance) & ~low
        for _ in range(PASSES):
            solved = self._solved(low, high, lowest)
            gradient = self.gradient(solved)
            inside = ~(low | high)
            new_low = (low & (gradient >= -tolerance)) | (inside & (solved < lowest))
            new_high = (high & (gradient <= tolerance)) | (inside & (solved > 1))
            if np.array_equal(new_low, low) and np.array_equal(new_high, high):
                return BoundedDamage(damage=solved, free=np.flatnonzero(inside))
            low, high = new_low, new_high & ~new_low
        raise ConvergenceError(
            f"The set of growing damage changed {PASSES} times without coming to rest; use a more "
            "even mesh.",
            last_state=damage,
            residuals=(),
        )

    def _solved(self, low: NDArray[np.bool_], high: NDArray[np.bool_], lowest: Array) -> Array:
        solved = np.where(low, lowest, 1.0)
        free = np.flatnonzero(~(low | high))
        if len(free):
            solved[free] = 0.0
            right = (self.load - self.matrix @ solved)[free]
            solved[free] = self.factors(free).solve(right)
        return solved

    def factors(self, free: Integers) -> SuperLU:
        """Of H between free vertices."""
        block = self.matrix[free][:, free].tocsc()
        return splu(
            block,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )


@dataclass(frozen=True, kw_only=True)
class DamageProblem:
    """Makes energies of displacements; ``worn`` (e, q) are fatigue factors f of the toughness."""

    body: CrackBody
    worn: Array

    def energy(self, density: Array) -> DamageEnergy:
        """Of the energy density psi_+ (e, q) at the points."""
        space, solid = self.body.damaged, self.body.solid
        values = space.values
        drive = 2 * density * space.weights
        matrix = self.pattern.assemble(
            (drive[:, None] * values.T[None]) @ values + self._resistance[0]
        )
        load = scatter(space.cell_dofs, drive @ values - self._resistance[1], space.dimension)
        constant = float(0.5 * drive.sum() * (1 + solid.residual_stiffness))
        return DamageEnergy(matrix=matrix, load=load, constant=constant)

    @cached_property
    def pattern(self) -> SparsePattern:
        dofs, n = self.body.damaged.cell_dofs, self.body.damaged.dimension
        return SparsePattern(rows=dofs, columns=dofs, shape=(n, n))

    @cached_property
    def _resistance(self) -> tuple[Array, Array]:
        """Second and first derivative of the crack energy, of every cell (e, i, i), (e, i)."""
        body, space = self.body, self.body.damaged
        density, slopes, values = body.solid.density, body.slopes, space.values
        scale = body.scale[:, None]
        cost = body.toughness[:, None] * self.worn * space.weights / density.normalisation
        along = (
            slopes
            if slopes.shape[1] > 1
            else np.broadcast_to(slopes, (*cost.shape, *slopes.shape[2:]))
        )
        flat = along.transpose(0, 2, 1, 3).reshape(*space.cell_dofs.shape, -1)
        weighted = (2 * (scale * cost)[..., None, None] * along).transpose(0, 2, 1, 3)
        matrix = flat @ weighted.reshape(flat.shape).transpose(0, 2, 1)
        if density is CrackDensity.AT1:
            return matrix, (cost / scale) @ values
        matrix = matrix + ((2 * cost / scale)[:, None] * values.T[None]) @ values
        return matrix, np.zeros(space.cell_dofs.shape)
