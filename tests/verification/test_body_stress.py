"""Stress of given sodium fields in sections and 3-D bodies, against exact solutions.

Free isotropic spheroid and free hexagonal ball with a quadratic filling: the displacement is a
cubic polynomial. On curved bodies the edges are parabolas: on a ball their normals are off by h^3,
on other outlines by h^2, which bounds the orders of stress to 3.5 and 2.5 in L2.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import Case, Inputs, assert_close, elastic_material, load, spoiled

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.crystal import Crystal
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import hexagonal_stiffness, strain_voigt, stress_tensor
from particle_sim.units import Array

SPHEROID, HEXAGON = load("F1"), load("G4")
Shape = Callable[[float], BodyMesh]
FULL, MIDDLE = 2e4, 1e4
NAMES = ("xx", "yy", "zz", "yz", "xz", "xy")
TURN = ps.crystal.rotation(("x", 35.0), ("z", 20.0))


def in_space(x: Array) -> Array:
    """Points (n, 3); those of a meridian (r, z) lie in the plane y = 0."""
    return np.stack([x[:, 0], np.zeros(len(x)), x[:, 1]], axis=1) if x.shape[1] == 2 else x


def squares(x: Array) -> Array:
    """1, x^2, y^2, z^2 (4, n)."""
    return np.concatenate([np.ones((1, len(x))), x.T**2])


def polynomial_stress(case: Case, x: Array) -> Array:
    """C : (eps - beta dc) of u_a = x_a (U_a0 + U_a1 x^2 + U_a2 y^2 + U_a3 z^2) at x (n, 3)."""
    table = np.array(case["polynomial_coefficients_U"])
    slope = 2 * x[:, :, None] * x[:, None, :] * table[None, :, 1:]
    slope += (table @ squares(x)).T[:, :, None] * np.eye(3)
    strain = strain_voigt(0.5 * (slope + slope.transpose(0, 2, 1)))
    beta = np.array(case["beta"])
    strain[:, :3] -= np.outer(np.array(case["inputs"]["q"]) @ squares(x), beta)
    stiffness, given = np.zeros((6, 6)), case["stiffness"]
    for i in range(3):
        stiffness[i, :3] = [given[f"C{min(i, j) + 1}{max(i, j) + 1}"] for j in range(3)]
        stiffness[i + 3, i + 3] = given[f"C{i + 4}{i + 4}"]
    return np.asarray(strain @ stiffness)


def quadratic(
    case: Case, scale: float = 1.0, turn: Array | None = None
) -> Callable[[Array], Array]:
    """theta of the case's dc around the stress-free half filling, in a crystal turned with it."""

    def filling(x: Array) -> Array:
        body = in_space(x) if turn is None else x @ turn
        return np.asarray(0.5 + scale * np.array(case["inputs"]["q"]) @ squares(body) / FULL)

    return filling


def hexagonal(orientations: Array | None = None, **factors: float) -> Crystal:
    """The crystal of the case with Vegard strains beta c."""
    c = spoiled(HEXAGON["inputs"]["C"], **factors)
    beta = HEXAGON["inputs"]["beta"]
    first, second, third = (LinearTable((0.0, 1.0), (0.0, b * FULL)) for b in beta)
    return Crystal(
        stiffness=hexagonal_stiffness(c["C11"], c["C12"], c["C13"], c["C33"], c["C44"]),
        strain=(first, second, third),
        orientations=orientations,
    )


def spheroid_run(inputs: Inputs, mesh: BodyMesh, order: int, scale: float = 1.0) -> ParticleRun:
    material = elastic_material({**inputs, "cmax": FULL}, stress_free_concentration=MIDDLE)
    body = ps.Particle(material=material, mesh=mesh, order=order)
    return ps.solve_stress(body, quadratic(SPHEROID, scale))


def hexagon_run(
    crystal: Crystal, mesh: BodyMesh, order: int, turn: Array | None = None
) -> ParticleRun:
    material = ps.material_from_values(
        maximum_concentration=FULL, diffusivity=1e-14, stress_free_concentration=MIDDLE
    )
    body = ps.Particle(material=material, mesh=mesh, order=order, crystal=crystal)
    return ps.solve_stress(body, quadratic(HEXAGON, turn=turn))


