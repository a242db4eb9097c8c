"""A uniform bar, cycled or not, and the crack energy of one broken strip of cells.

Closed forms of AT1 and AT2 (Pham et al., Int. J. Damage Mech. 20 (2011) 618), the implicit
recursion of a fatigue bar (Carrara et al. 2020), and the exact discrete optimum of a strip.
"""

from __future__ import annotations

import numpy as np
import pytest
from reference import assert_close, column, load

import particle_sim as ps
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackDensity,
    CrackLoad,
    Fatigue,
    Split,
    cycles_to_damage,
    fatigue_bar,
    penny,
    uniform_bar,
)
from particle_sim.damage.field.balance import Displacements, Place
from particle_sim.damage.field.bounded import DamageProblem
from particle_sim.damage.field.load import FieldOfTime, Loading
from particle_sim.damage.field.minimise import minimise
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.units import Array

RESIDUAL = 1e-9
"""Of the stiffness; it adds that part of E eps to the stress, and its checks allow 1e-6."""


def solid_of(name: str, **changes: float) -> BrittleSolid:
    inputs = load(name)["inputs"]
    values = {
        "youngs_modulus": inputs["E"],
        "toughness": inputs["Gc"],
        "length_scale": inputs["l"],
        "poisson_ratio": 0.0,
        "residual_stiffness": RESIDUAL,
    }
    density = CrackDensity[inputs["model"]]
    return BrittleSolid(**{**values, **changes}, density=density, split=Split.NONE)


BARS = {"triangles": (2, 2), "prism": (3, 1), "quadratic prism": (3, 2)}
"""Dimension and order of the displacement."""


def moved(axis: int, speed: float) -> FieldOfTime:
    """One component is given, the others are free."""

    def given(x: Array, t: float) -> Array:
        values = np.full(x.shape, np.nan)
        values[:, axis] = speed * t
        return values

    return given


def elements(solid: BrittleSolid, strains: Array, bar: str) -> tuple[Array, Array]:
    """Damage and stress of a bar shorter than l, two triangles or six tetrahedra, by strain."""
    side, (dimension, order) = 0.4 * solid.length_scale, BARS[bar]
    shape = ps.shapes.rectangle if dimension == 2 else ps.shapes.box
    mesh = shape((side,) * dimension, cells=(1,) * dimension)
    body = CrackBody(mesh=mesh, solid=solid, order=order)
    held = {"left": moved(0, 0.0), "right": moved(0, side), "bottom": moved(dimension - 1, 0.0)}
    pull = CrackLoad(displacement=held | ({"front": moved(1, 0.0)} if dimension == 3 else {}))
    loading, damage = Loading(body=body, load=pull), np.zeros(body.damaged.dimension)
    place = Place(displacement=np.zeros(body.size), opened=np.zeros(len(mesh.cells), dtype=bool))
    rows = []
    for strain in strains:
        step = loading.at(float(strain))
        found = minimise(body, step, damage, place)
        damage, place = found.damage, found.balance.place
        moving = Displacements(body=body, step=step)
        stress, _ = moving.stress(damage, found.balance.displacement)
        rows.append((damage.mean(), stress[..., 0].mean() * solid.youngs_modulus))
    return tuple(np.array(rows).T)


def check_bar(name: str, bar: str, **changes: float) -> None:
    case, solid = load(name), solid_of(name, **changes)
    rows = case["rows"]
    strains = column(rows, "strain")
    found = uniform_bar(solid, strains)
    assert_close("damage", found.damage, column(rows, "damage"), scale=1.0, tolerance=1e-7)
    scale = case["sigma_c"]
    for what, values, expected in (
        ("stress", found.stress, column(rows, "stress")),
        ("elastic", found.elastic_energy, column(rows, "elastic_energy_density")),
        ("dissipated", found.dissipated, column(rows, "dissipated_density")),
    ):
        tops = np.maximum(np.abs(expected), 1e-6 * np.abs(expected).max())
        assert_close(what, values, expected, scale=tops, tolerance=1e-6)
    damage, stress = elements(solid, strains, bar)
    assert_close("damage", damage, column(rows, "damage"), scale=1.0, tolerance=1e-7)
    assert_close("stress", stress, column(rows, "stress"), scale=scale, tolerance=1e-6)


def check_unloading(name: str, bar: str, back: float = 1.0) -> None:
    case, solid = load(name), solid_of(name)
    start = case["inputs"]["unload_from_strain_over_eps_c"] * case["eps_c"]
    rows = case["unloading"]["rows"]
    strains = np.concatenate([[start], back * case["eps_c"] * column(rows, "strain_over_eps_c")])
    for damage, stress in (
        (lambda s: (s.damage, s.stress))(uniform_bar(solid, strains)),
        elements(solid, strains, bar),
    ):
        expected = case["unloading"]["damage"]
        assert_close("damage kept", damage, expected, scale=1.0, tolerance=1e-7)
        expected = column(rows, "stress")
        assert_close("stress", stress[1:], expected, scale=case["sigma_c"], tolerance=1e-6)


