"""How stress acts on the sodium, and sodium on the displacement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import Integers, Symmetry
from particle_sim.fem.sparse_pattern import SparsePattern, scatter
from particle_sim.particle.elasticity import CHUNK, Elasticity
from particle_sim.particle.stiffness import relaxed_stiffness
from particle_sim.transport.scales import Scales
from particle_sim.units import Array

IN_PLANE = {Symmetry.PLANE: (0, 1), Symmetry.AXISYMMETRIC: (0, 2)}
"""Axes along which a section may strain."""


@dataclass(frozen=True, kw_only=True)
class Coupling:
    """The mechanical rows and columns of one stage; e active cells, i sodium dofs per cell.

    potential (n,): s int (beta' : sigma) N_i with s = E_ref / (c_max R T); equilibrium (m,):
    K u - load. At the points: ``change`` (e, q, k) is beta' along the k axes of the chemical
    strain, ``bent`` (e, q) beta'' : sigma. The tangent is made when it is asked for.
    """

    coupler: Coupler
    potential: Array
    equilibrium: Array
    change: Array
    bent: Array

    @property
    def elasticity(self) -> Elasticity:
        return self.coupler.elasticity

    @property
    def scale(self) -> float:
        return self.coupler.scale

    @cached_property
    def potential_slope(self) -> Array:
        """The potential's slope with theta at fixed displacement (e, i, i)."""
        return self.coupler.integrated(-self.clamped)

    @cached_property
    def clamped(self) -> Array:
        """s (beta' : C : beta' - beta'' : sigma) (e, q): what theta takes from phi in a body that
        cannot strain.
        """
        return self._answer(self.coupler.stiff)

    @cached_property
    def relaxed(self) -> Array:
        """The same where it may, along short waves, with what that leaves of C."""
        return self._answer(self.coupler.relaxed_stiff)

    def _answer(self, stiff: Array) -> Array:
        """With some stiffness (c, k, k)."""
        both = _contract(self.change, self.change @ stiff)
        return np.asarray(self.scale * (both - self.bent))

    @cached_property
    def blocks(self) -> Array:
        """The cells' parts of ``push`` (e, i, j)."""
        return self.coupler.push_blocks(self.change)

    @cached_property
    def push(self) -> sparse.csr_array:
        """int N_i (C beta') : eps(v_j) (n, m).

        The potential's slope with u is s push, that of the equilibrium with theta is -push^T.
        """
        standing = self.coupler.standing
        return self.coupler.pattern.assemble(self.blocks) if standing is None else standing.push

    def apply(self, theta: Array, u: Array) -> tuple[Array, Array]:
        """The tangent's action: on the potential's rows (n,), on equilibrium (m,)."""
        free = ~self.elasticity.supports.fixed
        moved = np.where(free, u, 0.0)
        force = self.elasticity.constant_stiffness @ moved - self.push.T @ theta
        return self.scale * (self.push @ moved), np.where(free, force, u)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Of a strain linear in theta: ``push`` (n, m), ``clamped`` (n, n), ``change`` (e, q, k)."""

    push: sparse.csr_array
    clamped: sparse.csr_array
    change: Array


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
    def stiff(self) -> Array:
        """C between the k axes of the chemical strain in active cells (c, k, k)."""
        regions = self.elasticity.regions
        axes = regions.strain_axes
        return np.asarray(axes @ regions.stiffness @ axes.transpose(0, 2, 1))[self._regions]

    @cached_property
    def relaxed_stiff(self) -> Array:
        """What is left of it along short waves, see ``relaxed_stiffness`` (c, k, k)."""
        regions = self.elasticity.regions
        plane = IN_PLANE.get(self.elasticity.symmetry, (0, 1, 2))
        each = zip(regions.stiffness, regions.strain_axes, strict=True)
        return np.stack([relaxed_stiffness(c, axes, plane) for c, axes in each])[self._regions]

    @property
    def _regions(self) -> Integers:
        return self.elasticity.space.mesh.regions[self.elasticity.active]

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

    @cached_property
    def standing(self) -> Standing | None:
        """The matrices of a body whose chemical strain is linear in theta; else ``None``."""
        is_line, probe = self.elasticity.space.mesh.dimension == 1, np.linspace(-0.1, 1.1, 25)
        change = self.elasticity.regions.chemical_strain(probe)[1]
        return None if is_line or np.ptp(change, axis=0).any() else _standing(self, change[0])

    def at(self, theta: Array, u: Array) -> Coupling:
        """Assemble at site fractions ``theta`` (n,) and displacement ``u`` (m,)."""
        if self.standing is None:
            return _varying(self, theta, u)
        standing = self.standing
        moved = theta - self.elasticity.regions.material.stress_free_site_fraction
        load = self.elasticity.standing_load + standing.push.T @ moved
        return Coupling(
            coupler=self,
            potential=self.scale * (standing.push @ u) - standing.clamped @ moved,
            equilibrium=self._equilibrium(u, load),
            change=standing.change,
            bent=np.broadcast_to(0.0, standing.change.shape[:2]),
        )

    def _equilibrium(self, u: Array, load: Array) -> Array:
        left = self.elasticity.constant_stiffness @ u - load
        left[self.elasticity.supports.fixed] = 0.0
        return np.asarray(left)

    def integrated(self, factor: Array) -> Array:
        """int factor N_i N_j by cell (e, i, j) of a factor (e, q)."""
        nodes = self.elasticity.sodium.values.shape[1]
        flat = (self._weights * factor) @ self._pairs
        return np.asarray(flat.reshape(-1, nodes, nodes))

    def push_blocks(self, change: Array) -> Array:
        """int N_i (C beta') : eps(v_j) by cell (e, i, j)."""
        values, columns = self.elasticity.sodium.values, self.pattern.columns.shape[1]
        blocks = np.empty((len(change), values.shape[1], columns))
        for part in self._parts():
            moved = self._weights[part, :, None] * change[part]
            shaped = values.T[None, :, :, None] * moved[:, None]
            blocks[part] = shaped.reshape(*shaped.shape[:2], -1) @ self.elasticity.drive(part)
        return blocks


def held_back(coupler: Coupler, theta: Array) -> Array:
    """s beta' : C : beta' of short waves at fillings (c, q): what it takes from their growth."""
    change = coupler.elasticity.regions.chemical_strain(theta)[1]
    return np.asarray(coupler.scale * _contract(change, change @ coupler.relaxed_stiff))


def _standing(coupler: Coupler, change: Array) -> Standing:
    """Of slopes (k,) that are the same everywhere."""
    sodium = coupler.elasticity.sodium
    every = np.broadcast_to(change, (*coupler._weights.shape, len(change)))
    pattern = SparsePattern(
        rows=sodium.cell_dofs, columns=sodium.cell_dofs, shape=(sodium.dimension,) * 2
    )
    clamped = coupler.scale * _contract(every, every @ coupler.stiff)
    return Standing(
        push=coupler.pattern.assemble(coupler.push_blocks(every)),
        clamped=pattern.assemble(coupler.integrated(clamped)),
        change=every,
    )


def _varying(coupler: Coupler, theta: Array, u: Array) -> Coupling:
    """Where the slope of the strain depends on theta."""
    elasticity, values = coupler.elasticity, coupler.elasticity.sodium.values
    local, dofs = u[coupler.pattern.columns], elasticity.sodium.cell_dofs
    beta, change, bend = elasticity.regions.chemical_strain(theta[dofs] @ values.T)
    tension, loads = np.empty_like(beta), np.empty(local.shape)
    for part in coupler._parts():
        drive = elasticity.drive(part)
        pull = drive @ local[part, :, None]
        tension[part] = pull.reshape(beta[part].shape) - beta[part] @ coupler.stiff[part]
        loads[part] = elasticity.driven(part, beta[None, part], drive)[0]
    potential = coupler.scale * (coupler._weights * _contract(change, tension)) @ values
    return Coupling(
        coupler=coupler,
        potential=scatter(dofs, potential, len(theta)),
        equilibrium=coupler._equilibrium(
            u, elasticity.standing_load + elasticity.sum_cells(loads[None])[0]
        ),
        change=change,
        bent=_contract(bend, tension),
    )


def _contract(first: Array, second: Array) -> Array:
    """Sum over the k axes (c, q)."""
    return np.asarray(np.einsum("cqk,cqk->cq", first, second))
