"""Stiffness of an elastic body applied cell by cell, without ever storing its matrix.

    (K u)_i = sum over cells and points of  w  grad N_i . C : sym(grad u)

in single or double precision, for several displacement fields at once. Straight quadratic
tetrahedra use a compiled kernel once numba has compiled it; all other cells, and installs without
it, use small matrix products in NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import basix
import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse

from particle_sim.fem.simplices import EDGES, Integers
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
        slopes = self._slopes
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
    by_axis = table.reshape(cells, points // d, d, nodes).swapaxes(1, 2)
    shape = np.ascontiguousarray(by_axis).reshape(cells, d, -1)  # (e, a, q j)
    left = shape.reshape(cells, -1, nodes).swapaxes(1, 2)
    blocks = np.empty((cells, nodes, nodes, d, d))
    tensor = tensors.reshape(cells, d, d, d, d)  # (e, a, c, b, k)
    for c in range(d):
        for k in range(d):
            bent = np.matmul(tensor[:, :, c, :, k], shape)  # (e, a, q j)
            blocks[..., c, k] = np.matmul(left, bent.reshape(cells, -1, nodes))
    return blocks


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
    shape = (d * size, d * size)
    wide = sparse.bsr_array((data, pattern.indices, pattern.indptr), shape=shape)
    return sparse.csr_array(wide.tocsr())


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some cells, their nodes, and the matrices that add rows of (cell, local node) into them."""

    cells: slice
    nodes: Integers
    sum: dict[np.dtype[Any], sparse.csr_array]


def _block(cell_dofs: Integers, part: slice) -> Block:
    nodes, place = np.unique(cell_dofs[part].ravel(), return_inverse=True)
    order = np.argsort(place, kind="stable").astype(np.int32)
    starts = np.append(0, np.cumsum(np.bincount(place))).astype(np.int32)
    sums = {
        np.dtype(kind): sparse.csr_array(
            (np.ones(len(order), kind), order, starts), shape=(len(nodes), len(order))
        )
        for kind in (np.float32, np.float64)
    }
    return Block(cells=part, nodes=nodes.astype(np.intp), sum=sums)


@dataclass(frozen=True, kw_only=True)
class CellStiffness:
    """The stiffness as an operator on displacements, in their precision.

    ``compiled``: use the numba kernel; only for straight quadratic tetrahedra.
    """

    cells: ElasticCells
    compiled: bool

    def apply(self, field: Floats) -> Floats:
        """K u for k fields (d n, k) with interleaved components."""
        shape = (self.cells.size, self.cells.axes, field.shape[1])
        fields = np.ascontiguousarray(field).reshape(shape)
        result = self._compiled(fields) if self.compiled else self._plain(fields)
        return result.reshape(field.shape)

    def _compiled(self, field: Floats) -> Floats:
        from particle_sim.fem import matrix_free_numba

        slopes, moduli = self._kernel_tables(field.dtype)
        return matrix_free_numba.apply(self._numbers, slopes, moduli, field)

    def _plain(self, field: Floats) -> Floats:
        d, fields, precision = self.cells.axes, field.shape[2], field.dtype
        rows = field.reshape(len(field), d * fields)
        result = np.zeros_like(rows)
        tensors = self.cells.tensors.astype(precision)
        for block in self._blocks:
            dofs = self.cells.cell_dofs[block.cells]
            table = self._tables[precision][block.cells]
            strain = np.matmul(table, np.take(rows, dofs, axis=0))
            strain = strain.reshape(len(table), -1, d * d, fields)
            stress = np.matmul(tensors[self.cells.regions[block.cells]][:, None], strain)
            stress = stress.reshape(len(table), -1, d * fields)
            forces = np.matmul(table.swapaxes(1, 2), stress).reshape(-1, d * fields)
            result[block.nodes] += block.sum[precision] @ forces
        return result.reshape(field.shape)

    @cached_property
    def _blocks(self) -> tuple[Block, ...]:
        return tuple(
            _block(self.cells.cell_dofs, part) for part in _chunks(len(self.cells.cell_dofs))
        )

    @cached_property
    def _tables(self) -> dict[np.dtype[Any], Floats]:
        """Rooted gradients (e, q d, i) in both precisions."""
        double = self.cells.gradients()
        return {double.dtype: double, np.dtype(np.float32): double.astype(np.float32)}

    def _kernel_tables(self, precision: DTypeLike) -> tuple[Floats, Floats]:
        """Barycentric gradients (e, 4, 3) and upper triangles of C V / 20 (e, 21)."""
        return self._kernel_tables_by_precision[np.dtype(precision)]

    @cached_property
    def _kernel_tables_by_precision(self) -> dict[np.dtype[Any], tuple[Floats, Floats]]:
        corners = self.cells.nodes[self.cells.cell_dofs[:, :4]]
        jacobian = (corners[:, 1:] - corners[:, :1]).swapaxes(1, 2)
        inverse = np.linalg.inv(jacobian)
        slopes = np.concatenate([-inverse.sum(axis=1, keepdims=True), inverse], axis=1)
        upper = self.cells.stiffness[:, *np.triu_indices(6)][self.cells.regions]
        moduli = upper * (np.abs(np.linalg.det(jacobian)) / 120)[:, None]
        return {
            np.dtype(kind): (slopes.astype(kind), moduli.astype(kind))
            for kind in (np.float32, np.float64)
        }

    @cached_property
    def _numbers(self) -> NDArray[np.int32]:
        return np.ascontiguousarray(self.cells.cell_dofs, dtype=np.int32)


def locally_ordered(cells: ElasticCells) -> tuple[ElasticCells, Integers]:
    """The same body with neighbouring cells and nodes numbered alike, and each node's old number.

    Cells follow a space-filling curve (Morton 1966), nodes the first cell that has them.
    """
    corners = cells.cell_dofs[:, : cells.axes + 1]
    along = np.argsort(_curve(cells.nodes[corners].mean(axis=1)), kind="stable")
    dofs = cells.cell_dofs[along]
    _, first = np.unique(dofs.ravel(), return_index=True)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    sorted_cells = ElasticCells(
        cell_dofs=place[dofs],
        nodes=cells.nodes[order],
        stiffness=cells.stiffness,
        regions=cells.regions[along],
        degree=cells.degree,
    )
    return sorted_cells, order.astype(np.intp)


def _curve(points: Array) -> Integers:
    """Places (p,) of points (p, d) along a Z-shaped curve through 1024^d boxes."""
    low, span = points.min(axis=0), np.ptp(points, axis=0).max()
    boxes = ((points - low) * (1023 / (span or 1.0))).astype(np.int64)
    place = np.zeros(len(points), dtype=np.int64)
    for bit in range(10):
        for axis in range(points.shape[1]):
            place |= ((boxes[:, axis] >> bit) & 1) << (points.shape[1] * bit + axis)
    return place.astype(np.intp)
