"""The homogeneous potential is the slope of its free energy, and flattens to the measured plateau.

Regular solution, plateau by plateau; the common tangent of a symmetric regular solution is the
plateau voltage itself.
"""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.errors import InputError
from particle_sim.materials.potential import TabulatedPotential
from particle_sim.metrics.free_energy import chemical_energy_history, free_energy_history
from particle_sim.metrics.particle_voltage import particle_voltage_history
from particle_sim.transport.homogeneous import (
    homogeneous_energy,
    homogeneous_potential,
    homogeneous_slope,
)

T = 298.15
INSIDE = np.array([0.05, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.98])


def check_slope(chi_factor: float) -> None:
    material = ps.load_material("nvp")
    chi = material.value("regular_solution_parameter")
    other = material.replaced(
        regular_solution_parameter=material["regular_solution_parameter"].with_magnitude(
            chi * chi_factor
        )
    )
    step = 1e-6
    rise = homogeneous_energy(material, INSIDE + step, T)
    rise = (rise - homogeneous_energy(material, INSIDE - step, T)) / (2 * step)
    expected = -FARADAY * homogeneous_potential(other, INSIDE, T)
    np.testing.assert_allclose(rise, expected, rtol=1e-7)


def test_potential_is_the_slope_of_the_energy() -> None:
    check_slope(1.0)


def test_a_wrong_interaction_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_slope(1.02)


def test_slope_of_the_potential_is_its_derivative() -> None:
    material, step = ps.load_material("nvp"), 1e-6
    rise = homogeneous_potential(material, INSIDE + step, T)
    rise = (rise - homogeneous_potential(material, INSIDE - step, T)) / (2 * step)
    np.testing.assert_allclose(homogeneous_slope(material, INSIDE, T), rise, rtol=1e-6)


def test_middle_of_a_plateau_shows_its_voltage_and_the_curve_is_not_monotonic() -> None:
    material = ps.load_material("nvp")
    first = material.steps[0]
    middle = np.array([first.start + first.share / 2])
    assert homogeneous_potential(material, middle, T) == pytest.approx([3.37])
    theta = np.linspace(first.start + 0.1, first.start + first.share - 0.1, 50)
    assert np.any(np.diff(homogeneous_potential(material, theta, T)) > 0)
    spread = GAS_CONSTANT * T / FARADAY
    low = homogeneous_potential(material, middle - first.share / 4, T)[0]
    assert low - 3.37 == pytest.approx(spread * (np.log(3) - 3.0 * 0.5), rel=1e-6)


def test_a_table_has_no_homogeneous_potential() -> None:
    material = ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=1e-15,
        open_circuit_potential=TabulatedPotential((0.0, 1.0), (4.0, 3.0)),
    )
    with pytest.raises(InputError, match="plateaus"):
        homogeneous_potential(material, INSIDE, T)


def test_energy_of_a_closed_particle_falls_and_its_voltage_settles() -> None:
    kappa, c_max = 5e-11, 2e4
    material = ps.material_from_values(
        maximum_concentration=c_max,
        diffusivity=1e-16,
        partial_molar_volume=1e-6,
        regular_solution_parameter=2.8,
        gradient_coefficient=kappa,
        open_circuit_potential=3.4,
    )
    mesh = ps.shapes.slab(2e-8, cells=40, grading=1.0)
    particle = ps.Particle(
        material=material, mesh=mesh, physics=[ps.physics.coherent_phase_separation]
    )
    nodes = np.linspace(0, 1, 81)
    run = ps.solve_particle(
        particle,
        ps.constant_flux(0.0, 200.0, initial_site_fraction=0.5),
        initial_site_fraction=0.5 + 0.02 * np.cos(np.pi * nodes),
        tolerance=1e-5,
    )
    energy = free_energy_history(run)
    fallen = energy[0] - energy[-1]
    assert fallen > 0
    assert np.diff(energy).max() < 1e-6 * fallen
    assert chemical_energy_history(run)[-1] < chemical_energy_history(run)[0]
    assert particle_voltage_history(run)[-1] == pytest.approx(3.4, abs=2e-3)