NAMED_BARS = [("DM01", bar) for bar in BARS] + [("DM02", "triangles"), ("DM02", "prism")]


@pytest.mark.parametrize(("name", "bar"), NAMED_BARS)
def test_uniform_bar(name: str, bar: str) -> None:
    """DM01, DM02: onset, peak, softening and unloading of the closed form and of a few cells."""
    check_bar(name, bar)
    check_unloading(name, bar)


@pytest.mark.parametrize(("name", "bar"), [("DM01", "prism"), ("DM02", "triangles")])
def test_sabotage_uniform_bar(name: str, bar: str) -> None:
    for fault in ({"toughness": 17.001}, {"residual_stiffness": 1e-3}):
        with pytest.raises(AssertionError, match="exceeds"):
            check_bar(name, bar, **fault)
    with pytest.raises(AssertionError, match="exceeds"):
        check_unloading(name, bar, back=1.01)


def strip(density: CrackDensity, ratio: float, *, kept: int) -> float:
    """Energy of a broken strip over G_c: ``kept`` rows of vertices at d = 1 across a long plate.

    What two more rows of cells add to a plate 6 l high, so that its edges do not count.
    """
    high = round(6 / ratio)
    two = strip_energy(density, ratio, kept, high + 2) - strip_energy(density, ratio, kept, high)
    return two / (2 * ratio)


def strip_energy(density: CrackDensity, ratio: float, kept: int, high: int) -> float:
    """[J/m] where the mesh is given G_c = 1 J/m2 and l = 1 m."""
    rows = round(8 / ratio)
    cells = (2 * rows + kept - 1, high)
    mesh = ps.shapes.rectangle((cells[0] * ratio, high * ratio), cells=cells)
    asked = 1 + ratio / density.normalisation
    solid = BrittleSolid(
        youngs_modulus=1.0, poisson_ratio=0.2, toughness=asked, length_scale=asked, density=density
    )
    body = CrackBody(mesh=mesh, solid=solid)
    columns = np.rint(body.vertices[:, 0] / ratio)
    lowest = np.where((columns >= rows) & (columns < rows + kept), 1.0, 0.0)
    worn = np.ones(body.damaged.weights.shape)
    energy = DamageProblem(body=body, worn=worn).energy(0 * worn)
    found = energy.least(lowest, lowest)
    return energy.of(found.damage) * body.energy_unit


def check_strip(density: CrackDensity, *, kept: int = 2) -> None:
    tolerance = {CrackDensity.AT1: 1e-8, CrackDensity.AT2: 1e-6}[density]
    for row in load("DM03")["rows"]:
        if row["model"] != density.name:
            continue
        expected = row["effective_Gc_over_Gc"]
        found = strip(density, row["h_over_l"], kept=kept)
        assert_close("strip", found, expected, scale=expected, tolerance=tolerance)
        sharp = strip(density, row["h_over_l"], kept=kept - 1)
        expected = row["sharp_one_node"]
        assert_close("one node", sharp, expected, scale=expected, tolerance=tolerance)


@pytest.mark.parametrize("density", list(CrackDensity))
def test_crack_energy_of_a_strip(density: CrackDensity) -> None:
    """DM03: 2 half profiles and the strip."""
    check_strip(density)


@pytest.mark.parametrize("density", list(CrackDensity))
def test_sabotage_crack_energy(density: CrackDensity) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_strip(density, kept=3)


def check_plane_crack(cells: int, order: int, toughness: float = 1.0) -> None:
    """A cut through a block of l/h = 4 costs G_c times its area, up to what AT1's exact discrete
    profile differs from 1 + h/(c_w l): 0.2 %, and the most that 3 cells across may add."""
    side, solid = 1e-7, solid_of("DM01", length_scale=4e-7 / cells)
    mesh = ps.shapes.box((side, side, 2 * side), cells=(cells, cells, 2 * cells))
    body = CrackBody(mesh=mesh, solid=solid, order=order)
    cut = penny(body, (0.0, 0.0, 1.02 * side), (0.0, 0.0, 1.0), 2 * side)
    cost = toughness * body.crack_size(cut)
    assert_close("plane crack", cost, side**2, scale=side**2, tolerance=5e-3)


@pytest.mark.parametrize(("cells", "order"), [(10, 1), (10, 2)])
def test_energy_of_a_plane_crack_in_a_solid(cells: int, order: int) -> None:
    check_plane_crack(cells, order)


