"""What holds a particle in place: symmetry, its axis or centre, and pins against rigid motion.

Loads are in balance, so pins carry no force and add no stress.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.fem.space import Space
from particle_sim.particle.kinematics import rigid_modes
from particle_sim.units import Array

_SYMMETRY_AXES = {"symmetry_x": 0, "symmetry_y": 1, "symmetry_z": 2}


@dataclass(frozen=True, kw_only=True)
class Supports:
    """Of m displacement unknowns on ``space``; ``springs`` (m, m): the surroundings' stiffness."""

    space: Space
    size: int
    springs: sparse.csr_array

    @cached_property
    def fixed(self) -> NDArray[np.bool_]:
        """Unknowns held at zero by symmetry planes, the axis and the pins of rigid motion (m,)."""
        fixed = self.by_symmetry.copy()
        modes = self.free_modes
        if modes.shape[1]:
            _, _, order = linalg.qr(modes.T, mode="economic", pivoting=True)
            fixed[order[: modes.shape[1]]] = True
        return fixed

    @cached_property
    def by_symmetry(self) -> NDArray[np.bool_]:
        """Those held by symmetry planes, the axis, and the inner end of a line (m,)."""
        mesh, d = self.space.mesh, self.space.mesh.dimension
        if d == 1:
            return np.asarray(np.arange(self.size) == 0)
        fixed = np.zeros((self.space.dimension, d), dtype=bool)
        for name in mesh.boundaries:
            if name == "axis":
                fixed[self.space.boundary_dofs(name), 0] = True
            elif name in _SYMMETRY_AXES:
                is_section = mesh.symmetry is Symmetry.AXISYMMETRIC
                axis = 1 if is_section else _SYMMETRY_AXES[name]
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
        modes = rigid_modes(self.space.mesh.symmetry, self.space.nodes)
        if modes.shape[1] == 0:
            return np.zeros((self.size, 0))
        held = modes[self.by_symmetry]
        if held.size:
            modes = modes @ linalg.null_space(held.T @ held, rcond=1e-10)
        if self.springs.nnz and modes.shape[1]:
            gram = modes.T @ (self.springs @ modes)
            if np.abs(gram).max() > 0:
                modes = modes @ linalg.null_space(gram, rcond=1e-8)
        return np.linalg.qr(modes)[0] if modes.shape[1] else modes

    def without_motion(self, displacement: Array) -> Array:
        """Displacements (m, t) with their mean translation and rotation taken out."""
        modes = self.free_modes
        if modes.shape[1] == 0:
            return displacement
        volumes = np.repeat(np.abs(self.space.volumes), self.space.mesh.dimension)[:, None]
        gram = modes.T @ (volumes * modes)
        motion = np.linalg.solve(gram, modes.T @ (volumes * displacement))
        return np.asarray(displacement - modes @ motion)
