"""The estimated error of a mesh against the true one, on modes with closed forms.

theta = 1/2 + A sin(y)/y in a ball (A J0(y) in a disc) is given exactly at the dofs; the stress
follows from the mean inside r. Bounds of the ratio of estimate to error: 0.4 to 2 for theta, 0.4 to
5 for the stress, as the module promises; they are far wider than any rounding.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import elastic_material, stress_scale
from test_body_orders import HEIGHT, INPUTS, SIZE, at_points, round_state, volume_error

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.outcome import SpaceError
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.smoothed_error import relative_error, space_error, stress_per_sodium
from particle_sim.units import Array

MATERIAL = elastic_material(INPUTS, stress_free_concentration=0.5 * INPUTS["cmax"])
SHEARS_TWICE = np.array([1, 1, 1, 2, 2, 2])
BOUNDS = {"theta": (0.4, 2.0), "stress": (0.4, 5.0)}

MESHES: dict[str, Callable[[float], BodyMesh]] = {
    "ball section": lambda n: ps.shapes.ball_section(SIZE, cell_size=SIZE / n, half=True),
    "disc": lambda n: ps.shapes.disc(SIZE, cell_size=SIZE / n, quarter=True),
    "ball": lambda n: ps.shapes.ball(SIZE, cell_size=SIZE / n, octant=True),
}
CASES = [
    *(("ball section", n, order) for n in (6, 12) for order in (1, 2, 3)),
    ("ball section", 24, 1),
    *(("disc", n, order) for n in (6, 12) for order in (1, 2, 3)),
    *(("ball", n, order) for n, order in ((3, 1), (5, 1), (3, 2), (5, 2), (3, 3))),
]


def at_rest(mesh: BodyMesh, order: int, theta: Callable[[Array], Array]) -> ParticleRun:
    return ps.solve_stress(ps.Particle(material=MATERIAL, mesh=mesh, order=order), theta)


def of_mode(name: str, cells: int, order: int) -> ParticleRun:
    mesh = MESHES[name](cells)
    return at_rest(mesh, order, lambda x: round_state(x, mesh.symmetry, HEIGHT)[0])


def true_errors(run: ParticleRun) -> SpaceError:
    """Of theta and of the shown stress [Pa], root mean square."""
    points, theta, _, stress = at_points(run)
    exact, _, pull = round_state(points, run.particle.mesh.symmetry, HEIGHT)
    gap = (stress - pull * stress_scale(INPUTS, INPUTS["cmax"])) * np.sqrt(SHEARS_TWICE)
    return SpaceError(
        site_fraction=volume_error(run, theta - exact[:, None]), stress=volume_error(run, gap)
    )


def check_estimate(estimate: SpaceError, truth: SpaceError) -> None:
    ratios = {
        "theta": estimate.site_fraction / truth.site_fraction,
        "stress": estimate.stress / truth.stress,
    }
    for what, ratio in ratios.items():
        low, high = BOUNDS[what]
        assert low <= ratio <= high, f"the estimate for {what} is {ratio:.2f} times the error"


@pytest.mark.parametrize(("name", "cells", "order"), CASES)
def test_the_estimate_is_near_the_error(name: str, cells: int, order: int) -> None:
    run = of_mode(name, cells, order)
    check_estimate(space_error(run), true_errors(run))


@pytest.mark.parametrize("order", [1, 2])
def test_the_estimate_notices_the_error_of_another_mesh(order: int) -> None:
    """A mesh half as fine has an error 4 to 8 times larger: the check must see that."""
    coarse, fine = of_mode("ball section", 6, order), of_mode("ball section", 24, order)
    with pytest.raises(AssertionError, match="times the error"):
        check_estimate(space_error(coarse), true_errors(fine))


@pytest.mark.parametrize("name", list(MESHES))
def test_what_the_elements_hold_has_no_error(name: str) -> None:
    """theta linear in x: on straight cells every gradient is the same, and stress is nought."""
    mesh = MESHES[name](4)
    axis = mesh.dimension - 1
    run = at_rest(mesh, 2, lambda x: 0.5 + 0.2 * x[:, axis] / SIZE)
    assert space_error(run).site_fraction < 1e-12  # rounding of sums of some hundred terms


def test_a_body_at_rest_has_no_error() -> None:
    run = at_rest(MESHES["ball section"](6), 2, lambda x: np.full(len(x), 0.7))
    assert (space_error(run).site_fraction, space_error(run).stress) == (0.0, 0.0)
    assert run.warnings == ()


def test_stress_per_sodium_is_that_of_a_clamped_plate() -> None:
    run = of_mode("disc", 6, 1)
    regions = run.elasticity.regions
    expected = INPUTS["E"] * INPUTS["Omega"] * INPUTS["cmax"] / 3 / (1 - INPUTS["nu"])
    assert stress_per_sodium(regions) * regions.reference_modulus == pytest.approx(
        expected, rel=1e-12
    )


def test_a_warning_says_when_the_mesh_misses_the_tolerance() -> None:
    """1 % for a stress by itself: order 1 on six cells misses it, order 2 on twelve does not."""
    coarse, fine = of_mode("ball section", 6, 1), of_mode("ball section", 12, 2)
    assert coarse.balances.space is not None
    assert fine.balances.space is not None
    assert fine.balances.space < 0.01 < coarse.balances.space
    assert any("The mesh leaves an error" in text for text in coarse.warnings)
    assert not any("The mesh leaves an error" in text for text in fine.warnings)


def test_both_errors_count() -> None:
    """Over the spread of theta, and over what that causes in a clamped plate, 1.43 E b spread."""
    run = of_mode("ball section", 6, 1)
    spread = float(np.ptp(run.site_fraction))
    plate = INPUTS["E"] * INPUTS["Omega"] * INPUTS["cmax"] / 3 / (1 - INPUTS["nu"]) * spread
    error, stress = space_error(run), float(run.von_mises_stress.max())
    expected = max(error.site_fraction / spread, error.stress / max(plate, stress))
    assert relative_error(run, spread) == pytest.approx(expected, rel=1e-12)
    tiny = 1e-3 * spread  # a tolerance of a small flux is meant for small differences
    assert relative_error(run, tiny) == pytest.approx(error.site_fraction / tiny, rel=1e-12)


def test_a_run_is_warned_against_its_own_tolerance() -> None:
    surface = ps.constant_flux(1e-6, 10.0, initial_site_fraction=0.5)
    particle = ps.Particle(material=MATERIAL, mesh=MESHES["disc"](6))
    strict, lax = (
        ps.solve_particle(particle, surface, times=[10.0], tolerance=tolerance)
        for tolerance in (1e-6, 1e-1)
    )
    assert strict.balances.space is not None
    assert 1e-6 < strict.balances.space < 1e-1
    assert any("above the tolerance of 1e-06" in text for text in strict.warnings)
    assert not any("The mesh leaves an error" in text for text in lax.warnings)
