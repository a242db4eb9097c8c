"""What every body shape promises: the right volume and surfaces, good cells, or a sentence."""

from __future__ import annotations

import dataclasses
import functools
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType

import basix
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.fem.simplices import EDGES, cell_quality
from particle_sim.particle import shapes
from particle_sim.particle.shapes import outlines
from particle_sim.units import Array

SHAPES: dict[str, Callable[..., BodyMesh]] = {
    name: shape
    for name, shape in vars(shapes).items()
    if isinstance(shape, FunctionType) and shape.__annotations__["return"] == "BodyMesh"
}
R = 1e-6
HOLE, CORE, EDGE = 0.3 * R, 0.6 * R, 0.3 * R
BALL, SPHERE = 4 / 3 * math.pi * R**3, 4 * math.pi * R**2
CENTRES, RADII = [(0.0, 0.0, -0.8 * R), (0.0, 0.0, 0.8 * R)], [R, 0.9 * R]

CURVED = 1e-4
"""Relative; parabolas over the usual chords miss a circle by some 1e-5, straight edges by 1e-2."""

ROUNDING = 1e-12
"""Relative; sums of some thousand cells that are exact but for rounding."""


def spheroid_area(across: float, along: float) -> float:
    """Surface of a spheroid with unequal half-axes across and along its axis."""
    ratio = along / across
    if ratio > 1:
        e = math.sqrt(1 - 1 / ratio**2)
        return 2 * math.pi * across**2 * (1 + ratio / e * math.asin(e))
    e = math.sqrt(1 - ratio**2)
    return 2 * math.pi * across**2 * (1 + ratio**2 / e * math.atanh(e))


def rounded_volume(radius: float, length: float, edge: float) -> float:
    """A cylinder with rounded edges, by Pappus: its trunk and, twice, a plate and a ring."""
    flat = radius - edge
    ring = 2 * math.pi * (flat + 4 * edge / (3 * math.pi)) * math.pi * edge**2 / 4
    return math.pi * radius**2 * (length - 2 * edge) + 2 * (math.pi * flat**2 * edge + ring)


def rounded_area(radius: float, length: float, edge: float) -> float:
    """Its surface, by Pappus: the side and, twice, a flat disc and a rounded edge."""
    flat = radius - edge
    bend = 2 * math.pi * (flat + 2 * edge / math.pi) * math.pi * edge / 2
    return 2 * math.pi * radius * (length - 2 * edge) + 2 * (math.pi * flat**2 + bend)


def two_balls(a: float, b: float, distance: float) -> tuple[float, float, float]:
    """Volumes of two balls cut off at the circle where they meet, and the outer surface."""
    along = (distance**2 + a**2 - b**2) / (2 * distance)
    caps = a - along, b - (distance - along)
    cut = [math.pi * h**2 * (3 * r - h) / 3 for h, r in zip(caps, (a, b), strict=True)]
    first, second = (4 / 3 * math.pi * r**3 - v for r, v in zip((a, b), cut, strict=True))
    lost = sum(2 * math.pi * r * h for h, r in zip(caps, (a, b), strict=True))
    return first, second, 4 * math.pi * (a**2 + b**2) - lost


@dataclass(frozen=True)
class Case:
    """A shape with its closed-form volume and named surfaces."""

    make: Callable[..., BodyMesh]
    volume: float
    areas: dict[str, float]


MERIDIAN = R**2 - (1 - math.pi / 4) * EDGE**2
"""Quarter of the plate's section: a rectangle less what rounding takes from one corner."""

