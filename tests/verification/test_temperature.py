"""One temperature everywhere: closed forms at 278, 298.15 and 318 K.

An ideal solution, U = U_0 - (R T/F) ln(theta/(1 - theta)), has the thermodynamic factor 1 at every
temperature; a potential left at 298.15 K would give 298.15/T, 1.07 at 278 K.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.balance import rest_state
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.errors import InputError
from particle_sim.flux import SurfaceState
from particle_sim.materials.material import Material
from particle_sim.materials.potential import Plateau, PlateauPotential
from particle_sim.materials.property import assumed
from particle_sim.transport.darken_diffusion import thermodynamic_factor
from particle_sim.transport.homogeneous import homogeneous_slope
from particle_sim.transport.kinetics import butler_volmer, electrode_potential
from particle_sim.units import Array

TEMPERATURES = [278.0, 298.15, 318.0]
THETA = np.linspace(0.02, 0.98, 49)
RADIUS, BARRIER = 1e-6, 4e4


def ideal(chi: float = 0.0) -> Material:
    made = ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=1e-15,
        open_circuit_potential=3.4,
        exchange_current_density=0.1,
        regular_solution_parameter=chi,
    )
    warm = dataclasses.replace(made["exchange_current_density"], activation_energy=BARRIER)
    return made.replaced(exchange_current_density=warm)


def volt(temperature: float) -> float:
    return GAS_CONSTANT * temperature / FARADAY


def exchange(theta: Array, temperature: float) -> Array:
    arrhenius = np.exp(-BARRIER / GAS_CONSTANT * (1 / temperature - 1 / 298.15))
    return np.asarray(0.1 * 2 * np.sqrt(theta * (1 - theta)) * arrhenius)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_an_ideal_solution_has_the_factor_1(temperature: float) -> None:
    factor = thermodynamic_factor(THETA, ideal(), temperature)
    assert factor == pytest.approx(1.0, abs=1e-10)


def test_a_potential_at_another_temperature_has_not() -> None:
    """The sabotage: the slope of 298.15 K in a factor of 278 K."""
    slope = ideal().potential.slope(THETA)
    factor = -FARADAY / (GAS_CONSTANT * 278.0) * THETA * (1 - THETA) * slope
    assert factor == pytest.approx(298.15 / 278.0, abs=1e-10)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_a_plateau_is_as_wide_as_the_thermal_voltage(temperature: float) -> None:
    wide = PlateauPotential((Plateau(voltage=3.4, share=1.0, width=0.5),))
    step = np.array([3.4 - 0.5 * volt(temperature), 3.4, 3.4 + 0.5 * volt(temperature)])
    expected = 1 / (1 + np.exp([-1.0, 0.0, 1.0]))
    assert wide.filling(step, temperature) == pytest.approx(expected, abs=1e-12)
    assert wide(expected, temperature) == pytest.approx(step, abs=1e-12)
    two = PlateauPotential((wide.plateaus[0],) * 2)
    halves = PlateauPotential(tuple(dataclasses.replace(p, share=0.5) for p in two.plateaus))
    assert halves(expected, temperature) == pytest.approx(step, abs=1e-12)
    assert halves.slope(expected, temperature) == pytest.approx(
        -0.5 * volt(temperature) / (expected * (1 - expected)), rel=1e-9
    )


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_kinetics_have_the_slope_of_their_temperature(temperature: float) -> None:
    """dN/dV = j0(T)/(R T) in equilibrium, and V = U + (2 R T/F) asinh(N F/(2 j0))."""
    theta, flux = np.array([0.3, 0.5, 0.8]), 3e-6
    rest = 3.4 - volt(temperature) * np.log(theta / (1 - theta))
    state = SurfaceState(time=0.0, piece=(0.0, 1.0), site_fraction=theta, potential=np.zeros(3))
    for point in range(3):
        answer = butler_volmer(
            ideal(), state, float(rest[point]), temperature, stress_in_kinetics=True
        )
        expected = exchange(theta, temperature)[point] / (GAS_CONSTANT * temperature)
        assert np.broadcast_to(answer.flux, 3)[point] == pytest.approx(0.0, abs=1e-15)
        assert np.broadcast_to(answer.voltage_slope, 3)[point] == pytest.approx(expected, rel=1e-9)
    over = 2 * volt(temperature) * np.arcsinh(flux * FARADAY / (2 * exchange(theta, temperature)))
    taken = electrode_potential(
        ideal(), theta, np.zeros(3), np.full(3, flux), temperature, separates=False
    )
    assert taken == pytest.approx(rest + over, abs=1e-12)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_the_spinodal_lies_where_the_slope_of_the_energy_turns(temperature: float) -> None:
    """y (1 - y) = 1/(2 chi); in the middle dU/dtheta = (R T/F)(2 chi - 4)."""
    chi = 3.0
    edge = 0.5 - np.sqrt(0.25 - 1 / (2 * chi))
    slopes = homogeneous_slope(ideal(chi), np.array([edge, 0.5]), temperature)
    expected = [0.0, volt(temperature) * (2 * chi - 4)]
    assert slopes == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_an_ideal_solution_diffuses_by_fick_at_every_temperature(temperature: float) -> None:
    surface = ps.constant_flux(
        2e4 * RADIUS / 3 / 3600, 900.0, initial_site_fraction=0.6, temperature=temperature
    )
    runs = [
        ps.solve_particle(
            ps.Particle(material=ideal(), mesh=ps.shapes.sphere(RADIUS, cells=8), physics=(term,)),
            surface,
            times=[300.0],
            tolerance=1e-6,
        )
        for term in (ps.physics.darken_diffusion, ps.physics.fickian_diffusion)
    ]
    ends = [run.site_fraction[-1] for run in runs]
    # both steppers keep 1e-6; a factor of 298.15/T would move the profile by 1e-2 of its span
    assert np.abs(ends[0] - ends[1]).max() < 1e-5 * np.ptp(ends[1])


def cell_of(material: Material) -> Cell:
    return ps.half_cell(material, radial_points=10)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_a_cell_and_its_particle_share_the_temperature(temperature: float) -> None:
    """At 1/1000 C the cell's voltage is that of an ideal solution; 20 K move it by 4 mV."""
    material = ps.load_material("he_v")
    law = dataclasses.replace(
        material["open_circuit_potential"], function=ideal().potential, magnitude=3.4
    )
    inside = assumed("lower_voltage", 3.2, "V")  # theta 0.9995
    cell = cell_of(material.replaced(open_circuit_potential=law, lower_voltage=inside))
    run = ps.solve_cell(cell, ps.protocols.discharge(1e-3), temperature=temperature)
    assert run.positive.surface_flux.temperature == temperature
    theta = run.positive.surface_site_fraction
    chosen = (theta > 0.1) & (theta < 0.9)
    expected = 3.4 - volt(temperature) * np.log(theta / (1 - theta))
    # what is left is the polarisation, 5e-4 V at this rate
    assert run.voltage[chosen] == pytest.approx(expected[chosen], abs=1e-3)
    given = pybamm_parameters(cell, import_pybamm(), filling=0.5, temperature=temperature)
    for name in ("Ambient", "Initial", "Reference"):
        assert given[f"{name} temperature [K]"] == temperature


