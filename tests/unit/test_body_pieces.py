"""A body's elements and elasticity piece by piece against formulas, on meshes of a few cells."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.locate import locate
from particle_sim.fem.space import Space
from particle_sim.particle.kinematics import Motions, Strains, rigid_modes
from particle_sim.particle.mechanics import MechanicalBoundary
from particle_sim.units import Array

SIZE = 1e-6


def strain_matrix(symmetry: Symmetry, space: Space) -> Array:
    return Strains(
        motions=Motions(symmetry=symmetry),
        gradients=space.gradients,
        values=space.values,
        points=space.points,
    ).matrix


def box() -> BodyMesh:
    return ps.shapes.box((SIZE, 2 * SIZE, 3 * SIZE), cells=(1, 2, 2))


def rectangle() -> BodyMesh:
    return ps.shapes.rectangle((SIZE, 2 * SIZE), cells=(2, 2))


def rod() -> BodyMesh:
    return ps.shapes.rectangle((SIZE, 2 * SIZE), cells=(2, 2), symmetry=Symmetry.AXISYMMETRIC)


SIZES: dict[str, tuple[Callable[[], BodyMesh], float, float]] = {
    "box": (box, 6 * SIZE**3, 22 * SIZE**2),
    "rectangle": (rectangle, 2 * SIZE**2, 6 * SIZE),
    "rod": (rod, 2 * math.pi * SIZE**3, 6 * math.pi * SIZE**2),
}
"""Volume and surface: of a box, of a metre of a bar, of a cylinder as high as wide."""


def space_of(name: str) -> Space:
    return Space(mesh=SIZES[name][0](), order=2, degree=4)


@pytest.mark.parametrize("name", list(SIZES))
def test_weights_sum_to_volume_and_surface(name: str) -> None:
    space, (_, volume, area) = space_of(name), SIZES[name]
    assert space.weights.sum() == pytest.approx(volume)
    surfaces = [space.boundary(each) for each in space.mesh.surfaces]
    assert sum(facets.area for facets in surfaces) == pytest.approx(area)


@pytest.mark.parametrize("name", ["box", "rectangle"])
def test_normals_point_outwards(name: str) -> None:
    """Gauss: int x . n dA = d V, facet by facet positive about the middle of a convex body."""
    space, (_, volume, _) = space_of(name), SIZES[name]
    total = 0.0
    for each in space.mesh.surfaces:
        facets = space.boundary(each)
        height = np.einsum("fqa,fqa->fq", facets.points - space.mesh.middle, facets.normals)
        assert height.min() > 0
        assert np.linalg.norm(facets.normals, axis=2) == pytest.approx(1.0)
        total += float(np.sum(height * facets.weights))
    assert total == pytest.approx(space.mesh.dimension * volume)


def test_cells_of_different_size_weigh_their_own_volume() -> None:
    even = box()
    mesh = dataclasses.replace(even, points=even.points * (1 + even.points / SIZE))
    space = Space(mesh=mesh, order=1, degree=2)
    corners = mesh.points[mesh.ordered_cells[:, :4]]
    expected = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6
    assert expected.max() > 2 * expected.min()
    assert space.weights.sum(axis=1) == pytest.approx(expected)


def test_points_are_found_in_their_own_cells() -> None:
    space = space_of("box")
    cells = np.arange(len(space.mesh.cells))
    inside = np.array([[0.1, 0.2, 0.6], [0.6, 0.1, 0.1], [0.32, 0.32, 0.32], [0.1, 0.1, 0.1]])
    for place in inside:
        points = space.map(cells, place[None])[0][:, 0]
        found, reference = locate(space, points)
        assert np.array_equal(found, cells)
        assert reference == pytest.approx(np.tile(place, (len(cells), 1)), abs=1e-9)


@pytest.mark.parametrize("name", list(SIZES))
def test_rigid_motions_have_no_strain(name: str) -> None:
    space = space_of(name)
    symmetry = space.mesh.symmetry
    motions = rigid_modes(symmetry, space.nodes)
    assert motions.shape[1] == {"box": 6, "rectangle": 3, "rod": 1}[name]
    strain = strain_matrix(symmetry, space)
    local = motions.reshape(space.dimension, space.mesh.dimension, -1)[space.cell_dofs]
    local = local.reshape(len(local), -1, motions.shape[1])
    scale = np.abs(strain).max() * np.abs(motions).max()
    assert np.abs(np.einsum("cpvi,cir->cpvr", strain, local)).max() < 1e-12 * scale


def test_stretching_a_meridian_is_read_in_its_own_components() -> None:
    """u = (a r, b z): the strain is (a, a, b, 0, 0, 0)."""
    space = space_of("rod")
    strain = strain_matrix(Symmetry.AXISYMMETRIC, space)
    field = space.nodes * np.array([2.0, 5.0])
    local = field[space.cell_dofs].reshape(len(space.cell_dofs), -1)
    found = np.einsum("cpvi,ci->cpv", strain, local)
    assert found == pytest.approx(np.broadcast_to([2.0, 2.0, 5.0, 0, 0, 0], found.shape), abs=1e-9)


def pressed(name: str, pressure: float) -> ps.ParticleRun:
    material = ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=1e-14,
        youngs_modulus=1e10,
        poisson_ratio=0.3,
        partial_molar_volume=3e-6,
    )
    body = ps.Particle(
        material=material,
        mesh=SIZES[name][0](),
        mechanics=MechanicalBoundary(pressure=pressure),
    )
    return ps.solve_stress(body, lambda x: np.zeros(len(x)))


@pytest.mark.parametrize("name", ["box", "rod"])
def test_energy_under_pressure(name: str) -> None:
    """sigma = -p I everywhere, W = 3 (1 - 2 nu) p^2 V/(2 E)."""
    run = pressed(name, 1e6)
    assert run.hydrostatic_stress == pytest.approx(-1e6, rel=1e-9)
    expected = 3 * (1 - 0.6) * 1e12 / (2 * 1e10) * SIZES[name][1]
    assert run.strain_energy_history()[0] == pytest.approx(expected, rel=1e-9)


def test_a_node_takes_the_mean_by_volume() -> None:
    """Cell-wise values 1 give 1; a single cell of volume v among V around a node gives v/V."""
    points = pressed("rod", 1e6).points  # cells further out are larger
    space = points.elasticity.space
    ones = np.ones((1, *points.cell_points.shape, 1))
    assert points.average(ones)[0, :, 0] == pytest.approx(1.0)
    alone = np.zeros_like(ones)
    alone[0, 0] = 1.0
    volume = space.weights.sum(axis=1)
    node = int(points.cell_points[0, 0])
    around = volume[np.any(points.cell_points == node, axis=1)].sum()
    assert points.average(alone)[0, node, 0] == pytest.approx(volume[0] / around)
