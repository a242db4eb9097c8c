"""The one pattern of all tangents of a split body, ordered once for its factors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from particle_sim.damage.interfaces.split_body import SplitBody
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.dissection import Dissection, Factors, dissect


@dataclass(frozen=True, kw_only=True)
class TangentPattern:
    """Where entries of grains and boundaries go in one matrix (m, m)."""

    body: SplitBody

    @cached_property
    def _keys(self) -> Integers:
        """Row times m plus column of every entry, ascending."""
        mesh, jump = self.body.elasticity, abs(self.body.jump)
        inside = mesh.cell_dofs[:, :, None] * mesh.size + mesh.cell_dofs[:, None, :]
        points = sparse.csr_array(jump.T) @ _joined(jump, self.body.dimension)
        return np.unique(np.concatenate([inside.ravel(), _keys_of(sparse.csr_array(points))]))

    @cached_property
    def _structure(self) -> tuple[Integers, Integers]:
        size = self.body.elasticity.size
        pointers = np.searchsorted(self._keys // size, np.arange(size + 1))
        return self._keys % size, pointers

    def factorise(self, parts: list[sparse.csr_array], held: NDArray[np.bool_]) -> Factors:
        """Factors of a sum of matrices with held unknowns (m,) taken out."""
        size = self.body.elasticity.size
        data = np.zeros(len(self._keys))
        for part in parts:
            data[np.searchsorted(self._keys, _keys_of(part))] += part.data
        columns, pointers = self._structure
        rows = self._keys // size
        data[held[rows] | held[columns]] = 0.0
        data[held[rows] & (rows == columns)] = 1.0
        matrix = sparse.csr_array((data, columns, pointers), shape=(size, size))
        return self._order.factorise(matrix)

    @cached_property
    def _order(self) -> Dissection:
        columns, pointers = self._structure
        size, d = self.body.elasticity.size, self.body.dimension
        ones = sparse.csr_array((np.ones(len(columns)), columns, pointers), shape=(size, size))
        return dissect(ones, np.repeat(self.body.elasticity.space.nodes, d, axis=0))


def _joined(jump: sparse.csr_array, dimension: int) -> sparse.csr_array:
    """Each component's row of a point replaced by the sum of all of that point's rows."""
    points = jump.shape[0] // dimension
    every = sparse.kron(sparse.eye_array(points), np.ones((dimension, dimension)))
    return sparse.csr_array(every @ jump)


def _keys_of(matrix: sparse.csr_array) -> Integers:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.asarray(rows.astype(np.intp) * matrix.shape[1] + matrix.indices)
