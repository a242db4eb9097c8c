"""Meshes along the radius and the finite elements on them."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.fem.locate import along_line
from particle_sim.fem.mesh import Coordinates, Mesh, graded_vertices, line_mesh, uniform_vertices
from particle_sim.fem.space import Space

VOLUMES: dict[Coordinates, Callable[[float, float], float]] = {
    Coordinates.SLAB: lambda a, b: b - a,
    Coordinates.CYLINDER: lambda a, b: math.pi * (b**2 - a**2),
    Coordinates.SPHERE: lambda a, b: 4 / 3 * math.pi * (b**3 - a**3),
}
SURFACES: dict[Coordinates, Callable[[float], float]] = {
    Coordinates.SLAB: lambda r: 1.0,
    Coordinates.CYLINDER: lambda r: 2 * math.pi * r,
    Coordinates.SPHERE: lambda r: 4 * math.pi * r**2,
}


def space_on(
    coordinates: Coordinates, *, inner: float = 0.0, order: int = 2, points: int = 4, cells: int = 7
) -> Space:
    mesh = Mesh(vertices=graded_vertices(inner, 2.0, cells, 5.0), coordinates=coordinates)
    return Space(mesh=line_mesh(mesh), order=order, degree=2 * points - 2)


@pytest.mark.parametrize("inner", [0.0, 0.5])
@pytest.mark.parametrize("coordinates", list(Coordinates))
def test_weights_sum_to_the_volume(coordinates: Coordinates, inner: float) -> None:
    expected = VOLUMES[coordinates](inner, 2.0)
    assert space_on(coordinates, inner=inner).weights.sum() == pytest.approx(expected, rel=1e-14)
    assert coordinates.volume(inner, 2.0) == pytest.approx(expected, rel=1e-14)
    assert coordinates.surface(2.0) == pytest.approx(SURFACES[coordinates](2.0), rel=1e-15)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_shape_functions_sum_to_one_and_their_slopes_to_zero(order: int) -> None:
    space = space_on(Coordinates.SPHERE, order=order)
    values, slopes = space.tabulate(np.linspace(0, 1, 23)[:, None])
    assert values.shape == (23, order + 1)
    assert np.abs(values.sum(axis=1) - 1).max() <= 1e-14
    assert np.abs(slopes.sum(axis=1)).max() <= 1e-12


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_shape_functions_are_one_at_their_own_node(order: int) -> None:
    space = space_on(Coordinates.SLAB, order=order, cells=1)
    values, _ = space.tabulate(space.local_points)
    assert np.abs(values - np.eye(order + 1)).max() <= 1e-13


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_tabulated_slopes_are_derivatives(order: int) -> None:
    space, at, step = space_on(Coordinates.SLAB, order=order), np.linspace(0.1, 0.9, 9), 1e-6
    at = at[:, None]
    difference = (space.tabulate(at + step)[0] - space.tabulate(at - step)[0]) / (2 * step)
    assert np.abs(space.tabulate(at)[1][..., 0] - difference).max() <= 1e-8


@pytest.mark.parametrize("points", [2, 3, 4, 6])
@pytest.mark.parametrize("coordinates", list(Coordinates))
def test_quadrature_is_exact_for_polynomials(coordinates: Coordinates, points: int) -> None:
    """q Gauss points integrate degree 2 q - 1, of which the volume element takes its power."""
    space = space_on(coordinates, inner=0.5, points=points)
    factor, power = coordinates.surface_factor, coordinates.value
    for degree in range(2 * points - 1 - power):
        total = float(np.sum(space.weights * space.points[..., 0] ** degree))
        last = degree + power + 1
        exact = factor * (2.0**last - 0.5**last) / last
        assert total == pytest.approx(exact, rel=1e-13), degree
    one_cell = space_on(coordinates, inner=0.5, points=points, cells=1)
    missed = 2 * points + 2 - power
    last = missed + power + 1
    total = float(np.sum(one_cell.weights * one_cell.points[..., 0] ** missed))
    assert total != pytest.approx(factor * (2.0**last - 0.5**last) / last, rel=1e-13)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_interpolation_converges_with_order_plus_one(order: int) -> None:
    errors = []
    for cells in (4, 8):
        mesh = Mesh(vertices=uniform_vertices(0, 3.0, cells), coordinates=Coordinates.SPHERE)
        space = Space(mesh=line_mesh(mesh), order=order, degree=2 * order + 2)
        radius = np.linspace(0, 3.0, 301)
        cell, position = along_line(space.mesh, radius)
        values, _ = space.tabulate(position[:, None])
        taken = np.sum(values * np.sin(space.nodes[:, 0])[space.cell_dofs[cell]], axis=1)
        errors.append(float(np.abs(taken - np.sin(radius)).max()))
    observed = math.log2(errors[0] / errors[1])
    assert order + 0.6 < observed < order + 1.4


@pytest.mark.parametrize("order", [0, 6])
def test_orders_that_do_not_exist_are_refused(order: int) -> None:
    with pytest.raises(InputError, match=f"element order is {order}"):
        space_on(Coordinates.SLAB, order=order)


def test_nodes_run_outwards_and_cells_share_their_ends() -> None:
    space = space_on(Coordinates.SPHERE, order=3)
    assert (np.diff(space.nodes[:, 0]) > 0).all()
    assert len(space.nodes) == space.dimension == 7 * 3 + 1
    assert np.array_equal(space.cell_dofs[:-1, 1], space.cell_dofs[1:, 0])  # ends come first
    assert np.allclose(space.nodes[space.cell_dofs[:, 0]], space.mesh.points[:-1], rtol=1e-14)


def test_locate_finds_cell_and_position() -> None:
    mesh = space_on(Coordinates.SLAB).mesh
    vertices = mesh.points[:, 0]
    at = np.array([vertices[0], 0.5 * (vertices[2] + vertices[3]), vertices[4], 2.0])
    cell, position = along_line(mesh, at)
    assert cell.tolist() == [0, 2, 4, 6]
    assert np.allclose(position, [0.0, 0.5, 0.0, 1.0], atol=1e-14)
    cell, position = along_line(mesh, at, inner_side=True)
    assert cell.tolist() == [0, 2, 3, 6]
    assert np.allclose(position, [0.0, 0.5, 1.0, 1.0], atol=1e-14)


def test_graded_cells_shrink_by_the_ratio() -> None:
    sizes = np.diff(graded_vertices(0.2, 1.0, 9, 60.0))
    assert sizes[0] / sizes[-1] == pytest.approx(60.0, rel=1e-10)
    assert np.allclose(sizes[1:] / sizes[:-1], sizes[1] / sizes[0], rtol=1e-10)
    assert np.allclose(graded_vertices(0.0, 1.0, 4, 1.0), uniform_vertices(0.0, 1.0, 4))


def test_mesh_knows_its_boundaries() -> None:
    def made(coordinates: Coordinates, inner: float) -> Mesh:
        return Mesh(vertices=graded_vertices(inner, 2.0, 7, 5.0), coordinates=coordinates)

    hollow = made(Coordinates.SPHERE, 0.5)
    assert (hollow.inner, hollow.outer, hollow.is_hollow) == (0.5, 2.0, True)
    assert not made(Coordinates.SPHERE, 0.0).is_hollow
    assert not made(Coordinates.SLAB, 0.5).is_hollow
    assert hollow.cell_sizes.sum() == pytest.approx(1.5)
    assert set(line_mesh(hollow).boundaries) == {"surface", "inner"}
    assert set(line_mesh(made(Coordinates.CYLINDER, 0.0)).boundaries) == {"surface", "axis"}
    assert set(line_mesh(made(Coordinates.SLAB, 0.0)).boundaries) == {"surface", "inner"}


def test_shell_is_a_region_of_the_line() -> None:
    mesh = Mesh(vertices=graded_vertices(0.0, 2.0, 7, 5.0), coordinates=Coordinates.SPHERE)
    line = line_mesh(mesh, (0.5, 3))
    assert line.regions.tolist() == [0] * 7 + [1] * 3
    assert line.points[-1, 0] == pytest.approx(2.5, rel=1e-15)
    assert set(line.part(np.arange(7)).boundaries) == {"axis", "interface"}


def test_space_survives_pickling() -> None:
    space = space_on(Coordinates.CYLINDER, order=3)
    assert space.values.size  # fills the tables that cannot be pickled
    copy = pickle.loads(pickle.dumps(space))
    assert np.array_equal(copy.values, space.values)
    assert np.array_equal(copy.weights, space.weights)
