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


EMPTY, FULL = 0.25, 3.639 / 4
OCCUPANCY = EMPTY + (FULL - EMPTY) * THETA
"""Na1 to Na3.639 on four sites."""
MOBILE = OCCUPANCY * (1 - OCCUPANCY) / (FULL - EMPTY)


def with_potential(potential: PlateauPotential | TabulatedPotential, name: str = "nvp") -> Material:
    material = ps.load_material(name)
    known = replace(material["open_circuit_potential"], function=potential)
    return material.replaced(open_circuit_potential=known)


def coefficients(term: PhysicsTerm, material: Material, theta: Array) -> Flux:
    return term.flux(Point(site_fraction=theta, temperature=T), material)


@pytest.mark.parametrize("width", [0.4, 1.0, 2.5])
def test_one_plateau_multiplies_the_diffusivity_by_its_width(width: float) -> None:
    """U = V - w R T/F ln(theta/(1 - theta)) on a whole lattice: -(F/RT) y (1 - y) dU/dy = w."""
    plateau = PlateauPotential((Plateau(voltage=3.4, share=1.0, width=width),))
    material = ps.material_from_values(
        maximum_concentration=2e4, diffusivity=1e-15, open_circuit_potential=plateau
    )
    assert thermodynamic_factor(THETA, material, T) == pytest.approx(width, rel=1e-6)
    flux = coefficients(transport.darken_diffusion, material, THETA)
    own = material["diffusivity"](THETA, T)
    assert flux.diffusivity == pytest.approx(width * own, rel=1e-6)


def test_carriers_without_interactions_diffuse_alike_in_any_window() -> None:
    """U = V - R T/F ln(y/(1 - y)) in NVP's window, as a table: the factor is 1."""
    theta = np.linspace(0, 1, 4001)
    y = EMPTY + (FULL - EMPTY) * theta
    curve = 3.4 - GAS_CONSTANT * T / FARADAY * np.log(y / (1 - y))
    material = with_potential(TabulatedPotential(tuple(theta), tuple(curve)))
    assert thermodynamic_factor(THETA, material, T) == pytest.approx(1, rel=1e-3)
    filling = thermodynamic_factor(THETA, material, T) / MOBILE * THETA * (1 - THETA)
    assert np.abs(filling - 1).max() > 0.3


def test_the_factor_of_a_wall_inside_the_lattice_stays_at_that_of_the_last_hundredth() -> None:
    """O3 with one site: its window ends half full, so m/(theta (1 - theta)) of a plateau of width w
    would grow beyond all bounds; at the full end the lattice is full, and the factor stays w.
    """
    width = 0.8
    plateau = PlateauPotential((Plateau(voltage=3.4, share=1.0, width=width),))
    material = with_potential(plateau, "he_o3_li2024")
    theta = np.array([0.0, 0.002, 0.01, 0.4, 1 - 1e-4])
    held = np.array([0.01, 0.01, 0.01, 0.4, 1 - 1e-4])
    y = 0.4978 + 0.5022 * held
    expected = width * y * (1 - y) / 0.5022 / (held * (1 - held))
    assert thermodynamic_factor(theta, material, T) == pytest.approx(expected, rel=1e-6)


def test_a_bent_potential_bends_the_diffusivity() -> None:
    """A table falling by s per filling: D_self (F/RT) s m, m = y (1 - y)/(full - empty)."""
    material = with_potential(TabulatedPotential((0.0, 1.0), (4.0, 3.0)))
    flux = coefficients(transport.darken_diffusion, material, THETA)
    own = material["diffusivity"](THETA, T) * FARADAY / (GAS_CONSTANT * T)
    assert flux.diffusivity == pytest.approx(own * MOBILE, rel=1e-6)
    assert flux.diffusivity_slope == pytest.approx(own * (1 - 2 * OCCUPANCY), abs=1e-4 * own.max())


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
    """B = D c_max m/(R T), with the slope of D where D varies; dilute: all carriers, y."""
    given = ps.load_material("nvp")
    size = given.value("diffusivity")
    varying = replace(given["diffusivity"], function=LinearTable((0.0, 1.0), (size, 3 * size)))
    material = given.replaced(diffusivity=varying)
    flux = coefficients(transport.stress_drift, material, THETA)
    own = material["diffusivity"](THETA, T)
    scale = material.maximum_concentration / (GAS_CONSTANT * T)
    assert flux.mobility == pytest.approx(scale * own * MOBILE)
    dilute = coefficients(transport.dilute_stress_drift, material, THETA)
    assert dilute.mobility == pytest.approx(scale * own * OCCUPANCY / (FULL - EMPTY))
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