ROD, PLATE = (R, 3 * R, EDGE), (2 * R, R, EDGE)
CASES = {
    "ball": Case(lambda **k: shapes.ball(R, **k), BALL, {"surface": SPHERE}),
    "ball_section": Case(
        lambda **k: shapes.ball_section(R, **k), BALL, {"surface": SPHERE, "axis": 0.0}
    ),
    "spheroid": Case(
        lambda **k: shapes.spheroid(R, 2 * R, **k),
        2 * BALL,
        {"surface": spheroid_area(R, 2 * R)},
    ),
    "spheroid_section": Case(
        lambda **k: shapes.spheroid_section(2 * R, R, **k),
        4 * BALL,
        {"surface": spheroid_area(2 * R, R), "axis": 0.0},
    ),
    "disc": Case(lambda **k: shapes.disc(R, **k), math.pi * R**2, {"surface": 2 * math.pi * R}),
    "rod": Case(
        lambda **k: shapes.rod(R, 2 * R, EDGE, **k),
        rounded_volume(R, 2 * R, EDGE),
        {"surface": rounded_area(R, 2 * R, EDGE)},
    ),
    "rod_section": Case(
        lambda **k: shapes.rod_section(*ROD, **k),
        rounded_volume(*ROD),
        {"surface": rounded_area(*ROD), "axis": 0.0},
    ),
    "plate": Case(
        lambda **k: shapes.plate(*PLATE, octant=True, **k),
        rounded_volume(*PLATE) / 8,
        {
            "surface": rounded_area(*PLATE) / 8,
            **dict.fromkeys(("symmetry_x", "symmetry_y"), MERIDIAN),
            "symmetry_z": math.pi * R**2,
        },
    ),
    "plate_section": Case(
        lambda **k: shapes.plate_section(*PLATE, **k),
        rounded_volume(*PLATE),
        {"surface": rounded_area(*PLATE), "axis": 0.0},
    ),
    "polycrystal": Case(
        lambda **k: shapes.polycrystal(outlines.ball(R), grains=5, seed=3, **k),
        BALL,
        {"surface": SPHERE},
    ),
    "agglomerate": Case(
        lambda **k: shapes.agglomerate(CENTRES, RADII, **k),
        sum(two_balls(*RADII, 1.6 * R)[:2]),
        {"surface": two_balls(*RADII, 1.6 * R)[2]},
    ),
}
UNMESHED = {"box", "rectangle", "imported"}
"""Straight or read from a file: they have tests of their own."""


@functools.cache
def usual(name: str) -> BodyMesh:
    return CASES[name].make()


def tabulated(dimension: int, curved: bool) -> tuple[Array, Array, Array]:
    """Values (q, n), gradients (d, q, n) and weights (q,) of geometry functions of a simplex."""
    kinds = (basix.CellType.interval, basix.CellType.triangle, basix.CellType.tetrahedron)
    kind = kinds[dimension - 1]
    element = basix.create_element(
        basix.ElementFamily.P, kind, 2 if curved else 1, basix.LagrangeVariant.equispaced
    )
    points, weights = basix.make_quadrature(kind, 8)
    table = element.tabulate(1, points)[..., 0]
    return table[0], table[1:], weights


def measure(nodes: Array, mesh: BodyMesh) -> Array:
    """Volume or area of simplices given by their nodes (e, g, d) of the mesh's geometry."""
    dimension = nodes.shape[1] - 1 if not mesh.is_curved else {3: 1, 6: 2, 10: 3}[nodes.shape[1]]
    values, gradients, weights = tabulated(dimension, mesh.is_curved)
    tangents = np.einsum("tqn,enc->eqtc", gradients, nodes)
    metric = np.einsum("eqtc,eqsc->eqts", tangents, tangents)
    scale = np.sqrt(np.linalg.det(metric)) * weights
    if mesh.symmetry is Symmetry.AXISYMMETRIC:
        scale = scale * 2 * math.pi * np.einsum("qn,en->eq", values, nodes[..., 0])
    return np.asarray(scale.sum(axis=1))


def volumes(mesh: BodyMesh) -> Array:
    """Volume of every region."""
    return np.bincount(mesh.regions, weights=measure(mesh.points[mesh.cells], mesh))


def facet_nodes(mesh: BodyMesh, name: str) -> Integers:
    """Vertices and, for curved cells, midpoints of a boundary's facets."""
    d = mesh.dimension
    cell, local = mesh.boundary(name).T
    corners = np.array([np.delete(np.arange(d + 1), opposite) for opposite in range(d + 1)])
    if mesh.is_curved:
        ends = [frozenset(edge) for edge in EDGES[d]]
        pairs = [(1, 2), (0, 2), (0, 1)] if d == 3 else [(0, 1)]
        middles = [[d + 1 + ends.index(frozenset(c[list(p)])) for p in pairs] for c in corners]
        corners = np.concatenate([corners, middles], axis=1)
    return np.asarray(np.take_along_axis(mesh.ordered_cells[cell], corners[local], axis=1))


