"""Properties of cracks in sections that need no reference, and what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackDensity,
    CrackLoad,
    CrackRun,
    Fatigue,
    LengthScale,
    Method,
    Split,
    crack,
    energy_release,
    notch,
    penny,
    strength,
)
from particle_sim.damage.field.balance import Place
from particle_sim.damage.field.bounded import BoundedDamage, DamageEnergy, DamageProblem
from particle_sim.damage.field.load import Loading
from particle_sim.damage.field.minimise import minimise
from particle_sim.damage.field.resolution import check_cracked
from particle_sim.damage.field.split import respond, tangent
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.mesh import line_mesh
from particle_sim.units import Array

LENGTH = 25e-9
SIDE = 8 * LENGTH
SOLID = BrittleSolid(youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=LENGTH)
WHOLE = dataclasses.replace(SOLID, split=Split.NONE)


def square(cells: int, turn: float = 0.0) -> BodyMesh:
    """A square of 8 l around the origin whose triangles are turned with it."""
    flat = ps.shapes.rectangle((SIDE, SIDE), cells=(cells, cells))
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return BodyMesh(
        points=(flat.points - SIDE / 2) @ axes.T,
        cells=flat.cells,
        symmetry=flat.symmetry,
        regions=flat.regions,
        boundaries=flat.boundaries,
    )


def torn(
    *, cells: int = 32, turn: float = 0.0, solid: BrittleSolid = WHOLE, opening: float = 2.2e-8
) -> CrackRun:
    """A notch of 3 l in a square whose ends tilt apart, so that the crack grows and stops."""
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    def ends(points: Array, time: float) -> Array:
        x, y = (points @ axes).T
        up = np.sign(y) * time * (0.5 - x / SIDE)
        return np.stack([np.zeros_like(up), up], axis=1) @ axes.T

    body = CrackBody(mesh=square(cells, turn), solid=solid)
    start, end = ((float(x * axes[0, 0]), float(x * axes[1, 0])) for x in (-SIDE / 2, -SIDE / 8))
    load = CrackLoad(displacement={"top": ends, "bottom": ends})
    return crack(
        body,
        load,
        np.array([0.5, 1.0]) * opening,
        meaning=LengthScale.NUMERICAL,
        flaw=notch(body, start, end),
    )


def check_grows(run: CrackRun, least: float = LENGTH) -> None:
    """Damage never falls, lies in 0..1, and the crack has grown."""
    history = np.concatenate([run.flaw[None], run.damage])
    assert np.all(np.diff(history, axis=0) >= 0)
    assert history.min() >= 0
    assert history.max() <= 1
    assert run.crack_size[-1] - run.body.crack_size(run.flaw) >= least


@pytest.fixture(scope="module")
def grown() -> CrackRun:
    return torn()


def test_damage_grows_and_never_heals(grown: CrackRun) -> None:
    check_grows(grown)
    healed = np.stack([grown.damage[-1], 0.99 * grown.damage[-1]])
    with pytest.raises(AssertionError):
        check_grows(dataclasses.replace(grown, damage=healed))


def check_same_length(run: CrackRun, other: CrackRun, tolerance: float) -> None:
    difference = float(np.abs(run.crack_size / other.crack_size - 1).max())
    assert difference < tolerance, f"crack lengths differ by {difference:.2%}"


def test_crack_length_on_turned_and_finer_meshes(grown: CrackRun) -> None:
    """Turned with its load the crack is the same; doubled cells move its length by less than 3 %.

    A quarter more load moves it by more, so that the check can fail.
    """
    check_same_length(torn(turn=0.6), grown, 1e-6)
    check_same_length(torn(cells=46), grown, 0.03)
    with pytest.raises(AssertionError, match="differ"):
        check_same_length(torn(opening=2.75e-8), grown, 0.03)


SHRINKAGE = 0.05
"""Makes less than the strength where it is free, and more where a boundary holds it."""


def check_unloaded(*held: str) -> None:
    """Without load, and under an even strain of a body that is free but for ``held``, d = 0.

    Plane strain holds the long axis, whose own stress E eps* is then the only one.
    """
    body = CrackBody(mesh=square(32), solid=SOLID)
    sides = dict.fromkeys(held, lambda x, t: 0 * x)
    shrinks = CrackLoad(strain=lambda x, t: 0 * x[:, 0] - t, displacement=sides)
    for load, times in ((CrackLoad(), [1.0]), (shrinks, [SHRINKAGE])):
        run = crack(body, load, times, meaning=LengthScale.MATERIAL)
        assert run.damage.max() == 0, "there is damage without a load"
    axial = SOLID.youngs_modulus * SHRINKAGE
    assert run.stress(0)[0][..., 2].mean() == pytest.approx(axial, rel=1e-5)


def test_without_load_nothing_is_damaged() -> None:
    check_unloaded()


def test_sabotage_without_load() -> None:
    """The same shrinkage breaks a body whose supports hold two sides."""
    with pytest.raises(AssertionError, match="damage without a load"):
        check_unloaded("left", "right")


def pressed(solid: BrittleSolid) -> float:
    """Largest damage of a square pressed to twice its strength in tension."""
    top = -2 * strength(solid, (0.0, 1.0, 0.0))
    load = CrackLoad(
        traction={
            "top": lambda x, t: np.stack([0 * x[:, 0], 0 * x[:, 0] + t * top], axis=1),
            "bottom": lambda x, t: np.stack([0 * x[:, 0], 0 * x[:, 0] - t * top], axis=1),
            "left": lambda x, t: np.stack([0 * x[:, 0] - t * top, 0 * x[:, 0]], axis=1),
            "right": lambda x, t: np.stack([0 * x[:, 0] + t * top, 0 * x[:, 0]], axis=1),
        }
    )
    body = CrackBody(mesh=square(32), solid=solid)
    size = body.crack_size(np.zeros(body.damaged.dimension)) + LENGTH
    run = crack(body, load, [1.0], meaning=LengthScale.MATERIAL, until=size)
    return float(run.damage.max())


def check_pressed(solid: BrittleSolid) -> None:
    """Pressure from all sides never damages."""
    assert pressed(solid) == 0, "pressure has damaged"


def test_pressure_from_all_sides_damages_nothing() -> None:
    check_pressed(SOLID)


def test_sabotage_pressure() -> None:
    """Energy that is not split damages under pressure too."""
    with pytest.raises(AssertionError, match="pressure has damaged"):
        check_pressed(WHOLE)


def test_energy_of_alternations_never_rises(grown: CrackRun) -> None:
    """Both methods, alternation by alternation; one with a heavier crack is caught."""
    body, damage = grown.body, grown.flaw
    loading = Loading(body=body, load=grown.load)
    place = Place(displacement=np.zeros(body.size), opened=np.zeros(len(body.cell_dofs), bool))
    energies = {}
    for method in Method:
        found = minimise(body, loading.at(1.1e-8), damage, place, method=method)
        energies[method] = found.energies
        scale = abs(found.energies[-1])
        assert np.all(np.diff(found.energies) <= 1e-9 * scale)
        assert len(found.energies) > 3
    plain, fast = energies[Method.ALTERNATE], energies[Method.NEWTON]
    assert fast[-1] == pytest.approx(plain[-1], rel=1e-5)
    assert len(fast) < len(plain)


def test_a_rising_energy_is_an_error(grown: CrackRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damage step that goes the wrong way ends the run."""
    least = DamageEnergy.least

    def worse(self: DamageEnergy, damage: Array, lowest: Array) -> BoundedDamage:
        found = least(self, damage, lowest)
        return dataclasses.replace(found, damage=np.minimum(found.damage + 0.2, 1.0))

    monkeypatch.setattr(DamageEnergy, "least", worse)
    with pytest.raises(ConvergenceError, match="energy rose"):
        crack(
            grown.body,
            grown.load,
            [1.1e-8],
            meaning=LengthScale.NUMERICAL,
            flaw=grown.flaw,
            method=Method.ALTERNATE,
        )


