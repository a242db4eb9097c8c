"""Fickian sphere under constant flux, held surface and exchange: Crank's series.

c_t = D lap c with Timoshenko's sphere, sigma_r = 2 E Omega/(9 (1 - nu)) [cbar(R) - cbar(r)] and
sigma_theta = E Omega/(9 (1 - nu)) [2 cbar(R) + cbar(r) - 3 c] (Cheng & Verbrugge, J. Power Sources
190 (2009) 453, eq. 3). Tolerances are relative to S = E Omega c/(3 (1 - nu)).
"""

from __future__ import annotations

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
    spoiled,
    times_of,
)
from series import (
    sphere_exchange,
    sphere_exchange_mean,
    sphere_flux,
    sphere_held,
    sphere_held_mean,
)

import particle_sim as ps
from particle_sim.fem.mesh import Mesh
from particle_sim.metrics.peak_strain_energy_density import strain_energy_history
from particle_sim.particle.run import ParticleRun

FLUX, HELD, EXCHANGE = load("A1"), load("B1"), load("C1")


def particle(inputs: Inputs, mesh: Mesh | None = None) -> ps.Particle:
    ball = ps.shapes.sphere(inputs["R"], cells=50, grading=30)
    return ps.Particle(material=elastic_material(inputs), mesh=mesh or ball)


def compare_rows(run: ParticleRun, case: Case, rows: list[Case], unit: float, tol: float) -> None:
    stress = {"radial_stress": "sigma_r", "hoop_stress": "sigma_theta"}
    if "sigma_vm" in rows[0]:
        stress["von_mises_stress"] = "sigma_vm"
    taken = at_rows(run, rows, "concentration", unit)
    assert_close("c", taken, column(rows, "c"), scale=case["conc_scale"], tolerance=tol)
    for field, name in stress.items():
        values, expected = at_rows(run, rows, field, unit), column(rows, name)
        assert_close(name, values, expected, scale=case["S_Pa"], tolerance=2 * tol)


def check_constant_flux(inputs: Inputs, mesh: Mesh | None = None) -> None:
    rows, reference = FLUX["rows"], FLUX["inputs"]
    unit = reference["R"] ** 2 / reference["D"]
    nearly = FLUX["tau_99pct_centre"] * unit, FLUX["tau_99pct_surface"] * unit
    times = np.union1d(times_of(rows, unit), nearly)
    surface = ps.constant_flux(-inputs["J"], times[-1], initial_site_fraction=inputs["c0"])
    run = ps.solve_particle(
        particle(inputs, mesh), surface, times=times, limits=None, tolerance=1e-5
    )
    assert_gates(run)
    compare_rows(run, FLUX, rows, unit, 1e-4)
    moved = at_rows(run, rows, "displacement", unit)
    assert_close("u", moved, column(rows, "u_r"), scale=max(column(rows, "u_r")), tolerance=2e-4)
    x = run.radius / reference["R"]
    scale = FLUX["conc_scale"]
    for time in times:
        index = index_at(run, time)
        u = sphere_flux(x, time / unit)
        assert_close("series", run.concentration[index], scale * u, scale=scale, tolerance=1e-4)
        centre = 2 / 3 * (3 * time / unit - u[0]) * FLUX["S_Pa"]
        taken = run.stress[index, 0, 0]
        assert_close("centre", taken, centre, scale=FLUX["S_Pa"], tolerance=2e-4)
    limit = 0.99 * FLUX["S_Pa"] / 5
    centre, hoop = (
        run.stress[index_at(run, nearly[0]), 0, 0],
        run.stress[index_at(run, nearly[1]), -1, 1],
    )
    assert_close("99 % of the limit", [centre, -hoop], limit, scale=FLUX["S_Pa"], tolerance=2e-4)
    energy = strain_energy_history(run) * reference["E"]
    energy /= 4 * np.pi * reference["R"] ** 3 * FLUX["S_Pa"] ** 2
    for row in FLUX["strain_energy"]:
        taken = energy[index_at(run, row["tau"] * unit)]
        assert_close("strain energy", taken, row["w"], scale=row["w"], tolerance=1e-3)


