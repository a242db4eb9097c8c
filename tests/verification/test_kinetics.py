"""Symmetric Butler-Volmer kinetics on a sphere, at constant current and at a held potential.

i = 2 i0 sinh(-F eta/(2 R T)), i0 = F k0 sqrt(c_e c_s (c_max - c_s)), eta = V - U_eff,
U_eff = U0 - (R T/F) ln(x/(1 - x)) + Omega sigma_h(R)/F, with solid-solution stress drift
D (1 + k c (1 - c/c_max)). References: Crank series with the closed-form overpotential; Chebyshev
collocation (2e-13) and finite volumes with Richardson extrapolation (1e-9).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference import (
    Inputs,
    assert_close,
    assert_gates,
    column,
    elastic_material,
    index_at,
    load,
    spoiled,
    times_of,
)

import particle_sim as ps
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.metrics.particle_voltage import overpotential_history, particle_voltage_history
from particle_sim.transport.term import PhysicsTerm

CURRENT, HOLD = load("M1"), load("M2")
SOLID_SOLUTION = (ps.physics.fickian_diffusion, ps.physics.stress_drift)
DILUTE = (ps.physics.fickian_diffusion, ps.physics.dilute_stress_drift)


def electrode_material(inputs: Inputs) -> Any:
    exchange = FARADAY * inputs["k0"] * np.sqrt(inputs["ce"]) * inputs["cmax"] / 2
    return elastic_material(
        inputs,
        exchange_current_density=float(exchange),
        open_circuit_potential=inputs.get("U0", 0.1),
    )


def check_overpotential(inputs: Inputs, sign: float = -1.0) -> None:
    rows = CURRENT["rows"]
    times = column(rows, "t_s")
    body = ps.Particle(
        material=electrode_material(inputs),
        mesh=ps.shapes.sphere(inputs["R"], cells=40, grading=20),
    )
    start = inputs["c0"] / inputs["cmax"]
    surface = ps.constant_flux(sign * CURRENT["J"], times[-1], initial_site_fraction=start)
    run = ps.solve_particle(body, surface, times=times, limits=None, tolerance=1e-6)
    assert_gates(run)
    where = [index_at(run, time) for time in times]
    taken = {
        "c_surf": run.concentration[where, -1],
        "mean_sto": run.mean_site_fraction[where],
        "i_Am2": -FARADAY * run.outflow[where],
        "eta_V": overpotential_history(run)[where],
        "sigma_theta_surf": run.stress[where, -1, 1],
    }
    for name, values in taken.items():
        expected = column(rows, name)
        assert_close(name, values, expected, scale=expected, tolerance=2e-4)
    filling = column(rows, "c_surf") / CURRENT["inputs"]["cmax"]
    thermal = GAS_CONSTANT * CURRENT["inputs"]["T"] / FARADAY
    closed = -2 * thermal * np.arcsinh(column(rows, "i_Am2") / (2 * column(rows, "i0_Am2")))
    assert_close("closed form", taken["eta_V"], closed, scale=closed, tolerance=2e-4)
    potential = 0.1 - thermal * np.log(filling / (1 - filling))
    voltage = particle_voltage_history(run)[where]
    assert_close("V", voltage, potential + closed, scale=0.1, tolerance=2e-4)


def check_hold(
    inputs: Inputs,
    variant: str,
    law: tuple[PhysicsTerm, ...] = SOLID_SOLUTION,
    stress_in_kinetics: bool | None = None,
) -> None:
    rows, reference = HOLD[variant], HOLD["inputs"]
    unit = reference["R"] ** 2 / reference["D"]
    times = times_of(rows, unit)
    material = electrode_material(inputs)
    if stress_in_kinetics is None:
        stress_in_kinetics = variant == "stress_in_U"
    surface = ps.surface.ButlerVolmer(
        material=material,
        voltage=inputs["V"],
        duration=times[-1],
        initial_site_fraction=inputs["c0"] / inputs["cmax"],
        stress_in_kinetics=stress_in_kinetics,
    )
    body = ps.Particle(
        material=material, mesh=ps.shapes.sphere(inputs["R"], cells=30, grading=8), physics=law
    )
    run = ps.solve_particle(body, surface, times=times, tolerance=1e-6)
    assert_gates(run)
    where = [index_at(run, time) for time in times]
    taken = {
        "sto_surf": run.site_fraction[where, -1],
        "sto_mean": run.mean_site_fraction[where],
        "sto_centre": run.site_fraction[where, 0],
        "i_Am2": -FARADAY * run.outflow[where],
        "sigma_theta_surf": run.stress[where, -1, 1],
        "sigma_r_centre": run.stress[where, 0, 0],
    }
    for name, values in taken.items():
        expected = column(rows, name)
        assert_close(name, values, expected, scale=expected, tolerance=2e-4)
    if stress_in_kinetics:
        voltage = particle_voltage_history(run)[where]
        assert_close("V", voltage, reference["V"], scale=reference["V"], tolerance=2e-4)


def test_overpotential_at_constant_current() -> None:
    check_overpotential(CURRENT["inputs"])


def test_overpotential_notices_the_sign_of_the_flux() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_overpotential(CURRENT["inputs"], sign=1.0)


@pytest.mark.parametrize("wrong", [{"k0": 1.02}, {"ce": 0.98}, {"Omega": 1.05}, {"D": 1.02}])
def test_overpotential_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_overpotential(spoiled(CURRENT["inputs"], **wrong))


@pytest.mark.parametrize("variant", ["stress_in_U", "no_stress_in_U"])
def test_hold(variant: str) -> None:
    check_hold(HOLD["inputs"], variant)


@pytest.mark.parametrize("wrong", [{"V": 1.01}, {"k0": 1.01}, {"Omega": 1.05}, {"nu": 1.05}])
def test_hold_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_hold(spoiled(HOLD["inputs"], **wrong), "stress_in_U")


def test_hold_notices_the_dilute_law() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_hold(HOLD["inputs"], "stress_in_U", DILUTE)


@pytest.mark.parametrize("variant", ["stress_in_U", "no_stress_in_U"])
def test_hold_notices_stress_in_the_potential(variant: str) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_hold(HOLD["inputs"], variant, stress_in_kinetics=variant == "no_stress_in_U")