def section_places(rows: list[Case]) -> tuple[Array, Array]:
    """Points (r, z) of reference rows, and the same in space."""
    x = np.array([row["xyz"] for row in rows])
    places = np.stack([np.hypot(x[:, 0], x[:, 1]), x[:, 2]], axis=1)
    return places, in_space(places)


def check_polynomial(
    case: Case, run: ParticleRun, tolerance: float, turn: Array | None = None
) -> None:
    """All stresses at the points of the case, and the traction all over the free surface."""
    rows, turn = case["rows"], np.eye(3) if turn is None else turn
    largest = max(row["s_vm"] for row in rows)
    listed = np.array([[row[f"s_{name}"] for name in NAMES] for row in rows])
    places = np.array([row["xyz"] for row in rows])
    assert_close("formula", polynomial_stress(case, places), listed, scale=largest, tolerance=1e-9)
    if run.particle.mesh.dimension == 2:
        points, places = section_places(rows)
    else:
        points = places @ turn.T
    taken = turn.T @ stress_tensor(run.at(points).stress.values[0]) @ turn
    expected = stress_tensor(polynomial_stress(case, places))
    assert_close("stress", taken, expected, scale=largest, tolerance=tolerance)
    axes = np.array(case["inputs"]["axes"])
    outside = in_space(run.positions) @ turn
    on_surface = np.abs(((outside / axes) ** 2).sum(axis=1) - 1) < 1e-6
    normals = (outside[on_surface] / axes**2) @ turn.T
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    traction = np.einsum("pij,pj->pi", stress_tensor(run.stress[0, on_surface]), normals)
    assert_close("traction", traction, 0.0, scale=largest, tolerance=1e-2)
    assert run.balances.equilibrium <= 1e-9


def check_order(case: Case, runs: list[ParticleRun], expected: float) -> None:
    """Volume L2 error of the stress at all nodes of two meshes."""
    errors, sizes = [], []
    for run in runs:
        points = run.points.cell_points
        volumes = np.repeat(run.elasticity.space.weights.sum(axis=1), points.shape[1])
        weights = np.bincount(points.ravel(), volumes) / volumes.sum()
        error = run.stress[0] - polynomial_stress(case, in_space(run.positions))
        errors.append(float(np.sqrt(weights @ (error**2).sum(axis=1))))
        sizes.append(len(points) ** (-1 / run.particle.mesh.dimension))
    order = float(np.log(errors[0] / errors[1]) / np.log(sizes[0] / sizes[1]))
    assert order >= expected, f"order of the stress is {order:.2f}"


LONG = (SPHEROID["inputs"]["axes"][0], SPHEROID["inputs"]["axes"][2])
ROUND = HEXAGON["inputs"]["axes"][0]


def long_section(cells: float) -> BodyMesh:
    return ps.shapes.spheroid_section(*LONG, cell_size=LONG[0] / cells, half=True)


def long_solid(cells: float) -> BodyMesh:
    return ps.shapes.spheroid(*LONG, cell_size=LONG[0] / cells, octant=True)


def round_section(cells: float) -> BodyMesh:
    return ps.shapes.ball_section(ROUND, cell_size=ROUND / cells, half=True)


def round_solid(cells: float) -> BodyMesh:
    return ps.shapes.ball(ROUND, cell_size=ROUND / cells, octant=True)


@pytest.mark.parametrize(
    ("shape", "cells", "order", "tolerance"),
    [
        (long_section, 8, 1, 2e-2),
        (long_section, 8, 2, 1e-3),
        (long_solid, 8, 2, 2e-2),
        (long_solid, 5, 3, 2e-3),
    ],
)
def test_spheroid(shape: Shape, cells: float, order: int, tolerance: float) -> None:
    run = spheroid_run(SPHEROID["inputs"], shape(cells), order)
    check_polynomial(SPHEROID, run, tolerance)


