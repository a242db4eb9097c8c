"""Strain and stress of a body at its nodes, averaged over the cells of one region that meet there.

Stress jumps between grains, and between core and shell; a node on such a boundary therefore has one
value per region.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.fem.body_mesh import Integers
from particle_sim.particle.body.elasticity import CHUNK, BodyElasticity
from particle_sim.particle.body.kinematics import strain_of
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class RecoveryPoints:
    """Points p where fields are shown: every node of every region it belongs to.

    cell_points (e, i): point of each cell's nodes; regions (p,); sodium (p,): dof, -1 if inert.
    """

    elasticity: BodyElasticity

    @cached_property
    def _nodes(self) -> tuple[Integers, Integers, Integers]:
        elasticity = self.elasticity
        space = elasticity.space.of_order(elasticity.sodium.order)
        dofs, regions = space.cell_dofs, elasticity.space.mesh.regions
        keys = dofs * (int(regions.max()) + 1) + regions[:, None]
        unique, code = np.unique(keys.ravel(), return_inverse=True)
        count = int(regions.max()) + 1
        return np.asarray(code).reshape(dofs.shape), unique // count, unique % count

    @property
    def cell_points(self) -> Integers:
        return self._nodes[0]

    @property
    def nodes(self) -> Integers:
        """Node of the whole mesh that each point is (p,)."""
        return self._nodes[1]

    @property
    def regions(self) -> Integers:
        return self._nodes[2]

    @property
    def count(self) -> int:
        return len(self._nodes[1])

    @cached_property
    def positions(self) -> Array:
        """Scaled positions (p, d)."""
        elasticity = self.elasticity
        return elasticity.space.of_order(elasticity.sodium.order).nodes[self._nodes[1]]

    @cached_property
    def sodium(self) -> Integers:
        """Sodium dof of every point; -1 in inert regions."""
        result = np.full(self.count, -1, dtype=np.intp)
        active = self.cell_points[self.elasticity.active]
        result[active.ravel()] = self.elasticity.sodium.cell_dofs.ravel()
        return result

    @cached_property
    def _weights(self) -> tuple[Array, Array]:
        """Volume of each cell (e,) and its sum over the cells around each point (p,)."""
        volume = self.elasticity.space.weights.sum(axis=1)
        around = np.bincount(
            self.cell_points.ravel(), np.repeat(volume, self.cell_points.shape[1]), self.count
        )
        return volume, around.astype(float)

    def average(self, values: Array) -> Array:
        """Volume-weighted mean (p, k) of cell-wise nodal values (e, i, k)."""
        volume, around = self._weights
        weighted = values * volume[:, None, None]
        flat = self.cell_points.ravel()
        columns = [
            np.bincount(flat, weighted[..., k].ravel(), self.count) for k in range(values.shape[2])
        ]
        return np.stack(columns, axis=1) / around[:, None]

    @cached_property
    def _projection(self) -> Array:
        """Least-squares polynomial through values at the quadrature points, at the nodes (i, q).

        Its degree is that of the strain: one below the displacement. The chemical strain varies
        faster inside a cell than the strain can follow; the fit leaves that mismatch out.
        """
        space, nodes = self.elasticity.space, self.elasticity.sodium.local_points
        low = space.of_order(max(space.order - 1, 1))
        basis, at_nodes = low.values, low.tabulate(nodes)[0]
        weighted = basis * space.rule_weights[:, None]
        return np.asarray(at_nodes @ np.linalg.solve(basis.T @ weighted, weighted.T))

    def tensors(self, theta: Array, displacement: Array) -> tuple[Array, Array]:
        """Scaled stress and strain (p, 6) of one state: theta (n,), displacement (m,)."""
        stress, strain = self.in_cells(theta, displacement)
        return self.average(stress), self.average(strain)

    def in_cells(self, theta: Array, displacement: Array) -> tuple[Array, Array]:
        """Scaled stress and strain at the nodes of each cell by itself (e, i, 6)."""
        elasticity = self.elasticity
        space, mesh = elasticity.space, elasticity.space.mesh
        local = displacement[elasticity.pattern.cell_dofs].reshape(
            1, len(mesh.cells), -1, mesh.dimension
        )
        points = theta[elasticity.sodium.cell_dofs] @ elasticity.sodium.values.T
        beta, factor = elasticity.free_strain(points), elasticity.factor(points)
        nodes = (len(mesh.cells), len(self._projection), 6)
        strain, stress = np.empty(nodes), np.empty(nodes)
        for start in range(0, len(strain), CHUNK):
            part = slice(start, start + CHUNK)
            total = strain_of(
                elasticity.symmetry,
                local[:, part],
                space.gradients[part],
                space.values,
                space.points[part],
            )[0]
            pull = (total - beta[part]) @ elasticity.regions.stiffness[mesh.regions[part]]
            if factor is not None:
                pull *= factor[part, :, None]
            strain[part], stress[part] = self._projection @ total, self._projection @ pull
        return stress, strain
