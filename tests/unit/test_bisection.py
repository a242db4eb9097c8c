"""Bisected meshes: conforming, exactly nested, and gone again where nobody asks for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.fem.bisection import Bisection, Mask, bisected, common_refinement
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.mesh_checks import check_mesh
from particle_sim.fem.simplices import cell_quality
from particle_sim.fem.space import Space

BASES = {
    "ball": lambda: ps.shapes.ball_section(1.0, cell_size=0.4),
    "core and shell": lambda: ps.shapes.disc(1.0, core_radius=0.5, cell_size=0.4, quarter=True),
    "straight": lambda: ps.shapes.rectangle((2.0, 1.0), cells=(3, 2)),
}


def ring(radius: float, size: float = 0.03) -> Callable[[Bisection], Mask]:
    """Cells of ``size`` on a circle, growing with the distance from it."""

    def divides(cells: Bisection) -> Mask:
        distance = np.abs(np.linalg.norm(cells.centres, axis=1) - radius)
        return np.asarray(cells.sizes > size + 0.4 * distance)

    return divides


def never(cells: Bisection) -> Mask:
    return np.zeros(len(cells.starts), dtype=bool)


def measure(mesh: BodyMesh) -> float:
    """Volume, or area in plane strain."""
    return float(Space(mesh=mesh, order=1, degree=6).weights.sum())


@pytest.mark.parametrize("name", list(BASES))
def test_bisections_are_meshes_of_the_same_body(name: str) -> None:
    base = BASES[name]()
    cells = bisected(base, ring(0.6))
    assert len(cells.starts) > 4 * len(base.cells)
    check_mesh(cells.mesh)
    assert measure(cells.mesh) == pytest.approx(measure(base), rel=1e-13)
    for region in np.unique(base.regions):
        parts = [mesh.part(np.flatnonzero(mesh.regions == region)) for mesh in (base, cells.mesh)]
        assert measure(parts[1]) == pytest.approx(measure(parts[0]), rel=1e-13)
    for boundary in base.boundaries:
        areas = [
            Space(mesh=mesh, order=1, degree=6).boundary(boundary).area
            for mesh in (base, cells.mesh)
        ]
        # the length of a curved arc is no polynomial, so that finer cells integrate it better
        assert areas[1] == pytest.approx(areas[0], rel=1e-4 if base.is_curved else 1e-13, abs=1e-15)


def test_descendants_have_few_shapes() -> None:
    """Four similarity classes per base cell (Mitchell 1989), whatever the depth."""
    base = BASES["straight"]()
    shapes = [
        np.unique(np.round(cell_quality(cells.points[cells.vertices]), 9))
        for cells in (bisected(base, ring(0.6, size)) for size in (0.05, 0.003))
    ]
    assert len(shapes[1]) <= 4 * len(np.unique(np.round(cell_quality(base.points[base.cells]), 9)))
    np.testing.assert_array_equal(*shapes)


def test_meshes_are_nested_and_forgotten() -> None:
    base = BASES["ball"]()
    first, second = bisected(base, ring(0.6)), bisected(base, ring(0.3))
    both = common_refinement([first, second])
    check_mesh(both.mesh)
    assert set(both.starts) == set(first.starts) | set(second.starts)
    for coarse in (first, second):
        owner = coarse.holding(both.starts)
        assert np.all(coarse.levels[owner] <= both.levels)
        assert np.all(coarse.ends[owner] >= both.ends)
    assert np.array_equal(common_refinement([first, bisected(base, never)]).starts, first.starts)
    assert len(bisected(base, never).starts) == len(base.cells)


def test_only_sections_are_bisected() -> None:
    with pytest.raises(InputError, match="only the triangles of a section"):
        bisected(ps.shapes.ball(1.0, octant=True), never)