@pytest.mark.parametrize("wrong", [{"E": 1.005}, {"nu": 1.01}, {"Omega": -1.0}])
@pytest.mark.parametrize(("shape", "cells", "order"), [(long_section, 8, 2), (long_solid, 5, 3)])
def test_spheroid_notices(shape: Shape, cells: float, order: int, wrong: dict[str, float]) -> None:
    run = spheroid_run(spoiled(SPHEROID["inputs"], **wrong), shape(cells), order)
    with pytest.raises(AssertionError, match=r"stress: .* exceeds"):
        check_polynomial(SPHEROID, run, 2e-3)


def test_stress_turns_with_the_sign() -> None:
    """More sodium and less of it, and a positive and negative Omega, mirror each other."""
    plain = spheroid_run(SPHEROID["inputs"], long_section(4), 2)
    less = spheroid_run(SPHEROID["inputs"], long_section(4), 2, scale=-1.0)
    shrinking = spheroid_run(spoiled(SPHEROID["inputs"], Omega=-1.0), long_section(4), 2)
    for other in (less, shrinking):
        assert_close("sign", -other.stress, plain.stress, scale=plain.stress.max(), tolerance=1e-10)


@pytest.mark.parametrize(
    ("shape", "cells", "order", "tolerance"),
    [(round_section, 6, 2, 1e-3), (round_solid, 9, 2, 2e-2), (round_solid, 4, 3, 5e-3)],
)
def test_hexagonal_ball(shape: Shape, cells: float, order: int, tolerance: float) -> None:
    check_polynomial(HEXAGON, hexagon_run(hexagonal(), shape(cells), order), tolerance)


@pytest.mark.parametrize("wrong", [{"C13": 1.02}, {"C33": 1.01}, {"C44": 1.02}, {"C12": 1.02}])
def test_hexagonal_ball_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match=r"stress: .* exceeds"):
        check_polynomial(HEXAGON, hexagon_run(hexagonal(**wrong), round_section(6), 2), 1e-3)


def test_turned_hexagonal_ball() -> None:
    mesh = ps.shapes.ball(ROUND, cell_size=ROUND / 3)
    check_polynomial(HEXAGON, hexagon_run(hexagonal(TURN), mesh, 3, TURN), 5e-3, TURN)


@pytest.mark.parametrize("given", [TURN.T, ps.crystal.rotation(("z", 20.0), ("x", 35.0))])
def test_turned_hexagonal_ball_notices(given: Array) -> None:
    mesh = ps.shapes.ball(ROUND, cell_size=ROUND / 3)
    run = hexagon_run(hexagonal(given), mesh, 3, TURN)
    with pytest.raises(AssertionError, match="exceeds"):
        check_polynomial(HEXAGON, run, 5e-3, TURN)


@pytest.mark.parametrize(
    ("order", "cells", "expected"), [(1, (8, 16), 1.9), (2, (8, 16), 2.5), (3, (8, 16), 2.4)]
)
def test_order_in_a_spheroid(order: int, cells: tuple[int, int], expected: float) -> None:
    runs = [spheroid_run(SPHEROID["inputs"], long_section(n), order) for n in cells]
    check_order(SPHEROID, runs, expected)


@pytest.mark.parametrize(
    ("shape", "order", "cells", "expected"),
    [
        (round_section, 1, (8, 16), 1.9),
        (round_section, 2, (8, 16), 2.9),
        (round_section, 3, (4, 8), 3.4),
        (round_solid, 2, (4.5, 7), 1.9),
        (round_solid, 3, (3, 4.5), 2.9),
    ],
)
def test_order_in_a_ball(
    shape: Shape, order: int, cells: tuple[float, float], expected: float
) -> None:
    check_order(HEXAGON, [hexagon_run(hexagonal(), shape(n), order) for n in cells], expected)


@pytest.mark.parametrize(("order", "expected"), [(1, 2.9), (2, 3.9)])
def test_order_notices_lower_elements(order: int, expected: float) -> None:
    runs = [hexagon_run(hexagonal(), round_section(n), order) for n in (8, 16)]
    with pytest.raises(AssertionError, match="order of the stress"):
        check_order(HEXAGON, runs, expected)


def test_order_notices_a_wrong_stiffness() -> None:
    runs = [hexagon_run(hexagonal(C13=1.01), round_section(n), 2) for n in (8, 16)]
    with pytest.raises(AssertionError, match="order of the stress"):
        check_order(HEXAGON, runs, 2.9)
