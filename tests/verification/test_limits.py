"""Rate limits, titration pulses and impedance of a particle under a flux.

Delivered share q when the surface is full (q = 1 - Lambda/15, /8, /3 at low rate for sphere,
cylinder, slab), extreme stresses with the dilute drift law (Chebyshev collocation), apparent over
true diffusivity of a titration pulse (Weppner & Huggins, J. Electrochem. Soc. 124 (1977) 1569),
and the periodic state under a sinusoidal flux, u = sinh(k x)/(x (k cosh k - sinh k)), k^2 = i w.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import (
    assert_close,
    assert_gates,
    extreme,
    index_at,
    load,
    molar_volume,
)
from series import cylinder_flux, slab_flux, sphere_flux

import particle_sim as ps
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.material import Material
from particle_sim.materials.potential import TabulatedPotential
from particle_sim.metrics.gitt import gitt_diffusivity
from particle_sim.metrics.particle_voltage import particle_voltage_history
from particle_sim.particle.run import ParticleEnd, ParticleRun
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array

RATE, MAP, PULSE, WAVE = load("K1"), load("T1"), load("N1"), load("Q1")
SIZE, DIFFUSIVITY, FULL, MODULUS, RATIO = 1e-6, 1e-14, 2e4, 1e10, 0.3
UNIT, FLUX = SIZE**2 / DIFFUSIVITY, DIFFUSIVITY * FULL / SIZE
SHAPES: dict[str, Callable[..., Mesh]] = {
    "sphere": ps.shapes.sphere,
    "cylinder": ps.shapes.cylinder,
    "slab": ps.shapes.slab,
}
POWERS = {"sphere": 3, "cylinder": 2, "slab": 1}
SERIES = {"sphere": sphere_flux, "cylinder": cylinder_flux, "slab": slab_flux}
FICK = (ps.physics.fickian_diffusion,)
DILUTE = (*FICK, ps.physics.dilute_stress_drift)
SOLID_SOLUTION = (*FICK, ps.physics.stress_drift)


def material(volume: float = 3e-6, diffusivity: float = DIFFUSIVITY) -> Material:
    return ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=diffusivity,
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=volume,
        open_circuit_potential=TabulatedPotential((0.0, 1.0), (1.0, 0.0)),
        exchange_current_density=1e9,
    )


def fill_up(
    mesh: Mesh, flux: float, body_material: Material, law: tuple[PhysicsTerm, ...], times: Array
) -> ParticleRun:
    body = ps.Particle(material=body_material, mesh=mesh, physics=law)
    surface = ps.constant_flux(-flux, float(times[-1]), initial_site_fraction=0.0)
    run = ps.solve_particle(body, surface, times=times, store=ps.Stored.STEPS, tolerance=1e-6)
    assert_gates(run)
    assert run.end is ParticleEnd.FULL
    return run


def check_rate_limit(
    shape: str, made_as: str | None = None, diffusivity: float = DIFFUSIVITY
) -> None:
    for row in RATE["rows"]:
        rate, expected = row["Lambda"], row[f"q_{shape}"]
        mesh = SHAPES[made_as or shape](SIZE, cells=30, grading=60)
        flux = FLUX * rate / POWERS[shape]
        horizon = np.array([1.5 / rate * UNIT * POWERS[shape]])
        run = fill_up(mesh, flux, material(diffusivity=diffusivity), FICK, horizon)
        delivered = float(run.mean_site_fraction[-1])
        assert_close(f"q({rate})", delivered, expected, scale=1.0, tolerance=1e-3)
        if rate < 1:
            closed = 1 - rate / {"sphere": 15, "cylinder": 8, "slab": 3}[shape]
            assert_close("slow limit", delivered, closed, scale=1.0, tolerance=1e-3)
        tau = expected / rate
        surface = SERIES[shape](np.array([1.0]), tau)[0] * rate / POWERS[shape]
        assert_close("series at q", surface, 1.0, scale=1.0, tolerance=1e-3)


def check_stress_map(coupling: float, law: tuple[PhysicsTerm, ...], wrong: float = 1.0) -> None:
    volume = 3e-6
    if coupling:
        volume = molar_volume(wrong * coupling, modulus=MODULUS, ratio=RATIO, concentration=FULL)
    scale = MODULUS * volume * FULL / (3 * (1 - RATIO))
    for row in (entry for entry in MAP["rows"] if entry["theta_hat"] == coupling):
        mesh = ps.shapes.sphere(SIZE, cells=30, grading=20)
        times = np.linspace(0.0, 1.2, 61)[1:] * row["tau_end"] * UNIT
        run = fill_up(mesh, row["delta"] * FLUX, material(volume), law, times)
        tau, q = run.time[-1] / UNIT, float(run.mean_site_fraction[-1])
        assert_close("q", q, row["q_delivered"], scale=1.0, tolerance=5e-4)
        assert_close("time", tau, row["tau_end"], scale=row["tau_end"], tolerance=5e-4)
        _, hoop = extreme(run.time, run.stress[:, -1, 1] / scale)
        _, centre = extreme(run.time, run.stress[:, 0, 0] / scale)
        assert_close("hoop", hoop, row["hoop_surf_extreme"], scale=1.0, tolerance=5e-4)
        assert_close("centre", centre, row["centre_extreme"], scale=1.0, tolerance=5e-4)


def check_titration(shape: str, made_as: str | None = None, power: int | None = None) -> None:
    length = SIZE / (power or POWERS[shape])
    for row in PULSE["rows"]:
        pulse = row["tau"] * UNIT
        flux = 0.01 * FLUX / row["tau"] ** 0.5
        history = ps.SurfaceFlux(
            time=np.array([0.0, pulse, pulse, pulse + 2 * UNIT]),
            flux=np.array([-flux, -flux, 0.0, 0.0]),
            initial_site_fraction=0.3,
        )
        mesh = SHAPES[made_as or shape](SIZE, cells=40, grading=60)
        body = ps.Particle(material=material(), mesh=mesh)
        landings = pulse * np.array([0.25, 0.98, 0.99, 1.0])
        run = ps.solve_particle(body, history, times=landings, tolerance=1e-7)
        assert_gates(run)
        voltage = particle_voltage_history(run)
        quarter, end = voltage[index_at(run, pulse / 4)], voltage[index_at(run, pulse)]
        roots = np.sqrt(landings[1:] / pulse) - 1
        last = [voltage[index_at(run, time)] for time in landings[1:]]
        changes = {
            "twopoint": end - voltage[0],
            "slope_quarter": 2 * (end - quarter),
            "local_slope": np.polyfit(roots, last, 2)[1],
        }
        for kind, change in changes.items():
            name = f"Dratio_{shape}_{kind}"
            if name not in row:
                continue
            apparent = gitt_diffusivity(
                length=length,
                pulse=pulse,
                steady_change=float(voltage[-1] - voltage[0]),
                transient_change=float(change),
            )
            ratio = apparent / DIFFUSIVITY
            assert_close(f"{name}({row['tau']})", ratio, row[name], scale=row[name], tolerance=5e-3)


def periodic_closed_form(frequency: float) -> tuple[complex, complex]:
    """Amplitudes of surface hoop and centre stress over S under the flux e^{i w t}."""
    k = np.sqrt(1j * frequency)
    slope = k * np.cosh(k) - np.sinh(k)
    mean = 3 / (1j * frequency)
    return complex(mean - np.sinh(k) / slope), complex(2 / 3 * (mean - k / slope))


def check_sinusoidal(
    frequency: float, sign: float = -1.0, diffusivity: float = DIFFUSIVITY
) -> None:
    row = next(entry for entry in WAVE["rows"] if entry["omega_hat"] == frequency)
    period, samples = 2 * np.pi / frequency, 128
    periods = int(np.ceil(0.6 / period)) + 1
    tau = np.linspace(0.0, periods * period, periods * samples + 1)
    size = 1e-3 * FLUX * min(1.0, frequency)
    history = ps.SurfaceFlux(
        time=tau * UNIT, flux=sign * size * np.sin(frequency * tau), initial_site_fraction=0.5
    )
    body = ps.Particle(
        material=material(diffusivity=diffusivity),
        mesh=ps.shapes.sphere(SIZE, cells=16, grading=5),
        order=3,
    )
    run = ps.solve_particle(body, history, tolerance=1e-4, limits=None)
    assert_gates(run)
    chosen = run.time > (periods - 1) * period * UNIT * (1 - 1e-12)
    angle = frequency * run.time[chosen] / UNIT
    basis = np.stack([np.ones_like(angle), np.sin(angle), np.cos(angle)], axis=1)
    scale = MODULUS * 3e-6 * size * SIZE / (3 * DIFFUSIVITY * (1 - RATIO))
    surface = run.site_fraction[chosen, -1] * FLUX / size
    (_, sine, cosine), *_ = np.linalg.lstsq(basis, surface, rcond=None)
    expected = complex(row["csurf_re"], row["csurf_im"])
    reach = abs(expected)
    assert_close("surface", complex(sine, cosine), expected, scale=reach, tolerance=1e-3)
    closed = dict(zip(("hoop_surf", "centre"), periodic_closed_form(frequency), strict=True))
    for name, node, component in (("hoop_surf", -1, 1), ("centre", 0, 0)):
        values = run.stress[chosen, node, component] / scale
        (_, sine, cosine), *_ = np.linalg.lstsq(basis, values, rcond=None)
        amplitude = complex(sine, cosine)
        expected = row[f"{name}_abs"] * np.exp(1j * row[f"{name}_phase_rad"])
        size_ = abs(expected)
        assert_close(f"{name} amplitude", abs(amplitude), size_, scale=size_, tolerance=1e-3)
        turned = np.angle(amplitude / expected)
        assert_close(f"{name} phase", turned, 0.0, scale=1.0, tolerance=1e-3)
        assert_close(f"{name} closed form", amplitude, closed[name], scale=size_, tolerance=1e-3)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_rate_limit(shape: str) -> None:
    check_rate_limit(shape)


def test_rate_limit_notices_the_shape() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_rate_limit("sphere", made_as="cylinder")


@pytest.mark.parametrize("shape", list(SHAPES))
def test_rate_limit_notices_the_diffusivity(shape: str) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_rate_limit(shape, diffusivity=1.02 * DIFFUSIVITY)


@pytest.mark.parametrize("coupling", [0.0, 0.5, 2.0])
def test_stress_map(coupling: float) -> None:
    check_stress_map(coupling, DILUTE if coupling else FICK)


@pytest.mark.parametrize(("law", "wrong"), [(SOLID_SOLUTION, 1.0), (FICK, 1.0), (DILUTE, 1.05)])
def test_stress_map_notices(law: tuple[PhysicsTerm, ...], wrong: float) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_stress_map(0.5, law, wrong)


@pytest.mark.parametrize("shape", ["sphere", "slab"])
def test_titration_pulse(shape: str) -> None:
    check_titration(shape)


def test_titration_pulse_notices_the_shape() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_titration("sphere", made_as="slab", power=1)


def test_titration_pulse_notices_the_length() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_titration("sphere", power=1)


@pytest.mark.parametrize("frequency", [0.1, 1.0, 10.0, 100.0])
def test_sinusoidal_flux(frequency: float) -> None:
    check_sinusoidal(frequency)


def test_sinusoidal_flux_notices_the_sign() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_sinusoidal(1.0, sign=1.0)


def test_sinusoidal_flux_notices_the_diffusivity() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_sinusoidal(10.0, diffusivity=1.02 * DIFFUSIVITY)