def check_held(inputs: Inputs) -> None:
    rows, reference = HELD["rows"], HELD["inputs"]
    unit = reference["R"] ** 2 / reference["D"]
    fine = np.concatenate([np.linspace(0.012, 0.02, 33), np.linspace(0.05, 0.09, 41)]) * unit
    times = np.union1d(times_of(rows, unit), fine)
    surface = ps.surface.FixedConcentration(
        site_fraction=inputs["cs"] / inputs["cmax"], duration=times[-1], initial_site_fraction=0.0
    )
    run = ps.solve_particle(particle(inputs), surface, times=times, limits=None, tolerance=1e-6)
    assert_gates(run)
    early, late = ([r for r in rows if (r["tau"] < 0.02) == first] for first in (True, False))
    compare_rows(run, HELD, early, unit, 1e-3)
    compare_rows(run, HELD, late, unit, 2.5e-4)
    u = sphere_held(run.radius / reference["R"], 0.0574)
    index = index_at(run, 0.0574 * unit)
    assert_close("series", run.concentration[index] / reference["cs"], u, scale=1.0, tolerance=5e-4)
    hoop = (sphere_held_mean(0.0574) - 1) * HELD["S_Pa"]
    assert_close("hoop", run.stress[index, -1, 1], hoop, scale=HELD["S_Pa"], tolerance=5e-4)
    tau, value = extreme(run.time / unit, run.stress[:, 0, 0] / HELD["S_Pa"])
    assert_close("peak time", tau, HELD["centre_peak"]["tau"], scale=tau, tolerance=5e-3)
    assert_close("peak", value, HELD["centre_peak"]["sr"], scale=value, tolerance=1e-3)
    energy = strain_energy_history(run) * reference["E"]
    energy /= 4 * np.pi * reference["R"] ** 3 * HELD["S_Pa"] ** 2
    tau, value = extreme(run.time / unit, energy)
    peak = HELD["strain_energy_peak"]
    assert_close("energy peak time", tau, peak["tau"], scale=tau, tolerance=5e-3)
    assert_close("energy peak", value, peak["w"], scale=value, tolerance=1e-3)
    for row in HELD["vm_interior_time_peaks"]:
        stress = run.profile(np.array([row["x"]]) * reference["R"]).von_mises_stress.values[:, 0]
        chosen = run.time > 0.01 * unit
        tau, value = extreme(run.time[chosen] / unit, stress[chosen] / HELD["S_Pa"])
        assert_close("von Mises peak time", tau, row["tau"], scale=tau, tolerance=5e-3)
        assert_close("von Mises peak", value, row["vm"], scale=value, tolerance=1e-3)


def check_exchange(inputs: Inputs, biot: float) -> None:
    rows = next(entry for entry in EXCHANGE["by_Bi"] if entry["Bi"] == biot)
    reference = EXCHANGE["inputs"]
    unit = reference["R"] ** 2 / reference["D"]
    peaks = [rows["surface_hoop_extreme"], rows["centre_peak"]]
    around = [peak["tau"] * np.linspace(0.7, 1.3, 25) for peak in peaks]
    times = np.union1d(times_of(rows["rows"], unit), np.concatenate(around) * unit)
    surface = ps.surface.LinearExchange(
        coefficient=biot * inputs["D"] / inputs["R"],
        reservoir_site_fraction=inputs["cinf"] / inputs["cmax"],
        maximum_concentration=inputs["cmax"],
        duration=times[-1],
        initial_site_fraction=0.0,
    )
    run = ps.solve_particle(particle(inputs), surface, times=times, limits=None, tolerance=1e-6)
    assert_gates(run)
    compare_rows(run, EXCHANGE, rows["rows"], unit, 2.5e-4)
    index = index_at(run, 0.1 * unit)
    u = sphere_exchange(run.radius / reference["R"], 0.1, biot)
    scaled = run.concentration[index] / reference["cinf"]
    assert_close("series", scaled, u, scale=1.0, tolerance=5e-4)
    mean = sphere_exchange_mean(0.1, biot) * reference["cinf"] / reference["cmax"]
    assert_close("mean", run.mean_site_fraction[index], mean, scale=1.0, tolerance=5e-4)
    for node, component, peak, name in ((-1, 1, peaks[0], "st"), (0, 0, peaks[1], "sr")):
        tau, value = extreme(run.time / unit, run.stress[:, node, component] / EXCHANGE["S_Pa"])
        assert_close(f"{name} peak", value, peak[name], scale=value, tolerance=2e-3)
        assert_close(f"{name} peak time", tau, peak["tau"], scale=tau, tolerance=2e-3)


def test_constant_flux() -> None:
    check_constant_flux(FLUX["inputs"])


@pytest.mark.parametrize("wrong", [{"J": -1.0}, {"Omega": 1.05}, {"D": 1.02}, {"nu": 1.05}])
def test_constant_flux_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_constant_flux(spoiled(FLUX["inputs"], **wrong))


def test_constant_flux_notices_a_cylinder() -> None:
    mesh = ps.shapes.cylinder(FLUX["inputs"]["R"], cells=50, grading=30)
    with pytest.raises(AssertionError, match="exceeds"):
        check_constant_flux(FLUX["inputs"], mesh)


def test_held_surface() -> None:
    check_held(HELD["inputs"])


@pytest.mark.parametrize("wrong", [{"D": 1.02}, {"cs": 1.002}, {"E": 0.99}])
def test_held_surface_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_held(spoiled(HELD["inputs"], **wrong))


@pytest.mark.parametrize("biot", [0.1, 1.0, 10.0])
def test_exchange(biot: float) -> None:
    check_exchange(EXCHANGE["inputs"], biot)


@pytest.mark.parametrize("wrong", [{"D": 1.02}, {"cinf": 1.005}, {"nu": 1.1}])
def test_exchange_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_exchange(spoiled(EXCHANGE["inputs"], **wrong), 10.0)
