"""A given current shared out over a body by Butler-Volmer kinetics, one electrode potential.

N F = 2 j0(theta_s) sinh(F (V - U_eff)/(2 R T)) at every point of the surface, mean N given. On a
ball the flux is uniform: V = U(theta_s) + (2 R T/F) asinh(N F/(2 j0)) with theta_s of Crank's
series, which is also what a single-particle model (PyBaMM's SPM) computes. On a spheroid the flux
follows the local overpotential and leaves as -D grad c.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from reference import Inputs, assert_close, column, elastic_material, index_at, load, spoiled
from scipy.optimize import brentq
from series import sphere_flux

import particle_sim as ps
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.metrics.particle_voltage import particle_voltage_history
from particle_sim.particle.outcome import ParticleEnd
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array

CASE = load("M1")
REFERENCE = CASE["inputs"]
THERMAL = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY
STANDARD = 0.1
FICK = (ps.physics.fickian_diffusion,)
DRIFT = (ps.physics.fickian_diffusion, ps.physics.stress_drift)
UNIT = REFERENCE["R"] ** 2 / REFERENCE["D"]
find_root: Callable[..., float] = brentq


def electrode(inputs: Inputs) -> ps.Material:
    """j0 = F k0 sqrt(c_e c_s (c_max - c_s)), U = 0.1 V - (R T/F) ln(x/(1 - x))."""
    exchange = FARADAY * inputs["k0"] * np.sqrt(inputs["ce"]) * inputs["cmax"] / 2
    return elastic_material(
        inputs, exchange_current_density=float(exchange), open_circuit_potential=STANDARD
    )


def ball_section(cells: float) -> BodyMesh:
    radius = REFERENCE["R"]
    return ps.shapes.ball_section(radius, cell_size=radius / cells, half=True)


def octant(cells: float) -> BodyMesh:
    radius = REFERENCE["R"]
    return ps.shapes.ball(radius, cell_size=radius / cells, octant=True)


def long_section(cells: float) -> BodyMesh:
    radius = REFERENCE["R"]
    return ps.shapes.spheroid_section(radius, 2 * radius, cell_size=radius / cells, half=True)


def solved(
    mesh: BodyMesh,
    inputs: Inputs,
    times: Sequence[float] | Array,
    *,
    physics: tuple[PhysicsTerm, ...] = FICK,
    flux: float = 1.0,
    limits: tuple[float, float] | None = None,
) -> ParticleRun:
    """From the filling of the case with its flux, or a multiple of it."""
    total = ps.constant_flux(
        -flux * CASE["J"],
        times[-1],
        initial_site_fraction=REFERENCE["c0"] / REFERENCE["cmax"],
    )
    material = electrode(inputs)
    surface = ps.surface.Galvanostatic(material=material, total=total, voltage_limits=limits)
    body = ps.Particle(material=material, mesh=mesh, physics=physics)
    run = ps.solve_particle(body, surface, times=times, limits=None, tolerance=1e-5)
    assert run.balances.sodium <= 1e-12
    return run


def voltage_of(run: ParticleRun) -> Array:
    assert run.voltage is not None
    return run.voltage


def check_ball(mesh: BodyMesh, inputs: Inputs, *, flux: float = 1.0) -> None:
    """V within 0.1 mV of the closed form at every row of the case, and a uniform flux."""
    rows = CASE["rows"]
    times = column(rows, "t_s")
    run = solved(mesh, inputs, times, flux=flux)
    where = [index_at(run, time) for time in times]
    filling = column(rows, "c_surf") / REFERENCE["cmax"]
    closed = STANDARD - THERMAL * np.log(filling / (1 - filling)) + column(rows, "eta_V")
    voltage = voltage_of(run)[where]
    assert_close("voltage", voltage, closed, scale=1.0, tolerance=1e-4)
    surface = run.surface_site_fraction[where] - filling[:, None]
    assert_close("surface filling", surface, 0.0, scale=1.0, tolerance=2e-3)


def radial_voltage(physics: tuple[PhysicsTerm, ...], times: Array, inputs: Inputs) -> Array:
    """The same on the radial particle with a constant flux."""
    body = ps.Particle(
        material=electrode(inputs),
        mesh=ps.shapes.sphere(REFERENCE["R"], cells=40, grading=20),
        physics=physics,
    )
    start = REFERENCE["c0"] / REFERENCE["cmax"]
    flux = ps.constant_flux(-CASE["J"], times[-1], initial_site_fraction=start)
    run = ps.solve_particle(body, flux, times=times, limits=None, tolerance=1e-6)
    return particle_voltage_history(run)[[index_at(run, time) for time in times]]


def check_against_radial(physics: tuple[PhysicsTerm, ...], inputs: Inputs) -> None:
    times = np.array([90.0, 360.0, 1350.0])
    run = solved(ball_section(8), inputs, times, physics=physics)
    voltage = voltage_of(run)[[index_at(run, time) for time in times]]
    expected = radial_voltage(physics, times, REFERENCE)
    assert_close("voltage", voltage, expected, scale=1.0, tolerance=1e-4)


@pytest.mark.parametrize(("shape", "cells"), [(ball_section, 6), (octant, 4)])
def test_ball(shape: Callable[[float], BodyMesh], cells: float) -> None:
    check_ball(shape(cells), REFERENCE)


@pytest.mark.parametrize("wrong", [{"k0": 1.01}, {"ce": 0.98}, {"D": 1.1}])
def test_ball_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_ball(ball_section(6), spoiled(REFERENCE, **wrong))


@pytest.mark.parametrize("flux", [0.99, 1.01])
def test_ball_notices_the_flux(flux: float) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_ball(ball_section(6), REFERENCE, flux=flux)


@pytest.mark.parametrize("physics", [FICK, DRIFT])
def test_ball_against_the_radial_particle(physics: tuple[PhysicsTerm, ...]) -> None:
    check_against_radial(physics, REFERENCE)


def test_ball_against_the_radial_particle_notices_stress() -> None:
    """Omega acts on the sodium and on the potential of the surface."""
    with pytest.raises(AssertionError, match="exceeds"):
        check_against_radial(DRIFT, spoiled(REFERENCE, Omega=1.2))


def check_shared_flux(mesh: BodyMesh, given: Inputs, law: Inputs) -> None:
    """The kinetics at every surface point from theta and V, its mean, and -D grad c there."""
    times = np.array([0.2, 0.5]) * UNIT
    run = solved(mesh, given, times)
    material, facets = electrode(law), run.elasticity.sodium.boundary("surface")
    theta = np.einsum("fqi,fi->fq", facets.values, run.site_fraction[-1][facets.dofs])
    slope = np.einsum(
        "fqia,fqa,fi->fq", facets.gradients, facets.normals, run.site_fraction[-1][facets.dofs]
    )
    leaving = -law["D"] * law["cmax"] * slope / run.length
    exchange = material["exchange_current_density"](theta)
    drive = (voltage_of(run)[-1] - material.potential(theta)) / (2 * THERMAL)
    local = 2 * exchange * np.sinh(drive) / FARADAY
    mean = float(np.sum(facets.weights * local) / facets.area)
    assert np.ptp(local) > 0.1 * CASE["J"], f"the flux varies by {np.ptp(local) / CASE['J']:.1%}"
    assert_close("mean flux", mean, -CASE["J"], scale=CASE["J"], tolerance=1e-6)
    reported = run.surface_flux["surface"]
    assert_close("reported flux", reported, -CASE["J"], scale=CASE["J"], tolerance=1e-9)
    assert_close("local flux", leaving, local, scale=CASE["J"], tolerance=2e-2)


FAST = spoiled(REFERENCE, k0=10.0)


@pytest.mark.parametrize(
    "mesh",
    [
        lambda: long_section(8),
        lambda: ps.shapes.spheroid(
            REFERENCE["R"], 2 * REFERENCE["R"], cell_size=REFERENCE["R"] / 5, octant=True
        ),
    ],
)
def test_flux_follows_the_local_overpotential(mesh: Callable[[], BodyMesh]) -> None:
    check_shared_flux(mesh(), FAST, FAST)


@pytest.mark.parametrize(
    ("wrong", "what"), [({"k0": 1.01}, "mean flux"), ({"D": 1.05}, "local flux")]
)
def test_flux_notices(wrong: dict[str, float], what: str) -> None:
    with pytest.raises(AssertionError, match=what):
        check_shared_flux(long_section(8), FAST, spoiled(FAST, **wrong))


def check_cut_off(mesh: BodyMesh, limits: tuple[float, float], *, low: float) -> None:
    """The time at which Crank's surface filling and the kinetics bring V down to the limit."""
    start, step = REFERENCE["c0"] / REFERENCE["cmax"], CASE["J"] * REFERENCE["R"] / REFERENCE["D"]

    def voltage(tau: float) -> float:
        filling = start + step / REFERENCE["cmax"] * sphere_flux(np.array([1.0]), tau)[0]
        root = FARADAY * REFERENCE["k0"] * np.sqrt(REFERENCE["ce"]) * REFERENCE["cmax"]
        exchange = root * np.sqrt(filling * (1 - filling))
        overpotential = 2 * THERMAL * np.arcsinh(CASE["J"] * FARADAY / (2 * exchange))
        return float(STANDARD - THERMAL * np.log(filling / (1 - filling)) - overpotential)

    expected = UNIT * find_root(lambda tau: voltage(tau) - low, 1e-3, 2.2)
    run = solved(mesh, REFERENCE, [2 * expected], limits=limits)
    assert run.end is ParticleEnd.VOLTAGE, f"the run ended by {run.end.value}"
    assert_close("last voltage", voltage_of(run)[-1], low, scale=1.0, tolerance=1e-6)
    assert_close("time", run.time[-1], expected, scale=expected, tolerance=1e-3)


@pytest.mark.parametrize("low", [0.0, 0.03])
def test_voltage_cut_off(low: float) -> None:
    check_cut_off(ball_section(6), (low, 3.0), low=low)


@pytest.mark.parametrize(
    ("limits", "what"), [((0.011, 3.0), "last voltage"), ((-1.0, 3.0), "the run ended")]
)
def test_voltage_cut_off_notices(limits: tuple[float, float], what: str) -> None:
    with pytest.raises(AssertionError, match=what):
        check_cut_off(ball_section(6), limits, low=0.01)
