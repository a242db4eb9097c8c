"""Growth of a crack per cycle: its pace in a particle, a strip and a ring, jumps and cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plates import line, plate
from reference import assert_close

from particle_sim.damage.field import (
    RESOLVED,
    BrittleSolid,
    CrackBody,
    CrackLoad,
    Fatigue,
    FatigueRun,
    Jumps,
    LengthScale,
    Split,
    fatigue_cracks,
    fatigue_of,
    jump_error,
    notch,
    steady_growth,
)
from particle_sim.damage.field.load import FieldOfTime
from particle_sim.damage.growth import CrackGrowth
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Symmetry

LENGTH, COST = 25e-9, 17.0


def strip(
    ratio: float,
    fatigue: Fatigue,
    cycles: int,
    *,
    jumps: Jumps | None = None,
    cell: float = 0.25,
    high: float = 8.0,
    grown: float = 1.5,
    around: float | None = None,
) -> FatigueRun:
    """A strip with a through notch, its ends pulled apart to K = ``ratio`` K_IC and let go.

    G = 1/2 (lambda + 2 mu) (u / H)^2 H does not depend on the crack's length. ``around``: inner
    radius [m] of a ring of that section.
    """
    solid = BrittleSolid(
        youngs_modulus=80e9,
        poisson_ratio=0.28,
        toughness=COST,
        length_scale=LENGTH,
        split=Split.NONE,
    )
    x = line(0.0, 11 * LENGTH, (0.0, 8 * LENGTH), cell * LENGTH, 1.2)
    y = line(-high / 2 * LENGTH, high / 2 * LENGTH, (-2 * LENGTH, 2 * LENGTH), cell * LENGTH, 1.3)
    inner = 0.0 if around is None else around
    mesh = plate(inner + x, y)
    if around is not None:
        mesh = replace(mesh, symmetry=Symmetry.AXISYMMETRIC)
    body = CrackBody(mesh=mesh, solid=solid)
    stiff = solid.lame_modulus + 2 * solid.shear_modulus
    pull = ratio * np.sqrt(2 * COST * high * LENGTH / stiff) / 2

    def end(side: float) -> FieldOfTime:
        return lambda x, t: np.stack([0 * x[:, 0], 0 * x[:, 0] + side * t * pull], axis=1)

    ends = {
        "top": end(1.0),
        "bottom": end(-1.0),
        "right": lambda x, t: np.stack([0 * x[:, 0], np.full(len(x), np.nan)], axis=1),
    }
    flaw = notch(body, (inner, 0.0), (inner + 3 * LENGTH, 0.0))
    return fatigue_cracks(
        body,
        CrackLoad(displacement=ends),
        [1.0, 0.0],
        cycles,
        fatigue=fatigue,
        meaning=LengthScale.NUMERICAL,
        flaw=flaw,
        jumps=jumps,
        until=body.crack_size(flaw) + grown * LENGTH if around is None else np.inf,
    )


def tired(around: float | None = None) -> FatigueRun:
    worn = Fatigue(threshold=3e8)
    return strip(0.8, worn, 4, high=6.0, jumps=RESOLVED, around=around)


@pytest.fixture(scope="module")
def flat() -> FatigueRun:
    return tired()


def check_ring(flat: FatigueRun, radius: float) -> None:
    """Cycle by cycle a ring's crack, per length around, grows as that of the strip, by 1 %."""
    added, ring = flat.grown, tired(radius).grown / (2 * np.pi * (radius + 3.5 * LENGTH))
    assert added[-1] > 1.5 * added[0], "the crack has not grown"
    assert_close("ring", ring, added, scale=float(added[-1]), tolerance=0.01)


@pytest.mark.slow
def test_a_wide_ring_tires_as_a_strip(flat: FatigueRun) -> None:
    check_ring(flat, 1e3 * LENGTH)


@pytest.mark.slow
def test_sabotage_ring(flat: FatigueRun) -> None:
    """A narrow one does not: it is held along its circumference too."""
    with pytest.raises(AssertionError, match="exceeds"):
        check_ring(flat, 10 * LENGTH)


PLAIN = Fatigue(threshold=2e10)

SCATTER = 0.4
"""Of C between bodies, over C: 0.18 to 0.31."""

SHRINKS = 0.0185
"""Strain of the surface at which the cut is at 0.8 K_IC."""


def shrinking(fatigue: Fatigue, grown: float) -> FatigueRun:
    """A square section 120 l wide that shrinks towards its surface, cut 5 l deep, at 0.8 K_IC."""
    half = 60 * LENGTH
    solid = BrittleSolid(
        youngs_modulus=80e9,
        poisson_ratio=0.28,
        toughness=COST,
        length_scale=LENGTH,
        split=Split.NONE,
    )
    x = line(-half, half, (-half, -half + 9 * LENGTH), LENGTH / 4, 1.5)
    y = line(-half, half, (-2.25 * LENGTH, 2.25 * LENGTH), LENGTH / 4, 1.5)
    body = CrackBody(mesh=plate(x, y), solid=solid)

    def shrinks(p: np.ndarray, t: float) -> np.ndarray:
        return -SHRINKS * t * np.minimum(1.0, (p**2).sum(axis=1) / half**2)

    flaw = notch(body, (-half - LENGTH, 0.0), (-half + 5 * LENGTH, 0.0))
    return fatigue_cracks(
        body,
        CrackLoad(strain=shrinks),
        [1.0, 0.0],
        10**6,
        fatigue=fatigue,
        meaning=LengthScale.NUMERICAL,
        flaw=flaw,
        jumps=Jumps(growth=0.1),
        until=body.crack_size(flaw) + grown * LENGTH,
    )


