"""Reflections against the closed forms of three crystal systems, the lever rule, and a run."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from reference import assert_close

import particle_sim as ps
from particle_sim.metrics.diffraction import (
    CU_K_ALPHA,
    Reflections,
    UnitCell,
    bragg_angle,
    equilibrium_reflections,
    hexagonal_cell,
    plane_distance,
    reflection_angle,
    run_reflections,
)
from particle_sim.transport import laws

A, B, C = 8.73e-10, 8.1e-10, 21.6e-10
INDICES = [(0, 0, 3), (1, 0, -4), (2, -1, 3), (1, 1, 0), (3, 2, 5)]
Index = tuple[int, int, int]


def cubic(h: int, k: int, l: int) -> float:  # noqa: E741
    return A / math.sqrt(h * h + k * k + l * l)


def hexagonal(h: int, k: int, l: int) -> float:  # noqa: E741
    return 1 / math.sqrt(4 / 3 * (h * h + h * k + k * k) / A**2 + l * l / C**2)


def monoclinic(h: int, k: int, l: int, beta: float = 104.0) -> float:  # noqa: E741
    """Cullity, Elements of X-ray Diffraction, appendix 1."""
    sine, cosine = math.sin(math.radians(beta)), math.cos(math.radians(beta))
    mixed = h * h / A**2 + l * l / C**2 - 2 * h * l * cosine / (A * C)
    return 1 / math.sqrt(mixed / sine**2 + k * k / B**2)


SYSTEMS: dict[str, tuple[UnitCell, Callable[[int, int, int], float]]] = {
    "cubic": (UnitCell(a=A, b=A, c=A), cubic),
    "hexagonal": (hexagonal_cell(A, C), hexagonal),
    "monoclinic": (UnitCell(a=A, b=B, c=C, beta=104.0), monoclinic),
}


def check_distance(cell: UnitCell, formula: Callable[[int, int, int], float], index: Index) -> None:
    expected = formula(*index)
    found = plane_distance(cell, index)
    assert_close("distance", found, expected, scale=expected, tolerance=1e-12)


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("system", list(SYSTEMS))
def test_plane_distances(system: str, index: Index) -> None:
    check_distance(*SYSTEMS[system], index)


@pytest.mark.parametrize(
    ("cell", "system"),
    [
        (UnitCell(a=A, b=A, c=1.001 * A), "cubic"),
        (UnitCell(a=A, b=A, c=C, gamma=60.0), "hexagonal"),
        (UnitCell(a=A, b=B, c=C, beta=76.0), "monoclinic"),
    ],
)
def test_plane_distances_notice(cell: UnitCell, system: str) -> None:
    with pytest.raises(AssertionError, match=r"distance: .* exceeds"):
        check_distance(cell, SYSTEMS[system][1], (3, 2, 5))


def check_angles(distance: float) -> None:
    """2 asin(1/2), 2 asin(sqrt(1/2)), 2 asin(sqrt(3)/2) and, straight back, 2 asin(1)."""
    for wavelength, expected in ((1.0, 60.0), (2**0.5, 90.0), (3**0.5, 120.0), (2.0, 180.0)):
        found = bragg_angle(distance, wavelength=wavelength)
        assert_close("2 theta", found, expected, scale=180.0, tolerance=1e-7)


def test_angles_of_bragg() -> None:
    check_angles(1.0)


def test_angles_of_bragg_notice() -> None:
    with pytest.raises(AssertionError, match=r"2 theta: .* exceeds"):
        check_angles(1.001)


def two_phase(chi: float = 3.0) -> ps.Material:
    shipped = ps.load_material("nfm_li2024@lattice_maxima")
    chi_of = shipped["regular_solution_parameter"].with_magnitude(chi)
    return shipped.replaced(regular_solution_parameter=chi_of)


def check_plateau(material: ps.Material, middle: float, poor: float) -> None:
    """On the first plateau: both binodals' positions, shares by the lever rule."""
    step = material.steps[0]
    found = equilibrium_reflections(
        material, (0, 0, 3), np.array([step.start + step.share * middle])
    )
    at = [step.start + step.share * y for y in (poor, 1 - poor)]
    a, c = (material[f"lattice_{axis}"](np.array(at)) for axis in "ac")
    assert np.all(a < 3.1e-10)
    expected = 2 * np.rad2deg(np.arcsin(CU_K_ALPHA / (2 * c / 3)))
    assert_close("positions", found.angle[0], expected, scale=1.0, tolerance=1e-9)
    rich = (middle - poor) / (1 - 2 * poor)
    assert_close("shares", found.share[0], [1 - rich, rich], scale=1.0, tolerance=1e-9)
    assert found.coexist.tolist() == [True]


