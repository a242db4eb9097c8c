"""Fatigue of sections: a uniform bar, jumps, lives, and boundaries that cost what was asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference import assert_close, column, load
from test_phase_field_points import solid_of

import particle_sim as ps
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackDensity,
    CrackLoad,
    Fatigue,
    Jumps,
    band_toughness,
    fatigue_bar,
    with_boundaries,
)
from particle_sim.damage.field.bounded import DamageProblem
from particle_sim.damage.field.cycling import Cycling, Worn
from particle_sim.damage.field.load import FieldOfTime
from particle_sim.fem.body_mesh import Symmetry

EXACT = Jumps(growth=0.0, settled=1e-10)


def bar(solid: BrittleSolid, symmetry: Symmetry = Symmetry.PLANE) -> tuple[CrackBody, CrackLoad]:
    """Two triangles, shorter than l, strained by the time along x, or of a round bar along z."""
    side = 0.4 * solid.length_scale
    if symmetry is Symmetry.AXISYMMETRIC:
        return round_bar(solid, side)
    pull = CrackLoad(
        displacement={
            "left": lambda x, t: np.stack([0 * x[:, 0], np.full(len(x), np.nan)], axis=1),
            "right": lambda x, t: np.stack([0 * x[:, 0] + side * t, x[:, 0] * np.nan], axis=1),
            "bottom": lambda x, t: np.stack([x[:, 0] * np.nan, 0 * x[:, 0]], axis=1),
        }
    )
    mesh = ps.shapes.rectangle((side, side), cells=(1, 1))
    return CrackBody(mesh=mesh, solid=solid), pull


def round_bar(solid: BrittleSolid, side: float) -> tuple[CrackBody, CrackLoad]:
    """A meridian whose mantle is free, of a solid that grows thinner."""

    def along(share: float) -> FieldOfTime:
        return lambda x, t: np.stack([x[:, 0] * np.nan, 0 * x[:, 0] + share * side * t], axis=1)

    flat = ps.shapes.rectangle((side, side), cells=(1, 1))
    names = {("axis" if name == "left" else name): f for name, f in flat.boundaries.items()}
    mesh = replace(flat, symmetry=Symmetry.AXISYMMETRIC, boundaries=names)
    body = CrackBody(mesh=mesh, solid=replace(solid, poisson_ratio=0.28))
    return body, CrackLoad(displacement={"bottom": along(0.0), "top": along(1.0)})


def cycled(
    solid: BrittleSolid,
    fatigue: Fatigue,
    strain: float,
    cycles: int,
    jumps: Jumps = EXACT,
    symmetry: Symmetry = Symmetry.PLANE,
) -> list[Worn]:
    """States of the bar, strained and let go."""
    body, pull = bar(solid, symmetry)
    cycling = Cycling(
        body=body, load=pull, instants=np.array([strain, 0.0]), fatigue=fatigue, jumps=jumps
    )
    states = [cycling.start(np.zeros(4))]
    while states[-1].cycle < cycles:
        states.append(cycling.after(states[-1], cycles - states[-1].cycle))
    return states[1:]


def check_bar(name: str, threshold: float = 1.0, symmetry: Symmetry = Symmetry.PLANE) -> None:
    case, solid = load(name), solid_of(name)
    inputs = case["inputs"]
    fatigue = Fatigue(threshold=threshold * inputs["alpha_T"])
    strain = float(np.sqrt(2 * inputs["psi_max_over_psi_c"] * inputs["psi_c"] / inputs["E"]))
    states = cycled(solid, fatigue, strain, inputs["cycles"], symmetry=symmetry)
    rows = [states[int(row["cycle"]) - 1] for row in case["rows"]]
    expected = column(case["rows"], "damage")
    found = np.array([row.damage.max() for row in rows])
    assert_close("damage", found, expected, scale=1.0, tolerance=1e-7)
    expected = column(case["rows"], "accumulated")
    found = np.array([row.accumulated.max() for row in rows])
    assert_close("accumulated", found, expected, scale=expected, tolerance=1e-6)


@pytest.mark.parametrize(
    ("name", "symmetry"),
    [
        ("DM09", Symmetry.PLANE),
        ("DM10", Symmetry.PLANE),
        ("DM09", Symmetry.AXISYMMETRIC),
    ],
)
def test_a_bar_of_cells_tires_as_the_bar(name: str, symmetry: Symmetry) -> None:
    """DM09, DM10 by the code of sections and of meridians: damage and A, cycle by cycle."""
    check_bar(name, symmetry=symmetry)


def test_sabotage_bar_of_cells() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_bar("DM09", threshold=1.001, symmetry=Symmetry.AXISYMMETRIC)


def check_jumps(growth: float, most: float) -> None:
    """After 3000 cycles, few of them solved, the damage of every cycle in turn."""
    solid, fatigue = solid_of("DM09"), Fatigue(threshold=3e8)
    states = cycled(solid, fatigue, 0.02, 3000, Jumps(growth=growth, settled=1e-8))
    exact = fatigue_bar(solid, fatigue, 0.02, 3000)
    assert len(states) < 150
    apart = abs(float(states[-1].damage.max()) - float(exact.damage[-1]))
    assert apart < most, f"jumps are off by {apart:.2g}"


def test_jumps_of_a_bar_of_cells() -> None:
    """An implicit jump of the default size is off by some thousandths of the damage."""
    check_jumps(0.05, 5e-3)


def test_sabotage_jumps() -> None:
    """Ten times the size is not."""
    with pytest.raises(AssertionError, match="jumps are off"):
        check_jumps(0.5, 5e-3)


def life(strain: float, fatigue: Fatigue) -> int:
    """Cycles until the bar is damaged by a half."""
    states = cycled(solid_of("DM09"), fatigue, strain, 2000, Jumps())
    broken = [state.cycle for state in states if state.damage.max() > 0.5]
    return broken[0] if broken else 2000


def check_lives(*strains: float, fatigue: Fatigue | None = None) -> None:
    lives = [life(strain, fatigue or Fatigue(threshold=3e8)) for strain in strains]
    assert all(np.diff(lives) < 0), f"life does not fall: {lives}"


def test_life_falls_with_the_range() -> None:
    check_lives(0.0, 0.02, 0.025, 0.03)


def test_sabotage_life() -> None:
    """Where no cycle wears below a floor, two small ranges live alike."""
    with pytest.raises(AssertionError, match="does not fall"):
        check_lives(0.01, 0.012, fatigue=Fatigue(threshold=3e8, floor=0.9))


def along_a_band(density: CrackDensity, wide: int, *, compensated: bool = True) -> float:
    """Energy per length of a crack along a band of ``wide`` cells of l/4, asked to be a half."""
    ratio, rows, asked = 0.25, 16 if density is CrackDensity.AT1 else 32, 0.5
    solid = BrittleSolid(
        youngs_modulus=1.0, poisson_ratio=0.2, toughness=1.0, length_scale=1.0, density=density
    )
    half = wide * ratio / 2
    given = band_toughness(solid, asked, half, ratio) if compensated else asked
    energies = []
    for high in (24, 26):
        cells = (2 * rows + 1, high)
        mesh = ps.shapes.rectangle((cells[0] * ratio, high * ratio), cells=cells)
        place = mesh.points[mesh.vertices].mean(axis=1)[:, 0] - (rows + 0.5) * ratio
        costs = np.where(np.abs(place) < half, given, 1.0)
        body = CrackBody(mesh=mesh, solid=solid, cell_toughness=costs)
        line_ = np.rint(body.vertices[:, 0] / ratio)
        cut = np.where((line_ == rows) | (line_ == rows + 1), 1.0, 0.0)
        still = np.zeros(body.damaged.weights.shape)
        energy = DamageProblem(body=body, worn=still + 1).energy(still)
        energies.append(energy.of(energy.least(cut, cut).damage) * body.energy_unit)
    return (energies[1] - energies[0]) / (2 * ratio)


def check_band(density: CrackDensity, wide: int, *, compensated: bool = True) -> None:
    found = along_a_band(density, wide, compensated=compensated)
    assert_close("boundary", found, 0.5, scale=0.5, tolerance=5e-3)


@pytest.mark.parametrize("wide", [3, 9, 17])
@pytest.mark.parametrize("density", list(CrackDensity))
def test_a_diffuse_boundary_costs_what_was_asked(density: CrackDensity, wide: int) -> None:
    """Energy per length of a broken band within what cells of l/4 leave of the profile, 0.3 %."""
    check_band(density, wide)


def test_sabotage_diffuse_boundary() -> None:
    """Given its own toughness a band of 3 l/4 costs half as much again."""
    with pytest.raises(AssertionError, match="exceeds"):
        check_band(CrackDensity.AT1, 3, compensated=False)


def test_boundaries_of_grains_get_their_toughness() -> None:
    """The band lies between the regions, and costs less than the grains."""
    flat = ps.shapes.rectangle((8.0, 8.0), cells=(32, 32))
    middle = flat.points[flat.vertices].mean(axis=1)
    mesh = replace(flat, regions=(middle[:, 0] > 4).astype(int))
    solid = BrittleSolid(youngs_modulus=1.0, poisson_ratio=0.2, toughness=1.0, length_scale=1.0)
    body = with_boundaries(CrackBody(mesh=mesh, solid=solid), 0.5, 0.5)
    assert body.cell_toughness is not None
    weak = body.cell_toughness < 1
    np.testing.assert_array_equal(weak, np.abs(middle[:, 0] - 4) <= 0.5)
    assert 0 < body.cell_toughness.min() < 0.5
