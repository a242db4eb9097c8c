"""Banded direct solves for one-dimensional problems, with a few bordering global unknowns.

LAPACK's band LU (through SciPy); the pattern of the assembly is computed once per mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import get_lapack_funcs

from particle_sim.units import Array

Integers = NDArray[np.intp]

_BAND_LU, _BAND_SOLVE = get_lapack_funcs(("gbtrf", "gbtrs"), dtype=float)


@dataclass(frozen=True, kw_only=True)
class BandedPattern:
    """Where the entries of cell matrices (e, i, i) go in LAPACK band storage and its border.

    ``cell_dofs`` (e, i): places of every cell's unknowns, ``dimension`` banded ones and behind them
    ``border`` global ones, which may meet all others.
    """

    cell_dofs: Integers
    dimension: int
    border: int = 0
    least_bandwidth: int = 0

    @cached_property
    def bandwidth(self) -> int:
        """Largest distance between two banded dofs of one cell, or ``least_bandwidth``."""
        banded = np.where(self.cell_dofs < self.dimension, self.cell_dofs, -1)
        lowest = np.where(banded < 0, self.dimension, banded).min(axis=1)
        return max(self.least_bandwidth, int((banded.max(axis=1) - lowest).max()))

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the band array, transposed: (dimension, 3 bandwidth + 1)."""
        return self.dimension, 3 * self.bandwidth + 1

    @cached_property
    def _targets(self) -> Integers:
        pairs = self.cell_dofs[:, :, None], self.cell_dofs[:, None, :]
        return self._places(*np.broadcast_arrays(*pairs)).ravel()

    def _places(self, rows: Integers, columns: Integers) -> Integers:
        """Where entries stand in the storage of a :class:`BandedMatrix`."""
        n, m, width = self.dimension, self.border, self.shape[1]
        band = columns * width + 2 * self.bandwidth + rows - columns
        right = n * width + (columns - n) * n + rows
        below = n * width + n * m + (rows - n) * n + columns
        corner = n * width + 2 * n * m + (rows - n) * m + columns - n
        kind = (columns >= n) + 2 * (rows >= n)
        return np.asarray(np.choose(kind, (band, right, below, corner)), dtype=np.intp)

    def assemble(self, blocks: Array) -> BandedMatrix:
        """Sum of cell matrices (e, i, j)."""
        return self._summed(self._targets, blocks.ravel())

    def banded(self, matrix: sparse.csr_array, places: Integers) -> BandedMatrix:
        """A sparse matrix whose row and column k stand at ``places[k]`` of the banded one."""
        entries = matrix.tocoo()
        return self._summed(self._places(places[entries.row], places[entries.col]), entries.data)

    def _summed(self, places: Integers, values: Array) -> BandedMatrix:
        n, m = self.dimension, self.border
        size = n * self.shape[1] + 2 * n * m + m * m
        summed = np.asarray(np.bincount(places, values, size), dtype=float)
        return BandedMatrix(pattern=self, storage=summed)

    def scatter(self, loads: Array) -> Array:
        """Sum of cell vectors (e, i) as a global vector, border last."""
        size = self.dimension + self.border
        return np.asarray(np.bincount(self.cell_dofs.ravel(), loads.ravel(), size), dtype=float)


@dataclass(frozen=True, kw_only=True)
class BandedMatrix:
    """[[A, columns], [rows, corner]] with A in a band; one flat array holds all four."""

    pattern: BandedPattern
    storage: Array

    def __add__(self, other: BandedMatrix) -> BandedMatrix:
        return BandedMatrix(pattern=self.pattern, storage=self.storage + other.storage)

    @property
    def parts(self) -> tuple[Array, Array, Array, Array]:
        """Views: the band (n, 3 b + 1), columns (m, n), rows (m, n), corner (m, m)."""
        n, m, size = self.pattern.dimension, self.pattern.border, self.pattern.shape
        first, all_ = n * size[1], self.storage
        second, third = first + n * m, first + 2 * n * m
        return (
            all_[:first].reshape(size),
            all_[first:second].reshape(m, n),
            all_[second:third].reshape(m, n),
            all_[third:].reshape(m, m),
        )

    def add(self, row: int, column: int, value: float) -> None:
        """Add ``value`` to one entry of the band, in place."""
        self.parts[0][column, 2 * self.pattern.bandwidth + row - column] += value

    def make_identity_row(self, row: int) -> None:
        """Turn one banded row into that of the identity, in place."""
        band, columns, _, _ = self.parts
        width = self.pattern.bandwidth
        low, high = max(0, row - width), min(self.pattern.dimension, row + width + 1)
        beside = np.arange(low, high)
        band[beside, 2 * width + row - beside] = 0.0
        band[row, 2 * width] = 1.0
        columns[:, row] = 0.0

    def factorise(self) -> BandedFactors:
        """LU factors; the matrix is overwritten."""
        width = self.pattern.bandwidth
        band, columns, rows, corner = self.parts
        factors, pivots, status = _BAND_LU(band.T, width, width, overwrite_ab=1)
        if status != 0:
            raise np.linalg.LinAlgError(f"singular band matrix (LAPACK status {status})")
        plain = BandedFactors(
            factors=factors, pivots=pivots, bandwidth=width, rows=rows, response=columns.T,
            schur=corner,
        )  # fmt: skip
        if self.pattern.border == 0:
            return plain
        response = plain.banded(columns.T)
        return BandedFactors(
            factors=factors, pivots=pivots, bandwidth=width, rows=rows, response=response,
            schur=corner - rows @ response,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BandedFactors:
    """LU factors of a band matrix, and the Schur complement of its border."""

    factors: Array
    pivots: NDArray[np.int32]
    bandwidth: int
    rows: Array
    response: Array
    schur: Array

    def banded(self, right_side: Array) -> Array:
        """Solution of the band alone for (n,) or (n, k)."""
        width = self.bandwidth
        solution: Array = _BAND_SOLVE(self.factors, width, width, right_side, self.pivots)[0]
        return solution

    def solve(self, right_side: Array) -> Array:
        """Solution for one (n + m,) or several (n + m, k) right-hand sides."""
        m = len(self.schur)
        if m == 0:
            return self.banded(right_side)
        n = len(right_side) - m
        x = self.banded(right_side[:n])
        y = np.linalg.solve(self.schur, right_side[n:] - self.rows @ x)
        return np.concatenate([x - self.response @ y, y])
