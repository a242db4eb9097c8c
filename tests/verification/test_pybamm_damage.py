"""PyBaMM's own crack and loss options against exact solutions.

A constant flux step J into a sphere gives c_s - c_mean = (J R/D)(1/5 - 2 sum exp(-l^2 tau)/l^2),
tan l = l (Crank, eq. 6.45), and steps superpose; the hoop stress at the surface is
-Omega E (c_s - c_mean)/(3 (1 - nu)). PyBaMM's finite volumes converge with the square of
their size.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from reference import Case, assert_close, column, load

from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.damage.active_loss import (
    ActiveLoss,
    active_fraction,
    active_fraction_at_constant_stress,
    collapse,
    cycles_to,
    stress_driven,
)
from particle_sim.damage.momentary_growth import momentary_growth
from particle_sim.inference.sphere import surface_rise
from particle_sim.units import Array

CRACK, LOSS = load("DM11"), load("DM15")
POINTS, STEPS = 4000, 4
"""Times of a half cycle, closer towards its start as the square; flux steps whose transients are
still felt: an older one has exp(-20 x 3.6) of it left."""
GROWTH = {60: 0.02, 120: 0.01}
"""Of PyBaMM's growth, by its radial points."""


def stress_of(case: Case, half: int, time: Array, omega: float) -> Array:
    """Hoop stress [Pa] at ``time`` [s] into half cycle ``half``; even ones fill the particle."""
    inputs, size = case["inputs"], case["R"]
    rate = case["D"] / size**2
    rise = np.zeros_like(time)
    for step in range(half + 1):
        flux = case["flux_J"] * (1 if step % 2 == 0 else -1) * (1 if step == 0 else 2)
        passed = rate * (time + (half - step) * inputs["half_cycle_s"])
        old = step < half - STEPS
        rise += flux * (0.2 if old else surface_rise(passed) - 3 * passed)
    excess = rise * size / case["D"]
    return np.asarray(-omega * case["E"] * excess / (3 * (1 - case["nu"])))


def exact_lengths(case: Case, omega: float) -> Array:
    inputs = case["inputs"]
    length, halves = inputs["half_cycle_s"], range(2 * inputs["cycles"])
    time = length * np.linspace(0, 1, POINTS) ** 2
    grown = momentary_growth(
        np.concatenate([half * length + time for half in halves]),
        np.concatenate([stress_of(case, half, time, omega) for half in halves]),
        inputs["initial_crack"],
        rate=inputs["cracking_rate"],
        exponent=inputs["m"],
        geometry=inputs["b"],
    )
    return grown[2 * POINTS - 1 :: 2 * POINTS]


def check_lengths(omega: float) -> None:
    known = np.array(CRACK["crack_length_per_cycle_exact"])
    assert_close("crack", exact_lengths(CRACK, omega), known, scale=known, tolerance=1e-7)


def test_a_crack_grows_as_the_exact_history_says() -> None:
    check_lengths(CRACK["Omega"])


def test_a_crack_under_the_stress_of_the_other_sign_is_another() -> None:
    """The twin: the host shrinks as it fills in this set, so charge and discharge change places."""
    with pytest.raises(AssertionError, match="crack: error"):
        check_lengths(-CRACK["Omega"])


@cache
def pybamm_lengths(points: int, diffusion: str = "false") -> Array:
    """Crack lengths [m] after each cycle by PyBaMM's SPM."""
    pybamm, inputs = import_pybamm(), CRACK["inputs"]
    model = pybamm.lithium_ion.SPM(
        {
            "particle mechanics": ("none", "swelling and cracking"),
            "stress-induced diffusion": diffusion,
        }
    )
    values = pybamm.ParameterValues(inputs["parameter_set"])
    full = values["Maximum concentration in positive electrode [mol.m-3]"]
    values.update(
        {
            "Positive electrode cracking rate": inputs["cracking_rate"],
            "Initial concentration in positive electrode [mol.m-3]": inputs["initial_stoichiometry"]
            * full,
            "Lower voltage cut-off [V]": 0.5,
            "Upper voltage cut-off [V]": 6.0,
        }
    )
    return _cycled(model, values, points)


def _cycled(model: Any, values: Any, points: int) -> Array:
    pybamm, inputs = import_pybamm(), CRACK["inputs"]
    half, current = inputs["half_cycle_s"], inputs["current_A"]
    steps = tuple(
        pybamm.step.current(sign * current, duration=half, period=half) for sign in (1, -1)
    )
    simulation = pybamm.Simulation(
        model,
        parameter_values=values,
        experiment=pybamm.Experiment([steps] * inputs["cycles"]),
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10),
        var_pts={"x_n": 5, "x_s": 5, "x_p": 5, "r_n": 20, "r_p": points},
    )
    solution = simulation.solve(showprogress=False)
    name = "X-averaged positive particle crack length [m]"
    return np.array([cycle[name].entries[-1] for cycle in solution.cycles])


def check_pybamm(points: int, tolerance: float) -> None:
    known = np.array(CRACK["crack_length_per_cycle_exact"])
    start = CRACK["inputs"]["initial_crack"]
    found = pybamm_lengths(points)
    assert_close("growth", found - start, known - start, scale=known - start, tolerance=tolerance)


@pytest.mark.parametrize("points", GROWTH)
def test_pybamm_grows_the_same_crack(points: int) -> None:
    check_pybamm(points, GROWTH[points])


def test_pybamm_on_ten_points_grows_another_crack() -> None:
    """The twin: the surface stress is off by its first shell."""
    with pytest.raises(AssertionError, match="growth: error"):
        check_pybamm(10, GROWTH[60])


def law(exponent: float) -> ActiveLoss:
    inputs = LOSS["inputs"]
    return stress_driven(
        initial=inputs["eps0"],
        proportional=inputs["beta"],
        exponent=exponent,
        stress=inputs["sigma_h_start"],
        critical_stress=inputs["sigma_c"],
        time_under_tension=inputs["time_under_tension_per_cycle"],
    )


def check_loss(row: Case, exponent: float) -> None:
    loss, rows = law(exponent), row["rows"]
    cycles, initial = column(rows, "N"), LOSS["inputs"]["eps0"]
    for what, found, known in (
        ("first loss", loss.first_loss, row["loss_first_cycle"]),
        ("fraction", active_fraction(loss, cycles), column(rows, "eps")),
        (
            "at constant stress",
            active_fraction_at_constant_stress(loss, cycles) / initial,
            column(rows, "capacity_ratio_constant_stress"),
        ),
        ("collapse", collapse(loss), row["N_collapse"]),
        ("80 %", cycles_to(loss, 0.8), row["N_at_80_percent"]),
    ):
        assert_close(what, found, known, scale=known, tolerance=1e-8)


@pytest.mark.parametrize("row", LOSS["rows"], ids=lambda row: f"m{row['m']}")
def test_active_material_falls_to_its_collapse(row: Case) -> None:
    check_loss(row, row["m"])


def test_another_exponent_falls_otherwise() -> None:
    with pytest.raises(AssertionError, match="first loss: error"):
        check_loss(LOSS["rows"][0], LOSS["rows"][0]["m"] - 1)
