"""How stress acts on the sodium of a body, and sodium on the displacement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from particle_sim.particle.body.elasticity import CHUNK, BodyElasticity
from particle_sim.particle.body.kinematics import point_forces, strain_of
from particle_sim.transport.scales import Scales
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Coupling:
    """The mechanical rows and columns of one stage; e active cells, i sodium dofs per cell.

    potential (e, i): s int (beta' : sigma) N_i with s = E_ref / (c_max R T), and its slope with
    theta at fixed displacement (e, i, j). equilibrium (m,): K u - load. ``push`` (n, m) holds
    int N_i (C beta') : eps(v_j): the potential's slope with u is s push, that of the equilibrium
    with theta is -push^T.
    """

    elasticity: BodyElasticity
    scale: float
    potential: Array
    potential_slope: Array
    equilibrium: Array
    push: sparse.csr_array

    @staticmethod
    def at(elasticity: BodyElasticity, scales: Scales, theta: Array, u: Array) -> Coupling:
        """Assemble at cell dofs ``theta`` (e, i) and displacement ``u`` (m,)."""
        space, sodium, active = elasticity.space, elasticity.sodium, elasticity.active
        scale = elasticity.regions.reference_modulus / (scales.concentration * scales.energy)
        points, values = theta @ sodium.values.T, sodium.values
        local = u[elasticity.pattern.cell_dofs[active]].reshape(
            1, len(active), -1, space.mesh.dimension
        )
        potential = np.empty_like(theta)
        slope = np.empty((*theta.shape, theta.shape[1]))
        blocks = np.empty((*theta.shape, local.shape[2] * local.shape[3]))
        pairs = np.einsum("qi,qj->qij", values, values).reshape(len(values), -1)
        for start in range(0, len(active), CHUNK):
            part = slice(start, start + CHUNK)
            cells = active[part]
            regions = space.mesh.regions[cells]
            axes, stiffness = (
                elasticity.regions.strain_axes[regions],
                elasticity.regions.stiffness[regions],
            )
            beta, change, bend = (
                x @ axes for x in elasticity.regions.chemical_strain(points[part])
            )
            shape = (space.gradients[cells], space.values, space.points[cells])
            strain = strain_of(elasticity.symmetry, local[:, part], *shape)[0]
            weights = space.weights[cells]
            stress = (strain - beta) @ stiffness
            pushed = change @ stiffness
            potential[part] = scale * (weights * (change * stress).sum(axis=2)) @ values
            bent = (bend * stress).sum(axis=2) - (change * pushed).sum(axis=2)
            slope[part] = scale * ((weights * bent) @ pairs).reshape(slope[part].shape)
            forces = point_forces(elasticity.symmetry, pushed * weights[..., None], *shape)
            blocks[part] = values.T @ forces.reshape(*forces.shape[:2], -1)
        push = elasticity.push_pattern.assemble(blocks)
        equilibrium = elasticity.constant_stiffness @ u - elasticity.load(points)
        equilibrium[elasticity.fixed] = 0.0
        return Coupling(
            elasticity=elasticity,
            scale=scale,
            potential=potential,
            potential_slope=slope,
            equilibrium=equilibrium,
            push=push,
        )

    def apply(self, theta: Array, u: Array) -> tuple[Array, Array]:
        """The tangent's action: on the potential's rows (n,), on equilibrium (m,)."""
        free = ~self.elasticity.fixed
        moved = np.where(free, u, 0.0)
        force = self.elasticity.constant_stiffness @ moved - self.push.T @ theta
        return self.scale * (self.push @ moved), np.where(free, force, u)
