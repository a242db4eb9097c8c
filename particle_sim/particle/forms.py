"""Cell matrices and vectors of the sodium: mass and transport with any coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.space import Space
from particle_sim.fem.sparse_pattern import SparsePattern
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class SodiumForms:
    """Forms on one space; ``ratio`` (e, d, d) is the crystal's diffusivity ratio in every cell.

    On a line they are products of tables of the unit cell with powers of the cells' sizes.
    """

    space: Space
    ratio: Array | None

    @cached_property
    def mass(self) -> Array:
        """Cell mass matrices (e, i, j)."""
        return self._square(self.space.weights @ self._pairs(self.space.values, self.space.values))

    @cached_property
    def _scalar_pattern(self) -> SparsePattern:
        dofs, n = self.space.cell_dofs, self.space.dimension
        return SparsePattern(rows=dofs, columns=dofs, shape=(n, n))

    @cached_property
    def mass_matrix(self) -> sparse.csr_array:
        return self.assembled(self.mass)

    def assembled(self, cells: Array) -> sparse.csr_array:
        """Sum of cell matrices (e, i, j) over the sodium's dofs (n, n)."""
        return self._scalar_pattern.assemble(cells)

    def stiff_matrix(self, coefficient: Array) -> sparse.csr_array:
        """int coefficient T grad N_j . grad N_i over the sodium's dofs (n, n)."""
        return self.assembled(self.stiff(coefficient, self.ratio))

    def stiff(self, coefficient: Array, ratio: Array | None) -> Array:
        """Cell matrices of int coefficient T grad N_j . grad N_i (e, i, j)."""
        if self._line is not None:
            _, _, per_size2, (_, both) = self._line
            return self._square((per_size2 * coefficient) @ both)
        flat, d = self._flattened, self.space.mesh.dimension
        weights = np.repeat(self.space.weights * coefficient, d, axis=1)
        weighted = flat * weights[:, :, None]
        if ratio is not None:
            by_point = weighted.reshape(len(flat), -1, d, flat.shape[2])
            weighted = (ratio[:, None] @ by_point).reshape(flat.shape)
        return np.asarray(weighted.transpose(0, 2, 1) @ flat)

    def gradient(self, local: Array) -> Array:
        """Gradient (e, q, d) of cell dofs (e, i)."""
        if self._line is not None:
            slopes, sizes, _, _ = self._line
            return np.asarray((local @ slopes.T / sizes)[..., None])
        flat = (self._flattened @ local[:, :, None])[:, :, 0]
        return flat.reshape(len(local), -1, self.space.mesh.dimension)

    def divergence(self, flux: Array) -> Array:
        """Cell vectors of int flux . grad N_i (e, i) of a flux (e, q, d)."""
        if self._line is not None:
            slopes, sizes, _, _ = self._line
            return np.asarray((self.space.weights / sizes * flux[..., 0]) @ slopes)
        weighted = (self.space.weights[..., None] * flux).reshape(len(flux), 1, -1)
        return np.asarray((weighted @ self._flattened)[:, 0])

    def carried(self, flux: Array) -> Array:
        """Cell matrices of int N_j flux . grad N_i (e, i, j) of a flux (e, q, d)."""
        if self._line is not None:
            _, sizes, _, (one, _) = self._line
            return self._square((self.space.weights / sizes * flux[..., 0]) @ one)
        weighted = self.space.weights[..., None] * flux
        along = weighted[..., None, :] @ self.space.gradients.transpose(0, 1, 3, 2)
        return np.asarray(along[:, :, 0].transpose(0, 2, 1) @ self.space.values)

    @cached_property
    def _flattened(self) -> Array:
        """Gradients as (e, q d, i)."""
        gradients = self.space.gradients
        cells, count, i, d = gradients.shape
        return np.ascontiguousarray(gradients.transpose(0, 1, 3, 2)).reshape(cells, count * d, i)

    @cached_property
    def _line(self) -> tuple[Array, Array, Array, tuple[Array, Array]] | None:
        """Slopes on the unit cell, cell sizes, weights over their squares, products of slopes."""
        if self.space.mesh.dimension > 1:
            return None
        sizes, values = self.space.mesh.cell_sizes[:, None], self.space.values
        slopes = self.space.gradients[0, :, :, 0] * sizes[0]
        pairs = self._pairs(slopes, values), self._pairs(slopes, slopes)
        return slopes, sizes, self.space.weights / sizes**2, pairs

    @staticmethod
    def _pairs(left: Array, right: Array) -> Array:
        """Products (q, i j)."""
        return np.asarray(np.einsum("qi,qj->qij", left, right).reshape(len(left), -1))

    def _square(self, flat: Array) -> Array:
        nodes = self.space.values.shape[1]
        return np.asarray(flat.reshape(-1, nodes, nodes))