def area(mesh: BodyMesh, name: str) -> float:
    return float(measure(mesh.points[facet_nodes(mesh, name)], mesh).sum())


def same(first: BodyMesh, second: BodyMesh) -> bool:
    """Whether two meshes are equal to the last bit."""
    return (
        np.array_equal(first.points, second.points)
        and np.array_equal(first.cells, second.cells)
        and np.array_equal(first.regions, second.regions)
        and first.boundaries.keys() == second.boundaries.keys()
        and all(np.array_equal(x, second.boundaries[k]) for k, x in first.boundaries.items())
    )


def test_every_shape_has_a_case() -> None:
    assert set(SHAPES) == set(CASES) | UNMESHED


@pytest.mark.parametrize("name", list(CASES))
def test_volume_and_surfaces(name: str) -> None:
    case, mesh = CASES[name], usual(name)
    assert volumes(mesh).sum() == pytest.approx(case.volume, rel=CURVED)
    assert set(mesh.boundaries) == set(case.areas)
    for boundary, expected in case.areas.items():
        assert area(mesh, boundary) == pytest.approx(expected, rel=CURVED, abs=1e-9 * R**2)


@pytest.mark.parametrize("name", ["ball", "disc", "rod_section"])
def test_straight_cells_miss_what_curved_ones_meet(name: str) -> None:
    mesh = CASES[name].make(curved=False)
    assert not mesh.is_curved
    assert abs(volumes(mesh).sum() / CASES[name].volume - 1) > 10 * CURVED


@pytest.mark.parametrize("name", list(CASES))
def test_cells_are_fat_and_right(name: str) -> None:
    mesh = usual(name)
    assert mesh.is_curved
    assert cell_quality(mesh.points[mesh.vertices]).min() > 0.04
    assert np.array_equal(np.unique(mesh.cells), np.arange(len(mesh.points)))


@pytest.mark.parametrize("name", list(CASES))
def test_midpoints_stand_near_the_middles_of_their_edges(name: str) -> None:
    mesh = usual(name)
    ends = mesh.points[mesh.vertices[:, np.array(EDGES[mesh.dimension])]]
    off = np.linalg.norm(
        mesh.points[mesh.cells[:, mesh.dimension + 1 :]] - ends.mean(axis=2), axis=2
    )
    assert (off < 0.15 * np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=2)).all()


@pytest.mark.parametrize("name", ["ball", "disc"])
def test_swapped_midpoints_are_noticed(name: str) -> None:
    mesh = usual(name)
    cells = mesh.cells.copy()
    cells[:, [-1, -2]] = cells[:, [-2, -1]]
    with pytest.raises(InputError, match="inverted"):
        dataclasses.replace(mesh, cells=cells)


@pytest.mark.parametrize("name", ["ball", "ball_section", "disc", "polycrystal"])
def test_same_input_gives_the_same_bits(name: str) -> None:
    assert same(usual(name), CASES[name].make())


@pytest.mark.parametrize("size", [1e-9, 5e-3])
def test_units_do_not_matter(size: float) -> None:
    there, back = shapes.ball(size), usual("ball")
    np.testing.assert_array_equal(there.cells, back.cells)
    np.testing.assert_allclose(there.points / size, back.points / R, atol=1e-14)


@pytest.mark.parametrize(("curved", "order"), [(False, 2), (True, 4)])
@pytest.mark.parametrize("name", ["disc", "ball_section", "ball"])
def test_order_of_the_volume_error(name: str, curved: bool, order: int) -> None:
    """Even orders: chords miss a circle by h^2, parabolas through three of its points by h^4."""
    sizes, errors = [], []
    for cell_size in (0.45 * R, 0.12 * R):
        mesh = CASES[name].make(cell_size=cell_size, curved=curved)
        facets = len(mesh.boundaries["surface"])
        sizes.append(facets ** (-1 / (mesh.dimension - 1)))
        errors.append(abs(volumes(mesh).sum() / CASES[name].volume - 1))
    measured = math.log(errors[0] / errors[1]) / math.log(sizes[0] / sizes[1])
    assert measured == pytest.approx(order, abs=0.4)


