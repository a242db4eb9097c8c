"""What every shape promises: a mesh of the right volume, or a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.fem.mesh import Coordinates, Mesh, line_mesh
from particle_sim.fem.space import Space
from particle_sim.particle import shapes

SHAPES: dict[str, Callable[..., Mesh]] = {
    name: shape
    for name, shape in vars(shapes).items()
    if isinstance(shape, FunctionType) and shape.__annotations__["return"] == "Mesh"
}
SIZE, HOLE = 2e-6, 0.5e-6
VOLUMES: dict[Coordinates, Callable[[float], float]] = {
    Coordinates.SPHERE: lambda r: 4 / 3 * math.pi * r**3,
    Coordinates.CYLINDER: lambda r: math.pi * r**2,
    Coordinates.SLAB: lambda r: r,
}
HOLLOW = [name for name in SHAPES if name != "slab"]


def volume(mesh: Mesh) -> float:
    return float(Space(mesh=line_mesh(mesh), order=2, degree=6).weights.sum())


@pytest.mark.parametrize("name", list(SHAPES))
def test_volume(name: str) -> None:
    mesh = SHAPES[name](SIZE, cells=10)
    assert volume(mesh) == pytest.approx(VOLUMES[mesh.coordinates](SIZE), rel=1e-13)
    assert mesh.inner == 0.0
    assert mesh.outer == pytest.approx(SIZE, rel=1e-15)


@pytest.mark.parametrize("name", HOLLOW)
def test_volume_of_a_hollow_shape(name: str) -> None:
    mesh = SHAPES[name](SIZE, inner_radius=HOLE, cells=10)
    of = VOLUMES[mesh.coordinates]
    assert volume(mesh) == pytest.approx(of(SIZE) - of(HOLE), rel=1e-13)
    assert mesh.is_hollow


@pytest.mark.parametrize("cells", [1, 24, 400])
@pytest.mark.parametrize("name", list(SHAPES))
def test_vertices_increase(name: str, cells: int) -> None:
    mesh = SHAPES[name](SIZE, cells=cells, grading=60.0)
    assert len(mesh.vertices) == cells + 1
    assert (np.diff(mesh.vertices) > 0).all()
    if cells > 1:
        sizes = mesh.cell_sizes
        assert sizes[0] / sizes[-1] == pytest.approx(60.0, rel=1e-6)


@pytest.mark.parametrize("size", [0.0, -1e-6, math.nan, math.inf])
@pytest.mark.parametrize("name", list(SHAPES))
def test_bad_sizes_are_refused(name: str, size: float) -> None:
    form = SHAPES[name](SIZE, cells=1).coordinates.name.lower()
    with pytest.raises(InputError, match=f"The {form}'s size is"):
        SHAPES[name](size)


@pytest.mark.parametrize("cells", [0, -3])
@pytest.mark.parametrize("name", list(SHAPES))
def test_too_few_cells_are_refused(name: str, cells: int) -> None:
    with pytest.raises(InputError, match=f"{cells} cells"):
        SHAPES[name](SIZE, cells=cells)


@pytest.mark.parametrize("grading", [0.0, -2.0, math.nan, math.inf])
@pytest.mark.parametrize("name", list(SHAPES))
def test_bad_gradings_are_refused(name: str, grading: float) -> None:
    with pytest.raises(InputError, match="grading"):
        SHAPES[name](SIZE, grading=grading)


@pytest.mark.parametrize("inner", [-1e-7, SIZE, 3e-6, math.nan])
@pytest.mark.parametrize("name", HOLLOW)
def test_bad_holes_are_refused(name: str, inner: float) -> None:
    with pytest.raises(InputError, match="inner radius"):
        SHAPES[name](SIZE, inner_radius=inner)
