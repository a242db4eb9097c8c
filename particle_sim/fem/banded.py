"""Banded direct solves for one-dimensional problems, with a few bordering global unknowns.

LAPACK's band LU (through SciPy); the pattern of the assembly is computed once per mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

from particle_sim.units import Array

Integers = NDArray[np.intp]

_BAND_LU, _BAND_SOLVE = get_lapack_funcs(("gbtrf", "gbtrs"), dtype=float)


@dataclass(frozen=True, kw_only=True)
class BandedPattern:
    """Where the entries of cell matrices (e, i, i) go in LAPACK band storage."""

    cell_dofs: Integers
    dimension: int
    least_bandwidth: int = 0

    @cached_property
    def bandwidth(self) -> int:
        """Largest distance between two dofs of one cell, or ``least_bandwidth`` if larger."""
        distance = self.cell_dofs.max(axis=1) - self.cell_dofs.min(axis=1)
        return max(self.least_bandwidth, int(distance.max()))

    @property
    def storage(self) -> tuple[int, int]:
        """Shape of the band array, transposed: (dimension, 3 bandwidth + 1)."""
        return self.dimension, 3 * self.bandwidth + 1

    @cached_property
    def _targets(self) -> Integers:
        rows, columns = self.cell_dofs[:, :, None], self.cell_dofs[:, None, :]
        place = columns * self.storage[1] + 2 * self.bandwidth + rows - columns
        return np.asarray(place.ravel(), dtype=np.intp)

    def assemble(self, blocks: Array) -> Array:
        """Sum of cell matrices (e, i, j) as a band array (dimension, storage)."""
        size = self.storage[0] * self.storage[1]
        summed = np.bincount(self._targets, blocks.ravel(), size)
        return np.asarray(summed, dtype=float).reshape(self.storage)

    def scatter(self, loads: Array) -> Array:
        """Sum of cell vectors (e, i) as a global vector."""
        summed = np.bincount(self.cell_dofs.ravel(), loads.ravel(), self.dimension)
        return np.asarray(summed, dtype=float)

    def add(self, band: Array, row: int, column: int, value: float) -> None:
        """Add ``value`` to one entry of a band array, in place."""
        band[column, 2 * self.bandwidth + row - column] += value

    def make_identity_row(self, band: Array, row: int) -> None:
        """Turn one row of a band array into that of the identity, in place."""
        low, high = max(0, row - self.bandwidth), min(self.dimension, row + self.bandwidth + 1)
        columns = np.arange(low, high)
        band[columns, 2 * self.bandwidth + row - columns] = 0.0
        band[row, 2 * self.bandwidth] = 1.0

    def factorise(self, band: Array) -> BandedFactors:
        """LU factors of a band array (which is overwritten)."""
        width = self.bandwidth
        factors, pivots, status = _BAND_LU(band.T, width, width, overwrite_ab=1)
        if status != 0:
            raise np.linalg.LinAlgError(f"singular band matrix (LAPACK status {status})")
        return BandedFactors(factors=factors, pivots=pivots, bandwidth=width)


@dataclass(frozen=True, kw_only=True)
class BandedFactors:
    """LU factors of a band matrix."""

    factors: Array
    pivots: NDArray[np.int32]
    bandwidth: int

    def solve(self, right_side: Array) -> Array:
        """Solution for one (n,) or several (n, k) right-hand sides."""
        solution, _ = _BAND_SOLVE(
            self.factors, self.bandwidth, self.bandwidth, right_side, self.pivots
        )
        return np.asarray(solution)


def solve_bordered(
    factors: BandedFactors, columns: Array, rows: Array, corner: Array, top: Array, bottom: Array
) -> tuple[Array, Array]:
    """Solve [[A, columns], [rows, corner]] [x, y] = [top, bottom] with A already factorised.

    ``columns`` (n, m), ``rows`` (m, n), ``corner`` (m, m); top (n,) or (n, k). For m = 0 this is
    a plain solve.
    """
    x = factors.solve(top)
    if columns.shape[1] == 0:
        return x, np.zeros_like(bottom)
    response = factors.solve(columns)
    y = np.asarray(np.linalg.solve(corner - rows @ response, bottom - rows @ x), dtype=float)
    return x - response @ y, y
