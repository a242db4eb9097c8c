"""Grain boundaries that open by a bilinear law: in a bar, in a body of two grains, under misfit.

In series with an elastic bar the law is linear piece by piece: u = t L/E + d with t = K0 d, then
t_m (d_f - d)/(d_f - d_0), then 0; longer bars snap back. Two grains drawn apart are that bar at the
modulus E/(1 - nu^2) of plane strain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from reference import Inputs, assert_close, column, load, spoiled

import particle_sim as ps
from particle_sim.damage.interfaces import path
from particle_sim.damage.interfaces.bar import BarOpening, pull_bar
from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw, scaled
from particle_sim.damage.interfaces.equilibrium import Cohesion
from particle_sim.damage.interfaces.grain_boundaries import open_grain_boundaries, pull_apart
from particle_sim.damage.interfaces.opening import BoundaryOpening
from particle_sim.damage.interfaces.tangent_pattern import TangentPattern
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

CASE = load("DM16")
RATIO = 0.3
HEIGHT = 8e-9
"""Of the body of two grains [m]."""


def law_of(inputs: Inputs, **changes: float) -> CohesiveLaw:
    law = CohesiveLaw(
        strength=inputs["strength"], energy=inputs["Gc"], stiffness=inputs["penalty_stiffness"]
    )
    return replace(law, **changes)


def check_bar(inputs: Inputs) -> None:
    rows, law = CASE["rows"], law_of(inputs)
    found = pull_bar(
        law, column(rows, "elongation"), youngs_modulus=inputs["E"], length=inputs["bar_length"]
    )
    for name in ("opening", "traction", "damage", "dissipated"):
        expected = column(rows, name)
        scale = np.abs(expected).max()
        assert_close(name, getattr(found, name), expected, scale=scale, tolerance=1e-8)
    for name, value in (
        ("opening_at_peak", law.opening_at_peak),
        ("opening_at_break", law.opening_at_break),
        ("snap_back_length", law.snap_back_length(inputs["E"])),
        ("cohesive_length_E_Gc_over_t2", law.cohesive_length(inputs["E"])),
    ):
        assert_close(name, value, CASE[name], scale=CASE[name], tolerance=1e-8)


def test_bar() -> None:
    check_bar(CASE["inputs"])


@pytest.mark.parametrize(
    "wrong", [{"E": 1.0001}, {"strength": 0.9999}, {"Gc": 1.0001}, {"bar_length": 1.0001}]
)
def test_bar_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_bar(spoiled(CASE["inputs"], **wrong))


def two_grains(length: float, cells: tuple[int, int], turn: float = 0.0) -> ps.Particle:
    """A rectangle of two grains that meet in a plane across it at 0.6 of its length."""
    inputs = CASE["inputs"]
    mesh = ps.shapes.rectangle((length, HEIGHT), cells=cells)
    second = (mesh.points[mesh.vertices, 0].mean(axis=1) > 0.6 * length).astype(np.intp)
    cosine, sine = np.cos(turn), np.sin(turn)
    turned = mesh.points @ np.array([[cosine, sine], [-sine, cosine]])
    material = ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=1e-15,
        youngs_modulus=inputs["E"],
        poisson_ratio=RATIO,
        partial_molar_volume=1e-6,
    )
    return ps.Particle(material=material, mesh=replace(mesh, points=turned, regions=second))


LOADS = 1e-9 * np.array([0.05, 0.1, 0.12, 0.16, 0.4, 1.0, 2.0, 1.0, 0.0, -0.1, 2.4, 3.0, 1.0])
"""Up to the peak, softening, back, pressed, on to the break, and back [m]."""


def stiff_law(inputs: Inputs, cell: float) -> CohesiveLaw:
    return law_of(inputs, stiffness=60 * inputs["E"] / cell)


def check_against_bar(found: BoundaryOpening, bar: BarOpening, law: CohesiveLaw) -> None:
    scales = {"traction": law.strength, "damage": 1.0, "opening": law.opening_at_break}
    assert found.traction is not None
    every = {
        "traction": found.traction,
        "damage": found.damage,
        "opening": found.normal_opening,
    }
    for name, values in every.items():
        expected = getattr(bar, name)
        expected = expected if values.ndim == 1 else expected[:, None, None]
        assert_close(name, values, expected, scale=scales[name], tolerance=1e-8)
    shear = found.shear_opening[found.damage < 1]  # broken halves slide as they like
    assert_close("shear", shear, 0, scale=law.opening_at_break, tolerance=1e-8)
    whole = law.energy * HEIGHT
    dissipated = bar.dissipated * HEIGHT
    assert_close("dissipated", found.dissipated, dissipated, scale=whole, tolerance=1e-8)


def check_patch(inputs: Inputs, **changes: float) -> None:
    """``changes``: of the law that only the body is given, planted."""
    reference = CASE["inputs"]
    law = stiff_law(reference, 3e-9)
    body = two_grains(reference["bar_length"], (5, 2))
    found = pull_apart(body, replace(law, **changes), LOADS, sides=("left", "right"), axis=0)
    modulus = inputs["E"] / (1 - RATIO**2)
    bar = pull_bar(law, LOADS, youngs_modulus=modulus, length=inputs["bar_length"])
    check_against_bar(found, bar, law)
    assert not found.pop_ins
    damage = np.diff(found.damage, axis=0)
    assert damage.min() >= 0.0, f"healed by {-damage.min():.1e}"


def test_two_grains() -> None:
    check_patch(CASE["inputs"])


@pytest.mark.parametrize("wrong", [{"energy": 0.8001}, {"strength": 0.5999e9}])
def test_two_grains_notice_another_law(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_patch(CASE["inputs"], **wrong)


def test_two_grains_notice_another_length() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_patch(spoiled(CASE["inputs"], bar_length=1.0001))


def column_of(mesh: BodyMesh, axis: int) -> ps.Particle:
    """Two grains that meet half way along an axis."""
    middles = mesh.points[mesh.vertices, axis].mean(axis=1)
    second = (middles > 0.5 * mesh.points[:, axis].max()).astype(np.intp)
    return replace(two_grains(20e-9, (5, 2)), mesh=replace(mesh, regions=second))


SOLIDS = {
    "box": (
        lambda: ps.shapes.box((20e-9, 9e-9, 9e-9), cells=(4, 2, 2)),
        ("left", "right"),
        0,
        81e-18,
    ),
    "cylinder": (
        lambda: ps.shapes.rectangle((9e-9, 20e-9), cells=(2, 4), symmetry=Symmetry.AXISYMMETRIC),
        ("bottom", "top"),
        1,
        np.pi * 81e-18,
    ),
}


def check_solid(name: str, modulus: float) -> None:
    mesh, sides, axis, area = SOLIDS[name]
    loads = 1e-9 * np.array([0.05, 0.5, 2.0, 0.5, 3.0])
    law = stiff_law(CASE["inputs"], 4e-9)
    found = pull_apart(column_of(mesh(), axis), law, loads, sides=sides, axis=axis)
    bar = pull_bar(law, loads, youngs_modulus=modulus, length=20e-9)
    assert found.traction is not None
    assert_close("pull", found.traction, bar.traction, scale=law.strength, tolerance=1e-8)
    whole = law.energy * area
    expected = bar.dissipated * area
    assert_close("dissipated", found.dissipated, expected, scale=whole, tolerance=1e-8)


@pytest.mark.parametrize("name", SOLIDS)
def test_solids(name: str) -> None:
    """Free on all other sides, E takes the place of E/(1 - nu^2)."""
    check_solid(name, CASE["inputs"]["E"])


@pytest.mark.parametrize("name", SOLIDS)
def test_solids_notice_the_modulus_of_plane_strain(name: str) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_solid(name, CASE["inputs"]["E"] / (1 - RATIO**2))


def test_a_long_bar_pops_in() -> None:
    """Beyond the snap-back length all that a boundary can dissipate goes in one jump."""
    inputs, length = CASE["inputs"], 0.9e-6
    law = stiff_law(inputs, 1e-8)
    loads = np.array([0.3e-8, 0.9e-8])
    body = two_grains(length, (60, 1))
    found = pull_apart(body, law, loads, sides=("left", "right"), axis=0)
    modulus = inputs["E"] / (1 - RATIO**2)
    assert length > law.snap_back_length(modulus)
    bar = pull_bar(law, loads, youngs_modulus=modulus, length=length)
    check_against_bar(found, bar, law)
    assert bar.pops_in.tolist() == [False, True]
    jumped = sum(jump.dissipated for jump in found.pop_ins)
    assert_close("jump", jumped, law.energy * HEIGHT, scale=law.energy * HEIGHT, tolerance=1e-8)
    broken = found.cracked_share * found.areas.sum() * law.energy
    assert_close("G A", found.dissipated, broken, scale=law.energy * HEIGHT, tolerance=1e-8)


def check_pressed(sign: float) -> None:
    """``sign``: of the displacement that the bar is given, -1 as the body."""
    body, law = two_grains(20e-9, (5, 2)), stiff_law(CASE["inputs"], 3e-9)
    pressed = 1e-9 * np.array([0.1, 0.5, 2.0])
    found = pull_apart(body, law, -pressed, sides=("left", "right"), axis=0)
    assert found.damage.max() == 0.0
    modulus = CASE["inputs"]["E"] / (1 - RATIO**2)
    bar = pull_bar(law, sign * pressed, youngs_modulus=modulus, length=20e-9)
    check_against_bar(found, bar, law)


def test_pressed_boundaries_stay_whole() -> None:
    check_pressed(-1.0)


def test_pressed_boundaries_notice_a_pull() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_pressed(1.0)


GRAINS, SEED, SIZE = 5, 2, 0.5e-6


@cache
def polycrystal(turn: float = 0.0, cells: float = 6.0) -> ps.Particle:
    """A section of O3 grains, whose a and c axes shrink and grow, each turned at random."""
    nfm = ps.load_material("nfm_li2024")
    outline = ps.shapes.outlines.disc(SIZE)
    mesh = ps.shapes.polycrystal(
        outline, grains=GRAINS, seed=SEED, cell_size=SIZE / cells, curved=False
    )
    whole = ps.crystal.rotation(("z", float(np.degrees(turn))))
    crystal = ps.crystal.Crystal(
        strain=ps.crystal.lattice_strain(nfm),
        orientations=whole @ ps.crystal.random_orientations(GRAINS, SEED),
    )
    turned = replace(mesh, points=mesh.points @ whole[:2, :2].T)
    return ps.Particle(material=nfm, mesh=turned, crystal=crystal, order=1)


def discharged(body: ps.Particle) -> ParticleRun:
    """Sodium stored at three times of a slow charge."""
    nfm = body.material
    time = SIZE**2 / 1e-16
    flux = 0.4 * nfm.maximum_concentration * SIZE / time
    surface = ps.constant_flux(flux, time, initial_site_fraction=0.95)
    return ps.solve_particle(
        body, surface, times=time * np.array([0.5, 0.75, 1.0]), tolerance=1e-3, limits=None
    )


def boundary_law(run: ParticleRun) -> CohesiveLaw:
    size = run.length * float(run.mesh.cell_sizes.min())
    modulus = run.elasticity.regions.reference_modulus
    return CohesiveLaw(strength=0.3e9, energy=0.85, stiffness=60 * modulus / size)


@cache
def opened(turn: float = 0.0, energy: float = 0.85, cells: float = 6.0) -> BoundaryOpening:
    run = discharged(polycrystal(turn, cells))
    return open_grain_boundaries(run, replace(boundary_law(run), energy=energy))


def test_misfit_of_grains_opens_their_boundaries() -> None:
    found = opened()
    assert found.cracked_share[-1] > 0
    assert np.all(np.diff(found.damage, axis=0) >= 0)
    assert np.all(np.diff(found.dissipated) >= 0)
    whole = found.law.energy * found.areas.sum()
    by_pair = [sum(b.dissipated for b in found.boundaries(k)) for k in range(len(found.time))]
    assert_close("by pair", by_pair, found.dissipated, scale=whole, tolerance=1e-10)
    assert np.all(found.cracked_share * whole <= found.dissipated)
    uncracked = discharged(polycrystal()).strain_energy_history()
    assert found.strain_energy[-1] + found.stored[-1] < uncracked[-1]


def check_same(found: Array, other: Array, scale: float, tolerance: float) -> None:
    assert_close("dissipated", found, other, scale=scale, tolerance=tolerance)


def test_turned_axes() -> None:
    first, turned = opened(), opened(turn=0.4)
    check_same(turned.dissipated, first.dissipated, float(first.dissipated[-1]), 1e-6)


def test_turned_axes_notice_another_energy() -> None:
    first, other = opened(), opened(energy=0.9)
    with pytest.raises(AssertionError, match="exceeds"):
        check_same(other.dissipated, first.dissipated, float(first.dissipated[-1]), 1e-6)


def test_smaller_cells_dissipate_the_same() -> None:
    first, finer = opened(), opened(cells=12.0)
    last = float(finer.dissipated[-1])
    check_same(first.dissipated[-1:], finer.dissipated[-1:], last, 0.03)


@pytest.mark.parametrize("filling", [lambda rest: rest, lambda rest: 0.2 * rest])
def test_grains_alike_open_nothing(filling: Callable[[float], float]) -> None:
    """Without misfit, or where all shrink alike, boundaries bear nothing."""
    body = replace(polycrystal(), crystal=None)
    rest = body.material.stress_free_site_fraction
    run = ps.solve_stress(body, lambda x: np.full(len(x), filling(rest)))
    found = open_grain_boundaries(run, boundary_law(run))
    assert found.damage.max() == 0.0
    assert np.abs(found.normal_opening).max() <= 1e-6 * found.law.opening_at_peak


def test_energy_never_rises(monkeypatch: pytest.MonkeyPatch) -> None:
    """At one load, but for the rounding of sums of stiffness times displacement squared."""
    met: list[list[float]] = []

    class Watched(path.Descent):
        def solve(self, displacement: Array) -> Array:
            met.append(self.energies)
            return super().solve(displacement)

    monkeypatch.setattr(path, "Descent", Watched)
    run = discharged(polycrystal())
    open_grain_boundaries(run, boundary_law(run))
    assert max(len(each) for each in met) > 3
    for energies in met:
        scale = max(abs(each) for each in energies)
        assert np.diff(energies).max(initial=0.0) <= 1e-10 * scale


def check_tangent(*, secant: bool) -> None:
    run = discharged(polycrystal())
    found = open_grain_boundaries(run, boundary_law(run))
    modulus = run.elasticity.regions.reference_modulus
    law = scaled(found.law, run.length, modulus)
    cohesion = Cohesion(
        pattern=TangentPattern(body=found.body),
        law=law,
        largest=np.full(found.areas.shape, 0.3 * law.opening_at_break),
    )
    random = np.random.default_rng(3)
    at = found.displacement[-1] + law.opening_at_break * random.normal(
        size=found.displacement.shape[1]
    )
    along = random.normal(size=len(at))
    step = 1e-6 * law.opening_at_break
    slope = (cohesion.forces(at + step * along) - cohesion.forces(at - step * along)) / (2 * step)
    expected = cohesion.tangent(at, secant=secant) @ along
    assert_close("slope", slope, expected, scale=np.abs(expected).max(), tolerance=1e-6)
    work = (cohesion.energy(at + step * along) - cohesion.energy(at - step * along)) / (2 * step)
    assert_close("work", work, cohesion.forces(at) @ along, scale=abs(work), tolerance=1e-6)


def test_tangent_is_the_slope_of_the_forces() -> None:
    check_tangent(secant=False)


def test_tangent_notices_the_secant() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_tangent(secant=True)
