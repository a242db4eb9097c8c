"""Pieces of the batched kernel, each against its formula: comparing engines cannot see them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from particle_sim.batch.advance import (
    BatchRun,
    Engine,
    Spheres,
    advance,
)
from particle_sim.batch.rosenbrock import ALPHA, DERIVATIVE, GAMMA, A, C
from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.functions import LinearTable
from particle_sim.transport.sphere import stress_drift_factor
from particle_sim.transport.table import GRID, INTERVALS, read_both, table_of, tabulated
from particle_sim.units import Array

STRAIGHT = LinearTable((0.0, 1.0), (0.0, 1.0))


def spheres(**changed: object) -> Spheres:
    """One sphere with R = D = c_max = E = 1 and the strain theta."""
    one = np.ones(1)
    given: dict[str, object] = {
        "radius": one,
        "diffusivity": one,
        "maximum_concentration": one,
        "initial_site_fraction": 0.5 * one,
        "strain": table_of(STRAIGHT),
        "youngs_modulus": 1.0,
    }
    return Spheres(**(given | changed))  # type: ignore[arg-type]


def ramped(flux: tuple[float, float], duration: float, **changed: object) -> BatchRun:
    return advance(
        spheres(**changed),
        np.array([0.0, duration]),
        np.array([flux]),
        output=5,
        engine=Engine.NUMPY,
    )


@pytest.mark.parametrize("flux", [(0.0, 0.1), (0.05, -0.08), (0.02, 0.02)])
def test_a_ramp_carries_half_its_ends_away(flux: tuple[float, float]) -> None:
    """theta = 1/2 - 3 (q0 t + (q1 - q0) t^2/2 tau)."""
    run = ramped(flux, 1.2)
    t = run.time[0]
    expected = 0.5 - 3 * (flux[0] * t + (flux[1] - flux[0]) * t**2 / 2.4)
    assert run.mean_site_fraction[0] == pytest.approx(expected, rel=1e-12)
    assert run.mean_site_fraction_end[0] == pytest.approx(expected[-1], rel=1e-9)


@pytest.mark.parametrize("ratio", [0.0, 0.25, 0.4])
def test_steady_stresses_of_a_parabola(ratio: float) -> None:
    """theta = s + q (1 - x^2)/2 with q = -0.1 (in): sigma_h = 2/3 E/(1-nu) (3/5 - x^2) 0.05."""
    run = ramped((-0.02, -0.02), 2.0, poisson_ratio=ratio, initial_site_fraction=np.full(1, 0.1))
    steady = 0.02 / 5 / (1 - ratio)
    assert run.peak_hydrostatic_stress[0] == pytest.approx(steady, rel=1e-3)
    assert run.peak_hoop_stress[0] == pytest.approx(steady, rel=1e-3)
    out = ramped((0.02, 0.02), 2.0, poisson_ratio=ratio, initial_site_fraction=np.full(1, 0.9))
    assert out.peak_tension[0] == pytest.approx(steady, rel=1e-3)
    assert out.peak_hydrostatic_stress[0] == pytest.approx(1.5 * steady * 4 / 9, rel=1e-3)


def test_drift_is_more_diffusion_where_half_the_sites_are_filled() -> None:
    """Near 1/2, D (1 + k/4): the surface stands q/(5 (1 + k/4)) off the mean."""
    run = ramped((1e-4, 1e-4), 3.0, drift=np.full(1, 8.0))
    depth = run.mean_site_fraction_end[0] - run.surface_site_fraction_end[0]
    assert depth == pytest.approx(1e-4 / 5 / 3, rel=1e-3)


def test_drift_of_a_varying_diffusivity_is_its_product_with_both_kinds_of_sites() -> None:
    """D = 1/2 + theta and k = 8: D (1 + 8/4) at theta = 1/2."""
    mobile = tabulated((0.5 + GRID) * GRID * (1 - GRID))
    shape = table_of(LinearTable((0.0, 1.0), (0.5, 1.5)))
    run = ramped((1e-4, 1e-4), 3.0, shape=shape, mobile=mobile, drift=np.full(1, 8.0))
    depth = run.mean_site_fraction_end[0] - run.surface_site_fraction_end[0]
    assert depth == pytest.approx(1e-4 / 5 / 3, rel=2e-3)


def test_drift_far_from_the_middle() -> None:
    """k theta (1 - theta) with theta = 0.1 and k = 10 is 0.9."""
    run = ramped((1e-5, 1e-5), 3.0, drift=np.full(1, 10.0), initial_site_fraction=np.full(1, 0.1))
    depth = run.mean_site_fraction_end[0] - run.surface_site_fraction_end[0]
    assert depth == pytest.approx(1e-5 / 5 / 1.9, rel=2e-3)


def test_tables_integrate_a_straight_line_exactly() -> None:
    table = table_of(LinearTable((0.0, 1.0), (1.0, 3.0)))
    theta = np.array([0.0, 0.1234567, 0.5, 0.98765, 1.0])
    value, integral = read_both(table, theta)
    assert value == pytest.approx(1 + 2 * theta, rel=1e-12)
    assert integral == pytest.approx(theta + theta**2, rel=1e-12)
    filled, _ = read_both(tabulated(GRID + GRID**2 - 2 * GRID**3), theta)
    curved = 10 / (8 * INTERVALS**2)  # h^2/8 max|f''|
    assert filled == pytest.approx((1 + 2 * theta) * theta * (1 - theta), abs=curved)


def test_stress_drift_factor_by_hand() -> None:
    """k = 2 Omega^2 E c/(9 R T (1 - nu))."""
    omega, modulus, ratio, full = (np.array([x]) for x in (3e-6, 8e10, 0.25, 2e4))
    found = stress_drift_factor(omega, modulus, ratio, full, 300.0)
    expected = 2 * 3e-6**2 * 8e10 * 2e4 / (9 * GAS_CONSTANT * 300.0 * 0.75)
    assert found[0] == pytest.approx(expected, rel=1e-12)


def one_step(y: float, t: float, h: float) -> float:
    """A step of RODAS for y' = -y^2 + cos t, written from its definition."""

    def slope(at: float, value: float) -> float:
        return math.cos(at) - value**2

    jacobian, rate = -2 * y, -math.sin(t)
    stages: list[float] = []
    for i in range(6):
        inner = y + sum(a * u for a, u in zip(A[i], stages, strict=True))
        right = slope(t + ALPHA[i] * h, inner) + DERIVATIVE[i] * h * rate
        right += sum(c * u for c, u in zip(C[i], stages, strict=True)) / h
        stages.append(right / (1 / (GAMMA * h) - jacobian))
    return y + sum(a * u for a, u in zip(A[5], stages[:5], strict=True)) + stages[5]


def after(steps: int) -> float:
    y = 0.3
    for i in range(steps):
        y = one_step(y, i / steps, 1 / steps)
    return y


def test_the_method_has_order_four() -> None:
    """Halving the step divides the error by 2^4."""
    values: Array = np.array([after(steps) for steps in (40, 80, 160, 1280)])
    errors = np.abs(values[:-1] - values[-1])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx([4, 4], abs=0.3)
