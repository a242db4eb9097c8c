"""Sparse direct solves with a nested-dissection ordering: 2-D systems and small 3-D ones.

Unknowns are numbered so that two halves of the body come first and the thin layer of nodes that
separates them comes last, and so on inside each half (George 1973). Factors of a 2-D mesh of n
nodes then hold O(n log n) numbers, of a 3-D mesh O(n^(4/3)). SciPy's SuperLU factorises the
permuted matrix with pivots on the diagonal; it is safe for matrices whose diagonal blocks are
well conditioned, and every solve is checked and refined against the matrix itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, maximum_bipartite_matching
from scipy.sparse.linalg import SuperLU, splu

from particle_sim.units import Array

Integers = NDArray[np.intp]

LEAF = 12
"""Groups of nodes of at most this many are not cut further; smaller makes the ordering slower."""

RESIDUAL, ROUNDING = 1e-10, 1e-14
"""Residuals up to this fraction of |A| |x| + |b| by rows, and of a row's sum times the largest
unknown, are accepted; above them diagonal pivots are given up."""


def factorise(
    matrix: sparse.csr_array, coordinates: Array, *, symmetric_pattern: bool = True
) -> Factors:
    """Factors of a sparse matrix (n, n) whose unknown i sits at ``coordinates[i]`` (n, d).

    Unknowns with equal coordinates (components of a field, coupled fields) are eliminated
    together. Coordinates that are not finite mark unknowns without a place, such as multipliers:
    they come last. For many matrices of one pattern make a :func:`dissect` once instead.
    """
    return dissect(matrix, coordinates, symmetric_pattern=symmetric_pattern).factorise(matrix)


def dissect(
    matrix: sparse.csr_array, coordinates: Array, *, symmetric_pattern: bool = True
) -> Dissection:
    """The ordering and permuted pattern for all matrices that have the pattern of this one.

    ``symmetric_pattern`` False takes the pattern of A + A^T for the ordering.
    """
    pattern = _canonical(matrix)
    order = nested_order(pattern, np.asarray(coordinates, dtype=float), symmetric_pattern)
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    rows = np.repeat(np.arange(len(order)), np.diff(pattern.indptr))
    counted = sparse.csc_array(
        (np.arange(1, pattern.nnz + 1), (position[rows], position[pattern.indices])),
        shape=pattern.shape,
    )
    counted.sort_indices()
    return Dissection(
        order=order,
        sources=counted.data.astype(np.intp) - 1,
        indices=counted.indices,
        starts=counted.indptr,
    )


@dataclass(frozen=True, kw_only=True)
class Dissection:
    """A nested-dissection ordering of one sparsity pattern.

    order (n,): the unknown at each place of the elimination; sources (nnz,): which entry of the
    row-wise matrix is each entry of the permuted column-wise one.
    """

    order: Integers
    sources: Integers
    indices: NDArray[np.int32]
    starts: NDArray[np.int32]

    def factorise(self, matrix: sparse.csr_array) -> Factors:
        """Factors of a matrix with this pattern; raises ``LinAlgError`` if it is singular."""
        rowwise = _canonical(matrix)
        diagonal: SuperLU | None
        try:
            diagonal = self.diagonal_factors(rowwise)
        except np.linalg.LinAlgError:
            diagonal = None
        pivoted = _pivoted(rowwise) if diagonal is None else None
        return Factors(matrix=rowwise, order=self.order, diagonal=diagonal, pivoted=pivoted)

    def diagonal_factors(self, matrix: sparse.csr_array) -> SuperLU:
        """SuperLU factors of the permuted matrix with diagonal pivots, in its precision.

        Raises ``LinAlgError`` if a pivot is zero.
        """
        rowwise = _canonical(matrix)
        if rowwise.nnz != len(self.sources):
            raise ValueError(
                f"The matrix has {rowwise.nnz} entries; the ordering was made for "
                f"{len(self.sources)}. Make a new one with dissect."
            )
        permuted = sparse.csc_array(
            (rowwise.data[self.sources], self.indices, self.starts), shape=rowwise.shape
        )
        try:
            return splu(
                permuted,
                permc_spec="NATURAL",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True},
            )
        except RuntimeError as error:
            raise np.linalg.LinAlgError("zero pivot on the diagonal") from error


@dataclass(frozen=True, kw_only=True)
class Factors:
    """LU factors of ``matrix``: with diagonal pivots in elimination ``order``, or pivoted.

    Diagonal pivots are checked at every solve. Where they are not accurate enough, that solve
    factorises anew with row exchanges: right, but slow.
    """

    matrix: sparse.csr_array
    order: Integers
    diagonal: SuperLU | None
    pivoted: SuperLU | None

    @property
    def kind(self) -> str:
        return "LU"

    @property
    def method(self) -> str:
        """What was done, in words."""
        way = "in nested-dissection order" if self.pivoted is None else "with row exchanges"
        return f"sparse LU {way}, {self.matrix.shape[0]:,} unknowns"

    def precondition(self, right_side: Array) -> Array:
        """The factors applied once, unchecked, and so exactly linear in ``right_side``."""
        if self.diagonal is not None:
            return _apply(self.diagonal, self.order, right_side)
        pivoted = _pivoted(self.matrix) if self.pivoted is None else self.pivoted
        return _apply(pivoted, None, right_side)

    def solve(self, right_side: Array) -> Array:
        """Solution for one (n,) or several (n, k) right-hand sides."""
        if self.diagonal is not None:
            solution, is_right = self._refined(self.diagonal, self.order, right_side)
            if is_right:
                return solution
        pivoted = _pivoted(self.matrix) if self.pivoted is None else self.pivoted
        solution, is_right = self._refined(pivoted, None, right_side)
        if not is_right:
            raise np.linalg.LinAlgError("sparse matrix singular to working precision")
        return solution

    def _refined(
        self, factors: SuperLU, order: Integers | None, right_side: Array
    ) -> tuple[Array, bool]:
        """Solution with at most two steps of refinement, and whether it is accurate."""
        solution = _apply(factors, order, right_side)
        for _ in range(2):
            residual = right_side - self.matrix @ solution
            if np.all(np.abs(residual) <= self._allowed(solution, right_side)):
                return solution, True
            if not np.all(np.isfinite(solution)):
                break
            solution = solution + _apply(factors, order, residual)
        return solution, False

    def _allowed(self, solution: Array, right_side: Array) -> Array:
        """Residuals that rounding explains: |A| |x| + |b| by rows, and a little of the largest."""
        size = self._absolute @ np.abs(solution) + np.abs(right_side)
        rows = self._row_sums if solution.ndim == 1 else self._row_sums[:, None]
        return np.asarray(RESIDUAL * size + ROUNDING * rows * np.abs(solution).max(axis=0))

    @cached_property
    def _absolute(self) -> sparse.csr_array:
        return sparse.csr_array(abs(self.matrix))

    @cached_property
    def _row_sums(self) -> Array:
        return np.asarray(self._absolute.sum(axis=1)).ravel()


def _apply(factors: SuperLU, order: Integers | None, right_side: Array) -> Array:
    if order is None:
        return np.asarray(factors.solve(right_side))
    solution = np.empty(right_side.shape)
    solution[order] = factors.solve(np.ascontiguousarray(right_side[order]))
    return solution


def _pivoted(matrix: sparse.csr_array) -> SuperLU:
    try:
        return splu(matrix.tocsc(), permc_spec="COLAMD", diag_pivot_thresh=1.0)
    except RuntimeError as error:
        raise np.linalg.LinAlgError("singular sparse matrix") from error


def _canonical(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix by rows, without duplicate entries."""
    rowwise = sparse.csr_array(matrix)
    if rowwise.has_canonical_format:
        return rowwise
    tidy: sparse.csr_array = rowwise.copy()
    tidy.sum_duplicates()
    return tidy


