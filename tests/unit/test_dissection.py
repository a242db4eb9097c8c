"""Nested-dissection factors: right, sparse, and safe where diagonal pivots are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from particle_sim.fem.dissection import Dissection, dissect, factorise, nested_order


def grid(n: int, axes: int) -> tuple[sparse.csr_array, np.ndarray]:
    """Laplacian plus one of a grid of n^axes nodes, and the nodes in scrambled order."""
    line = sparse.diags_array([-1.0, 2.0, -1.0], offsets=(-1, 0, 1), shape=(n, n))
    one = sparse.eye_array(n)
    total = sparse.csr_array((n**axes, n**axes))
    for axis in range(axes):
        term = sparse.eye_array(1)
        for k in range(axes):
            term = sparse.kron(term, line if k == axis else one)
        total = total + term
    matrix = sparse.csr_array(total + sparse.eye_array(n**axes))
    places = np.stack(np.meshgrid(*[np.arange(n)] * axes, indexing="ij"), axis=-1)
    mixed = np.random.default_rng(0).permutation(n**axes)
    scrambled = sparse.csr_array(matrix[mixed][:, mixed])
    return scrambled, places.reshape(-1, axes)[mixed].astype(float)


def two_fields(n: int, axes: int) -> tuple[sparse.csr_array, np.ndarray]:
    """A nonsymmetric system of two fields, block by block."""
    matrix, places = grid(n, axes)
    mass = sparse.eye_array(len(places))
    blocks = sparse.block_array([[mass, 0.3 * matrix], [-0.7 * matrix, mass]], format="csr")
    return sparse.csr_array(blocks), np.concatenate([places, places])


@pytest.mark.parametrize(("n", "axes"), [(12, 2), (6, 3)])
def test_two_coupled_fields_are_solved(n: int, axes: int) -> None:
    matrix, places = two_fields(n, axes)
    right = np.random.default_rng(1).standard_normal((len(places), 3))
    expected = np.linalg.solve(matrix.toarray(), right)
    factors = factorise(matrix, places)
    assert "nested-dissection" in factors.method
    np.testing.assert_allclose(factors.solve(right), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(factors.solve(right[:, 0]), expected[:, 0], rtol=1e-10, atol=1e-12)


def test_unknowns_of_one_node_are_eliminated_together() -> None:
    matrix, places = two_fields(9, 2)
    order = nested_order(matrix, places)
    assert sorted(order) == list(range(len(places)))
    sorted_places = places[order].reshape(-1, 2, 2)
    np.testing.assert_array_equal(sorted_places[:, 0], sorted_places[:, 1])


def fill(matrix: sparse.csr_array, places: np.ndarray) -> int:
    return int(dissect(matrix, places).diagonal_factors(matrix).L.nnz)


def test_fill_grows_like_n_log_n() -> None:
    """In a plane 4 times the nodes give 4 (1 + 2 / log2 n) times the fill; a band gives 8."""
    growth = fill(*grid(80, 2)) / fill(*grid(40, 2))
    assert growth < 5.6


def test_wrong_places_spoil_the_ordering() -> None:
    """Sabotage: the fill comes from the geometry, not from elsewhere."""
    matrix, places = grid(40, 2)
    wrong = np.random.default_rng(2).permutation(places)
    assert fill(matrix, wrong) > 3 * fill(matrix, places)


def test_unknowns_without_a_place_come_last() -> None:
    inner, places = grid(8, 2)
    ones = sparse.csr_array(np.ones((1, len(places))))
    matrix = sparse.csr_array(sparse.block_array([[inner, ones.T], [ones, None]], format="csr"))
    places = np.concatenate([places, [[np.nan, np.nan]]])
    assert nested_order(matrix, places)[-1] == len(places) - 1
    right = np.arange(len(places), dtype=float)
    np.testing.assert_allclose(matrix @ factorise(matrix, places).solve(right), right, atol=1e-9)


def test_one_ordering_serves_all_matrices_of_a_pattern() -> None:
    matrix, places = grid(10, 2)
    plan = dissect(matrix, places)
    other = sparse.csr_array(matrix + 3 * sparse.eye_array(len(places)))
    right = np.ones(len(places))
    np.testing.assert_allclose(other @ plan.factorise(other).solve(right), right, atol=1e-12)
    denser = sparse.csr_array(other + sparse.eye_array(len(places), k=1))
    with pytest.raises(ValueError, match="dissect"):
        plan.factorise(denser)


def test_a_pattern_that_is_not_symmetric_is_made_so() -> None:
    matrix, places = grid(8, 2)
    lower = sparse.csr_array(sparse.tril(matrix))
    right = np.ones(len(places))
    solution = factorise(lower, places, symmetric_pattern=False).solve(right)
    np.testing.assert_allclose(lower @ solution, right, atol=1e-12)


@pytest.mark.parametrize("pivot", [0.0, 1e-17])
def test_bad_diagonal_pivots_do_not_spoil_the_solution(pivot: float) -> None:
    """A pivot of 1e-17 loses all digits, which the residual shows."""
    inner, places = grid(6, 2)
    matrix = sparse.csr_array(sparse.kron(inner, np.array([[pivot, 1.0], [1.0, 1.0]])))
    both = np.repeat(places, 2, axis=0)
    right = np.random.default_rng(3).standard_normal(len(both))
    np.testing.assert_allclose(matrix @ factorise(matrix, both).solve(right), right, atol=1e-9)


def test_row_exchanges_are_used_and_named_where_the_diagonal_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise np.linalg.LinAlgError

    monkeypatch.setattr(Dissection, "diagonal_factors", fail)
    matrix, places = grid(6, 2)
    factors = factorise(matrix, places)
    assert "row exchanges" in factors.method
    np.testing.assert_allclose(matrix @ factors.solve(np.ones(36)), np.ones(36), atol=1e-12)


def test_singular_matrices_are_refused() -> None:
    matrix, places = grid(5, 2)
    empty = matrix.tolil()
    empty[3] = 0.0
    empty[:, 3] = 0.0
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        factorise(sparse.csr_array(empty.tocsr()), places)
