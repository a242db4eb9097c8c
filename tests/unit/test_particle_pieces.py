"""Pieces of the particle solver that a whole run can hide: each against its own formula."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.fem.mesh import Coordinates
from particle_sim.flux import SurfaceState
from particle_sim.materials.potential import Step
from particle_sim.particle.mechanics import Matrix, MechanicalBoundary
from particle_sim.particle.regions import Regions
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stability import UniformStability, uniform_stability
from particle_sim.transport.phase_separation import EDGE_ROUNDING, mobile_sodium
from particle_sim.transport.scales import Scales
from particle_sim.units import Array

RADIUS, FULL, DIFFUSIVITY = 1e-6, 2e4, 1e-14
STIFF = MechanicalBoundary(matrix=Matrix(youngs_modulus=1e12, poisson_ratio=0.3))


def material(**more: Any) -> ps.Material:
    return ps.material_from_values(
        maximum_concentration=FULL, diffusivity=DIFFUSIVITY, partial_molar_volume=3e-6, **more
    )


def held_in_a_matrix(filling: float) -> float:
    """Largest stress [Pa] of a particle, free of stress at 0.4, in a stiff matrix."""
    particle = ps.Particle(
        material=material(stress_free_concentration=0.4 * FULL),
        mesh=ps.shapes.sphere(RADIUS, cells=4),
        mechanics=STIFF,
    )
    still = ps.constant_flux(0.0, 1.0, initial_site_fraction=filling)
    return float(np.abs(ps.solve_particle(particle, still).stress).max())


def test_a_constrained_particle_at_its_stress_free_filling_has_no_stress() -> None:
    assert held_in_a_matrix(0.4) < 1.0
    assert held_in_a_matrix(0.5) > 1e6


def test_a_strain_without_its_reference_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(self: Regions, theta: Array) -> Array:
        return self.material["chemical_strain"](theta)[..., None]

    monkeypatch.setattr(Regions, "free_strain", whole)
    assert held_in_a_matrix(0.4) > 1e6


def kinked(tolerance: float) -> ParticleRun:
    """No flux for a long time, so that steps grow; then a ramp, whose rate does not jump."""
    unit = RADIUS**2 / DIFFUSIVITY
    surface = ps.SurfaceFlux(
        time=np.array([0.0, 99.0, 100.0, 100.02, 101.0]) * unit,
        flux=np.array([1e-9, 1e-9, 1e-9, 3e-6, 3e-6]),
        initial_site_fraction=0.5,
    )
    particle = ps.Particle(material=material(), mesh=ps.shapes.sphere(RADIUS, cells=12))
    return ps.solve_particle(particle, surface, tolerance=tolerance)


def test_a_step_too_long_for_a_kink_is_rejected_and_the_error_kept() -> None:
    coarse, fine = kinked(1e-4), kinked(1e-8)
    assert coarse.cost.rejected_steps > 0
    reach = float(np.ptp(fine.site_fraction[-1]))
    # a hundred steps at most, each within its tolerance
    assert np.abs(coarse.site_fraction[-1] - fine.site_fraction[-1]).max() < 1e-2 * reach


def stability_of(inner: float, chi: float = 3.0, radius: float = RADIUS) -> UniformStability:
    chosen = material(regular_solution_parameter=chi, gradient_coefficient=1e-10)
    scales = Scales(length=radius, diffusivity=DIFFUSIVITY, concentration=FULL, temperature=298.15)
    mesh = ps.shapes.sphere(radius, inner_radius=inner * radius, cells=4)
    assert mesh.coordinates is Coordinates.SPHERE
    found = uniform_stability((ps.physics.phase_separation,), chosen, scales, mesh)
    assert found is not None
    return found


@pytest.mark.parametrize(("inner", "slowest"), [(0.0, 4.4934), (0.5, 2 * math.pi)])
def test_the_longest_wave_fits_the_particle(inner: float, slowest: float) -> None:
    """j_1 vanishes at 4.4934 in a solid sphere; a wave fits a wall of 1/2 at k = 2 pi."""
    assert stability_of(inner).slowest == pytest.approx(slowest)


def test_growth_is_that_of_the_least_stable_filling_on_the_way() -> None:
    stability = stability_of(0.0)
    alone = stability.growth(np.array([0.5]))
    assert alone > 0
    assert stability.growth(np.array([0.02, 0.5, 0.98])) == pytest.approx(alone)
    assert stability.growth(np.array([0.02, 0.98])) == 0.0


def test_no_wave_grows_in_a_particle_smaller_than_its_boundary() -> None:
    """omega = k^2 D m (2 chi - 1/m - lambda^2 k^2), and the longest wave is k R = 4.4934."""
    m, chi = 0.25, 3.0
    per_square = 1e-10 / (FULL * GAS_CONSTANT * 298.15)
    critical = 4.4934 * math.sqrt(per_square / (2 * chi - 1 / m))
    below, above = (stability_of(0.0, radius=f * critical) for f in (0.98, 1.02))
    half = np.array([0.5])
    assert below.growth(half) == 0.0
    assert above.growth(half) > 0.0


def test_the_corner_between_two_plateaus_is_rounded() -> None:
    """The cubic through +- e with values v and slopes s has (v_0 + v_1)/2 + e (s_0 - s_1)/4."""
    share, e = 0.5, EDGE_ROUNDING
    steps = (Step(start=0.0, share=share), Step(start=share, share=share))
    y = e / share
    value, slope = y * (1 - y), (1 - 2 * y) / share
    expected = value - 2 * e * slope / 4
    (mixing, mixing_slope), (mobile, _) = mobile_sodium(np.array([share]), steps)
    assert mixing[0] == pytest.approx(expected, rel=1e-12)
    assert mobile[0] == pytest.approx(share * expected, rel=1e-12)
    assert mixing_slope[0] == pytest.approx(0.0, abs=1e-12)
    assert expected > 0.4 * value  # a sharp corner has 0


def test_stress_acts_on_kinetics_unless_told_otherwise() -> None:
    """phi shifts the potential of equilibrium by -phi/F, so N = 2 j0/F sinh(phi/(2 R T))."""
    phi = 100.0
    chosen = material(exchange_current_density=0.1, open_circuit_potential=3.4)
    state = SurfaceState(
        time=0.0, piece=(0.0, 1.0), site_fraction=np.array(0.5), potential=np.array(phi)
    )
    held = ps.surface.ButlerVolmer(
        material=chosen, voltage=3.4, duration=1.0, initial_site_fraction=0.5
    )
    expected = 2 * 0.1 / FARADAY * math.sinh(phi / (2 * GAS_CONSTANT * 298.15))
    assert float(held.respond(state).flux) == pytest.approx(expected, rel=1e-9)
    shared = ps.surface.Galvanostatic(
        material=chosen, total=ps.constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    )
    assert float(shared.respond(state).potential_slope) > 0


def test_a_surface_that_is_never_in_tension_has_the_tension_0() -> None:
    particle = ps.Particle(
        material=material(),
        mesh=ps.shapes.sphere(RADIUS, cells=4),
        mechanics=MechanicalBoundary(pressure=1e9),
    )
    run = ps.solve_particle(particle, ps.constant_flux(0.0, 1.0, initial_site_fraction=0.0))
    assert run.first_principal_stress.max() < -0.9e9
    assert ps.metrics.surface_tension(run) == 0.0


def test_lame_s_hollow_sphere() -> None:
    """sigma_theta(r) = (p_i a^3 (1 + b^3/2 r^3) - p_o b^3 (1 + a^3/2 r^3))/(b^3 - a^3)."""
    a, b, inner, outer = 0.4 * RADIUS, RADIUS, 3e6, 1e6
    particle = ps.Particle(
        material=material(),
        mesh=ps.shapes.sphere(b, inner_radius=a, cells=60),
        mechanics=MechanicalBoundary(pressure=outer, inner_pressure=inner),
    )
    run = ps.solve_particle(particle, ps.constant_flux(0.0, 1.0, initial_site_fraction=0.0))
    own, other = inner * a**3, outer * b**3
    hoop = [own * (1 + b**3 / 2 / r**3) - other * (1 + a**3 / 2 / r**3) for r in (a, b)]
    ends = np.array(hoop) / (b**3 - a**3)
    close = 1e-3 * inner  # (1/60)^2 of the larger pressure
    assert run.stress[0, [0, -1], 1] == pytest.approx(ends, abs=close)
    assert run.stress[0, [0, -1], 0] == pytest.approx([-inner, -outer], abs=close)


@pytest.mark.parametrize(("shape", "bends"), [(ps.shapes.sphere, 2), (ps.shapes.cylinder, 1)])
def test_surface_stress_presses_with_the_curvature(shape: Any, bends: int) -> None:
    """Young and Laplace: sigma_r = -tau (1/R_1 + 1/R_2)."""
    particle = ps.Particle(
        material=material(),
        mesh=shape(RADIUS, cells=8),
        mechanics=MechanicalBoundary(surface_stress=1.0),
    )
    run = ps.solve_particle(particle, ps.constant_flux(0.0, 1.0, initial_site_fraction=0.0))
    assert run.stress[0, -1, 0] == pytest.approx(-bends * 1.0 / RADIUS, rel=1e-3)
