"""Small-strain linear elasticity of a body with chemical strain, grains, coatings and pressure.

    div sigma = 0,   sigma = C : (eps(u) - beta(theta)),

C and beta per region. Scaled: lengths by the body's size, stress by a reference modulus. Rigid
motion is removed by pinning as many dofs as it has modes: loads are in balance, so pins carry no
force and add no stress.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Integers, Symmetry
from particle_sim.fem.body_space import BodySpace
from particle_sim.fem.sparse_pattern import BlockPattern, SparsePattern, scatter
from particle_sim.particle.body.kinematics import (
    point_forces,
    rigid_modes,
    strain_matrix,
    strain_of,
)
from particle_sim.particle.body.linear_solvers import ElasticFactors, elastic_solver
from particle_sim.particle.body.regions import Regions
from particle_sim.particle.body.surroundings import Surroundings
from particle_sim.units import Array

CHUNK = 2048
"""Cells worked on at a time; bounds the memory of an assembly."""

_SYMMETRY_AXES = {"symmetry_x": 0, "symmetry_y": 1, "symmetry_z": 2}


@dataclass(frozen=True, kw_only=True)
class BodyElasticity:
    """Discrete elasticity; ``space`` carries the displacement, ``sodium`` the site fraction.

    ``active`` (k,) are the cells of the whole mesh that ``sodium``'s cells stand for.
    """

    regions: Regions
    space: BodySpace
    sodium: BodySpace
    active: Integers
    surroundings: Surroundings

    def __getstate__(self) -> dict[str, object]:
        """Only the defining fields: matrices and factors are made anew."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def symmetry(self) -> Symmetry:
        return self.space.mesh.symmetry

    @cached_property
    def pattern(self) -> BlockPattern:
        return BlockPattern(
            cell_nodes=self.space.cell_dofs,
            nodes=self.space.dimension,
            components=self.space.mesh.dimension,
        )

    @cached_property
    def push_pattern(self) -> SparsePattern:
        """Pattern of what sodium does to the displacement (n, m)."""
        return SparsePattern(
            rows=self.sodium.cell_dofs,
            columns=self.pattern.cell_dofs[self.active],
            shape=(self.sodium.dimension, self.size),
        )

    @property
    def size(self) -> int:
        """Number of displacement dofs m."""
        return self.pattern.nodes * self.pattern.components

    def _chunks(self, cells: Integers) -> Iterator[slice]:
        for start in range(0, len(cells), CHUNK):
            yield slice(start, start + CHUNK)

    def stiffness(self, theta: Array | None = None) -> sparse.csr_array:
        """Stiffness matrix (m, m); ``theta`` (k, q) where the modulus depends on the filling."""
        space, every = self.space, np.arange(len(self.space.cell_dofs))
        factor = self.factor(theta)
        local = self.pattern.cell_dofs.shape[1]
        blocks = np.empty((len(every), local, local))
        for part in self._chunks(every):
            strain = strain_matrix(
                self.symmetry, space.gradients[part], space.values, space.points[part]
            )
            weights = space.weights[part] * (1.0 if factor is None else factor[part])
            stress = self.regions.stiffness[space.mesh.regions[part], None] @ strain
            stress *= weights[:, :, None, None]
            rows = strain.reshape(len(strain), -1, local)
            np.matmul(rows.transpose(0, 2, 1), stress.reshape(rows.shape), out=blocks[part])
        return sparse.csr_array(self.pattern.assemble(blocks) + self.surroundings.stiffness)

    def factor(self, theta: Array | None) -> Array | None:
        """E(theta)/E_ref at all points (e, q); 1 in inert cells."""
        if theta is None or self.regions.has_constant_stiffness:
            return None
        factor = np.ones((len(self.space.cell_dofs), theta.shape[1]))
        factor[self.active] = self.regions.stiffness_factor(theta)
        return factor

    def free_strain(self, theta: Array) -> Array:
        """Stress-free strain beta (e, q, 6) for site fractions (k, q) of active cells."""
        regions = self.space.mesh.regions
        axes, _, _ = self.regions.chemical_strain(theta)
        beta = np.repeat(self.regions.inert_strain[regions][:, None], theta.shape[1], axis=1)
        beta[self.active] = axes @ self.regions.strain_axes[regions[self.active]]
        return beta

    def load(self, theta: Array) -> Array:
        """Forces (m,) of chemical strain and surroundings; ``theta`` (k, q)."""
        space = self.space
        beta, factor = self.free_strain(theta), self.factor(theta)
        forces = np.empty((len(beta), space.cell_dofs.shape[1], space.mesh.dimension))
        for part in self._chunks(np.arange(len(beta))):
            stiffness = self.regions.stiffness[space.mesh.regions[part]]
            stress = (beta[part] @ stiffness) * space.weights[part, :, None]
            if factor is not None:
                stress *= factor[part, :, None]
            forces[part] = point_forces(
                self.symmetry, stress, space.gradients[part], space.values, space.points[part]
            ).sum(axis=1)
        return scatter(self.pattern.cell_dofs, forces, self.size) + self.surroundings.forces

    @cached_property
    def fixed(self) -> NDArray[np.bool_]:
        """Dofs held at zero by symmetry planes, the axis and the pins of rigid motion (m,)."""
        fixed = self.on_symmetry.copy()
        modes = self.free_modes
        if modes.shape[1]:
            _, _, order = linalg.qr(modes.T, mode="economic", pivoting=True)
            fixed[order[: modes.shape[1]]] = True
        return fixed

    @cached_property
    def on_symmetry(self) -> NDArray[np.bool_]:
        """Dofs held at zero by symmetry planes and the axis (m,)."""
        d = self.space.mesh.dimension
        fixed = np.zeros((self.space.dimension, d), dtype=bool)
        for name in self.space.mesh.boundaries:
            if name == "axis":
                fixed[self.space.boundary_dofs(name), 0] = True
            elif name in _SYMMETRY_AXES:
                axis = _SYMMETRY_AXES[name]
                if self.symmetry is Symmetry.AXISYMMETRIC:
                    axis = 1
                fixed[self.space.boundary_dofs(name), axis] = True
            elif name.startswith("symmetry_"):
                raise InputError(
                    f'The boundary "{name}" is no known plane of symmetry; use symmetry_x, '
                    "symmetry_y or symmetry_z."
                )
        return fixed.ravel()

    @cached_property
    def free_modes(self) -> Array:
        """Rigid motions that nothing holds (m, r), orthonormal."""
        modes = rigid_modes(self.symmetry, self.space.nodes)
        held = modes[self.on_symmetry]
        if held.size:
            modes = modes @ linalg.null_space(held.T @ held, rcond=1e-10)
        if self.surroundings.stiffness.nnz and modes.shape[1]:
            gram = modes.T @ (self.surroundings.stiffness @ modes)
            if np.abs(gram).max() > 0:
                modes = modes @ linalg.null_space(gram, rcond=1e-8)
        return np.linalg.qr(modes)[0] if modes.shape[1] else modes

    @cached_property
    def solver(self) -> ElasticFactors:
        """Solver of the constant stiffness, set up once."""
        return elastic_solver(self, self.constant_stiffness)

    @cached_property
    def constant_stiffness(self) -> sparse.csr_array:
        """Stiffness matrix where it does not depend on the filling, assembled once."""
        return self.stiffness()

    def solve(self, theta: Array) -> Array:
        """Displacements (t, m) of site fractions at the sodium's dofs (t, n)."""
        points = theta[:, self.sodium.cell_dofs] @ self.sodium.values.T
        if self.regions.has_constant_stiffness:
            loads = np.stack([self.load(state) for state in points], axis=1)
            return self._without_motion(self.solver.solve(loads)).T
        solved = []
        for state in points:
            solver = elastic_solver(self, self.stiffness(state))
            solved.append(self._without_motion(solver.solve(self.load(state)[:, None])))
        return np.concatenate(solved, axis=1).T

    def _without_motion(self, displacement: Array) -> Array:
        """Displacements (m, t) with their mean translation and rotation taken out."""
        modes = self.free_modes
        volumes = np.repeat(np.abs(self.space.volumes), self.space.mesh.dimension)[:, None]
        gram = modes.T @ (volumes * modes)
        if gram.size == 0:
            return displacement
        motion = np.linalg.solve(gram, modes.T @ (volumes * displacement))
        return np.asarray(displacement - modes @ motion)

    def work_error(self, theta: Array, displacement: Array) -> float:
        """Worst mismatch of internal and external work over the sum of their magnitudes."""
        worst = 0.0
        constant = self.regions.has_constant_stiffness
        points = theta[:, self.sodium.cell_dofs] @ self.sodium.values.T
        for state, u in zip(points, displacement, strict=True):
            matrix = self.constant_stiffness if constant else self.stiffness(state)
            stored = float(u @ (matrix @ u))
            work = float(self.load(state) @ u)
            worst = max(worst, abs(stored - work) / max(abs(stored) + abs(work), 1e-300))
        return worst

    def strain_energy(self, theta: Array, displacement: Array) -> float:
        """1/2 int sigma : (eps - beta) dV, scaled, of one state (n,), (m,)."""
        space, total = self.space, 0.0
        points = theta[self.sodium.cell_dofs] @ self.sodium.values.T
        beta, factor = self.free_strain(points), self.factor(points)
        local = displacement[self.pattern.cell_dofs].reshape(1, len(beta), -1, space.mesh.dimension)
        for part in self._chunks(np.arange(len(beta))):
            strain = strain_of(
                self.symmetry,
                local[:, part],
                space.gradients[part],
                space.values,
                space.points[part],
            )[0]
            elastic = strain - beta[part]
            stress = elastic @ self.regions.stiffness[space.mesh.regions[part]]
            density = (stress * elastic).sum(axis=2)
            if factor is not None:
                density *= factor[part]
            total += 0.5 * float(np.sum(space.weights[part] * density))
        return total
