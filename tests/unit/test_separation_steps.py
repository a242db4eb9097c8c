"""However slowly a particle is charged, its phases part: no step is longer than their growth."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.constants import GAS_CONSTANT
from particle_sim.fem.mesh import Mesh
from particle_sim.particle import accuracy
from particle_sim.particle.discretise import discretised
from particle_sim.particle.stability import SLOWEST_WAVE, UNIFORM, uniform_stability

RADIUS, CONCENTRATION, DIFFUSIVITY, CHI, GRADIENT = 5e-8, 2e4, 1e-16, 2.6, 2e-10


def material(chi: float = CHI) -> ps.Material:
    return ps.material_from_values(
        maximum_concentration=CONCENTRATION,
        diffusivity=DIFFUSIVITY,
        regular_solution_parameter=chi,
        gradient_coefficient=GRADIENT,
    )


def particle(chi: float = CHI) -> ps.Particle[Mesh]:
    mesh = ps.shapes.sphere(RADIUS, cells=24, grading=1.0)
    return ps.Particle(material=material(chi), mesh=mesh, physics=[ps.physics.phase_separation])


def span_half_way(hours: float, chi: float = CHI) -> float:
    """Largest difference of filling in a particle that has lost half of its sodium."""
    duration = 3600 * hours
    run = ps.solve_particle(
        particle(chi),
        ps.constant_flux(
            0.48 * CONCENTRATION * RADIUS / 3 / duration, duration, initial_site_fraction=0.98
        ),
        tolerance=1e-3,
    )
    return float(np.ptp(run.site_fraction[-1]))


def test_phases_part_however_slowly() -> None:
    day, century = span_half_way(24.0), span_half_way(24.0 * 36500)
    assert day > 0.5
    assert century == pytest.approx(day, abs=0.01)


def test_without_the_limit_slow_particles_stay_uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding that such steps raise is all there is of a wave; how much differs by processor."""
    monkeypatch.setattr(accuracy, "uniform_stability", lambda *_: None)
    assert span_half_way(24.0 * 36500) < UNIFORM


def test_a_solid_solution_stays_uniform() -> None:
    assert span_half_way(24.0 * 36500, chi=1.9) < 1e-3


def test_growth_is_cahn_s() -> None:
    """D y (1-y) (-f'' k^2 - lambda^2 k^4) with f'' = 1/(y (1-y)) - 2 chi, at the fastest k."""
    system = discretised(
        particle(), {"surface": ps.constant_flux(1e-9, 1.0, initial_site_fraction=0.5)}
    )
    mesh = system.particle.radial_mesh
    stability = uniform_stability(
        tuple(system.particle.physics), system.material, system.scales, mesh
    )
    assert stability is not None
    filling = 0.45
    mixing = filling * (1 - filling)
    curvature = 1 / mixing - 2 * CHI
    length2 = GRADIENT / (GAS_CONSTANT * system.scales.temperature * CONCENTRATION)
    slowest = SLOWEST_WAVE[mesh.coordinates] / RADIUS
    square = max(-curvature / (2 * length2), slowest**2)
    expected = DIFFUSIVITY * mixing * (-curvature * square - length2 * square**2)
    assert expected > 0
    assert stability.growth(np.array([filling])) / system.scales.time == pytest.approx(expected)
    assert stability.growth(np.array([0.9])) == 0