def test_sabotage_energy_of_a_plane_crack() -> None:
    """Without the mesh's correction it costs 1 + h/(c_w l) = 1.09 times that."""
    with pytest.raises(AssertionError, match="exceeds"):
        check_plane_crack(10, 1, toughness=1 + 1 / (4 * 8 / 3))


CELLS = {
    "equilateral triangle": ([(0, 0), (1, 0), (0.5, np.sqrt(3) / 2)], np.sqrt(np.sqrt(3) / 2)),
    "regular tetrahedron": ([(0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1)], 2 ** (1 / 3)),
    "of a body-centred lattice": ([(0, 0, 0), (2, 0, 0), (1, 1, 1), (1, 1, -1)], 4 ** (1 / 3)),
    "sixth of a cube": ([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)], 1.0),
    "needle": ([(0, 0, 0), (3, 0, 0), (0, 0.5, 0), (0, 0, 0.5)], np.hypot(3, 0.5) / np.sqrt(3)),
}
"""Corners, and the edge h of the square or cube of which the cell's volume is a half or a sixth;
of a needle, longest edge over sqrt(3)."""


def check_cell_size(name: str, stretch: float = 1.0) -> None:
    """Of one cell of the size of those that cracks are solved on."""
    corners, expected = CELLS[name]
    points = 1e-8 * np.array(corners, dtype=float)
    points[:, 0] *= stretch
    d = points.shape[1]
    flat = Symmetry.PLANE if d == 2 else Symmetry.SOLID
    every = np.arange(d + 1)
    sides = np.array([np.delete(every, each) for each in every])
    mesh = BodyMesh(
        points=points, cells=every[None], symmetry=flat, regions=np.zeros(1, dtype=int),
        boundaries={"surface": sides},
    )  # fmt: skip
    body = CrackBody(mesh=mesh, solid=solid_of("DM01"))
    assert_close("size", body.cell_size, 1e-8 * expected, scale=1e-8 * expected, tolerance=1e-12)


@pytest.mark.parametrize("name", CELLS)
def test_size_of_cells_of_any_form(name: str) -> None:
    check_cell_size(name)


@pytest.mark.parametrize("name", CELLS)
def test_sabotage_size_of_cells(name: str) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_cell_size(name, stretch=1.01)


def check_fatigue(name: str, threshold: float = 1.0) -> None:
    case, solid = load(name), solid_of(name)
    inputs = case["inputs"]
    fatigue = Fatigue(threshold=threshold * inputs["alpha_T"])
    strain = float(np.sqrt(2 * inputs["psi_max_over_psi_c"] * inputs["psi_c"] / inputs["E"]))
    found = fatigue_bar(solid, fatigue, strain, inputs["cycles"])
    rows = case["rows"]
    at = column(rows, "cycle").astype(int) - 1
    assert_close("damage", found.damage[at], column(rows, "damage"), scale=1.0, tolerance=1e-7)
    for what, key in (("accumulated", "accumulated"), ("factor", "fatigue_factor")):
        expected = column(rows, key)
        values = getattr(found, what)[at]
        assert_close(what, values, expected, scale=expected, tolerance=1e-6)
    expected = column(rows, "peak_stress")
    assert_close("stress", found.peak_stress[at], expected, scale=expected, tolerance=1e-6)
    if solid.density is CrackDensity.AT1:
        onset = cycles_to_damage(solid, fatigue, strain)
        assert_close("onset", onset, case["onset_cycles_exact"], scale=1.0, tolerance=1e-6)
        assert int(np.argmax(found.damage > 0)) + 1 == case["onset_first_damaged_cycle"]


@pytest.mark.parametrize("name", ["DM09", "DM10"])
def test_fatigue_bar(name: str) -> None:
    """DM09, DM10: accumulated energy, onset and decay, cycle by cycle."""
    check_fatigue(name)


@pytest.mark.parametrize("name", ["DM09", "DM10"])
def test_sabotage_fatigue_bar(name: str) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_fatigue(name, threshold=1.001)


def jumped(jump: float) -> tuple[int, float]:
    """Steps taken and the damage after 30,000 cycles."""
    solid = solid_of("DM09")
    found = fatigue_bar(solid, Fatigue(threshold=3e8), 0.03, 30_000, jump=jump)
    assert found.cycle[-1] == 30_000
    return len(found.cycle), float(found.damage[-1])


def test_cycle_jumps_converge() -> None:
    """Halving the jumps halves the error in damage, which is small; 30,000 cycles take few."""
    _, exact = jumped(0.0)
    few, coarse = jumped(0.05)
    _, fine = jumped(0.025)
    assert exact > 0.5
    assert few < 500
    assert abs(fine - exact) < 0.6 * abs(coarse - exact) < 1e-2
