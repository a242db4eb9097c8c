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
    def pattern(self) -> SparsePattern:
        """Of matrices over the sodium's dofs."""
        dofs, n = self.space.cell_dofs, self.space.dimension
        return SparsePattern(rows=dofs, columns=dofs, shape=(n, n))

    @cached_property
    def mass_matrix(self) -> sparse.csr_array:
        return self.pattern.assemble(self.mass)

    def stiff_matrix(self, coefficient: Array) -> sparse.csr_array:
        """int coefficient T grad N_j . grad N_i over the sodium's dofs (n, n)."""
        return self.pattern.assemble(self.stiff(coefficient, self.ratio))

    def stiff(self, coefficient: Array, ratio: Array | None) -> Array:
        """Cell matrices of int coefficient T grad N_j . grad N_i (e, i, j).

        Their columns are made to sum to zero, so that rounding makes no sodium.
        """
        if self._line is not None:
            _, _, per_size2, (_, both) = self._line
            return self._square((per_size2 * coefficient) @ both)
        metric = self._reference.metric(ratio)
        weighted = (self.space.weights * coefficient)[..., None] * metric
        stiff = self._square(weighted.reshape(len(weighted), -1) @ self._reference.products)
        stiff -= stiff.mean(axis=1, keepdims=True)
        return stiff

    def gradient(self, local: Array) -> Array:
        """Gradient (e, q, d) of cell dofs (e, i)."""
        if self._line is not None:
            slopes, sizes, _, _ = self._line
            found = local @ slopes.T
            found /= sizes
            return np.asarray(found[..., None])
        inside = local @ self._reference.slopes.T
        inside = inside.reshape(len(local), -1, self.space.mesh.dimension)
        return turned(inside, self.space.inverse_jacobians)

    def divergence(self, flux: Array) -> Array:
        """Cell vectors of int flux . grad N_i (e, i) of a flux (e, q, d)."""
        if self._line is not None:
            return np.asarray((self._per_size * flux[..., 0]) @ self._line[0])
        return np.asarray(self._reference.pulled(flux) @ self._reference.slopes)

    def carried(self, flux: Array) -> Array:
        """Cell matrices of int N_j flux . grad N_i (e, i, j) of a flux (e, q, d)."""
        if self._line is not None:
            return self._square((self._per_size * flux[..., 0]) @ self._line[3][0])
        return self._square(self._reference.pulled(flux) @ self._reference.carriers)

    @cached_property
    def _reference(self) -> ReferenceForms:
        return ReferenceForms(space=self.space)

    @cached_property
    def _line(self) -> tuple[Array, Array, Array, tuple[Array, Array]] | None:
        """Slopes on the unit cell, cell sizes, weights over their squares, products of slopes."""
        if self.space.mesh.dimension > 1:
            return None
        sizes, values = self.space.mesh.cell_sizes[:, None], self.space.values
        slopes = self.space.gradients_in(slice(0, 1))[0, :, :, 0] * sizes[0]
        pairs = self._pairs(slopes, values), self._pairs(slopes, slopes)
        return slopes, sizes, self.space.weights / sizes**2, pairs

    @cached_property
    def _per_size(self) -> Array:
        """Weights over the cells' sizes (e, q)."""
        return np.asarray(self.space.weights / self.space.mesh.cell_sizes[:, None])

    @staticmethod
    def _pairs(left: Array, right: Array) -> Array:
        """Products (q, i j)."""
        return np.asarray(np.einsum("qi,qj->qij", left, right).reshape(len(left), -1))

    def _square(self, flat: Array) -> Array:
        nodes = self.space.values.shape[1]
        return np.asarray(flat.reshape(-1, nodes, nodes))


@dataclass(frozen=True, kw_only=True)
class ReferenceForms:
    """Forms pulled back to the reference cell: its tables are those of all cells, J is a cell's."""

    space: Space

    def pulled(self, flux: Array) -> Array:
        """A flux in the axes of the reference cells, with the weights (e, q d)."""
        inside = turned(flux, self.space.inverse_jacobians.swapaxes(2, 3))
        return np.asarray((self.space.weights[..., None] * inside).reshape(len(flux), -1))

    def metric(self, ratio: Array | None) -> Array:
        """Upper triangle of J^-1 T J^-T (e, q or 1, d (d + 1) / 2)."""
        inverse = self.space.inverse_jacobians
        left = inverse if ratio is None else inverse @ ratio[:, None]
        upper = np.triu_indices(inverse.shape[-1])
        return np.asarray((left @ inverse.swapaxes(2, 3))[..., *upper])

    @cached_property
    def slopes(self) -> Array:
        """Gradients of the shape functions on the reference cell (q d, i)."""
        slopes = self.space.slopes
        return np.ascontiguousarray(slopes.swapaxes(1, 2)).reshape(-1, slopes.shape[1])

    @cached_property
    def products(self) -> Array:
        """Symmetric products of slopes (q d (d + 1) / 2, i j)."""
        slopes = self.space.slopes
        pairs = np.einsum("qia,qjb->qabij", slopes, slopes)
        upper = np.triu_indices(slopes.shape[2])
        both = pairs + np.where(np.eye(slopes.shape[2])[..., None, None], 0, pairs.swapaxes(1, 2))
        return np.ascontiguousarray(both[:, *upper]).reshape(-1, slopes.shape[1] ** 2)

    @cached_property
    def carriers(self) -> Array:
        """Products of slopes and values (q d, i j)."""
        slopes, values = self.space.slopes, self.space.values
        carriers = np.einsum("qia,qj->qaij", slopes, values)
        return np.asarray(carriers.reshape(-1, slopes.shape[1] ** 2))


def turned(vectors: Array, matrices: Array) -> Array:
    """Vectors (e, q, d) times matrices (e, q or 1, d, d)."""
    if matrices.shape[1] == 1:
        return np.asarray(vectors @ matrices[:, 0])
    return np.asarray((vectors[..., None, :] @ matrices)[..., 0, :])
