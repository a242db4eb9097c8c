"""Coefficients of the flux at points, against closed forms at the reference temperature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim import transport
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.materials.functions import LinearTable
from particle_sim.materials.material import Material
from particle_sim.materials.potential import Plateau, PlateauPotential, TabulatedPotential
from particle_sim.metrics.free_energy import chemical_energy_history
from particle_sim.transport.coefficients import gradient_energy
from particle_sim.transport.darken_diffusion import thermodynamic_factor
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Flux, PhysicsTerm, Point
from particle_sim.units import Array

T = 298.15
THETA = np.array([0.05, 0.3, 0.5, 0.9])


def with_potential(potential: PlateauPotential | TabulatedPotential) -> Material:
    material = ps.load_material("nvp")
    known = replace(material["open_circuit_potential"], function=potential)
    return material.replaced(open_circuit_potential=known)


def coefficients(term: PhysicsTerm, material: Material, theta: Array) -> Flux:
    return term.flux(Point(site_fraction=theta, temperature=T), material)


@pytest.mark.parametrize("width", [0.4, 1.0, 2.5])
def test_one_plateau_multiplies_the_diffusivity_by_its_width(width: float) -> None:
    """U = V - w R T/F ln(theta/(1 - theta)): -(F/RT) theta (1 - theta) dU/dtheta = w."""
    material = with_potential(PlateauPotential((Plateau(voltage=3.4, share=1.0, width=width),)))
    assert thermodynamic_factor(THETA, material, T) == pytest.approx(width, rel=1e-6)
    flux = coefficients(transport.darken_diffusion, material, THETA)
    own = material["diffusivity"](THETA, T)
    assert flux.diffusivity == pytest.approx(width * own, rel=1e-6)


def test_a_bent_potential_bends_the_diffusivity() -> None:
    """A table falling by s per filling: D_self (F/RT) s theta (1 - theta), slope (1 - 2 theta)."""
    material = with_potential(TabulatedPotential((0.0, 1.0), (4.0, 3.0)))
    flux = coefficients(transport.darken_diffusion, material, THETA)
    own = material["diffusivity"](THETA, T) * FARADAY / (GAS_CONSTANT * T)
    assert flux.diffusivity == pytest.approx(own * THETA * (1 - THETA), rel=1e-6)
    assert flux.diffusivity_slope == pytest.approx(own * (1 - 2 * THETA), abs=1e-4 * own.max())


@pytest.mark.parametrize("term", [transport.phase_separation, transport.coherent_phase_separation])
def test_separation_is_a_regular_solution_plateau_by_plateau(term: PhysicsTerm) -> None:
    """D (1 - 2 chi y (1 - y)) and D c_max/(R T) s y (1 - y), y = (theta - start)/s."""
    material = ps.load_material("nvp")
    chi, full = material.value("regular_solution_parameter"), material.maximum_concentration
    for step in material.steps:
        y = np.array([0.1, 0.35, 0.5, 0.8])
        theta = step.start + step.share * y
        flux = coefficients(term, material, theta)
        own = material["diffusivity"](theta, T)
        assert flux.diffusivity == pytest.approx(own * (1 - 2 * chi * y * (1 - y)))
        mobile = step.share * y * (1 - y)
        assert flux.mobility == pytest.approx(own * full / (GAS_CONSTANT * T) * mobile)


def test_stress_drift_goes_with_full_and_empty_sites() -> None:
    """B = D c_max theta (1 - theta)/(R T), with the slope of D where D varies."""
    given = ps.load_material("nvp")
    size = given.value("diffusivity")
    varying = replace(given["diffusivity"], function=LinearTable((0.0, 1.0), (size, 3 * size)))
    material = given.replaced(diffusivity=varying)
    flux = coefficients(transport.stress_drift, material, THETA)
    own = material["diffusivity"](THETA, T)
    scale = material.maximum_concentration / (GAS_CONSTANT * T)
    assert flux.mobility == pytest.approx(scale * own * THETA * (1 - THETA))
    step = 1e-6
    ends = [
        coefficients(transport.stress_drift, material, THETA + s).mobility for s in (-step, step)
    ]
    assert ends[0] is not None
    assert ends[1] is not None
    slope = (ends[1] - ends[0]) / (2 * step)
    assert flux.mobility_slope == pytest.approx(slope, rel=1e-6, abs=1e-6 * np.abs(slope).max())


KAPPA, LENGTH = 5e-10, 2e-7


def separating(kappa: float) -> Material:
    return ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=1e-15,
        open_circuit_potential=3.4,
        regular_solution_parameter=2.6,
        gradient_coefficient=kappa,
    )


def test_gradient_energy_is_scaled_by_the_length_squared() -> None:
    """k = kappa/(c_max R T L^2)."""
    scales = Scales(length=LENGTH, diffusivity=1e-15, concentration=2e4, temperature=T)
    found = gradient_energy((transport.phase_separation,), separating(KAPPA), scales)
    assert found == pytest.approx(KAPPA / (2e4 * GAS_CONSTANT * T * LENGTH**2))


def energy_of_a_ramp(kappa: float) -> float:
    """Chemical energy [J/m2] of a slab whose filling rises by 0.2 from face to face."""
    particle = ps.Particle(
        material=separating(kappa),
        mesh=ps.shapes.slab(LENGTH, cells=4),
        physics=(ps.physics.phase_separation,),
    )
    run = ps.solve_particle(particle, ps.constant_flux(0.0, 1.0, initial_site_fraction=0.0))
    nodes = run.radius
    ramp = 0.4 + 0.2 * (nodes - nodes[0]) / (nodes[-1] - nodes[0])
    ramped = replace(run, site_fraction=np.repeat(ramp[None], len(run.time), axis=0))
    return float(chemical_energy_history(ramped)[0])


def test_gradient_energy_of_a_ramp() -> None:
    """kappa/2 (0.2/L)^2 L per area, the difference that kappa makes."""
    found = energy_of_a_ramp(2 * KAPPA) - energy_of_a_ramp(KAPPA)
    assert found == pytest.approx(0.5 * KAPPA * 0.2**2 / LENGTH, rel=1e-6)
