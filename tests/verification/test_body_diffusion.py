"""Sodium in sections and 3-D bodies against exact and spectral solutions.

Prolate spheroid with a uniform flux or a held surface (spectral Ritz-Galerkin), ball with a
constant flux (Crank), and stress-assisted diffusion, J = -D (1 + k c) grad c, against the radial
particle: a smooth late stage that goes on from the radial state.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from reference import (
    Inputs,
    assert_close,
    column,
    elastic_material,
    index_at,
    load,
    spoiled,
    stress_scale,
    times_of,
)

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.units import Array

SPHEROID, SPHERE, COUPLED = load("F2"), load("A1"), load("E1")
FULL = 4e4
SECTION = ("rr", "hoop", "zz", "rz")


def assert_balanced(run: ParticleRun) -> None:
    assert run.balances.sodium <= 1e-12, f"sodium balance {run.balances.sodium:.1e}"
    assert run.balances.equilibrium <= 1e-9, f"equilibrium {run.balances.equilibrium:.1e}"


def spheroid_run(inputs: Inputs, kind: str, taus: Array) -> ParticleRun:
    """Half a meridian; ``kind`` is flux or dirichlet. tau = D t/b^2."""
    reference = SPHEROID["inputs"]
    mesh = ps.shapes.spheroid_section(
        inputs["a"], inputs["b"], cell_size=reference["a"] / 8, half=True
    )
    times = taus * reference["b"] ** 2 / reference["D"]
    surface = ps.constant_flux(-inputs["J"], times[-1], initial_site_fraction=0.0)
    if kind == "dirichlet":
        surface = ps.surface.FixedConcentration(
            site_fraction=inputs["cs"] / FULL, duration=times[-1], initial_site_fraction=0.0
        )
    body = ps.Particle(material=elastic_material({**inputs, "cmax": FULL}), mesh=mesh)
    run = ps.solve_particle(body, surface, times=times, limits=None, tolerance=1e-5)
    assert_balanced(run)
    return run


def check_spheroid(inputs: Inputs, kind: str) -> None:
    """At the points of the case; dc over the largest of its time, stress over max von Mises."""
    reference = SPHEROID["inputs"]
    rows = [row for row in SPHEROID[kind] if row["label"].startswith("tau=")]
    taus = np.array([float(row["label"].removeprefix("tau=")) for row in rows])
    steady = [row for row in SPHEROID[kind] if row["label"].startswith("quasi_steady")]
    run = spheroid_run(inputs, kind, np.append(taus, 1.0) if steady else taus)
    size = np.array([reference["a"], reference["b"]])
    for row, tau in zip(rows + steady, [*taus, 1.0], strict=False):
        points = list(row["points"].values())
        where = size * np.array([point["scaled"] for point in points])
        index = index_at(run, tau * reference["b"] ** 2 / reference["D"])
        taken = run.at(where).isel(time=index)
        mean = run.mean_site_fraction[index] * FULL if row in steady else 0.0
        listed = column(points, "dc")
        dc = taken.concentration.values - mean
        assert_close("dc", dc, listed, scale=np.abs(listed).max(), tolerance=5e-4)
        stress = taken.stress.sel(component=list(SECTION)).values
        names = ("s_rr", "s_tt", "s_zz", "s_rz")
        expected = np.stack([column(points, name) for name in names], axis=1)
        largest = max(row.get("max_vm_on_61x61_grid", 0.0), column(points, "s_vm").max())
        assert_close("stress", stress, expected, scale=largest, tolerance=2e-3)


@pytest.mark.parametrize("kind", ["flux", "dirichlet"])
def test_spheroid(kind: str) -> None:
    check_spheroid(SPHEROID["inputs"], kind)


@pytest.mark.parametrize("wrong", [{"D": 1.01}, {"b": 1.01}, {"J": -1.0}, {"nu": 1.02}])
def test_spheroid_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_spheroid(spoiled(SPHEROID["inputs"], **wrong), "flux")


def test_held_spheroid_notices() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_spheroid(spoiled(SPHEROID["inputs"], cs=1.001), "dirichlet")


def along(run: ParticleRun, radii: Array) -> tuple[Array, Array, Array]:
    """Concentration, radial and mean hoop stress at radii along the diagonal (t, r)."""
    d = run.particle.mesh.dimension
    unit = np.ones(d) / np.sqrt(d)
    taken = run.at(radii[:, None] * unit)
    if d == 2:  # a meridian's r and z are the first and third axis
        unit = np.array([unit[0], 0.0, unit[1]])
    tensors = stress_tensor(taken.stress.values)
    radial = np.einsum("a,tpab,b->tp", unit, tensors, unit)
    hoop = 0.5 * (np.trace(tensors, axis1=2, axis2=3) - radial)
    return taken.concentration.values, radial, hoop


def check_ball(inputs: Inputs, tolerance: float) -> None:
    """An octant; concentration over J R/D and stress over S."""
    reference, rows = SPHERE["inputs"], SPHERE["rows"]
    unit = reference["R"] ** 2 / reference["D"]
    times, radius = times_of(rows, unit), inputs["R"]
    mesh = ps.shapes.ball(radius, cell_size=radius / 5, surface_cell_size=radius / 8, octant=True)
    surface = ps.constant_flux(-inputs["J"], times[-1], initial_site_fraction=0.0)
    body = ps.Particle(material=elastic_material(inputs), mesh=mesh)
    run = ps.solve_particle(body, surface, times=times, limits=None)
    assert_balanced(run)
    places = sorted({row["x"] for row in rows})
    fields = along(run, np.array(places) * reference["R"])
    amount = reference["J"] * reference["R"] / reference["D"]
    scales = (amount, *(2 * [stress_scale(reference, amount)]))
    for field, name, scale in zip(fields, ("c", "sigma_r", "sigma_theta"), scales, strict=True):
        taken = [field[index_at(run, row["tau"] * unit), places.index(row["x"])] for row in rows]
        assert_close(name, taken, column(rows, name), scale=scale, tolerance=tolerance)


def test_ball() -> None:
    check_ball(SPHERE["inputs"], 1e-2)


@pytest.mark.parametrize("wrong", [{"D": 1.05}, {"Omega": 1.06}, {"J": -1.0}])
def test_ball_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_ball(spoiled(SPHERE["inputs"], **wrong), 1e-2)


DRIFT = (ps.physics.fickian_diffusion, ps.physics.dilute_stress_drift)
MIDDLE, LATE = 500.0, 1000.0


@cache
def radial_run() -> ParticleRun:
    """Stress-assisted diffusion in a sphere, fine in space and time."""
    inputs = COUPLED["inputs"]
    mesh = ps.shapes.sphere(inputs["R"], cells=60, grading=20)
    body = ps.Particle(material=elastic_material(inputs), mesh=mesh, physics=DRIFT, order=3)
    surface = ps.constant_flux(-inputs["J"], LATE, initial_site_fraction=0.0)
    return ps.solve_particle(body, surface, times=[MIDDLE, LATE], tolerance=1e-7)


def late_errors(
    mesh: BodyMesh, order: int, inputs: Inputs, tolerance: float
) -> tuple[float, float]:
    """Of c over c_max and of the stress over S after a body went on from the radial state."""
    reference = COUPLED["inputs"]
    radial, radius = radial_run(), reference["R"]
    before, after = (index_at(radial, time) for time in (MIDDLE, LATE))

    def start(x: Array) -> Array:
        inside = np.minimum(np.linalg.norm(x, axis=1), radius)
        return np.asarray(radial.profile(inside).site_fraction.values[before])

    run = ps.solve_particle(
        ps.Particle(material=elastic_material(inputs), mesh=mesh, physics=DRIFT, order=order),
        ps.constant_flux(-reference["J"], LATE - MIDDLE, initial_site_fraction=0.0),
        initial_site_fraction=start,
        times=[LATE - MIDDLE],
        tolerance=tolerance,
    )
    assert_balanced(run)
    radii = np.array([0.0, 0.5, 0.9, 1.0]) * radius
    expected = radial.profile(radii)
    assert np.array_equal(radial.hoop_stress(radii), expected.hoop_stress.values)
    concentration, across, hoop = (field[-1] for field in along(run, radii))
    scale = stress_scale(reference, reference["cmax"])
    names = ("concentration", "radial_stress", "hoop_stress")
    c, r, h = (expected[name].values[after] for name in names)
    stress = max(np.abs(across - r).max(), np.abs(hoop - h).max()) / scale
    return float(np.abs(concentration - c).max() / reference["cmax"]), float(stress)


def check_late_section(inputs: Inputs) -> None:
    """1e-6 of both scales on the finer mesh, and at least second order on the way there."""
    meshes = (
        ps.shapes.ball_section(inputs["R"], cell_size=inputs["R"] / n, half=True) for n in (4, 8)
    )
    coarse, fine = (late_errors(mesh, 3, inputs, 3e-7) for mesh in meshes)
    for what, first, second in zip(("c", "stress"), coarse, fine, strict=True):
        assert second <= 1e-6, f"{what}: error {second:.1e} exceeds 1e-6"
        assert first >= 4 * second, f"{what}: no convergence, {first:.1e} and {second:.1e}"


def check_late_ball(inputs: Inputs) -> None:
    mesh = ps.shapes.ball(inputs["R"], cell_size=inputs["R"] / 3, octant=True)
    concentration, stress = late_errors(mesh, 3, inputs, 1e-5)
    assert concentration <= 1e-4, f"c: error {concentration:.1e} exceeds 1e-4"
    assert stress <= 1e-3, f"stress: error {stress:.1e} exceeds 1e-3"


def test_stress_assisted_diffusion_in_a_section() -> None:
    check_late_section(COUPLED["inputs"])


def test_stress_assisted_diffusion_in_a_ball() -> None:
    check_late_ball(COUPLED["inputs"])


@pytest.mark.parametrize(
    ("check", "wrong"), [(check_late_section, {"Omega": 1.001}), (check_late_ball, {"D": 1.01})]
)
def test_stress_assisted_diffusion_notices(
    check: Callable[[Inputs], None], wrong: dict[str, float]
) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check(spoiled(COUPLED["inputs"], **wrong))


def test_radial_reference() -> None:
    """The radial particle itself meets the table of the case."""
    rows = [row for row in COUPLED["rows"] if row["t_s"] in (MIDDLE, LATE)]
    profile = radial_run().profile(np.array([row["x"] for row in rows]) * COUPLED["inputs"]["R"])
    where = [index_at(radial_run(), row["t_s"]) for row in rows]
    taken = profile.concentration.values[where, np.arange(len(rows))]
    assert_close("c", taken, column(rows, "c"), scale=22900.0, tolerance=1e-6)
