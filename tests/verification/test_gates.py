"""What holds in every run of a free sphere: balances, symmetries and determinism.

Sodium in equals sodium stored (Gauss), no traction on a free surface, sigma_r = sigma_theta at the
centre, sigma_theta(R) = S (ubar - u_s) (Cheng & Verbrugge 2009, eq. 3); without stress drift the
stress is odd in the flux and in Omega and goes with 1/(1 - nu).
"""

from __future__ import annotations

import numpy as np
import pytest
from reference import Inputs, assert_close, elastic_material, load, spoiled, stress_scale

import particle_sim as ps
from particle_sim.particle.run import ParticleRun, von_mises

INPUTS: Inputs = load("A1")["inputs"]


def half_filled_run(inputs: Inputs, order: int = 2, tolerance: float = 1e-4) -> ParticleRun:
    unit = inputs["R"] ** 2 / inputs["D"]
    surface = ps.constant_flux(-inputs["J"], 0.3 * unit, initial_site_fraction=0.5)
    mesh = ps.shapes.sphere(inputs["R"], cells=24, grading=5)
    body = ps.Particle(material=elastic_material(inputs), mesh=mesh, order=order)
    return ps.solve_particle(body, surface, limits=None, tolerance=tolerance)


def check_general_gates(run: ParticleRun, inputs: Inputs) -> None:
    """Own sodium balance, traction-free surface, isotropic centre, hoop = S (ubar - u_s)."""
    gained = (run.mean_site_fraction - 0.5) * inputs["cmax"] * inputs["R"] / 3
    given = inputs["J"] * run.time
    assert_close("sodium", gained, given, scale=given[-1], tolerance=1e-12)
    largest = von_mises(run.stress).max()
    assert_close("traction", run.stress[:, -1, 0], 0.0, scale=largest, tolerance=1e-2)
    centre = run.stress[:, 0]
    assert_close("centre", centre[:, 0], centre[:, 1], scale=largest, tolerance=1e-12)
    excess = (run.mean_site_fraction - run.site_fraction[:, -1])[1:]
    hoop = stress_scale(inputs, inputs["cmax"]) * excess
    assert_close("hoop", run.stress[1:, -1, 1], hoop, scale=largest, tolerance=5e-3)


def check_symmetry(first: Inputs, second: Inputs, factor: float) -> None:
    """The stress of the second inputs is ``factor`` times that of the first.

    Quartic elements and short steps, which the stress chooses too: the dependence on nu holds to
    the discretisation error only.
    """
    one, two = (half_filled_run(i, order=4, tolerance=1e-6).stress[-1] for i in (first, second))
    assert_close("stress", two, factor * one, scale=np.abs(one).max(), tolerance=1e-10)


def check_deterministic(first: Inputs, second: Inputs) -> None:
    one, two = (half_filled_run(inputs) for inputs in (first, second))
    assert np.array_equal(one.site_fraction, two.site_fraction)
    assert np.array_equal(one.stress, two.stress)
    assert np.array_equal(one.time, two.time)


def test_general_gates() -> None:
    check_general_gates(half_filled_run(INPUTS), INPUTS)


def test_general_gates_notice_a_leak() -> None:
    run = half_filled_run(spoiled(INPUTS, J=1 + 1e-9))
    with pytest.raises(AssertionError, match="sodium"):
        check_general_gates(run, INPUTS)


def test_general_gates_notice_a_traction() -> None:
    body = ps.Particle(
        material=elastic_material(INPUTS),
        mesh=ps.shapes.sphere(INPUTS["R"], cells=24, grading=5),
        mechanics=ps.mechanics.MechanicalBoundary(pressure=2e6),
    )
    surface = ps.constant_flux(-INPUTS["J"], 1000.0, initial_site_fraction=0.5)
    with pytest.raises(AssertionError, match="traction"):
        check_general_gates(ps.solve_particle(body, surface, limits=None), INPUTS)


def test_stress_reverses_with_the_flux() -> None:
    check_symmetry(INPUTS, spoiled(INPUTS, J=-1.0), -1.0)


def test_stress_reverses_with_the_molar_volume() -> None:
    check_symmetry(INPUTS, spoiled(INPUTS, Omega=-1.0), -1.0)


def test_stress_goes_with_one_over_one_minus_poisson_ratio() -> None:
    check_symmetry(INPUTS, spoiled(INPUTS, nu=0.5), 0.7 / 0.85)


@pytest.mark.parametrize(("wrong", "factor"), [({"J": -1.000001}, -1.0), ({"nu": 0.5}, 0.7 / 0.8)])
def test_symmetries_notice(wrong: dict[str, float], factor: float) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_symmetry(INPUTS, spoiled(INPUTS, **wrong), factor)


def test_same_inputs_same_arrays() -> None:
    check_deterministic(INPUTS, INPUTS)


def test_determinism_notices_the_last_bit() -> None:
    with pytest.raises(AssertionError):
        check_deterministic(INPUTS, spoiled(INPUTS, J=1 + 2e-16))
