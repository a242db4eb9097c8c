"""Orders of accuracy in space and time on a decaying eigenmode of a closed sphere.

theta = 1/2 + A exp(-m^2 tau) sin(m x)/(m x), tan m = m, is exact; its stress follows from the mean
inside r. Elements of order p: the concentration converges with p + 1. The displacement is one
order higher than the concentration, so strain and stress converge with p + 1 too, not with p.
Time: RODAS of order 4 with an embedded 3 (Hairer & Wanner, Solving Ordinary Differential Equations
II, IV.7), which loses its order unless the tangent is exact.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from reference import assert_balanced, elastic_material, radial_space, stress_scale

import particle_sim as ps
from particle_sim.materials.functions import LinearTable
from particle_sim.particle import stepper
from particle_sim.particle.discretise import discretised
from particle_sim.particle.stepper import Controls, Snapshot, Stepper, Trajectory
from particle_sim.particle.system import ParticleSystem
from particle_sim.transport import coefficients
from particle_sim.transport.term import Flux
from particle_sim.units import Array

INPUTS = {"E": 1e10, "nu": 0.3, "Omega": 3e-6, "D": 1e-14, "cmax": 2e4, "R": 1e-6}
UNIT = INPUTS["R"] ** 2 / INPUTS["D"]
ROOT, HEIGHT, END = 4.493409457909064, 0.2, 0.01


def mode(x: Array) -> Array:
    return np.asarray(HEIGHT * np.sinc(ROOT * x / np.pi))


def mean_inside(x: Array) -> Array:
    """Mean of the mode inside r: 3 (sin y - y cos y)/y^3, y = m x; 1 at the centre."""
    y = ROOT * np.maximum(x, 1e-3)
    return np.asarray(HEIGHT * 3 * (np.sin(y) - y * np.cos(y)) / y**3)


def spatial_errors(order: int, cells: int, grading: float, root: float) -> tuple[float, float]:
    """Volume L2 errors of theta and of the hoop stress over S, from points inside the cells."""
    mesh = ps.shapes.sphere(INPUTS["R"], cells=cells, grading=grading)
    nodes = radial_space(mesh, order).nodes[:, 0]
    body = ps.Particle(
        material=elastic_material(INPUTS, stress_free_concentration=1e4), mesh=mesh, order=order
    )
    closed = ps.constant_flux(0.0, END * UNIT, initial_site_fraction=0.5)
    start = 0.5 + mode(nodes / INPUTS["R"])
    run = ps.solve_particle(body, closed, initial_site_fraction=start, tolerance=1e-11)
    assert_balanced(run)
    x = (np.arange(2000) + 0.5) / 2000
    profile = run.profile(x * INPUTS["R"]).isel(time=-1)
    decay = np.exp(-(root**2) * END)
    theta = 0.5 + decay * mode(x)
    hoop = decay * (mean_inside(x) - 3 * mode(x)) / 3
    taken = profile.hoop_stress.values / stress_scale(INPUTS, INPUTS["cmax"])
    errors = (profile.site_fraction.values - theta, taken - hoop)
    weights = x**2 / np.sum(x**2)
    first, second = (float(np.sqrt(np.sum(weights * error**2))) for error in errors)
    return first, second


def check_order_in_space(
    order: int, elements: int, grading: float = 1.0, root: float = ROOT
) -> None:
    """Between the two finest of three meshes that double."""
    errors = [spatial_errors(elements, cells, grading, root) for cells in (6, 12, 24)]
    orders = [np.log2(errors[1][k] / errors[2][k]) for k in (0, 1)]
    assert errors[0][0] > errors[1][0] > errors[2][0], "order: no convergence"
    assert orders[0] >= order + 1 - 0.15, f"order of the concentration is {orders[0]:.2f}"
    assert orders[1] >= order + 1 - 0.15, f"order of the stress is {orders[1]:.2f}"


def fixed_steps(system: ParticleSystem, start: Snapshot, steps: int) -> Array:
    """Concentration after ``steps`` equal steps to the end."""
    size = system.space.dimension
    controls = Controls(
        tolerance=1.0,
        theta_scale=1.0,
        stress_scale=1.0,
        stress_response=np.zeros((0, size)),
        newton_tolerance=1e-12,
        limits=None,
    )
    fixed = Stepper(system=system, controls=controls, trajectory=Trajectory())
    snapshot = start
    for _ in range(steps):
        snapshot, _ = fixed.step(snapshot, 0.1 / steps, (0.0, 0.1 * UNIT))
    return snapshot.packed[system.theta]


def check_order_in_time(expected: float) -> None:
    """Against 64 steps on the same mesh, D(theta) = D (1 + theta), so that time is all there is."""
    mesh = ps.shapes.sphere(INPUTS["R"], cells=10, grading=1.0)
    material = elastic_material(INPUTS, diffusivity=LinearTable((0.0, 1.0), (1e-14, 2e-14)))
    body = ps.Particle(material=material, mesh=mesh)
    closed = ps.constant_flux(0.0, 0.1 * UNIT, initial_site_fraction=0.5)
    system = discretised(body, {"surface": closed})
    packed = np.zeros(system.u.stop)
    packed[system.theta] = 0.5 + mode(system.space.nodes[:, 0])
    piece = (0.0, 0.1 * UNIT)
    start = Snapshot(time=0.0, packed=packed, overall=np.zeros(0), piece=piece, passed=0.0)
    exact = fixed_steps(system, start, 64)
    errors = [np.abs(fixed_steps(system, start, n) - exact).max() for n in (2, 4, 8)]
    order = float(np.log2(errors[1] / errors[2]))
    assert order >= expected, f"order in time is {order:.2f}"


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_order_in_space(order: int) -> None:
    check_order_in_space(order, order)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_order_in_space_notices_lower_elements(order: int) -> None:
    with pytest.raises(AssertionError, match="order"):
        check_order_in_space(order, order - 1)


@pytest.mark.parametrize("order", [1, 2])
def test_order_in_space_notices_a_wrong_decay(order: int) -> None:
    with pytest.raises(AssertionError, match="order"):
        check_order_in_space(order, order, root=ROOT * 1.01)


def test_order_in_time() -> None:
    check_order_in_time(3.7)


def test_order_in_time_notices_a_wrong_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = list(stepper.A)
    wrong[3] = wrong[3] + np.array([0.02, -0.02, 0.0])
    monkeypatch.setattr(stepper, "A", tuple(wrong))
    with pytest.raises(AssertionError, match="order in time"):
        check_order_in_time(2.5)


def test_order_in_time_notices_a_forgotten_slope(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = coefficients.flux_coefficients

    def flat(*arguments: Any) -> Flux:
        flux = plain(*arguments)
        return replace(flux, diffusivity_slope=np.zeros_like(flux.diffusivity))

    monkeypatch.setattr(coefficients, "flux_coefficients", flat)
    with pytest.raises(AssertionError, match="order in time"):
        check_order_in_time(2.5)
