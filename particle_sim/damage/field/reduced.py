"""A Newton step for the damage, with the displacement in balance at every damage.

The energy F(d) = min_u E(u, d) has the Hessian S = H - C^T K^-1 C between the vertices whose
damage grows: H and K are the Hessians in d and u, C the mixed one. Conjugate gradients on S,
preconditioned by H, begin with the direction in which an alternation goes and end where S curves
downwards, which it does while a crack runs (Steihaug, SIAM J. Numer. Anal. 20 (1983) 626). K may
be that of an earlier, smaller damage: it is stiffer, so that S is overestimated.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from particle_sim.damage.field.balance import Balance
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.bounded import BoundedDamage, DamageEnergy
from particle_sim.fem.body_mesh import Integers
from particle_sim.units import Array

ITERATIONS = 40
FARTHEST = 0.3
"""Largest change of damage in a step; a longer one may leave the minimum that is near for a
deeper one, such as a body cut in two by a dead load."""

ENOUGH = 0.03
"""Residual of the Newton equation over its right side."""

FLAT = 1e-3
"""Curvature along a direction, over that at fixed displacement, below which there is none."""


def newton_damage(
    body: CrackBody,
    balance: Balance,
    free_displacements: Integers,
    energy: DamageEnergy,
    damage: Array,
    alternate: BoundedDamage,
    lowest: Array,
) -> tuple[Array, Array]:
    """A trial (n,) from ``damage``, and about the displacement that balances it.

    Where ``alternate`` is at a bound it is taken over.
    """
    free = alternate.free
    trial = alternate.damage.copy()
    trial[free] = damage[free]
    mixed = _mixed(body, balance, trial, free_displacements, free)
    own = energy.matrix[free][:, free]
    factors, stiff = energy.factors(free), balance.factors

    def curve(direction: Array) -> tuple[Array, Array]:
        fixed = own @ direction
        pulled = mixed.T @ stiff.precondition(mixed @ direction)
        return fixed - pulled, fixed

    step = _truncated(curve, factors.solve, -energy.gradient(trial)[free])
    trial[free] = np.clip(trial[free] + step, lowest[free], 1.0)
    moved = balance.displacement.copy()
    moved[free_displacements] -= stiff.precondition(mixed @ (trial - damage)[free])
    return trial, moved


def _truncated(
    curve: Callable[[Array], tuple[Array, Array]],
    precondition: Callable[[Array], Array],
    residual: Array,
) -> Array:
    """Conjugate gradients until enough, or until the curvature ends or damage changes too far."""
    found = np.zeros_like(residual)
    allowed = ENOUGH * np.linalg.norm(residual)
    towards = precondition(residual)
    direction, size = towards, float(residual @ towards)
    if size == 0:
        return found
    for _ in range(ITERATIONS):
        curved, fixed = curve(direction)
        curvature = float(direction @ curved)
        if curvature <= FLAT * float(direction @ fixed):
            break
        longer = found + size / curvature * direction
        if np.abs(longer).max() > FARTHEST:
            break
        found = longer
        residual = residual - size / curvature * curved
        if np.linalg.norm(residual) <= allowed:
            break
        towards = precondition(residual)
        before, size = size, float(residual @ towards)
        direction = towards + size / before * direction
    return found


def _mixed(
    body: CrackBody, balance: Balance, damage: Array, rows: Integers, free: Integers
) -> sparse.csr_array:
    """d^2 E / du dd between free displacements and free vertices."""
    place = np.full(body.damaged.dimension, -1, dtype=np.intp)
    place[free] = np.arange(len(free))
    columns = place[body.damaged.cell_dofs]
    cells = np.flatnonzero((columns >= 0).any(axis=1))
    slope = -2 * (1 - body.at_points(damage)[cells]) * body.moved.weights[cells]
    matrix = body.strain_matrix[cells]
    pull = (slope[..., None] * balance.response.stress[cells])[..., None, :] @ matrix
    blocks = pull[:, :, 0].transpose(0, 2, 1) @ body.damaged.values  # cell, displacement, vertex
    row = np.full(body.size, -1, dtype=np.intp)
    row[rows] = np.arange(len(rows))
    i = np.broadcast_to(row[body.cell_dofs[cells]][:, :, None], blocks.shape).ravel()
    k = np.broadcast_to(columns[cells][:, None], blocks.shape).ravel()
    kept = (i >= 0) & (k >= 0)
    entries = (blocks.ravel()[kept], (i[kept], k[kept]))
    return sparse.csr_array(sparse.coo_array(entries, shape=(len(rows), len(free))))