@pytest.mark.parametrize("size", [4, 6], ids=["section", "solid"])
@pytest.mark.parametrize("split", list(Split))
def test_stress_and_tangent_are_slopes(split: Split, size: int) -> None:
    """Stress is the slope of the energy, the tangent that of the stress; parts add up."""
    strain = np.random.default_rng(1).normal(size=(60, size))
    left = np.random.default_rng(2).uniform(0, 1, 60)

    def energy(x: Array) -> Array:
        found = respond(split, 1.3, 0.7, x)
        return left * found.energy + found.kept_energy

    def stress(x: Array) -> Array:
        found = respond(split, 1.3, 0.7, x)
        return left[:, None] * found.stress + found.kept_stress

    moves = 1e-6 * np.eye(size)
    slope = [(energy(strain + m) - energy(strain - m)) / 2e-6 for m in moves]
    assert np.abs(np.stack(slope, axis=-1) - stress(strain)).max() < 1e-7
    slopes = [(stress(strain + m) - stress(strain - m)) / 2e-6 for m in moves]
    found = tangent(split, 1.3, 0.7, strain, left)
    assert np.abs(np.stack(slopes, axis=-1) - found).max() < 1e-7
    assert np.abs(np.stack(slopes, axis=-1) - 1.001 * found).max() > 1e-4
    parts, whole = respond(split, 1.3, 0.7, strain), respond(Split.NONE, 1.3, 0.7, strain)
    assert np.allclose(parts.energy + parts.kept_energy, whole.energy, rtol=1e-12)


