"""Stiffness of an elastic body applied cell by cell, without ever storing its matrix.

    (K u)_i = sum over cells and points of  w  grad N_i . C : sym(grad u)

in single or double precision, for several displacement fields at once. Straight quadratic
tetrahedra use a compiled kernel where numba is installed; all other cells, and installs without
it, use small matrix products in NumPy.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import basix
import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse

from particle_sim.fem.body_mesh import EDGES, Integers
from particle_sim.units import Array

Floats = NDArray[np.floating[Any]]

VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
"""Place of a pair of axes in the order xx, yy, zz, yz, xz, xy."""

CHUNK = 512
"""Cells handled at once in NumPy, so that the work stays in the processor's cache."""

STRAIGHT = 1e-12
"""Largest distance of edge nodes from the middle of straight edges, relative to the body."""

_CELLS = {2: basix.CellType.triangle, 3: basix.CellType.tetrahedron}


@dataclass(frozen=True, kw_only=True)
class ElasticCells:
    """An elastic body of linear or quadratic simplices: e cells, i nodes each, d axes.

    cell_dofs (e, i): nodes of every cell, vertices first, then the edge nodes in the order of
    ``EDGES``; nodes (n, d): positions [m], which also describe curved cells; stiffness (r, 6, 6)
    [Pa] per region in the order xx, yy, zz, yz, xz, xy with engineering shear; regions (e,).
    In two dimensions the section is in plane strain. ``degree``: of the quadrature in curved
    cells; straight ones are integrated exactly.
    """

    cell_dofs: Integers
    nodes: Array
    stiffness: Array
    regions: Integers
    degree: int = 4

    @property
    def axes(self) -> int:
        """Number of axes d."""
        return int(self.nodes.shape[1])

    @property
    def size(self) -> int:
        """Number of nodes n."""
        return len(self.nodes)

    @cached_property
    def is_straight(self) -> bool:
        """Whether all edge nodes are in the middle of their edges."""
        d = self.axes
        if self.cell_dofs.shape[1] == d + 1:
            return True
        ends = np.array(EDGES[d])
        middles = self.nodes[self.cell_dofs[:, ends]].mean(axis=2)
        off = np.abs(middles - self.nodes[self.cell_dofs[:, d + 1 :]]).max()
        return bool(off <= STRAIGHT * np.ptp(self.nodes, axis=0).max())

    @cached_property
    def _rule(self) -> tuple[Array, Array]:
        order = 1 if self.cell_dofs.shape[1] == self.axes + 1 else 2
        degree = 2 * (order - 1) if self.is_straight else self.degree
        points, weights = basix.make_quadrature(_CELLS[self.axes], degree)
        return np.asarray(points), np.asarray(weights)

    @cached_property
    def _slopes(self) -> Array:
        """Reference gradients of the shape functions (q, i, d)."""
        order = 1 if self.cell_dofs.shape[1] == self.axes + 1 else 2
        element = basix.create_element(basix.ElementFamily.P, _CELLS[self.axes], order)
        table = np.asarray(element.tabulate(1, self._rule[0]))[1:, :, :, 0]
        return np.ascontiguousarray(np.moveaxis(table, 0, 2))

    def gradients(self, part: slice = slice(None)) -> Array:
        """Shape gradients times the root of the weight (e, q d, i) [m^(1/2)] of some cells.

        K = sum over cells and points of these, C, and these again.
        """
        d, slopes = self.axes, self._slopes
        corners = self.nodes[self.cell_dofs[part]]
        used = slopes[:1] if self.is_straight else slopes
        jacobian = np.einsum("qib,eia->eqab", used, corners)
        weights = np.abs(np.linalg.det(jacobian)) * self._rule[1]
        physical = np.matmul(np.linalg.inv(jacobian).swapaxes(2, 3), slopes.swapaxes(1, 2))
        physical = physical * np.sqrt(weights)[:, :, None, None]
        return np.asarray(physical.reshape(len(corners), -1, slopes.shape[1]), dtype=float)

    @cached_property
    def tensors(self) -> Array:
        """Stiffness as (r, d d, d d) in pairs (axis of the gradient, component)."""
        pairs = VOIGT[: self.axes, : self.axes].ravel()
        return np.ascontiguousarray(self.stiffness[:, pairs[:, None], pairs])

    def diagonal(self) -> Array:
        """Diagonal of the stiffness matrix (n d,)."""
        d, result = self.axes, np.zeros((self.size, self.axes))
        tensor = self.tensors.reshape(-1, d, d, d, d)
        for part in _chunks(len(self.cell_dofs)):
            table = self.gradients(part)
            table = table.reshape(len(table), -1, d, table.shape[2])
            dofs = self.cell_dofs[part].ravel()
            for c in range(d):
                own = tensor[:, :, c, :, c][self.regions[part]][:, None]
                local = (np.matmul(own, table) * table).sum(axis=(1, 2))
                result[:, c] += np.bincount(dofs, local.ravel(), self.size)
        return result.ravel()

    def vertex_matrix(self) -> sparse.csr_array:
        """Stiffness matrix of the linear displacements on the same cells (d v, d v)."""
        d = self.axes
        vertices = self.cell_dofs[:, : d + 1]
        local = np.eye(self.cell_dofs.shape[1], d + 1)
        if self.cell_dofs.shape[1] > d + 1:
            ends = np.array(EDGES[d])
            local[d + 1 + np.arange(len(ends))[:, None], ends] = 0.5
        blocks = np.empty((len(vertices), d + 1, d + 1, d, d))
        for part in _chunks(len(vertices)):
            table = np.matmul(self.gradients(part), local)
            blocks[part] = _cell_matrices(table, self.tensors[self.regions[part]], d)
        return _assemble(vertices, blocks)


def _chunks(count: int) -> list[slice]:
    return [slice(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]


def _cell_matrices(table: Array, tensors: Array, d: int) -> Array:
    """Cell matrices (e, i, j, c, k) of node and component pairs; ``table`` (e, q d, i)."""
    cells, points, nodes = table.shape
    shape = table.reshape(cells, points // d, d, nodes)
    tensor = tensors.reshape(cells, d, d, d, d)  # (e, a, c, b, k)
    return np.asarray(
        np.einsum("eqai,eacbk,eqbj->eijck", shape, tensor, shape, optimize=["einsum_path", (0, 1), (0, 1)])
    )


def _assemble(dofs: Integers, blocks: Array) -> sparse.csr_array:
    """Sum of cell matrices (e, i, j, c, k) with interleaved components."""
    size, d = int(dofs.max()) + 1, blocks.shape[3]
    i = dofs.shape[1]
    rows = np.repeat(dofs, i, axis=1).ravel()
    columns = np.tile(dofs, (1, i)).ravel()
    pattern = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    slots = sparse.csr_array(
        (np.arange(1.0, pattern.nnz + 1), pattern.indices, pattern.indptr), shape=pattern.shape
    )
    place = np.asarray(slots[rows, columns]).astype(np.intp) - 1
    data = np.empty((pattern.nnz, d, d))
    for c in range(d):
        for k in range(d):
            data[:, c, k] = np.bincount(place, blocks[..., c, k].ravel(), pattern.nnz)
    return sparse.bsr_array(
        (data, pattern.indices, pattern.indptr), shape=(d * size, d * size)
    ).tocsr()