def nested_order(
    pattern: sparse.csr_array, coordinates: Array, symmetric_pattern: bool = True
) -> Integers:
    """Elimination order (n,) of the unknowns of a sparse pattern with places (n, d)."""
    placed = np.isfinite(coordinates).all(axis=1)
    inside = np.flatnonzero(placed)
    places, group = np.unique(coordinates[inside], axis=0, return_inverse=True)
    group = np.asarray(group).ravel()
    graph = _group_graph(pattern[inside][:, inside], group, len(places))
    if not symmetric_pattern:
        graph = (graph + graph.T).tocsr()
    key = _dissection_keys(graph, places)[group]
    order = inside[np.lexsort((group, key))]
    return np.concatenate([order, np.flatnonzero(~placed)]).astype(np.intp)


def _group_graph(pattern: sparse.csr_array, group: Integers, groups: int) -> sparse.csr_array:
    """Which groups of unknowns are coupled, without the diagonal."""
    rows = np.repeat(group, np.diff(pattern.indptr))
    columns = group[pattern.indices]
    apart = rows != columns
    ones = np.ones(int(apart.sum()), dtype=np.int8)
    graph = sparse.coo_array((ones, (rows[apart], columns[apart])), shape=(groups, groups)).tocsr()
    graph.data[:] = 1
    return sparse.csr_array(graph)


