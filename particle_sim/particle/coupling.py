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

    potential (e, i): s int (beta' : sigma) N_i with s = E_ref / (c_max R T); equilibrium (m,):
    K u - load. At the points, along the k axes of the chemical strain (e, q, k): ``tension`` is
    sigma, ``change`` beta' and ``bend`` beta''. The tangent is made when it is asked for.
    """

    coupler: Coupler
    potential: Array
    equilibrium: Array
    tension: Array
    change: Array
    bend: Array

    @property
    def elasticity(self) -> Elasticity:
        return self.coupler.elasticity

    @property
    def scale(self) -> float:
        return self.coupler.scale

    @cached_property
    def potential_slope(self) -> Array:
        """The potential's slope with theta at fixed displacement (e, i, i)."""
        return self.coupler.potential_slope(self)

    @cached_property
    def blocks(self) -> Array:
        """The cells' parts of ``push`` (e, i, j)."""
        return self.coupler.push_blocks(self.change)

    @cached_property
    def push(self) -> sparse.csr_array:
        """int N_i (C beta') : eps(v_j) (n, m).

        The potential's slope with u is s push, that of the equilibrium with theta is -push^T.
        """
        return self.coupler.pattern.assemble(self.blocks)

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

    @cached_property
    def _weights(self) -> Array:
        """Quadrature weights of active cells (e, q)."""
        return self.elasticity.space.weights[self.elasticity.active]

    def _parts(self) -> list[slice]:
        count = len(self.elasticity.active)
        return [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]

    def at(self, theta: Array, u: Array) -> Coupling:
        """Assemble at cell dofs ``theta`` (e, i) and displacement ``u`` (m,)."""
        elasticity, values = self.elasticity, self.elasticity.sodium.values
        local = u[self.pattern.columns]
        beta, change, bend = elasticity.regions.chemical_strain(theta @ values.T)
        tension, loads = np.empty_like(beta), np.empty(local.shape)
        for part in self._parts():
            pull = elasticity.drive(part) @ local[part, :, None]
            tension[part] = pull.reshape(beta[part].shape) - beta[part] @ self._stiff[part]
            loads[part] = elasticity.driven(part, beta[None, part])[0]
        load = elasticity.standing_load + elasticity.sum_cells(loads[None])[0]
        equilibrium = elasticity.constant_stiffness @ u - load
        equilibrium[elasticity.supports.fixed] = 0.0
        return Coupling(
            coupler=self,
            potential=self.scale * (self._weights * _contract(change, tension)) @ values,
            equilibrium=equilibrium,
            tension=tension,
            change=change,
            bend=bend,
        )

    def potential_slope(self, at: Coupling) -> Array:
        """s int (beta'' : sigma - beta' : C : beta') N_i N_j (e, i, j)."""
        bent = _contract(at.bend, at.tension) - _contract(at.change, at.change @ self._stiff)
        nodes = self.elasticity.sodium.values.shape[1]
        flat = (self._weights * bent) @ self._pairs
        return np.asarray(self.scale * flat.reshape(-1, nodes, nodes))

    def push_blocks(self, change: Array) -> Array:
        """int N_i (C beta') : eps(v_j) by cell (e, i, j)."""
        values, columns = self.elasticity.sodium.values, self.pattern.columns.shape[1]
        blocks = np.empty((len(change), values.shape[1], columns))
        for part in self._parts():
            moved = self._weights[part, :, None] * change[part]
            shaped = values.T[None, :, :, None] * moved[:, None]
            blocks[part] = shaped.reshape(*shaped.shape[:2], -1) @ self.elasticity.drive(part)
        return blocks


def _contract(first: Array, second: Array) -> Array:
    """Sum over the k axes (c, q)."""
    return np.asarray(np.einsum("cqk,cqk->cq", first, second))