def check_pace(run: FatigueRun, most: float, *, even: float = 0.0, wear: float = 1.0) -> None:
    """da/dN between 0.5 and 1 l of growth, within ``most`` of what the formula makes of its K.

    K from what the strain energy loses, G = -dU/da of a body that no force moves; ``even`` is the
    energy density [J/m3] over G of the body without the crack.
    """
    kept = (run.grown > 0.5 * LENGTH) & (run.grown < LENGTH)
    size = run.crack_size[kept]
    found = float(np.polyfit(run.cycle[kept], size, 1)[0])
    release = -float(np.polyfit(size, run.elastic_energy[kept], 1)[0])
    fatigue, solid = run.cycling.fatigue, run.cycling.body.solid
    gathered = even * release * float(run.cycle[kept].mean())
    ratio = float(np.sqrt(release / COST))
    expected = wear * steady_growth(fatigue, solid, ratio, even=gathered)
    assert_close("pace", found, expected, scale=expected, tolerance=most)


@pytest.fixture(scope="module")
def particle() -> FatigueRun:
    return shrinking(PLAIN, 1.1)


@pytest.fixture(scope="module")
def strained() -> FatigueRun:
    return strip(0.8, PLAIN, 10**6, grown=1.1)


@pytest.mark.longest
def test_pace_of_a_crack_in_a_particle(particle: FatigueRun) -> None:
    """C is the middle of what bodies give: this one's cracks are a third faster."""
    check_pace(particle, SCATTER)


@pytest.mark.slow
def test_pace_of_a_crack_in_a_strip(strained: FatigueRun) -> None:
    """A quarter slower, with the even stress that wears the strip ahead of the tip, G/H."""
    check_pace(strained, SCATTER, even=1 / (8 * LENGTH))


@pytest.mark.longest
def test_sabotage_pace(particle: FatigueRun, strained: FatigueRun) -> None:
    """A third less wear is seen, and on the strip that even stress was left out."""
    with pytest.raises(AssertionError, match="exceeds"):
        check_pace(particle, SCATTER, wear=0.67)
    with pytest.raises(AssertionError, match="exceeds"):
        check_pace(strained, SCATTER)


LAW = CrackGrowth(rate=1e-11, exponent=15.0, threshold=0.6)


def test_the_wear_of_a_growth_law_has_its_slope_and_threshold() -> None:
    """d ln v / d ln K of both at 0.8 K_IC by differences; no growth at K_th; the source's 3.7."""
    solid = BrittleSolid(
        youngs_modulus=80e9, poisson_ratio=0.28, toughness=COST, length_scale=LENGTH
    )
    worn, ends = fatigue_of(LAW, solid), np.array([0.7999, 0.8001])
    found = np.log([steady_growth(worn, solid, float(each)) for each in ends])
    assert np.diff(found) == pytest.approx(np.diff(np.log(LAW.per_cycle(ends, ends))), rel=1e-3)
    assert steady_growth(worn, solid, 0.6) == 0
    plain = Fatigue(threshold=1e9)
    found = np.log([steady_growth(plain, solid, float(each)) for each in ends])
    assert np.diff(found) / np.diff(np.log(ends)) == pytest.approx(3 + 0.8 / 1.2, rel=1e-3)
    with pytest.raises(InputError, match="breaks as a whole"):
        steady_growth(plain, solid, 0.8, even=2e9)
    for law in (
        replace(LAW, slow_rate=1e-12),
        replace(LAW, rate=0.0),
        replace(LAW, exponent=1.5, threshold=0.0),
    ):
        with pytest.raises(InputError, match="growth law"):
            fatigue_of(law, solid)


def check_converged(fatigue: Fatigue, finer: Fatigue) -> None:
    """Half the jumps move what has grown by < 2 %, doubled cells the length by < 3 %.

    The length after 80 cycles: from 96 on the crack runs, to the same place however worn.
    """
    run = strip(0.8, fatigue, 100, high=6.0)
    assert run.grown[-1] > 0.5 * LENGTH
    assert run.cycle[-1] > 2 * len(run.cycle)
    fine = strip(0.8, finer, 100, high=6.0, cell=0.25 / np.sqrt(2))
    length, other = (np.interp(80, each.cycle, each.crack_size) for each in (run, fine))
    apart = abs(other / length - 1)
    assert apart < 0.03, f"lengths differ by {apart:.1%}"
    assert jump_error(run) < 0.02


@pytest.mark.longest
def test_halved_jumps_and_doubled_cells_of_a_notch() -> None:
    check_converged(Fatigue(threshold=5e9), Fatigue(threshold=5e9))


@pytest.mark.longest
def test_sabotage_doubled_cells() -> None:
    """A tenth more wear is seen."""
    with pytest.raises(AssertionError, match="differ"):
        check_converged(Fatigue(threshold=5e9), Fatigue(threshold=4.5e9))