PARTS = {
    "ball": {"octant": True},
    "ball_section": {"half": True},
    "spheroid": {"octant": True},
    "spheroid_section": {"half": True},
    "disc": {"quarter": True},
}
SHARE = {"octant": 8, "half": 2, "quarter": 4}


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("name", list(PARTS))
def test_core_and_shell(name: str, part: bool) -> None:
    """Similar bodies: the core has the cube (in a disc, the square) of its radius."""
    options = PARTS[name] if part else {}
    mesh = CASES[name].make(core_radius=CORE, **options)
    ratio = CORE / (2 * R if name == "spheroid_section" else R)
    inner = ratio ** (2 if name == "disc" else 3)
    whole = CASES[name].volume / (SHARE[next(iter(options))] if part else 1)
    np.testing.assert_allclose(volumes(mesh), whole * np.array([inner, 1 - inner]), rtol=5 * CURVED)
    assert set(mesh.surfaces) == {"surface"}


@pytest.mark.parametrize("name", list(PARTS))
def test_hollow_part_with_symmetry_planes(name: str) -> None:
    option = next(iter(PARTS[name]))
    mesh = CASES[name].make(inner_radius=HOLE, **PARTS[name])
    ratio = HOLE / (2 * R if name == "spheroid_section" else R)
    left = 1 - ratio ** (2 if name == "disc" else 3)
    share = SHARE[option]
    assert volumes(mesh).sum() == pytest.approx(CASES[name].volume * left / share, rel=5 * CURVED)
    assert area(mesh, "surface") == pytest.approx(
        CASES[name].areas["surface"] / share, rel=5 * CURVED
    )
    assert area(mesh, "inner") == pytest.approx(
        CASES[name].areas["surface"] * ratio ** (1 if name == "disc" else 2) / share, rel=5e-3
    )
    planes = {"axis": 0, "symmetry_x": 0, "symmetry_y": 1, "symmetry_z": mesh.dimension - 1}
    expected = {
        "octant": {"symmetry_x", "symmetry_y", "symmetry_z"},
        "half": {"axis", "symmetry_z"},
    }
    expected["quarter"] = {"symmetry_x", "symmetry_y"}
    assert set(mesh.boundaries) == expected[option] | {"surface", "inner"}
    for plane in expected[option]:
        assert (mesh.points[facet_nodes(mesh, plane), planes[plane]] == 0).all()


def test_surface_cells_can_be_finer() -> None:
    coarse, fine = usual("ball_section"), shapes.ball_section(R, surface_cell_size=R / 40)
    assert len(fine.boundaries["surface"]) > 4 * len(coarse.boundaries["surface"])
    assert len(fine.boundaries["axis"]) < 4 * len(coarse.boundaries["axis"])


@pytest.mark.parametrize("edge", [0.0, R])
def test_sharp_and_round_ends(edge: float) -> None:
    mesh = shapes.rod(R, 2 * R, edge, octant=True)
    assert volumes(mesh).sum() == pytest.approx(rounded_volume(R, 2 * R, edge) / 8, rel=CURVED)


BOX_SIDES = {"left": 6.0, "right": 6.0, "front": 3.0, "back": 3.0, "bottom": 2.0, "top": 2.0}


def test_box() -> None:
    mesh = shapes.box((R, 2 * R, 3 * R), cells=(2, 3, 4))
    assert len(mesh.cells) == 6 * 2 * 3 * 4
    assert volumes(mesh).sum() == pytest.approx(6 * R**3, rel=ROUNDING)
    assert {k: area(mesh, k) / R**2 for k in mesh.boundaries} == pytest.approx(BOX_SIDES)
    assert np.linalg.norm(mesh.points[mesh.boundaries["right"], 0] - R) == 0