BINODAL = 0.0707202
"""Poor binodal of chi = 3: ln(y/(1 - y)) + 3 (1 - 2 y) = 0, its root to 7 digits."""


def root(chi: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda y: math.log(y / (1 - y)) + chi * (1 - 2 * y), 1e-6, 0.2))


@pytest.mark.parametrize("middle", [0.1, 0.5, 0.9])
def test_two_phases_follow_the_lever_rule(middle: float) -> None:
    assert root(3.0) == pytest.approx(BINODAL, abs=1e-6)
    check_plateau(two_phase(), middle, root(3.0))


def test_two_phases_notice() -> None:
    with pytest.raises(AssertionError, match=r"positions: .* exceeds"):
        check_plateau(two_phase(2.9), 0.5, root(3.0))


def test_a_solid_solution_has_one_reflection() -> None:
    found = equilibrium_reflections(two_phase(1.9), (0, 0, 3), np.linspace(1, 0, 5))
    assert not found.coexist.any()
    assert np.all(np.diff(found.angle[:, 0]) < 0)
    assert found.shift[-1] == pytest.approx(-0.717, abs=1e-3)  # asin of both printed c


def run_of(material: ps.Material, *, separates: bool) -> ps.particle.run.ParticleRun:
    law = laws.TWO_PHASE if separates else laws.SOLID_SOLUTION
    body = ps.Particle(material=material, mesh=ps.shapes.sphere(1e-7, cells=60), physics=law.terms)
    flux = material.maximum_concentration * 1e-7 / 3 / 7200
    surface = ps.constant_flux(flux, 2400.0, initial_site_fraction=0.98)
    return ps.solve_particle(body, surface, times=np.array([0.0, 1200.0, 2400.0]))


def check_run(found: Reflections, material: ps.Material, mean: np.ndarray) -> None:
    """The mean position of c linear in theta is that of the mean filling, to second order."""
    at = np.asarray(reflection_angle(material, (0, 0, 3), mean))
    position = (found.share * found.angle).sum(axis=1)
    assert_close("mean", position, at, scale=1.0, tolerance=3e-3)


@pytest.mark.parametrize("separates", [True, False])
def test_a_run_reflects_with_its_phases(separates: bool) -> None:
    material = two_phase()
    run = run_of(material, separates=separates)
    found = run_reflections(run, (0, 0, 3))
    check_run(found, material, run.mean_site_fraction)
    assert np.allclose(found.share.sum(axis=1), 1.0, atol=1e-12)
    gap = equilibrium_reflections(material, (0, 0, 3), run.mean_site_fraction)
    inside = gap.coexist
    assert inside.any()
    assert found.coexist.any() == separates
    parted = np.logical_and(found.coexist, inside)
    apart = np.ptp(gap.angle[parted], axis=1)  # a mixed run has its gradients beside
    assert np.all(np.ptp(found.angle[parted], axis=1) > 0.8 * apart)


def test_a_single_phase_is_as_wide_as_its_sodium_varies() -> None:
    """To first order: the slope of 2 theta times the standard deviation of theta."""
    material = two_phase()
    run = run_of(material, separates=False)
    found = run_reflections(run, (0, 0, 3)).spread[-1, 0]
    mean, step = run.mean_site_fraction[-1], 1e-3
    ends = reflection_angle(material, (0, 0, 3), np.array([mean - step, mean + step]))
    volume = np.diff((run.radius / run.radius[-1]) ** 3)
    between = 0.5 * (run.site_fraction[-1, 1:] + run.site_fraction[-1, :-1])
    spread = math.sqrt(volume @ (between - mean) ** 2)
    assert found == pytest.approx(abs(np.diff(ends)[0]) / (2 * step) * spread, rel=0.02)


def test_a_run_that_reflects_notices() -> None:
    material = two_phase()
    run = run_of(material, separates=False)
    with pytest.raises(AssertionError, match=r"mean: .* exceeds"):
        check_run(run_reflections(run, (0, 0, 3)), material, run.mean_site_fraction + 0.02)
