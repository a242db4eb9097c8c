"""Cell matrices of a body's sodium: mass and stiffness with any coefficient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_space import BodySpace
from particle_sim.fem.sparse_pattern import SparsePattern
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class SodiumForms:
    """Forms on one space; ``ratio`` (e, d, d) is the crystal's diffusivity ratio in every cell."""

    space: BodySpace
    ratio: Array | None

    @cached_property
    def mass(self) -> Array:
        """Cell mass matrices (e, i, j)."""
        values = self.space.values
        pairs = np.einsum("qi,qj->qij", values, values).reshape(len(values), -1)
        square = (-1, values.shape[1], values.shape[1])
        return np.asarray((self.space.weights @ pairs).reshape(square))

    @cached_property
    def _scalar_pattern(self) -> SparsePattern:
        dofs, n = self.space.cell_dofs, self.space.dimension
        return SparsePattern(rows=dofs, columns=dofs, shape=(n, n))

    @cached_property
    def mass_matrix(self) -> sparse.csr_array:
        return self._scalar_pattern.assemble(self.mass)

    def stiff_matrix(self, coefficient: Array) -> sparse.csr_array:
        """int coefficient T grad N_j . grad N_i over the sodium's dofs (n, n)."""
        return self._scalar_pattern.assemble(self.stiff(coefficient, self.ratio))

    def stiff(self, coefficient: Array, ratio: Array | None) -> Array:
        """Cell matrices of int coefficient T grad N_j . grad N_i (e, i, j)."""
        flat, d = self.flattened, self.space.mesh.dimension
        weights = np.repeat(self.space.weights * coefficient, d, axis=1)
        weighted = flat * weights[:, :, None]
        if ratio is not None:
            by_point = weighted.reshape(len(flat), -1, d, flat.shape[2])
            weighted = (ratio[:, None] @ by_point).reshape(flat.shape)
        return np.asarray(weighted.transpose(0, 2, 1) @ flat)

    @cached_property
    def flattened(self) -> Array:
        """Gradients as (e, q d, i)."""
        gradients = self.space.gradients
        cells, count, i, d = gradients.shape
        return np.ascontiguousarray(gradients.transpose(0, 1, 3, 2)).reshape(cells, count * d, i)

    def gradient(self, local: Array) -> Array:
        """Gradient (e, q, d) of cell dofs (e, i)."""
        flat = (self.flattened @ local[:, :, None])[:, :, 0]
        return flat.reshape(len(local), -1, self.space.mesh.dimension)
