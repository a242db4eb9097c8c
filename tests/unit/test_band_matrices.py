"""Band matrices against dense ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from particle_sim.fem.banded import BandedPattern
from particle_sim.units import Array

CELLS, ORDER = 6, 3
DOFS = np.arange(CELLS)[:, None] * ORDER + np.arange(ORDER + 1)
PATTERN = BandedPattern(cell_dofs=DOFS, dimension=CELLS * ORDER + 1)


def random_blocks(seed: int) -> Array:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(CELLS, ORDER + 1, ORDER + 1)) + 6 * np.eye(ORDER + 1)


def dense(blocks: Array) -> Array:
    matrix = np.zeros((PATTERN.dimension, PATTERN.dimension))
    for dofs, block in zip(DOFS, blocks, strict=True):
        matrix[np.ix_(dofs, dofs)] += block
    return matrix


@pytest.mark.parametrize("right_sides", [(), (1,), (4,)])
def test_solve_is_numpys(right_sides: tuple[int, ...]) -> None:
    blocks = random_blocks(1)
    b = np.random.default_rng(2).normal(size=(PATTERN.dimension, *right_sides))
    x = PATTERN.assemble(blocks).factorise().solve(b)
    assert x.shape == b.shape
    assert np.allclose(x, np.linalg.solve(dense(blocks), b), rtol=1e-11, atol=1e-13)


def test_bandwidth_is_the_largest_distance_within_a_cell() -> None:
    assert PATTERN.bandwidth == ORDER
    wider = BandedPattern(cell_dofs=DOFS, dimension=PATTERN.dimension, least_bandwidth=5)
    assert wider.bandwidth == 5
    b = np.arange(1.0, PATTERN.dimension + 1)
    x = wider.assemble(random_blocks(3)).factorise().solve(b)
    assert np.allclose(x, np.linalg.solve(dense(random_blocks(3)), b), rtol=1e-11)


def test_scatter_sums_cell_vectors() -> None:
    loads = np.random.default_rng(4).normal(size=(CELLS, ORDER + 1))
    expected = np.zeros(PATTERN.dimension)
    for dofs, load in zip(DOFS, loads, strict=True):
        expected[dofs] += load
    assert np.allclose(PATTERN.scatter(loads), expected, rtol=1e-14)


def test_added_entries_and_identity_rows() -> None:
    band, matrix = PATTERN.assemble(random_blocks(5)), dense(random_blocks(5))
    band.add(4, 6, 2.5)
    matrix[4, 6] += 2.5
    for row in (0, 7, PATTERN.dimension - 1):
        band.make_identity_row(row)
        matrix[row] = np.eye(PATTERN.dimension)[row]
    b = np.random.default_rng(6).normal(size=PATTERN.dimension)
    x = band.factorise().solve(b)
    assert np.allclose(x, np.linalg.solve(matrix, b), rtol=1e-10, atol=1e-13)
    assert x[7] == pytest.approx(b[7], rel=1e-14)


@pytest.mark.parametrize("m", [0, 1, 2])
@pytest.mark.parametrize("right_sides", [(), (3,)])
def test_bordered_solve_is_numpys(m: int, right_sides: tuple[int, ...]) -> None:
    rng, n = np.random.default_rng(7), PATTERN.dimension
    whole = np.broadcast_to(n + np.arange(m), (CELLS, m))
    dofs = np.concatenate([DOFS, whole], axis=1)
    pattern = BandedPattern(cell_dofs=dofs, dimension=n, border=m)
    blocks = rng.normal(size=(CELLS, ORDER + 1 + m, ORDER + 1 + m)) + 6 * np.eye(ORDER + 1 + m)
    matrix = np.zeros((n + m, n + m))
    for places, block in zip(dofs, blocks, strict=True):
        matrix[np.ix_(places, places)] += block
    b = rng.normal(size=(n + m, *right_sides))
    expected = np.linalg.solve(matrix, b)
    summed = pattern.assemble(blocks)
    again = pattern.banded(sparse.csr_array(matrix), np.arange(n + m))
    assert np.allclose(again.storage, summed.storage, rtol=1e-14)
    for banded in (summed, again):
        assert pattern.bandwidth == ORDER
        assert np.allclose(banded.factorise().solve(b), expected, rtol=1e-9, atol=1e-12)


def test_singular_matrix_raises() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        PATTERN.assemble(np.zeros((CELLS, ORDER + 1, ORDER + 1))).factorise()
