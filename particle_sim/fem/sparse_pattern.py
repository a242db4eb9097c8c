"""Sums of cell matrices as SciPy sparse matrices, with the pattern computed once per mesh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import Integers
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class SparsePattern:
    """Where the entries of cell matrices (e, i, j) go in a CSR matrix of the given shape."""

    rows: Integers
    columns: Integers
    shape: tuple[int, int]

    @cached_property
    def structure(self) -> tuple[Integers, Integers, Integers]:
        """Where rows begin, the columns, and the place of every entry of the cell matrices."""
        keys = (self.rows[:, :, None] * self.shape[1] + self.columns[:, None, :]).ravel()
        unique, slots = np.unique(keys, return_inverse=True)
        pointers = np.searchsorted(unique // self.shape[1], np.arange(self.shape[0] + 1))
        slots = np.asarray(slots).ravel()
        return pointers.astype(np.intp), (unique % self.shape[1]).astype(np.intp), slots

    def assemble(self, blocks: Array) -> sparse.csr_array:
        """Sum of cell matrices (e, i, j)."""
        pointers, columns, slots = self.structure
        data = np.bincount(slots, blocks.ravel(), len(columns))
        return sparse.csr_array((data, columns, pointers), shape=self.shape)


@dataclass(frozen=True, kw_only=True)
class BlockPattern:
    """The pattern of a vector field: ``components`` dofs per node, interleaved."""

    cell_nodes: Integers
    nodes: int
    components: int

    @cached_property
    def cell_dofs(self) -> Integers:
        """Interleaved dofs of every cell (e, components i)."""
        dofs = self.cell_nodes[:, :, None] * self.components + np.arange(self.components)
        return dofs.reshape(len(self.cell_nodes), -1)

    @cached_property
    def _scalar(self) -> SparsePattern:
        return SparsePattern(
            rows=self.cell_nodes, columns=self.cell_nodes, shape=(self.nodes, self.nodes)
        )

    def assemble(self, blocks: Array) -> sparse.csr_array:
        """Sum of cell matrices (e, components i, components j)."""
        pointers, columns, slots = self._scalar.structure
        cells, i = self.cell_nodes.shape
        b, size = self.components, self.nodes * self.components
        parts = blocks.reshape(cells, i, b, i, b)
        data = np.empty((len(columns), b, b))
        for row in range(b):
            for column in range(b):
                part = parts[:, :, row, :, column].ravel()
                data[:, row, column] = np.bincount(slots, part, len(columns))
        return sparse.csr_array(
            sparse.bsr_array((data, columns, pointers), shape=(size, size)).tocsr()
        )


def scatter(dofs: Integers, loads: Array, size: int) -> Array:
    """Sum of cell vectors (e, i) as a global vector."""
    return np.asarray(np.bincount(dofs.ravel(), loads.ravel(), size), dtype=float)