def test_a_cell_in_the_cold_rests_elsewhere() -> None:
    """Near a plateau the filling at a voltage follows 1/(1 + exp((V - U) F/(w R T)))."""
    cell, voltage = cell_of(ps.load_material("he_v")), 3.3
    potential = cell.material.potential
    assert isinstance(potential, PlateauPotential)
    for temperature in TEMPERATURES:
        thermal = volt(temperature)
        expected = sum(
            p.share / (1 + np.exp((voltage - p.voltage) / (p.width * thermal)))
            for p in potential.plateaus
        )
        taken = rest_state(cell, voltage, temperature).positive
        assert taken == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_the_cells_exchange_current_is_the_particles(temperature: float) -> None:
    material = ps.load_material("he_v")
    warm = dataclasses.replace(material["exchange_current_density"], activation_energy=BARRIER)
    cell = cell_of(material.replaced(exchange_current_density=warm))
    values = pybamm_parameters(cell, import_pybamm(), filling=0.5, temperature=temperature)
    law = values["Positive electrode exchange-current density [A.m-2]"]
    salt = cell.design.value("salt_concentration")
    taken = law(salt, 0.3, 1.0, temperature)
    assert taken == pytest.approx(float(warm(np.array(0.3), temperature)), rel=1e-12)


def test_a_particle_has_one_temperature() -> None:
    outer, inner = (
        ps.constant_flux(1e-9, 1.0, initial_site_fraction=0.5, temperature=t) for t in (298.0, 310)
    )
    mesh = ps.shapes.sphere(RADIUS, inner_radius=0.5 * RADIUS, cells=4)
    with pytest.raises(InputError, match=r"temperatures \[298.0, 310\] K"):
        ps.solve_particle(ps.Particle(material=ideal(), mesh=mesh), outer, inner_surface=inner)
