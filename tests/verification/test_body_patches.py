"""Patch tests: states of uniform stress and of none, which every element order holds exactly.

A pressure on all surfaces gives sigma = -p (and -2 nu p along the axis in plane strain); chemical
strain that varies linearly bends a free body without stress. Straight and curved cells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import assert_close, elastic_material, left_by_rounding, stress_scale

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.particle.mechanics import MechanicalBoundary
from particle_sim.units import Array

INPUTS = {"E": 1e10, "nu": 0.3, "Omega": 3e-6, "D": 1e-14, "cmax": 2e4}
SIZE = 1e-6


PATCHES: dict[str, Callable[[], BodyMesh]] = {
    "box": lambda: ps.shapes.box((SIZE, SIZE, 2 * SIZE), cells=(2, 2, 2)),
    "rectangle": lambda: ps.shapes.rectangle((SIZE, 2 * SIZE), cells=(2, 3)),
    "rod": lambda: ps.shapes.rectangle(
        (SIZE, 2 * SIZE), cells=(2, 3), symmetry=Symmetry.AXISYMMETRIC
    ),
    "ball": lambda: ps.shapes.ball(SIZE, cell_size=SIZE / 2),
    "octant": lambda: ps.shapes.ball(SIZE, cell_size=SIZE / 2, octant=True),
    "spheroid": lambda: ps.shapes.spheroid(SIZE, 2 * SIZE, cell_size=SIZE),
    "section": lambda: ps.shapes.spheroid_section(SIZE, 2 * SIZE, cell_size=SIZE / 2),
    "disc": lambda: ps.shapes.disc(SIZE, cell_size=SIZE / 2),
}


def check_pressure(mesh: BodyMesh, order: int, pressure: float = 1e6) -> None:
    """A pressure of 1 MPa on all surfaces: u is linear and the stress the same everywhere."""
    body = ps.Particle(
        material=elastic_material(INPUTS),
        mesh=mesh,
        order=order,
        mechanics=MechanicalBoundary(pressure=pressure),
    )
    run = ps.solve_stress(body, lambda x: np.zeros(len(x)))
    axial = 2 * INPUTS["nu"] if mesh.symmetry is Symmetry.PLANE else 1.0
    expected = -1e6 * np.array([1.0, 1.0, axial, 0.0, 0.0, 0.0])
    assert_close("stress", run.stress[0], expected, scale=1e6, tolerance=left_by_rounding(order))


def check_linear_misfit(mesh: BodyMesh, order: int, bend: float = 0.0) -> None:
    """A filling that varies linearly bends a free body without any stress; u is quadratic."""

    def filling(x: Array) -> Array:
        return np.asarray(0.4 + 0.2 * x[:, -1] / SIZE + bend * (x[:, -1] / SIZE) ** 2)

    body = ps.Particle(material=elastic_material(INPUTS), mesh=mesh, order=order)
    run = ps.solve_stress(body, filling)
    scale = stress_scale(INPUTS, INPUTS["cmax"])
    assert_close("stress", run.stress, 0.0, scale=scale, tolerance=left_by_rounding(order))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("name", list(PATCHES))
def test_uniform_pressure(name: str, order: int) -> None:
    check_pressure(PATCHES[name](), order)


@pytest.mark.parametrize("name", list(PATCHES))
def test_uniform_pressure_notices(name: str) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_pressure(PATCHES[name](), 1, 1.000001e6)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["box", "rod"])
def test_linear_misfit(name: str, order: int) -> None:
    check_linear_misfit(PATCHES[name](), order)


@pytest.mark.parametrize(("name", "bend"), [("box", 1e-6), ("rod", 1e-6)])
def test_linear_misfit_notices(name: str, bend: float) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_linear_misfit(PATCHES[name](), 2, bend)