@pytest.mark.parametrize("split", list(Split))
def test_a_solid_that_is_strained_as_a_section_responds_as_one(split: Split) -> None:
    """zz, and only xy of the shears; also where two principal strains are equal."""
    flat = np.random.default_rng(3).normal(size=(60, 4))
    flat[:20, 3], flat[:20, 1] = 0.0, flat[:20, 0]
    strain, left = np.zeros((60, 6)), np.random.default_rng(2).uniform(0, 1, 60)
    kept = [0, 1, 2, 5]
    strain[:, kept] = flat
    own, whole = respond(split, 1.3, 0.7, flat), respond(split, 1.3, 0.7, strain)
    assert np.allclose(whole.energy, own.energy, rtol=1e-12, atol=1e-14)
    assert np.allclose(whole.kept_stress[:, kept], own.kept_stress, atol=1e-12)
    assert np.abs(whole.stress[:, [3, 4]]).max() < 1e-12
    found = tangent(split, 1.3, 0.7, strain, left)[:, kept][:, :, kept]
    assert np.allclose(found, tangent(split, 1.3, 0.7, flat, left), atol=1e-9)


def test_strength_without_a_split() -> None:
    """AT1: the closed forms; AT2 9/16 sqrt(E Gc/(3 l)); pressure alone is carried with a split."""
    modulus, cost, nu = SOLID.youngs_modulus, SOLID.toughness / LENGTH, SOLID.poisson_ratio
    bulk = modulus / (3 * (1 - 2 * nu))
    expected = {
        (1.0, 0.0, 0.0): np.sqrt(3 * modulus * cost / 8),
        (1.0, 1.0, 0.0): np.sqrt(3 * modulus * cost / (16 * (1 - nu))),
        (1.0, 1.0, 1.0): np.sqrt(3 * bulk * cost / 8),
    }
    for state, value in expected.items():
        assert strength(WHOLE, state) == pytest.approx(value, rel=1e-12)
    second = dataclasses.replace(WHOLE, density=CrackDensity.AT2)
    peak = 9 / 16 * np.sqrt(modulus * cost / 3)
    assert strength(second, (1.0, 0.0, 0.0)) == pytest.approx(peak, rel=1e-12)
    assert strength(SOLID, (-1.0, -1.0, -1.0)) == np.inf