@pytest.mark.parametrize(
    ("symmetry", "left", "volume"),
    [(Symmetry.PLANE, "left", 2 * R**2), (Symmetry.AXISYMMETRIC, "axis", 2 * math.pi * R**3)],
)
def test_rectangle(symmetry: Symmetry, left: str, volume: float) -> None:
    mesh = shapes.rectangle((R, 2 * R), cells=(3, 4), symmetry=symmetry)
    assert len(mesh.cells) == 2 * 3 * 4
    assert volumes(mesh).sum() == pytest.approx(volume, rel=ROUNDING)
    assert set(mesh.boundaries) == {left, "right", "bottom", "top"}
    assert (mesh.points[mesh.boundaries[left], 0] == 0).all()


def pieces(mesh: BodyMesh, region: int) -> int:
    """Number of parts, joined through facets, that a region consists of."""
    inside = mesh.facets.owners[(mesh.facets.owners >= 0).all(axis=1)]
    inside = inside[(mesh.regions[inside] == region).all(axis=1)]
    mine = np.flatnonzero(mesh.regions == region)
    links = coo_array((np.ones(len(inside)), tuple(inside.T)), shape=(len(mesh.cells),) * 2)
    return len(np.unique(connected_components(links)[1][mine]))


@pytest.mark.parametrize("grains", [1, 2, 3, 6])
def test_grains_are_convex_and_fill_the_body(grains: int) -> None:
    """A grain cut from a box is a convex polyhedron: its own convex hull."""
    outline = outlines.box((R, 1.5 * R, R))
    mesh = shapes.polycrystal(outline, grains=grains, seed=4, cell_size=0.4 * R, curved=False)
    assert list(np.unique(mesh.regions)) == list(range(grains))
    assert volumes(mesh).sum() == pytest.approx(1.5 * R**3, rel=ROUNDING)
    assert volumes(mesh).min() > 0.4 * volumes(mesh).mean()
    assert set(mesh.boundaries) == set(BOX_SIDES)
    for grain in range(grains):
        assert pieces(mesh, grain) == 1
        own = mesh.points[np.unique(mesh.cells[mesh.regions == grain])] / R
        hull = ConvexHull(own).volume * R**3
        assert volumes(mesh)[grain] == pytest.approx(hull, rel=1e-6)


