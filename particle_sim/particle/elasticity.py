"""Small-strain linear elasticity with chemical strain, grains, coatings and pressure.

    div sigma = 0,   sigma = C : (eps(u) - beta(theta)),

C and beta per region. Scaled: lengths by the particle's size, stress by a reference modulus. On
lines and sections the displacement element is one order above the concentration's, so that strain
and chemical strain are of the same degree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import Integers, Symmetry
from particle_sim.fem.matrix_free import ElasticCells
from particle_sim.fem.space import Space
from particle_sim.fem.sparse_pattern import BlockPattern, SparsePattern, scatter
from particle_sim.particle.elastic_solvers import (
    ElasticFactors,
    ElasticProblem,
    elastic_solver,
    is_iterative,
)
from particle_sim.particle.kinematics import Motions, Strains
from particle_sim.particle.regions import Regions
from particle_sim.particle.supports import Supports
from particle_sim.particle.surroundings import Surroundings
from particle_sim.units import Array

CHUNK = 2048
"""Cells, times states, worked on at a time; bounds the memory of an assembly."""


@dataclass(frozen=True, kw_only=True)
class Elasticity:
    """Discrete elasticity; ``space`` carries the displacement, ``sodium`` the site fraction.

    ``active`` (k,) are the cells of the whole mesh that ``sodium``'s cells stand for. The m
    displacement unknowns are those of the nodes, interleaved, and then the ``motions``.
    """

    regions: Regions
    space: Space
    sodium: Space
    active: Integers
    motions: Motions
    surroundings: Surroundings

    def __getstate__(self) -> dict[str, object]:
        """Only the defining fields: matrices and factors are made anew."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def symmetry(self) -> Symmetry:
        return self.space.mesh.symmetry

    @cached_property
    def cell_dofs(self) -> Integers:
        """Displacement unknowns of every cell (e, j)."""
        places, m = self._nodal.cell_dofs, self.motions.count
        whole = self._nodal.nodes * self._nodal.components + np.arange(m)
        return np.concatenate([places, np.broadcast_to(whole, (len(places), m))], axis=1)

    @cached_property
    def _nodal(self) -> BlockPattern:
        return BlockPattern(
            cell_nodes=self.space.cell_dofs,
            nodes=self.space.dimension,
            components=self.space.mesh.dimension,
        )

    @cached_property
    def _pattern(self) -> BlockPattern | SparsePattern:
        if self.motions.count == 0:
            return self._nodal
        return SparsePattern(rows=self.cell_dofs, columns=self.cell_dofs, shape=(self.size,) * 2)

    @property
    def size(self) -> int:
        """Number of displacement unknowns m."""
        return self.space.dimension * self.space.mesh.dimension + self.motions.count

    def strains(self, part: slice | Integers) -> Strains:
        """The strain operator of some cells at their quadrature points."""
        whole = self._strains
        if whole is not None and (isinstance(part, slice) or len(part) == len(whole.points)):
            return whole
        return self._strains_of(part)

    @cached_property
    def _strains(self) -> Strains | None:
        """Those of all cells, where they are worked on at once; they remember what they make."""
        small = len(self.space.cell_dofs) <= CHUNK
        return self._strains_of(slice(None)) if small else None

    def _strains_of(self, part: slice | Integers) -> Strains:
        space = self.space
        return Strains(
            motions=self.motions,
            gradients=space.gradients_in(part),
            values=space.values,
            points=space.points[part],
        )

    def batches(self, states: int, chunks: int) -> list[slice]:
        """States whose cells are held at once, where that many chunks of cells are."""
        at_once = max(1, chunks * CHUNK // len(self.active))
        return [slice(first, first + at_once) for first in range(0, states, at_once)]

    @staticmethod
    def parts(states: int, cells: int) -> Iterator[tuple[slice, slice]]:
        """(states, cells) to be worked on together."""
        at_once = max(1, CHUNK // cells)
        for first in range(0, states, at_once):
            for start in range(0, cells, CHUNK):
                yield slice(first, first + at_once), slice(start, start + CHUNK)

    def stiffness(self, theta: Array | None = None) -> sparse.csr_array:
        """Stiffness matrix (m, m); ``theta`` (e, q) where the moduli depend on the filling."""
        local = self.cell_dofs.shape[1]
        blocks = np.empty((len(self.cell_dofs), local, local))
        for _, part in self.parts(1, len(blocks)):
            strain = self.strains(part).matrix
            stress = self.moduli(part, None if theta is None else theta[part]) @ strain
            stress *= self.space.weights[part, :, None, None]
            rows = strain.reshape(len(strain), -1, local)
            np.matmul(rows.transpose(0, 2, 1), stress.reshape(rows.shape), out=blocks[part])
        return sparse.csr_array(self._pattern.assemble(blocks) + self.surroundings.stiffness)

    def moduli(self, part: slice | Integers, theta: Array | None) -> Array:
        """Scaled C (..., c, q or 1, 6, 6) of some cells for their site fractions (..., c, q)."""
        regions = self.space.mesh.regions[part]
        if theta is None or self.regions.has_constant_stiffness:
            return np.asarray(self.regions.stiffness[regions, None])
        moduli, inert = self.regions.stiffness_at(theta), ~self.regions.active[regions]
        moduli[..., inert, :, :, :] = self.regions.stiffness[regions[inert], None]
        return moduli

    def stress(self, part: slice | Integers, theta: Array, strain: Array) -> Array:
        """Scaled stress (..., c, q, 6) of elastic strains of some cells at their site fractions."""
        if self.regions.has_constant_stiffness:
            return np.asarray(strain @ self.regions.stiffness[self.space.mesh.regions[part]])
        return np.asarray((self.moduli(part, theta) @ strain[..., None])[..., 0])

    def free_strain(self, part: slice | Integers, theta: Array) -> Array:
        """Stress-free strain (..., c, q, 6) of some cells for their site fractions (..., c, q)."""
        regions = self.space.mesh.regions[part]
        beta = self.regions.free_strain(theta) @ self.regions.strain_axes[regions]
        inert = ~self.regions.active[regions]
        beta[..., inert, :, :] = self.regions.inert_strain[regions[inert], None]
        return np.asarray(beta)

    def at_points(self, theta: Array) -> Array:
        """Site fractions (..., e, q) at the quadrature points from those at dofs (..., n)."""
        return self.everywhere(theta[..., self.sodium.cell_dofs] @ self.sodium.values.T)

    def everywhere(self, theta: Array) -> Array:
        """Site fractions (..., e, q) of all cells from (..., k, q); inert ones are given a half."""
        if len(self.active) == len(self.space.cell_dofs):
            return theta
        result = np.full((*theta.shape[:-2], len(self.space.cell_dofs), theta.shape[-1]), 0.5)
        result[..., self.active, :] = theta
        return result

    def drive(self, part: slice) -> Array:
        """Constant C : eps(v) along each chemical strain, at points of active cells (c, q k, j)."""
        whole = self._drive
        return self._drive_of(part) if whole is None else whole

    @cached_property
    def _drive(self) -> Array | None:
        """That of all active cells, where they are worked on at once."""
        return self._drive_of(slice(None)) if len(self.active) <= CHUNK else None

    def _drive_of(self, part: slice) -> Array:
        cells = self.active[part]
        regions, strains = self.space.mesh.regions[cells], self.strains(cells)
        axes = self.regions.strain_axes[regions] @ self.regions.stiffness[regions]
        return strains.along(axes)

    def load(self, theta: Array) -> Array:
        """Forces (t, m) of chemical strain and surroundings; ``theta`` (t, e, q)."""
        if not self.regions.has_constant_stiffness:
            return self._varying_load(theta)
        loads = [self._loads(theta[states]) for states in self.batches(len(theta), chunks=64)]
        return np.concatenate(loads) + self.standing_load

    def _loads(self, theta: Array) -> Array:
        """Of the chemical strain alone, where its stiffness is constant."""
        forces = np.empty((len(theta), len(self.active), self.cell_dofs.shape[1]))
        for _, part in self.parts(1, len(self.active)):
            beta = self.regions.free_strain(theta[:, self.active[part]])
            forces[:, part] = self.driven(part, beta, self.drive(part))
        return self.sum_cells(forces)

    def driven(self, part: slice, strain: Array, drive: Array) -> Array:
        """Forces (t, c, j) on active cells of chemical strains (t, c, q, k), with their drive."""
        weighted = strain * self.space.weights[self.active[part], :, None]
        flat = weighted.reshape(*strain.shape[:2], -1).transpose(1, 0, 2)
        return np.asarray((flat @ drive).transpose(1, 0, 2))

    def _varying_load(self, theta: Array) -> Array:
        forces = np.empty((len(theta), *self.cell_dofs.shape))
        for states, part in self.parts(len(theta), len(self.cell_dofs)):
            point = theta[states, part]
            stress = self.stress(part, point, self.free_strain(part, point))
            forces[states, part] = self.strains(part).summed(stress, self.space.weights[part])
        return self._sum(self.cell_dofs, forces) + self.surroundings.forces

    def sum_cells(self, forces: Array) -> Array:
        """Sums (t, m) of vectors of active cells (t, c, j)."""
        return self._sum(self.cell_dofs[self.active], forces)

    def _sum(self, dofs: Integers, forces: Array) -> Array:
        return np.stack([scatter(dofs, each, self.size) for each in forces])

    @cached_property
    def standing_load(self) -> Array:
        """Forces (m,) that do not depend on the sodium: of inert regions and surroundings."""
        forces = np.zeros(self.cell_dofs.shape)
        for _, part in self.parts(1, len(forces)):
            regions, weights = self.space.mesh.regions[part], self.space.weights[part]
            stress = self.regions.inert_strain[regions][:, None] @ self.regions.stiffness[regions]
            every = np.broadcast_to(stress, (*weights.shape, 6))[None]
            forces[part] = self.strains(part).summed(every, weights)[0]
        return np.asarray(self._sum(self.cell_dofs, forces[None])[0] + self.surroundings.forces)

    @cached_property
    def supports(self) -> Supports:
        """What holds the particle in place."""
        springs = self.surroundings.stiffness
        return Supports(space=self.space, size=self.size, springs=springs)

    @cached_property
    def solver(self) -> ElasticFactors:
        """Solver of the constant stiffness, set up once."""
        is_at_hand = "constant_stiffness" in vars(self)
        return self._solver_of(self.constant_stiffness if is_at_hand else self._cells)

    @property
    def _cells(self) -> ElasticCells | sparse.csr_array:
        """The body cell by cell, where its solver needs no matrix; else the matrix."""
        space, springs = self.space, self.surroundings.stiffness.nnz
        if not is_iterative(space, self.size) or space.mesh.dimension < 3 or springs:
            return self.constant_stiffness
        return ElasticCells(
            cell_dofs=space.cell_dofs,
            nodes=space.nodes,
            stiffness=self.regions.stiffness,
            regions=space.mesh.regions,
            degree=space.degree,
        )

    def _solver_of(self, stiffness: sparse.csr_array | ElasticCells) -> ElasticFactors:
        supports = self.supports
        pinned = bool(supports.springs.nnz)
        return elastic_solver(
            ElasticProblem(
                stiffness=stiffness,
                space=self.space,
                globals_count=self.motions.count,
                fixed=supports.fixed,
                held=supports.fixed if pinned else supports.by_symmetry,
                motions=supports.free_modes,
            )
        )

    @cached_property
    def constant_stiffness(self) -> sparse.csr_array:
        """Stiffness matrix where it does not depend on the filling, assembled once."""
        return self.stiffness()

    def solve(self, theta: Array) -> Array:
        """Displacements (t, m) of site fractions at the sodium's dofs (t, n)."""
        points = self.at_points(theta)
        loads = self.load(points).T
        if self.regions.has_constant_stiffness:
            return self.supports.without_motion(self.solver.solve(loads)).T
        solved = []
        for state, load in zip(points, loads.T, strict=True):
            solver = self._solver_of(self.stiffness(state))
            solved.append(self.supports.without_motion(solver.solve(load[:, None])))
        return np.concatenate(solved, axis=1).T

    def work_error(self, theta: Array, displacement: Array) -> float:
        """Worst mismatch of internal and external work over the sum of their magnitudes."""
        points = self.at_points(theta)
        work = (self.load(points) * displacement).sum(axis=1)
        if self.regions.has_constant_stiffness:
            pulled = self.solver.product(displacement.T).T
        else:
            pairs = zip(points, displacement, strict=True)
            pulled = np.stack([self.stiffness(state) @ u for state, u in pairs])
        stored = (pulled * displacement).sum(axis=1)
        sizes = np.maximum(np.abs(stored) + np.abs(work), 1e-300)
        return float(np.max(np.abs(stored - work) / sizes, initial=0.0))

    def strain_energy(self, theta: Array, displacement: Array) -> Array:
        """1/2 int sigma : (eps - beta) dV, scaled (t,), of states (t, n), (t, m)."""
        points, local = self.at_points(theta), displacement[:, self.cell_dofs]
        total = np.zeros(len(theta))
        for states, part in self.parts(len(theta), len(self.cell_dofs)):
            elastic = self.strains(part).of(local[states, part])
            elastic -= self.free_strain(part, points[states, part])
            stress = self.stress(part, points[states, part], elastic)
            density = (stress * elastic).sum(axis=-1) * self.space.weights[part]
            total[states] += 0.5 * density.sum(axis=(1, 2))
        return total
