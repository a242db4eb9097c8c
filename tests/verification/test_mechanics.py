"""Elasticity along the radius: shells, surface stress, pressure and a varying modulus.

Misfitting shell on a core and thick-walled sphere under pressure (Lame; Timoshenko & Goodier,
Theory of Elasticity, section 136), surface stress sigma_r(R) = -(2/R)(tau0 + K_s eps_theta(R))
(Cheng & Verbrugge, J. Appl. Phys. 104 (2008) 083521), and E = E(c) with a parabolic filling
(Chebyshev collocation, agrees with a boundary-value solver to 1e-12).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference import (
    Inputs,
    assert_close,
    assert_gates,
    at_rows,
    column,
    elastic_material,
    index_at,
    load,
    radial_space,
    spoiled,
    stress_scale,
    times_of,
)

import particle_sim as ps
from particle_sim.materials.functions import LinearTable
from particle_sim.metrics.peak_strain_energy_density import strain_energy_history
from particle_sim.particle.mechanics import Axial, MechanicalBoundary, Shell
from particle_sim.particle.run import ParticleRun

SHELL, NANO, PRESSURE, MODULUS = load("I1"), load("J1"), load("W1"), load("R1")


def closed(body: ps.Particle, start: np.ndarray | None = None) -> ParticleRun:
    """A run so short that nothing moves."""
    surface = ps.constant_flux(0.0, 1e-9, initial_site_fraction=0.0)
    return ps.solve_particle(body, surface, initial_site_fraction=start, limits=None)


def shell_run(inputs: Inputs, shape: str, boundary: MechanicalBoundary) -> ParticleRun:
    core = {"E": inputs["E1"], "nu": inputs["nu1"], "Omega": 0.0, "D": 1e-14}
    make = ps.shapes.sphere if shape == "sphere" else ps.shapes.cylinder
    mesh = make(inputs["a"], cells=12, grading=1.0)
    shell = Shell(
        thickness=inputs["b"] - inputs["a"],
        youngs_modulus=inputs["E2"],
        poisson_ratio=inputs["nu2"],
        misfit_strain=inputs["e2"],
        cells=24,
    )
    body = ps.Particle(
        material=elastic_material(core), mesh=mesh, mechanics=replace(boundary, shell=shell)
    )
    return closed(body)


def lame_core_stress(inputs: Inputs) -> float:
    """Pressure in a spherical core from continuity of u and sigma_r and a free outer surface."""
    a, b, misfit = inputs["a"], inputs["b"], inputs["e2"]
    core, shell = (inputs[f"E{i}"] / (1 - 2 * inputs[f"nu{i}"]) for i in (1, 2))
    shear = 2 * inputs["E2"] / (1 + inputs["nu2"])
    rows = np.array([[a, -a, -1 / a**2], [core, -shell, shear / a**3], [0, shell, -shear / b**3]])
    growth, _, _ = np.linalg.solve(rows, np.array([0.0, -shell * misfit, shell * misfit]))
    return float(core * growth)


def check_shell(
    inputs: Inputs, shape: str, boundary: MechanicalBoundary = ps.mechanics.free_surface
) -> None:
    case = SHELL[shape]
    run = shell_run(inputs, shape, boundary)
    assert_gates(run)
    fields = {
        "radial_stress": "sigma_r",
        "hoop_stress": "sigma_theta",
        "von_mises_stress": "sigma_vm",
        "displacement": "u_r",
        "axial_stress": "sigma_z",
    }
    for side in ("core", "shell"):
        rows = [row for row in case["rows"] if row["side"] == side]
        profile = run.profile(column(rows, "r"), inner_side=side == "core").isel(time=-1)
        for field, name in fields.items():
            if name not in rows[0]:
                continue
            expected = column(rows, name)
            largest = np.abs(column(case["rows"], name)).max()
            taken = profile[field].values
            assert_close(f"{side} {name}", taken, expected, scale=largest, tolerance=1e-4)
    if shape == "sphere":
        energy, expected = strain_energy_history(run)[-1], case["elastic_energy_J"]
        assert_close("energy", energy, expected, scale=expected, tolerance=1e-4)
        pressure = lame_core_stress(SHELL["inputs"])
        assert_close(
            "Lame",
            run.stress[-1, run.points.sodium >= 0, 0],
            pressure,
            scale=pressure,
            tolerance=1e-4,
        )
    else:
        expected = case["eps_z"]
        assert_close("axial strain", run.overall[-1], expected, scale=expected, tolerance=1e-4)


def check_surface_stress(inputs: Inputs) -> None:
    rows, reference = NANO["rows"], NANO["inputs"]
    diffusivity = 1e-14
    unit = reference["R"] ** 2 / diffusivity
    times = times_of(rows, unit)
    body = ps.Particle(
        material=elastic_material({**inputs, "D": diffusivity}),
        mesh=ps.shapes.sphere(inputs["R"], cells=50, grading=20),
        mechanics=MechanicalBoundary(surface_stress=inputs["tau0"], surface_modulus=inputs["Ks"]),
    )
    filling = inputs["cs"] / 22900.0
    surface = ps.surface.FixedConcentration(
        site_fraction=filling, duration=times[-1], initial_site_fraction=0.0
    )
    run = ps.solve_particle(body, surface, times=times, tolerance=1e-6, limits=None)
    assert_gates(run)
    scale = stress_scale(reference, reference["cs"])
    for field, name in (
        ("radial_stress", "sigma_r"),
        ("hoop_stress", "sigma_theta"),
        ("von_mises_stress", "sigma_vm"),
    ):
        taken = at_rows(run, rows, field, unit)
        assert_close(name, taken, column(rows, name), scale=scale, tolerance=1e-4)
    for time in times:
        index = index_at(run, time)
        swelling = reference["Omega"] * run.mean_site_fraction[index] * 22900.0 / 3
        load_ = reference["tau0"] + reference["Ks"] * swelling
        ratio = 2 * reference["Ks"] * (1 - 2 * reference["nu"]) / (reference["E"] * reference["R"])
        shift = -2 / reference["R"] * load_ / (1 + ratio)
        assert_close("shift", run.stress[index, -1, 0], shift, scale=shift, tolerance=1e-4)


def check_pressure(inputs: Inputs) -> None:
    """sigma = A -/+ B/r^3 with A, B from the pressures; exact for any modulus."""
    rows, reference = PRESSURE["rows"], PRESSURE["inputs"]
    soft = {"E": 1e6, "nu": 0.3, "Omega": 0.0, "D": 1e-3}
    body = ps.Particle(
        material=elastic_material(soft),
        mesh=ps.shapes.sphere(inputs["ro"], inner_radius=inputs["ri"], cells=24, grading=1.0),
        mechanics=MechanicalBoundary(pressure=inputs["Po"], inner_pressure=inputs["Pi"]),
        order=3,
    )
    run = closed(body)
    assert_gates(run)
    radius = column(rows, "r")
    cubes = reference["ri"] ** 3, reference["ro"] ** 3
    span = cubes[1] - cubes[0]
    even = (reference["Pi"] * cubes[0] - reference["Po"] * cubes[1]) / span
    odd = (reference["Pi"] - reference["Po"]) * cubes[0] * cubes[1] / span / radius**3
    profile = run.profile(radius).isel(time=-1)
    for field, name, closed_form in (
        ("radial_stress", "sigma_r", even - odd),
        ("hoop_stress", "sigma_theta", even + odd / 2),
    ):
        taken = profile[field].values
        assert_close(name, taken, column(rows, name), scale=2e5, tolerance=1e-6)
        assert_close(f"{name} closed form", taken, closed_form, scale=2e5, tolerance=1e-6)


def check_varying_modulus(inputs: Inputs, *, is_averaged: bool = False) -> None:
    rows = MODULUS["rows"]
    mesh = ps.shapes.sphere(inputs["R"], cells=40, grading=1.0)
    x = radial_space(mesh, 2).nodes[:, 0] / inputs["R"]
    start, rise = MODULUS["inputs"]["prof"]
    filling = start + rise * x**2
    ends = (inputs["E0"], inputs["E1"])
    if is_averaged:
        mean = float(np.mean(ends[0] + (ends[1] - ends[0]) * filling))
        ends = (mean, mean)
    core = {**inputs, "E": 1.0, "D": 1e-14}
    body = ps.Particle(
        material=elastic_material(core, youngs_modulus=LinearTable((0.0, 1.0), ends)), mesh=mesh
    )
    run = closed(body, filling)
    assert_gates(run)
    profile = run.profile(column(rows, "x") * MODULUS["inputs"]["R"]).isel(time=0)
    fields = {"radial_stress": "sigma_r", "hoop_stress": "sigma_theta", "displacement": "u_r"}
    for field, name in fields.items():
        expected = column(rows, name)
        largest = np.abs(column(rows, "u_r" if name == "u_r" else "sigma_theta")).max()
        assert_close(name, profile[field].values, expected, scale=largest, tolerance=1e-4)


@pytest.mark.parametrize("shape", ["sphere", "cylinder"])
def test_misfitting_shell(shape: str) -> None:
    check_shell(SHELL["inputs"], shape)


@pytest.mark.parametrize("wrong", [{"E1": 1.01}, {"nu2": 1.02}, {"e2": -1.0}, {"b": 1.01}])
@pytest.mark.parametrize("shape", ["sphere", "cylinder"])
def test_misfitting_shell_notices(shape: str, wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_shell(spoiled(SHELL["inputs"], **wrong), shape)


def test_misfitting_shell_notices_fixed_ends() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_shell(SHELL["inputs"], "cylinder", MechanicalBoundary(axial=Axial.FIXED))


def test_surface_stress() -> None:
    check_surface_stress(NANO["inputs"])


@pytest.mark.parametrize("wrong", [{"Ks": 1.02}, {"R": 1.02}, {"Omega": 1.01}, {"tau0": -1.0}])
def test_surface_stress_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_surface_stress(spoiled(NANO["inputs"], **wrong))


def test_pressurised_thick_sphere() -> None:
    check_pressure(PRESSURE["inputs"])


@pytest.mark.parametrize("wrong", [{"Pi": -1.0}, {"Po": 1.001}, {"ri": 1.001}])
def test_pressurised_thick_sphere_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_pressure(spoiled(PRESSURE["inputs"], **wrong))


def test_modulus_that_follows_the_filling() -> None:
    check_varying_modulus(MODULUS["inputs"])


def test_modulus_that_follows_the_filling_notices_an_average() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_varying_modulus(MODULUS["inputs"], is_averaged=True)


@pytest.mark.parametrize("wrong", [{"E1": 1.01}, {"nu": 1.05}, {"Omega": 1.05}])
def test_modulus_that_follows_the_filling_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_varying_modulus(spoiled(MODULUS["inputs"], **wrong))
