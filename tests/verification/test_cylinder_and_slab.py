"""Fickian cylinder and slab under constant flux and held surface, in every mechanical state.

Crank, The Mathematics of Diffusion (1975), eqs 5.22, 5.46, 4.17 and 4.55. Cylinder with fixed ends
(eps_z = 0) or zero axial force (Timoshenko & Goodier, Theory of Elasticity, section 135); slab
bonded (sigma = -S u), free and flat (S (mean u - u)), and free to bend, whose curvature is
12 (Omega/3) M/L with the moment M of u about the middle.
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
from series import cylinder_flux, cylinder_held, slab_flux, slab_held

import particle_sim as ps
from particle_sim.fem.mesh import Mesh
from particle_sim.particle.mechanics import Axial, Lateral, MechanicalBoundary
from particle_sim.particle.run import ParticleRun

CYLINDER, SLAB = load("D1"), load("D3")
ENDS = {Axial.FIXED: "sigma_z_planestrain", Axial.FREE: "sigma_z_genplanestrain"}
STATES = {
    Lateral.BONDED: "sigma_constrained",
    Lateral.FLAT: "sigma_free_nobend",
    Lateral.BENDING: "sigma_free_bend",
}


def solve(
    inputs: Inputs, kind: str, mesh: Mesh, boundary: MechanicalBoundary, times: np.ndarray
) -> ParticleRun:
    body = ps.Particle(material=elastic_material(inputs), mesh=mesh, mechanics=boundary)
    surface: ps.SurfaceFlux | ps.surface.FixedConcentration
    if kind == "flux":
        surface = ps.constant_flux(-inputs["J"], times[-1], initial_site_fraction=0.0)
    else:
        filling = inputs["cs"] / 22900.0
        surface = ps.surface.FixedConcentration(
            site_fraction=filling, duration=times[-1], initial_site_fraction=0.0
        )
    run = ps.solve_particle(body, surface, times=times, limits=None, tolerance=1e-6)
    assert_gates(run)
    return run


def check_cylinder(inputs: Inputs, kind: str, ends: Axial, mesh: Mesh | None = None) -> None:
    case, reference = CYLINDER[kind], CYLINDER["inputs"]
    rows: list[Case] = case["rows"]
    unit = reference["R"] ** 2 / reference["D"]
    times = np.union1d(times_of(rows, unit), np.linspace(0.06, 0.09, 31) * unit)
    rod = mesh or ps.shapes.cylinder(inputs["R"], cells=50, grading=30)
    run = solve(inputs, kind, rod, MechanicalBoundary(axial=ends), times)
    fields = {
        "concentration": ("c", case["conc_scale"]),
        "radial_stress": ("sigma_r", case["S_Pa"]),
        "hoop_stress": ("sigma_theta", case["S_Pa"]),
        "axial_stress": (ENDS[ends], case["S_Pa"]),
    }
    for field, (name, scale) in fields.items():
        taken = at_rows(run, rows, field, unit)
        assert_close(name, taken, column(rows, name), scale=scale, tolerance=5e-4)
    u = (cylinder_flux if kind == "flux" else cylinder_held)(run.radius / reference["R"], 0.1)
    taken = run.concentration[index_at(run, 0.1 * unit)] / case["conc_scale"]
    assert_close("series", taken, u, scale=1.0, tolerance=5e-4)
    if ends is Axial.FREE:
        for row in rows:
            axial = run.overall[index_at(run, row["tau"] * unit), 0]
            expected = row["eps_z_genplanestrain"]
            assert_close("axial strain", axial, expected, scale=expected, tolerance=5e-4)
    if kind == "dirichlet":
        peak = CYLINDER["centre_peak"]
        tau, value = extreme(run.time / unit, run.stress[:, 0, 0] / case["S_Pa"])
        assert_close("peak", value, peak["sr"], scale=value, tolerance=1e-3)
        assert_close("peak time", tau, peak["tau"], scale=tau, tolerance=5e-3)


def check_slab(inputs: Inputs, kind: str, state: Lateral) -> None:
    case, reference = SLAB[kind], SLAB["inputs"]
    rows: list[Case] = case["rows"]
    unit = reference["L"] ** 2 / reference["D"]
    mesh = ps.shapes.slab(inputs["L"], cells=50, grading=30)
    run = solve(inputs, kind, mesh, MechanicalBoundary(lateral=state), times_of(rows, unit))
    taken = at_rows(run, rows, "concentration", unit)
    assert_close("c", taken, column(rows, "c"), scale=case["conc_scale"], tolerance=5e-4)
    taken, name = at_rows(run, rows, "hoop_stress", unit), STATES[state]
    assert_close(name, taken, column(rows, name), scale=case["S_Pa"], tolerance=5e-4)
    normal = at_rows(run, rows, "radial_stress", unit)
    assert_close("normal stress", normal, 0.0, scale=case["S_Pa"], tolerance=5e-4)
    u = (slab_flux if kind == "flux" else slab_held)(run.radius / reference["L"], 0.1)
    taken = run.concentration[index_at(run, 0.1 * unit)] / case["conc_scale"]
    assert_close("series", taken, u, scale=1.0, tolerance=5e-4)
    if state is Lateral.BENDING:
        for row in case["film"]:
            index = index_at(run, row["tau"] * unit)
            curvature = run.overall[index, 1] / reference["L"]
            expected = row["curvature_free_film_1_m"]
            assert_close("curvature", curvature, expected, scale=expected, tolerance=5e-4)


@pytest.mark.parametrize("ends", list(Axial))
@pytest.mark.parametrize("kind", ["flux", "dirichlet"])
def test_cylinder(kind: str, ends: Axial) -> None:
    check_cylinder(CYLINDER["inputs"], kind, ends)


@pytest.mark.parametrize("wrong", [{"J": -1.0}, {"Omega": 1.05}, {"nu": 1.05}, {"D": 1.02}])
def test_cylinder_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_cylinder(spoiled(CYLINDER["inputs"], **wrong), "flux", Axial.FIXED)


def test_cylinder_notices_the_other_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENDS, Axial.FREE, ENDS[Axial.FIXED])
    with pytest.raises(AssertionError, match="sigma_z_planestrain"):
        check_cylinder(CYLINDER["inputs"], "dirichlet", Axial.FREE)


def test_cylinder_notices_a_hole() -> None:
    mesh = ps.shapes.cylinder(1e-6, inner_radius=1e-8, cells=50, grading=30)
    with pytest.raises(AssertionError, match="exceeds"):
        check_cylinder(CYLINDER["inputs"], "dirichlet", Axial.FREE, mesh)


@pytest.mark.parametrize("state", list(Lateral))
@pytest.mark.parametrize("kind", ["flux", "dirichlet"])
def test_slab(kind: str, state: Lateral) -> None:
    check_slab(SLAB["inputs"], kind, state)


@pytest.mark.parametrize("wrong", [{"J": -1.0}, {"Omega": 1.05}, {"nu": 1.05}, {"L": 1.01}])
def test_slab_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_slab(spoiled(SLAB["inputs"], **wrong), "flux", Lateral.BENDING)


def test_slab_notices_bending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STATES, Lateral.BENDING, STATES[Lateral.FLAT])
    with pytest.raises(AssertionError, match="sigma_free_nobend"):
        check_slab(SLAB["inputs"], "flux", Lateral.BENDING)
