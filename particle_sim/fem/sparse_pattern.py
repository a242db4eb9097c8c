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
    def _structure(self) -> tuple[Integers, Integers, Integers]:
        keys = (self.rows[:, :, None] * self.shape[1] + self.columns[:, None, :]).ravel()
        unique, slots = np.unique(keys, return_inverse=True)
        pointers = np.searchsorted(unique // self.shape[1], np.arange(self.shape[0] + 1))
        slots = np.asarray(slots).ravel()
        return pointers.astype(np.intp), (unique % self.shape[1]).astype(np.intp), slots

    def assemble(self, blocks: Array) -> sparse.csr_array:
        """Sum of cell matrices (e, i, j)."""
        pointers, columns, slots = self._structure
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
    def _structure(self) -> tuple[Integers, Integers, Integers]:
        scalar = SparsePattern(
            rows=self.cell_nodes, columns=self.cell_nodes, shape=(self.nodes, self.nodes)
        )
        pointers, columns, slots = scalar._structure
        b, lengths = self.components, np.diff(pointers)
        wide = np.repeat(b * lengths, b)
        starts = np.concatenate([[0], np.cumsum(wide)])
        row_of = np.repeat(np.arange(self.nodes), lengths)
        inside = np.arange(len(columns)) - pointers[row_of]
        base = starts[b * row_of] + b * inside  # slot of component (0, 0)
        place = base[:, None] + (b * lengths[row_of])[:, None] * np.arange(b)  # (k, c)
        indices = np.empty(int(starts[-1]), dtype=np.intp)
        for column in range(b):
            for row in range(b):
                indices[place[:, row] + column] = b * columns + column
        i = self.cell_nodes.shape[1]
        slot = place[slots].reshape(-1, i, i, b)  # (e, i, j, c)
        full = slot.transpose(0, 1, 3, 2)[..., None] + np.arange(b)
        return starts.astype(np.intp), indices, full.reshape(-1)

    def assemble(self, blocks: Array) -> sparse.csr_array:
        """Sum of cell matrices (e, components i, components j)."""
        starts, indices, slots = self._structure
        size = self.nodes * self.components
        data = np.bincount(slots, blocks.ravel(), len(indices))
        return sparse.csr_array((data, indices, starts), shape=(size, size))


def scatter(dofs: Integers, loads: Array, size: int) -> Array:
    """Sum of cell vectors (e, i) as a global vector."""
    return np.asarray(np.bincount(dofs.ravel(), loads.ravel(), size), dtype=float)
