"""Meshes that are not one sound body: welded where that is right, else refused in one sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.mesh_checks import pieces
from particle_sim.fem.simplices import find_facets
from particle_sim.units import Array

R = 1e-6
MATERIAL = ps.material_from_values(
    maximum_concentration=2e4,
    diffusivity=1e-16,
    partial_molar_volume=3e-6,
    open_circuit_potential=3.4,
)


def block(x: float, y: float, *, cells: tuple[int, int] = (1, 1)) -> tuple[Array, Any]:
    """Points and triangles of a unit square whose corner is at (x, y)."""
    mesh = ps.shapes.rectangle((1.0, 1.0), cells=cells)
    return mesh.points + np.array([x, y]), mesh.cells


def together(*parts: tuple[Array, Any], numbered: bool = False, **changed: Any) -> BodyMesh:
    """Parts side by side, nothing shared; the outer facets of each are the surface."""
    starts = np.cumsum([0, *(len(points) for points, _ in parts)])
    cells = np.concatenate([c + start for (_, c), start in zip(parts, starts, strict=False)])
    facets = find_facets(np.sort(cells, axis=1))
    numbers = np.repeat(np.arange(len(parts)), [len(c) for _, c in parts])
    given = {
        "points": np.concatenate([points for points, _ in parts]),
        "cells": cells,
        "symmetry": Symmetry.PLANE,
        "regions": numbers if numbered else 0 * numbers,
        "boundaries": {"surface": facets.vertices[facets.counts == 1]},
    }
    return BodyMesh(**{**given, **changed})


def of_cells(points: Any, cells: Any, symmetry: Symmetry = Symmetry.PLANE) -> BodyMesh:
    facets = find_facets(np.sort(np.array(cells), axis=1))
    return BodyMesh(
        points=np.array(points, dtype=float),
        cells=np.array(cells),
        symmetry=symmetry,
        regions=np.zeros(len(cells), dtype=np.intp),
        boundaries={"surface": facets.vertices[facets.counts == 1]},
    )


SQUARE = [[0, 0], [1, 0], [0, 1], [1, 1]]
HALVES = [[0, 1, 3], [0, 3, 2]]
CUBE = [[i & 1, i >> 1 & 1, i >> 2] for i in range(8)]
WAYS = [(0, 1, 3, 7), (0, 1, 5, 7), (0, 2, 3, 7), (0, 2, 6, 7), (0, 4, 5, 7), (0, 4, 6, 7)]
NOT_A_NUMBER = [[0, 0], [1, 0], [0, 1], [1, np.nan]]
FRAME = [[0, 0], [3, 0], [3, 3], [0, 3], [1, 1], [2, 1], [2, 2], [1, 2]]


def two_blocks_with_crossed_diagonals() -> BodyMesh:
    """Two cubes that share the four corners of a face, cut along its other diagonal in each."""
    mirrored = [[*(2 - np.array([x])), y, z] for x, y, z in CUBE]
    points = [*CUBE, *(mirrored[i] for i in (0, 2, 4, 6))]
    number = dict(zip((0, 2, 4, 6), range(8, 12), strict=True)) | {1: 1, 3: 3, 5: 5, 7: 7}
    turned = {0: 2, 2: 0, 1: 3, 3: 1, 4: 6, 6: 4, 5: 7, 7: 5}
    other = [[number[turned[c]] for c in cell] for cell in WAYS]
    return of_cells(points, [*WAYS, *other], Symmetry.SOLID)


def half_torn() -> BodyMesh:
    """A frame of 8 cells around a hole; one side is cut finer on one of its halves."""
    ring = []
    for i in range(4):
        j = (i + 1) % 4
        ring += [[i, j, 4 + i], [j, 4 + j, 4 + i]]
    points = [*FRAME, [1.5, 0.5]]  # in the middle of the diagonal 1-4
    ring[1:2] = [[1, 5, 8], [5, 4, 8]]
    return of_cells(points, ring)


MISTAKES: dict[str, tuple[Callable[[], BodyMesh], str]] = {
    "two bodies apart": (
        lambda: together(block(0, 0), block(3, 0)),
        r"falls into 2 pieces \(region 0: 2\): they share no points",
    ),
    "three bodies of three regions": (
        lambda: together(block(0, 0), block(3, 0), block(6, 0), numbered=True),
        r"falls into 3 pieces \(region 0: 1, region 1: 1, region 2: 1\)",
    ),
    "a hinge in a corner": (
        lambda: of_cells([*SQUARE, [2, 1], [2, 2], [1, 2]], [*HALVES, [3, 4, 5], [3, 5, 6]]),
        "falls into 2 pieces .* share 1 points but no whole facet",
    ),
    "a hinge along an edge": (
        lambda: of_cells(
            [[0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]],
            [[0, 1, 2, 3], [0, 1, 4, 5]],
            Symmetry.SOLID,
        ),
        "falls into 2 pieces .* share 2 points",
    ),
    "doubled points where regions meet": (
        lambda: together(block(0, 0), block(1, 0), numbered=True),
        "2 points of the mesh coincide with others",
    ),
    "points that nearly coincide": (
        lambda: together(block(0, 0), block(1 + 1e-7, 0)),
        "2 points of the mesh coincide with others",
    ),
    "crossed diagonals": (two_blocks_with_crossed_diagonals, "share 4 points but no whole facet"),
    "a hanging node": (half_torn, "cells overlap or do not match"),
    "overlapping cells": (
        lambda: of_cells([*SQUARE, [0.1, 0.95]], [[0, 1, 3], [0, 3, 2], [1, 3, 4]]),
        "cells overlap or do not match|is inverted",
    ),
    "a cell twice": (lambda: of_cells(SQUARE, [*HALVES, [3, 1, 0]]), "Cell 0 .* is there twice"),
    "a point too far": (lambda: of_cells(SQUARE, [[0, 1, 3], [0, 3, 4]]), "the points 0 to 3"),
    "a negative point": (lambda: of_cells(SQUARE, [[0, 1, 3], [0, 3, -2]]), "has the point -2"),
    "no number": (lambda: of_cells(NOT_A_NUMBER, HALVES), "1 points that are not finite"),
    "infinity": (lambda: of_cells(np.array(SQUARE) * 1e200, HALVES), "beyond all lengths"),
    "all in one place": (lambda: of_cells(np.zeros((4, 2)), HALVES), "all in one place"),
    "no volume": (lambda: of_cells([[0, 0], [1, 1], [2, 2]], [[0, 1, 2]]), "Cell 0 .* is flat"),
    "three cells at a facet": (
        lambda: of_cells([*SQUARE, [2, -1]], [*HALVES, [0, 3, 4]]),
        "facet shared by three cells",
    ),
    "a negative region": (
        lambda: together(block(0, 0), regions=np.array([0, -1])),
        "region with the number -1",
    ),
    "a tag for a region": (
        lambda: together(block(0, 0), regions=np.array([0, 10**9])),
        "region with the number 1000000000",
    ),
    "facets that are points": (
        lambda: together(block(0, 0), boundaries={"surface": np.array([0, 1])}),
        r'"surface" of the mesh has shape \(2,\)',
    ),
    "lists": (lambda: together(block(0, 0), points=SQUARE), "points are no array of numbers"),
    "cells in floats": (
        lambda: together(block(0, 0), cells=np.array(HALVES, dtype=float)),
        "cells are no array of integers",
    ),
}


@pytest.mark.parametrize("name", list(MISTAKES))
def test_what_is_not_one_body_is_refused(name: str) -> None:
    make, pattern = MISTAKES[name]
    with pytest.raises(InputError, match=pattern) as caught:
        make()
    assert len(caught.value.problems) == 1


def test_what_is_refused_is_made_whole() -> None:
    """The same parts, joined: no check fires by itself."""
    whole = of_cells(SQUARE, HALVES)
    assert len(set(pieces(whole.facets, 2))) == 1
    frame = of_cells(FRAME, [c for i in range(4) for c in _side(i)])
    assert len(frame.cells) == 8
    cube = of_cells(CUBE, WAYS, Symmetry.SOLID)
    assert len(cube.boundaries["surface"]) == 12


def _side(i: int) -> list[list[int]]:
    j = (i + 1) % 4
    return [[i, j, 4 + i], [j, 4 + j, 4 + i]]


def test_neighbours_must_bend_an_edge_alike() -> None:
    mesh = ps.shapes.disc(R, quarter=True)
    cells, points = mesh.cells.copy(), np.concatenate([mesh.points, mesh.points])
    inner = np.flatnonzero((mesh.facets.owners >= 0).all(axis=1))[0]
    cell = mesh.facets.owners[inner, 0]
    cells[cell, 3:] += len(mesh.points)
    points[cells[cell, 3:]] += 0.01 * R
    with pytest.raises(InputError, match="bends an edge otherwise"):
        BodyMesh(
            points=points,
            cells=cells,
            symmetry=mesh.symmetry,
            regions=mesh.regions,
            boundaries=mesh.boundaries,
        )


def test_points_of_no_cell_are_no_part_of_the_body() -> None:
    lost = together(block(0, 0), points=np.array([*SQUARE, [90.0, 90.0]]))
    assert lost.extent == pytest.approx(np.sqrt(0.5), rel=1e-12)
    assert lost.middle == pytest.approx([0.5, 0.5], rel=1e-12)


@pytest.mark.parametrize(("size", "word"), [(1e9, "reaches 707 m"), (1e-6, "reaches 7.07e-13")])
def test_a_body_in_another_unit_is_refused(size: float, word: str) -> None:
    mesh = ps.shapes.rectangle((1e-6, 1e-6), cells=(2, 2))
    mesh = dataclasses.replace(mesh, points=size * mesh.points)
    particle = ps.Particle(material=MATERIAL, mesh=mesh)
    surface = ps.constant_flux(1e-9, 1.0, initial_site_fraction=0.5)
    with pytest.raises(InputError, match=f"{word}.* unit=1e-6"):
        ps.solve_particle(particle, surface, on=["left"])


def stress_of(mesh: BodyMesh) -> tuple[float, tuple[str, ...]]:
    """Largest stress of a bar whose filling rises along x in a parabola."""
    run = ps.solve_stress(
        ps.Particle(material=MATERIAL, mesh=mesh), lambda x: 0.2 + 0.1 * (x[:, 0] / R) ** 2
    )
    return float(run.first_principal_stress.max()), run.warnings


def test_doubled_points_of_a_file_are_joined_and_told(tmp_path: Path) -> None:
    """Every cell with points of its own, as some programs write: the same stress as joined."""
    meshio = pytest.importorskip("meshio")
    whole = ps.shapes.rectangle((2 * R, R), cells=(4, 2))
    apart = whole.points[whole.cells].reshape(-1, 2) / R
    meshio.Mesh(apart, [("triangle", np.arange(len(apart)).reshape(-1, 3))]).write(
        tmp_path / "torn.vtu"
    )
    mesh = ps.shapes.imported(tmp_path / "torn.vtu", unit=R)
    assert len(mesh.points) == len(whole.points)
    joined, notes = stress_of(mesh)
    expected, none = stress_of(whole)
    assert expected > 1e5
    assert joined == pytest.approx(expected, rel=1e-9)  # two orders of the same sums
    assert none == ()
    doubled = len(apart) - len(whole.points)
    assert any(note.startswith(f"torn.vtu: {doubled} points that lie within") for note in notes)
