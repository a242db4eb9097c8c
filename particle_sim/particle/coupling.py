"""How stress acts on the sodium, and sodium on the displacement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.sparse_pattern import SparsePattern
from particle_sim.particle.elasticity import CHUNK, Elasticity
from particle_sim.transport.scales import Scales
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Coupling:
    """The mechanical rows and columns of one stage; e active cells, i sodium dofs per cell.

    potential (e, i): s int (beta' : sigma) N_i with s = E_ref / (c_max R T), and its slope with
    theta at fixed displacement (e, i, i). equilibrium (m,): K u - load. ``blocks`` (e, i, j) are
    the cells' parts of ``push`` (n, m), int N_i (C beta') : eps(v_j): the potential's slope with u
    is s push, that of the equilibrium with theta is -push^T.
    """

    elasticity: Elasticity
    pattern: SparsePattern
    scale: float
    potential: Array
    potential_slope: Array
    equilibrium: Array
    blocks: Array

    @cached_property
    def push(self) -> sparse.csr_array:
        """What sodium does to the displacement (n, m)."""
        return self.pattern.assemble(self.blocks)

    def apply(self, theta: Array, u: Array) -> tuple[Array, Array]:
        """The tangent's action: on the potential's rows (n,), on equilibrium (m,)."""
        free = ~self.elasticity.supports.fixed
        moved = np.where(free, u, 0.0)
        force = self.elasticity.constant_stiffness @ moved - self.push.T @ theta
        return self.scale * (self.push @ moved), np.where(free, force, u)


@dataclass(frozen=True, kw_only=True)
class Coupler:
    """Makes the couplings of one particle's stages."""

    elasticity: Elasticity
    scale: float

    @staticmethod
    def of(elasticity: Elasticity, scales: Scales) -> Coupler:
        """For the units of a scaled problem."""
        modulus = elasticity.regions.reference_modulus
        return Coupler(
            elasticity=elasticity, scale=modulus / (scales.concentration * scales.energy)
        )

    @cached_property
    def pattern(self) -> SparsePattern:
        """Of ``push``."""
        elasticity = self.elasticity
        return SparsePattern(
            rows=elasticity.sodium.cell_dofs,
            columns=elasticity.cell_dofs[elasticity.active],
            shape=(elasticity.sodium.dimension, elasticity.size),
        )

    @cached_property
    def _stiff(self) -> Array:
        """C between the k axes of the chemical strain in active cells (c, k, k)."""
        regions = self.elasticity.regions
        of = self.elasticity.space.mesh.regions[self.elasticity.active]
        axes = regions.strain_axes[of]
        return np.asarray(axes @ regions.stiffness[of] @ axes.transpose(0, 2, 1))

    @cached_property
    def _pairs(self) -> Array:
        values = self.elasticity.sodium.values
        return np.asarray(np.einsum("qi,qj->qij", values, values).reshape(len(values), -1))

    def at(self, theta: Array, u: Array) -> Coupling:
        """Assemble at cell dofs ``theta`` (e, i) and displacement ``u`` (m,)."""
        elasticity, values = self.elasticity, self.elasticity.sodium.values
        points, local = theta @ values.T, u[self.pattern.columns]
        potential = np.empty_like(theta)
        slope = np.empty((*theta.shape, theta.shape[1]))
        blocks = np.empty((*theta.shape, local.shape[1]))
        loads = np.empty(local.shape)
        for start in range(0, len(theta), CHUNK):
            part = slice(start, start + CHUNK)
            beta, change, bend = elasticity.regions.chemical_strain(points[part])
            drive, stiff = elasticity.drive(part), self._stiff[part]
            weights = elasticity.space.weights[elasticity.active[part]]
            pull = (drive @ local[part, :, None]).reshape(beta.shape) - beta @ stiff
            potential[part] = self.scale * (weights * _contract(change, pull)) @ values
            bent = _contract(bend, pull) - _contract(change, change @ stiff)
            slope[part] = self.scale * ((weights * bent) @ self._pairs).reshape(slope[part].shape)
            moved = weights[..., None] * change  # (c, q, k)
            shaped = values.T[None, :, :, None] * moved[:, None]
            blocks[part] = shaped.reshape(*shaped.shape[:2], -1) @ drive
            loads[part] = elasticity.driven(part, beta[None])[0]
        load = elasticity.standing_load + elasticity.sum_cells(loads[None])[0]
        equilibrium = elasticity.constant_stiffness @ u - load
        equilibrium[elasticity.supports.fixed] = 0.0
        return Coupling(
            elasticity=elasticity,
            pattern=self.pattern,
            scale=self.scale,
            potential=potential,
            potential_slope=slope,
            equilibrium=equilibrium,
            blocks=blocks,
        )


def _contract(first: Array, second: Array) -> Array:
    """Sum over the k axes (c, q)."""
    return np.asarray(np.einsum("cqk,cqk->cq", first, second))