def _dissection_keys(graph: sparse.csr_array, places: Array) -> Integers:
    """A number per group; groups are eliminated in ascending order of it, ties together.

    All parts of one level are cut at once. A part's key is 3 k for its first half, 3 k + 1 for
    its second and 3 k + 2 for the separator.
    """
    count = len(places)
    key = np.zeros(count, dtype=np.int64)
    edges = sparse.triu(graph, format="coo")
    first, second = edges.coords[0].astype(np.intp), edges.coords[1].astype(np.intp)
    is_open = np.full(count, count > LEAF)
    while is_open.any():
        within = is_open[first] & is_open[second]
        first, second = first[within], second[within]
        within = key[first] == key[second]
        first, second = first[within], second[within]
        digit = _cut(key, is_open, places, first, second)
        key = 3 * key + digit
        is_open &= digit < 2
        _, part, sizes = np.unique(key, return_inverse=True, return_counts=True)
        is_open &= sizes[np.asarray(part).ravel()] > LEAF
    return key.astype(np.intp)


def _cut(
    key: Integers, is_open: NDArray[np.bool_], places: Array, first: Integers, second: Integers
) -> Integers:
    """0, 1 or 2 (separator) for every group of the open parts, 0 elsewhere.

    Each part is halved across every axis; the cut with the smallest separator is kept.
    """
    members = np.flatnonzero(is_open)
    _, part = np.unique(key[members], return_inverse=True)
    part = np.asarray(part).ravel()
    best = np.zeros(len(key), dtype=np.intp)
    best_size = np.full(int(part.max()) + 1, np.iinfo(np.intp).max)
    for axis in range(places.shape[1]):
        side = np.zeros(len(key), dtype=np.intp)
        side[members] = _halves(part, places[members, axis])
        crossing = side[first] != side[second]
        layer = _thinnest_layer(side, first[crossing], second[crossing])
        side[layer] = 2
        size = np.bincount(part[side[members] == 2], minlength=len(best_size))
        better = members[(size < best_size)[part]]
        best[better] = side[better]
        best_size = np.minimum(best_size, size)
    return best


def _halves(part: Integers, height: Array) -> Integers:
    """0 for the lower half of every part, 1 for the upper one."""
    order = np.lexsort((height, part))
    sizes = np.bincount(part)
    rank = np.arange(len(part)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    upper = np.empty(len(part), dtype=np.intp)
    upper[order] = rank >= np.repeat((sizes + 1) // 2, sizes)
    return upper


def _thinnest_layer(side: Integers, first: Integers, second: Integers) -> Integers:
    """Fewest groups that touch every crossing edge (König: from a maximum matching)."""
    if len(first) == 0:
        return np.zeros(0, dtype=np.intp)
    swap = side[first] == 1
    low, high = np.where(swap, second, first), np.where(swap, first, second)
    lows, row = np.unique(low, return_inverse=True)
    highs, column = np.unique(high, return_inverse=True)
    row, column = np.asarray(row).ravel(), np.asarray(column).ravel()
    n, m = len(lows), len(highs)
    ones = np.ones(len(row), dtype=np.int8)
    crossing = sparse.csr_array((ones, (row, column)), shape=(n, m))
    mate = maximum_bipartite_matching(crossing, perm_type="column")  # of every low group
    reached = _alternating_reach(row, column, np.asarray(mate), n, m)
    return np.concatenate([lows[~reached[:n]], highs[reached[n:]]])


def _alternating_reach(
    row: Integers, column: Integers, mate: Integers, n: int, m: int
) -> NDArray[np.bool_]:
    """Which of the n low and m high groups an alternating path reaches from an unmatched low one.

    Paths go up along any edge and down along the matching only.
    """
    matched = np.flatnonzero(mate >= 0)
    unmatched = np.flatnonzero(mate < 0)
    source = n + m
    starts = np.concatenate([row, n + mate[matched], np.full(len(unmatched), source)])
    ends = np.concatenate([n + column, matched, unmatched])
    ones = np.ones(len(starts), dtype=np.int8)
    paths = sparse.csr_array((ones, (starts, ends)), shape=(source + 1, source + 1))
    reached = np.zeros(source + 1, dtype=bool)
    reached[breadth_first_order(paths, source, return_predecessors=False)] = True
    return reached[:source]
