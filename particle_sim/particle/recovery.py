"""Strain and stress at the nodes, averaged over the cells of one region that meet there.

Stress jumps between grains, and between core and shell; a node on such a boundary therefore has one
value per region.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import Integers
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.kinematics import Strains
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class RecoveryPoints:
    """Points p where fields are shown: every node of every region it belongs to.

    cell_points (e, i): point of each cell's nodes; regions (p,); sodium (p,): dof, -1 if inert.
    """

    elasticity: Elasticity

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
    def _averaging(self) -> sparse.csr_array:
        """Mean over the cells around each point (p, e i), by volume; of a line the plain one."""
        space, size = self.elasticity.space, self.cell_points.size
        is_line = space.mesh.dimension == 1
        volume = np.ones(len(space.weights)) if is_line else space.weights.sum(axis=1)
        parts = np.repeat(volume, self.cell_points.shape[1])
        entries = (parts, (self.cell_points.ravel(), np.arange(size)))
        total = sparse.csr_array(entries, shape=(self.count, size))
        return sparse.csr_array(sparse.diags_array(1 / total.sum(axis=1)) @ total)

    def average(self, values: Array) -> Array:
        """Mean (t, p, k) of cell-wise nodal values (t, e, i, k)."""
        times, k = len(values), values.shape[-1]
        flat = values.transpose(1, 2, 0, 3).reshape(self.cell_points.size, times * k)
        mean = np.asarray(self._averaging @ flat)
        return mean.reshape(self.count, times, k).transpose(1, 0, 2)

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
        """Scaled stress and strain (t, p, 6) of states: theta (t, n), displacement (t, m)."""
        parts = []
        for states in self.elasticity.batches(len(theta), chunks=16):
            in_cells = self.in_cells(theta[states], displacement[states])
            parts.append([self.average(each) for each in in_cells])
        stress, strain = (np.concatenate(each) for each in zip(*parts, strict=True))
        return stress, strain

    def in_cells(self, theta: Array, displacement: Array) -> tuple[Array, Array]:
        """Scaled stress and strain at the nodes of each cell by itself (t, e, i, 6).

        On a line, where strain and chemical strain have one degree, those of the nodes themselves.
        """
        elasticity, cells = self.elasticity, len(self.elasticity.space.cell_dofs)
        if elasticity.space.mesh.dimension == 1:
            nodes = elasticity.sodium.local_points
            every = np.broadcast_to(nodes, (cells, *nodes.shape))
            return self.inside(theta, displacement, np.arange(cells), every)
        points, local = elasticity.at_points(theta), displacement[:, elasticity.cell_dofs]
        shape = (len(theta), cells, len(self._projection), 6)
        strain, stress = np.empty(shape), np.empty(shape)
        for states, part in elasticity.parts(len(theta), cells):
            total = elasticity.strains(part).of(local[states, part])
            elastic = total - elasticity.free_strain(part, points[states, part])
            pull = elasticity.stress(part, points[states, part], elastic)
            strain[states, part] = self._projection @ total
            stress[states, part] = self._projection @ pull
        return stress, strain

    def inside(
        self, theta: Array, displacement: Array, cells: Integers, reference: Array
    ) -> tuple[Array, Array]:
        """Scaled stress and strain (t, c, p, 6) in cells (c,) at reference points (c, p, d)."""
        elasticity = self.elasticity
        values, gradients, points = elasticity.space.shapes_at(cells, reference)
        strains = Strains(
            motions=elasticity.motions, gradients=gradients, values=values, points=points
        )
        total = strains.of(displacement[:, elasticity.cell_dofs[cells]])
        filling = self.filling_inside(theta, cells, reference)
        elastic = total - elasticity.free_strain(cells, filling)
        return elasticity.stress(cells, filling, elastic), total

    def filling_inside(self, theta: Array, cells: Integers, reference: Array) -> Array:
        """Site fraction (t, c, p) there; a half in inert cells."""
        elasticity = self.elasticity
        number = np.zeros(len(elasticity.space.cell_dofs), dtype=np.intp)
        number[elasticity.active] = np.arange(len(elasticity.active))
        shapes, _ = elasticity.sodium.tabulate(reference.reshape(-1, reference.shape[-1]))
        local = theta[:, elasticity.sodium.cell_dofs[number[cells]]]
        filling = np.einsum("cpi,tci->tcp", shapes.reshape(*reference.shape[:2], -1), local)
        inert = ~elasticity.regions.active[elasticity.space.mesh.regions[cells]]
        return np.where(inert[:, None], 0.5, filling)