@pytest.mark.parametrize(
    ("outline", "volume"),
    [
        (outlines.ball(R, octant=True), BALL / 8),
        (outlines.spheroid(R, 0.5 * R, octant=True), BALL / 16),
        (outlines.rod(*ROD, octant=True), rounded_volume(*ROD) / 8),
        (outlines.disc(R), math.pi * R**2),
        (outlines.agglomerate(CENTRES, RADII), sum(two_balls(*RADII, 1.6 * R)[:2])),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_polycrystals_of_many_outlines(outline: outlines.Outline, volume: float) -> None:
    mesh = shapes.polycrystal(outline, grains=3, seed=0)
    assert len(volumes(mesh)) == 3
    assert volumes(mesh).sum() == pytest.approx(volume, rel=CURVED)


OUTLINES: dict[str, tuple[outlines.Outline, list[float], list[float]]] = {
    "ball": (outlines.ball(R), [-R] * 3, [R] * 3),
    "ball octant": (outlines.ball(R, octant=True), [0.0] * 3, [R] * 3),
    "spheroid": (outlines.spheroid(R, 2 * R), [-R, -R, -2 * R], [R, R, 2 * R]),
    "flat spheroid": (outlines.spheroid(2 * R, R), [-2 * R, -2 * R, -R], [2 * R, 2 * R, R]),
    "ball section": (outlines.ball_section(R), [0.0, -R], [R, R]),
    "half section": (outlines.ball_section(R, half=True), [0.0, 0.0], [R, R]),
    "spheroid section": (outlines.spheroid_section(R, 3 * R), [0.0, -3 * R], [R, 3 * R]),
    "disc": (outlines.disc(R), [-R, -R], [R, R]),
    "quarter disc": (outlines.disc(R, quarter=True), [0.0, 0.0], [R, R]),
    "rod": (outlines.rod(R, 6 * R, EDGE), [-R, -R, -3 * R], [R, R, 3 * R]),
    "rod octant": (outlines.rod(R, 6 * R, EDGE, octant=True), [0.0] * 3, [R, R, 3 * R]),
    "plate section": (outlines.plate_section(2 * R, R, EDGE), [0.0, -R / 2], [2 * R, R / 2]),
    "box": (outlines.box((R, 2 * R, 3 * R)), [0.0] * 3, [R, 2 * R, 3 * R]),
    "agglomerate": (outlines.agglomerate(CENTRES, RADII), [-R, -R, -1.8 * R], [R, R, 1.7 * R]),
}
"""Outlines with the corners of the box around what is kept of them."""


@pytest.mark.parametrize("name", list(OUTLINES))
def test_an_outline_knows_the_box_around_it(name: str) -> None:
    """Drawn points of the body fill the box, and none of them lies outside it."""
    outline, low, high = OUTLINES[name]
    unit = outline.size * np.array(outline.stretch)
    np.testing.assert_allclose(outline.low * unit, low, rtol=ROUNDING, atol=ROUNDING * R)
    np.testing.assert_allclose(outline.high * unit, high, rtol=ROUNDING, atol=ROUNDING * R)
    drawn = np.random.default_rng(1).uniform(-1.2, 1.2, (20_000, len(low)))
    cut = np.array(low) == 0  # planes of symmetry, the axis, and the sides of the box
    kept = drawn[outline.inside(drawn) & (drawn[:, cut] >= 0).all(axis=1)]
    width = np.array(outline.high) - outline.low
    assert (kept >= outline.low).all()
    assert (kept <= outline.high).all()
    assert (kept.min(axis=0) < outline.low + 0.1 * width).all()
    assert (kept.max(axis=0) > outline.high - 0.1 * width).all()


def test_grain_boundaries_are_planes_between_grains() -> None:
    mesh = shapes.polycrystal(outlines.disc(R), grains=2, seed=1)
    sides = mesh.facets.owners
    between = (sides >= 0).all(axis=1) & (np.diff(mesh.regions[sides], axis=1)[:, 0] != 0)
    ends = mesh.points[np.unique(mesh.facets.vertices[between])]
    spread = np.linalg.svd(ends - ends.mean(axis=0), compute_uv=False)
    assert spread[1] < 1e-9 * spread[0]


def test_seeds_make_different_grains() -> None:
    first, second = (shapes.polycrystal(outlines.disc(R), grains=4, seed=s) for s in (1, 2))
    assert not same(first, second)


def test_agglomerate_has_a_region_per_ball() -> None:
    expected = two_balls(*RADII, 1.6 * R)[:2]
    np.testing.assert_allclose(volumes(usual("agglomerate")), expected, rtol=CURVED)


@pytest.mark.parametrize(
    ("centres", "radii", "message"),
    [
        ([(0, 0, 0), (5 * R, 0, 0)], [R, R], "balls 1 do not overlap the rest"),
        ([(0, 0, 0), (0.1 * R, 0, 0)], [R, 0.3 * R], "ball 1 lies inside ball 0"),
        ([(0, 0, 0), (1.999 * R, 0, 0)], [R, R], "neck .* must be at least"),
        ([(0, 0, 0)], [R, R], "2 radii"),
        ([(0, 0, 0), (R, 0, 0)], [R, -R], "radius 1 is .* must be positive"),
        ([(0, 0, math.nan)], [R], "not finite"),
    ],
)
def test_bad_agglomerates(
    centres: list[tuple[float, float, float]], radii: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        shapes.agglomerate(centres, radii)


@pytest.mark.parametrize("size", [0.0, -R, math.nan, math.inf])
@pytest.mark.parametrize("name", ["ball", "ball_section", "disc"])
def test_bad_radii(name: str, size: float) -> None:
    with pytest.raises(InputError, match=r"radius is .* must be positive"):
        SHAPES[name](size)


BAD: list[tuple[Callable[[], BodyMesh], str]] = [
    (lambda: shapes.ball(R, inner_radius=R), "inner radius"),
    (lambda: shapes.ball(R, inner_radius=math.nan), "inner radius"),
    (lambda: shapes.ball(R, core_radius=2 * R), r"core radius .* \(0.0, 1e-06\)"),
    (lambda: shapes.ball(R, inner_radius=CORE, core_radius=HOLE), "core radius"),
    (lambda: shapes.ball(R, core_radius=R), "core radius"),
    (lambda: shapes.ball(R, inner_radius=CORE, core_radius=CORE), "core radius"),
    (lambda: shapes.ball(R, core_radius=-CORE), "core radius"),
    (lambda: shapes.ball(R, inner_radius=-HOLE), "inner radius"),
    (lambda: shapes.ball(R, cell_size=0.0), "cell size is 0.0 m; it must be positive"),
    (lambda: shapes.ball(R, cell_size=3 * R), "narrowest width"),
    (lambda: shapes.ball(R, cell_size=1e-3 * R), "give a larger one"),
    (lambda: shapes.ball(R, surface_cell_size=-R), "surface cell size"),
    (lambda: shapes.spheroid(R, 0.0), "polar radius is 0.0 m"),
    (lambda: shapes.spheroid_section(math.inf, R), "equatorial radius is inf m"),
    (lambda: shapes.rod(R, 0.0, 0.0), "length is 0.0 m"),
    (lambda: shapes.rod_section(R, R, 0.6 * R), "edge radius"),
    (lambda: shapes.plate(R, R, 1e-3 * R), "0 for a sharp edge"),
    (lambda: shapes.plate_section(R, math.nan, 0.0), "thickness is nan m"),
    (lambda: shapes.box((R, R, 0.0)), "length along z is 0.0 m"),
    (lambda: shapes.box((R, R, R), cells=(1, 0, 1)), "0 cells along y"),
    (lambda: shapes.box((R, R, R), cells=(1000, 1000, 1000)), "give fewer cells"),
    (lambda: shapes.box((R, R, R), cells=(1, 1)), "2 numbers of cells"),
    (lambda: shapes.rectangle((R, R), symmetry=Symmetry.SOLID), "or a box"),
    (lambda: shapes.polycrystal(outlines.disc(R), grains=0, seed=1), "0 grains"),
    (lambda: shapes.polycrystal(outlines.ball(R), grains=999, seed=1), "1 to 200"),
    (lambda: shapes.polycrystal(outlines.disc(R), grains=2, seed=1, cell_size=-R), "cell size"),
    (lambda: outlines.box((R, -R, R)), "length along y"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_inputs(make: Callable[[], BodyMesh], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """The second body folds curved cells across its thin shell: an error, and still silence."""
    shapes.ball(R, octant=True)
    with pytest.raises(InputError, match="smaller cells"):
        shapes.ball(R, core_radius=0.95 * R, cell_size=0.6 * R, octant=True)
    assert capfd.readouterr() == ("", "")


def test_mesher_is_loaded_only_when_used() -> None:
    code = (
        "import sys; from particle_sim.particle import shapes; "
        "print([m for m in ('netgen', 'meshio') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_without_the_mesher_a_body_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a radial particle does not ask for it; nor does a comparison, see ``comparison``."""
    monkeypatch.setitem(sys.modules, "netgen", None)
    assert shapes.sphere(R).outer == R
    with pytest.raises(InputError, match=r"pip install netgen-mesher .*shapes\.imported\.$"):
        shapes.ball(R, octant=True)


def saved(mesh: BodyMesh, path: Path, *, groups: bool) -> Path:
    """A mesh written as other programs would: nodes in their order, facets among the cells."""
    meshio = pytest.importorskip("meshio")
    kinds = {2: ("triangle", "triangle6", "line"), 3: ("tetra", "tetra10", "triangle")}
    straight, second, facet = kinds[mesh.dimension]
    theirs = {2: [0, 1, 2, 5, 3, 4], 3: [0, 1, 2, 3, 9, 6, 8, 7, 5, 4]}[mesh.dimension]
    cells = mesh.cells[:, theirs] if mesh.is_curved else mesh.cells
    blocks = [(second if mesh.is_curved else straight, cells)]
    marks = [10 + 5 * mesh.regions]
    names = {}
    for tag, (name, facets) in enumerate(mesh.boundaries.items(), start=1):
        if groups:
            names[name] = np.array([tag, mesh.dimension - 1])
            blocks.append((facet, facets))
            marks.append(np.full(len(facets), tag))
    points = np.zeros((len(mesh.points), 3))
    points[:, : mesh.dimension] = mesh.points / R
    marked = {"gmsh:physical": marks, "gmsh:geometrical": marks} if groups else {}
    written = meshio.Mesh(points, blocks, cell_data=marked, field_data=names)
    if groups:
        written.write(path, file_format="gmsh22")
    else:
        written.write(path)
    return path


@pytest.mark.parametrize("curved", [False, True])
@pytest.mark.parametrize("name", ["ball", "disc"])
def test_gmsh_file_keeps_shape_regions_and_names(name: str, curved: bool, tmp_path: Path) -> None:
    mesh = CASES[name].make(core_radius=CORE, curved=curved, **PARTS[name])
    back = shapes.imported(saved(mesh, tmp_path / "body.msh", groups=True), unit=R)
    assert back.is_curved == curved
    np.testing.assert_allclose(volumes(back), volumes(mesh), rtol=ROUNDING)
    assert set(back.boundaries) == set(mesh.boundaries)
    for boundary in mesh.boundaries:
        assert area(back, boundary) == pytest.approx(area(mesh, boundary), rel=ROUNDING)


GMSH_TETRAHEDRON = """$MeshFormat
2.2 0 8
$EndMeshFormat
$Nodes
10
1 0 0 0
2 1 0 0
3 0 1 0
4 0 0 1
5 0.5 0 0
6 0.5 0.5 0
7 0 0.5 0
8 0 0 0.5
9 0 0.5 0.5
10 0.5 0 0.5
$EndNodes
$Elements
1
1 11 2 7 7 1 2 3 4 5 6 7 8 9 10
$EndElements
"""
"""One tetrahedron as the Gmsh manual numbers it (MSH 2, element type 11)."""


def test_order_of_nodes_in_a_gmsh_file(tmp_path: Path) -> None:
    pytest.importorskip("meshio")
    path = tmp_path / "one.msh"
    path.write_text(GMSH_TETRAHEDRON)
    mesh = shapes.imported(path)
    ends = mesh.points[mesh.vertices[0][np.array(EDGES[3])]]
    np.testing.assert_array_equal(mesh.points[mesh.cells[0, 4:]], ends.mean(axis=1))


def test_vtk_file_has_one_surface(tmp_path: Path) -> None:
    path = saved(usual("ball"), tmp_path / "ball.vtu", groups=False)
    mesh = shapes.imported(path, unit=R, boundary="outside")
    assert volumes(mesh).sum() == pytest.approx(BALL, rel=CURVED)
    assert area(mesh, "outside") == pytest.approx(SPHERE, rel=CURVED)


def test_imported_section_finds_its_axis(tmp_path: Path) -> None:
    path = saved(usual("ball_section"), tmp_path / "meridian.vtk", groups=False)
    mesh = shapes.imported(path, unit=R, section=Symmetry.AXISYMMETRIC)
    assert volumes(mesh).sum() == pytest.approx(BALL, rel=CURVED)
    assert set(mesh.boundaries) == {"axis", "surface"}


def test_files_that_are_refused(tmp_path: Path) -> None:
    meshio = pytest.importorskip("meshio")
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    surface, square, text = (tmp_path / name for name in ("surface.vtk", "square.vtk", "text.msh"))
    meshio.Mesh(corners, [("triangle", [[0, 1, 2], [0, 1, 3]])]).write(surface)
    meshio.Mesh(corners, [("quad", [[0, 1, 2, 3]])]).write(square)
    text.write_text("nothing")
    refused = {surface: "a surface only", square: "quad; give only", text: "cannot be read"}
    refused[tmp_path / "none.msh"] = "does not exist"
    for path, message in refused.items():
        with pytest.raises(InputError, match=message):
            shapes.imported(path)
    with pytest.raises(InputError, match="unit is 0"):
        shapes.imported(surface, unit=0)


def test_missing_reader_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "meshio", None)
    with pytest.raises(InputError, match=r'pip install "particle-sim\[mesh\]"'):
        shapes.imported(tmp_path / "body.msh")