def test_cracks_cost_what_their_cells_cost(grown: CrackRun) -> None:
    """The crack energy is the sum of G_c over the crack, of each cell its own."""
    upper = grown.body.vertices[grown.body.damaged.cell_dofs, 1].mean(axis=1) > 0
    cut = grown.damage[-1]
    costs = []
    for below, above in ((17.0, 17.0), (17.0, 0.0), (0.0, 17.0)):
        given = np.where(upper, above, below) + 1e-9
        body = dataclasses.replace(grown.body, cell_toughness=given)
        still = np.zeros(body.damaged.weights.shape)
        costs.append(DamageProblem(body=body, worn=still + 1).energy(still).of(cut))
    assert costs[0] * grown.body.energy_unit == pytest.approx(17.0 * grown.crack_size[-1], rel=1e-8)
    assert costs[0] == pytest.approx(costs[1] + costs[2], rel=1e-8)
    assert costs[2] < 0.9 * costs[0]


def test_refusals() -> None:
    """One sentence each, with the value and what to do."""
    coarse = CrackBody(mesh=square(20), solid=SOLID)
    large = dataclasses.replace(SOLID, length_scale=0.3 * SIDE)
    material = LengthScale.MATERIAL
    with pytest.raises(InputError, match="everywhere they would be 2,048"):
        crack(coarse, CrackLoad(), [1.0], meaning=material)
    with pytest.raises(InputError, match="at most a fifth"):
        crack(CrackBody(mesh=square(32), solid=large), CrackLoad(), [1.0], meaning=material)
    with pytest.raises(InputError, match="cannot localise"):
        CrackBody(mesh=line_mesh(ps.shapes.sphere(1e-6)), solid=SOLID)
    fine = CrackBody(mesh=square(32), solid=SOLID)
    with pytest.raises(InputError, match="each of the 2,048 cells"):
        dataclasses.replace(fine, cell_toughness=np.full(3, 17.0))
    run = crack(fine, CrackLoad(), [1.0], meaning=material)
    assert "strength, not toughness, decides" in run.warnings[0]
    with pytest.raises(InputError, match='"lid", which is no surface'):
        crack(fine, CrackLoad(traction={"lid": lambda x, t: x}), [1.0], meaning=material)
    with pytest.raises(InputError, match="rising"):
        crack(fine, CrackLoad(), [1.0, 1.0], meaning=material)
    with pytest.raises(InputError, match="crosses no cell"):
        notch(fine, (SIDE, SIDE), (2 * SIDE, SIDE))
    block = CrackBody(mesh=ps.shapes.box((SIDE,) * 3, cells=(2, 2, 2)), solid=SOLID, order=1)
    with pytest.raises(InputError, match="use penny in a solid"):
        notch(block, (0.0, 0.0), (SIDE, SIDE))
    with pytest.raises(InputError, match="crosses no cell"):
        penny(block, (3 * SIDE, 0.0, 0.0), (1.0, 0.0, 0.0), LENGTH)
    with pytest.raises(InputError, match="2 dimensions; give a direction"):
        penny(fine, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), LENGTH)
    with pytest.raises(InputError, match="order is 3; give 2, or 1"):
        CrackBody(mesh=block.mesh, solid=SOLID, order=3)
    with pytest.raises(InputError, match="toughness is -1 J/m2"):
        dataclasses.replace(SOLID, toughness=-1.0)
    with pytest.raises(InputError, match="two rising"):
        energy_release(run, 0, (0.0, 0.0), (2e-8, 1e-8))
    with pytest.raises(InputError, match="must be positive"):
        Fatigue(threshold=0.0)


def test_damage_in_coarse_cells_is_refused() -> None:
    """A graded mesh is fine where its cracks stay in the fine part."""
    fine = square(32)
    x = np.where(fine.points[:, 1] > 0, fine.points[:, 1] * 1.6, fine.points[:, 1])
    graded = BodyMesh(
        points=np.stack([fine.points[:, 0], x], axis=1),
        cells=fine.cells,
        symmetry=fine.symmetry,
        regions=fine.regions,
        boundaries=fine.boundaries,
    )
    body = CrackBody(mesh=graded, solid=WHOLE)
    check_cracked(body, np.where(body.vertices[:, 1] < -LENGTH, 1.0, 0.0))
    with pytest.raises(InputError, match="Damage has reached cells"):
        check_cracked(body, np.where(body.vertices[:, 1] > LENGTH, 1.0, 0.0))
