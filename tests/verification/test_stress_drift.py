"""Stress-assisted diffusion: J = -D (1 + k c) grad c, k = 2 Omega^2 E / (9 R T (1 - nu)).

Zhang, Shyy & Sastry, J. Electrochem. Soc. 154 (2007) A910, eq. 9 (dilute law, c absolute), under
constant flux, with the surface held, and steady through a hollow sphere and a slab (Kirchhoff
transform). References: Chebyshev collocation and finite volumes with Richardson extrapolation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference import (
    Case,
    Inputs,
    assert_close,
    assert_gates,
    at_rows,
    column,
    elastic_material,
    extreme,
    index_at,
    load,
    molar_volume,
    spoiled,
    stress_scale,
    times_of,
)

import particle_sim as ps
from particle_sim.transport.term import PhysicsTerm

FLUX, HELD, STEADY = load("E1"), load("E2"), load("E5")
FICK = (ps.physics.fickian_diffusion,)
STRESSES = {
    "radial_stress": "sigma_r",
    "hoop_stress": "sigma_theta",
    "hydrostatic_stress": "sigma_h",
}
DILUTE = (*FICK, ps.physics.dilute_stress_drift)
SOLID_SOLUTION = (*FICK, ps.physics.stress_drift)


def check_constant_flux(inputs: Inputs, law: tuple[PhysicsTerm, ...] = DILUTE) -> None:
    reference = FLUX["inputs"]
    unit = reference["R"] ** 2 / reference["D"]
    rows: list[Case] = [{**row, "tau": row["t_s"] / unit} for row in FLUX["rows"]]
    times = times_of(rows, unit)
    runs = []
    for terms in (law, FICK):
        body = ps.Particle(
            material=elastic_material(inputs),
            mesh=ps.shapes.sphere(inputs["R"], cells=36, grading=20),
            physics=terms,
        )
        surface = ps.constant_flux(-inputs["J"], times[-1], initial_site_fraction=0.0)
        runs.append(ps.solve_particle(body, surface, times=times, limits=None, tolerance=1e-5))
        assert_gates(runs[-1])
    coupled, plain = runs
    fields = {
        "concentration": ("c", reference["cmax"]),
        "radial_stress": ("sigma_r", FLUX["S_Pa"]),
        "hoop_stress": ("sigma_theta", FLUX["S_Pa"]),
    }
    for field, (name, scale) in fields.items():
        taken = at_rows(coupled, rows, field, unit)
        assert_close(name, taken, column(rows, name), scale=scale, tolerance=5e-4)
    last = [row for row in rows if row["x"] == 1]
    for row, alone in zip(last, FLUX["uncoupled"], strict=True):
        index, other = (index_at(run, row["t_s"]) for run in runs)
        ratio = coupled.stress[index, -1, 1] / plain.stress[other, -1, 1]
        expected = row["sigma_theta"] / alone["sigma_theta_surf_no_coupling"]
        assert_close("hoop ratio", ratio, expected, scale=expected, tolerance=2e-3)


def check_held(coupling: float, law: tuple[PhysicsTerm, ...] = DILUTE, wrong: float = 1.0) -> None:
    case = next(entry for entry in HELD["by_theta"] if entry["theta_hat"] == coupling)
    inputs = {"E": 1e10, "nu": HELD["inputs"]["nu"], "cmax": 2e4, "D": 1e-14, "R": 1e-6}
    volume = molar_volume(
        wrong * coupling, modulus=inputs["E"], ratio=inputs["nu"], concentration=inputs["cmax"]
    )
    inputs["Omega"], unit = volume, inputs["R"] ** 2 / inputs["D"]
    peak = case["centre_peak"]
    times = np.union1d(times_of(case["rows"], unit), np.linspace(0.6, 1.4, 25) * peak["tau"] * unit)
    body = ps.Particle(
        material=elastic_material(inputs),
        mesh=ps.shapes.sphere(inputs["R"], cells=50, grading=20),
        physics=law,
    )
    surface = ps.surface.FixedConcentration(
        site_fraction=1.0, duration=times[-1], initial_site_fraction=0.0
    )
    run = ps.solve_particle(body, surface, times=times, limits=None, tolerance=1e-5)
    assert_gates(run)
    scale = stress_scale(inputs, inputs["cmax"])
    fields = {"site_fraction": "u", "radial_stress": "sr", "hoop_stress": "st"}
    for field, name in fields.items():
        size = 1.0 if name == "u" else scale
        taken = at_rows(run, case["rows"], field, unit) / size
        assert_close(name, taken, column(case["rows"], name), scale=1.0, tolerance=1e-3)
    for row in case["mean"]:
        mean = run.mean_site_fraction[index_at(run, row["tau"] * unit)]
        assert_close("mean", mean, row["ubar"], scale=1.0, tolerance=1e-3)
    tau, value = extreme(run.time / unit, run.stress[:, 0, 0] / scale)
    assert_close("peak", value, peak["sr"], scale=1.0, tolerance=1e-3)
    assert_close("peak time", tau, peak["tau"], scale=tau, tolerance=5e-3)


def steady_run(inputs: Inputs, shape: str, law: tuple[PhysicsTerm, ...]) -> Any:
    inner, outer = inputs["r_in"], inputs["r_out"]
    if shape == "sphere":
        mesh = ps.shapes.sphere(outer, inner_radius=inner, cells=40, grading=1.0)
    else:
        mesh = ps.shapes.slab(outer - inner, cells=40, grading=1.0)
    duration = 20 * outer**2 / inputs["D"]
    ends = [
        ps.surface.FixedConcentration(
            site_fraction=inputs[name] / 22900.0, duration=duration, initial_site_fraction=0.5
        )
        for name in ("c_out", "c_in")
    ]
    body = ps.Particle(material=elastic_material(inputs), mesh=mesh, physics=law)
    return ps.solve_particle(body, ends[0], inner_surface=ends[1], limits=None)


def check_steady(inputs: Inputs, law: tuple[PhysicsTerm, ...] = DILUTE) -> None:
    """c + k c^2/2 is harmonic: between c_in and c_out it is linear in 1/r, or in x."""
    rows, k = STEADY["rows"], STEADY["theta"]
    reference = STEADY["inputs"]
    ends = np.array([reference["c_in"], reference["c_out"]])
    scale = stress_scale(reference, reference["c_out"])
    radius = column(rows, "r")
    sphere = steady_run(inputs, "sphere", law)
    assert_gates(sphere)
    fields = sphere.profile(radius).isel(time=-1)
    part = (1 / radius[0] - 1 / radius) / (1 / radius[0] - 1 / radius[-1])
    flat = steady_run(inputs, "slab", law)
    assert_gates(flat)
    across = flat.profile(radius - radius[0]).isel(time=-1)
    line = (radius - radius[0]) / (radius[-1] - radius[0])
    for values, share, name in ((fields, part, "c"), (across, line, "slab_c")):
        potential = ends + k * ends**2 / 2
        mixed = potential[0] + share * (potential[1] - potential[0])
        closed = (np.sqrt(1 + 2 * k * mixed) - 1) / k
        taken = values.concentration.values
        assert_close(name, taken, closed, scale=reference["c_out"], tolerance=1e-4)
        expected = column(rows, name)
        assert_close(name, taken, expected, scale=reference["c_out"], tolerance=1e-4)
    for field, name in STRESSES.items():
        expected = column(rows, name)
        assert_close(name, fields[field].values, expected, scale=scale, tolerance=1e-4)
    constant = fields.hydrostatic_stress.values + 2 / 3 * scale * fields.concentration.values / 21e3
    assert_close("sigma_h + 2Sc/3", constant, constant[0], scale=scale, tolerance=1e-4)


def check_steady_flux(inputs: Inputs) -> None:
    """What enters through the outer surface leaves through the inner one."""
    for shape, name in (("sphere", "steady_inward_flux_at_outer"), ("slab", "slab_steady_flux")):
        taken = -steady_run(inputs, shape, DILUTE).outflow[-1]
        assert_close(name, taken, STEADY[name], scale=STEADY[name], tolerance=1e-4)


def test_constant_flux() -> None:
    check_constant_flux(FLUX["inputs"])


@pytest.mark.parametrize("wrong", [{"J": -1.0}, {"Omega": 1.05}, {"nu": 1.1}, {"D": 1.02}])
def test_constant_flux_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_constant_flux(spoiled(FLUX["inputs"], **wrong))


@pytest.mark.parametrize("law", [SOLID_SOLUTION, FICK])
def test_constant_flux_notices_another_law(law: tuple[PhysicsTerm, ...]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_constant_flux(FLUX["inputs"], law)


@pytest.mark.parametrize("coupling", [0.5, 2.0, 5.0])
def test_held_surface(coupling: float) -> None:
    check_held(coupling)


def test_held_surface_notices_the_solid_solution_law() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_held(2.0, SOLID_SOLUTION)


def test_held_surface_notices_the_coupling() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_held(0.5, wrong=1.02)


def test_steady_state_between_two_held_surfaces() -> None:
    check_steady(STEADY["inputs"])


@pytest.mark.parametrize("wrong", [{"c_in": 1.01}, {"Omega": 1.01}, {"r_in": 1.01}])
def test_steady_state_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_steady(spoiled(STEADY["inputs"], **wrong))


def test_steady_state_notices_the_solid_solution_law() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_steady(STEADY["inputs"], SOLID_SOLUTION)


def test_steady_flux_through_the_outer_surface() -> None:
    check_steady_flux(STEADY["inputs"])


def test_steady_flux_notices() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_steady_flux(spoiled(STEADY["inputs"], D=1.02))
