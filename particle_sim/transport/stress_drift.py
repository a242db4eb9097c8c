"""Stress-driven flux added to Fick's law, for a solid solution and in the dilute limit.

Carriers move from full to vacant sites of the lattice, so the mobility counts both, with y the
occupancy (:mod:`particle_sim.materials.lattice`) and c_max = (x_max - x_min)/V_m:

    B = D c_max m/(R T),    m = y (1 - y) x_sites/(x_max - x_min);    dilute: without (1 - y).
"""

from __future__ import annotations

import numpy as np

from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.material import Material
from particle_sim.transport.term import Flux, PhysicsTerm, Point, Potential
from particle_sim.units import Array


def _drift(point: Point, material: Material, mobile: Array, slope: Array) -> Flux:
    diffusivity = material["diffusivity"]
    value = diffusivity(point.site_fraction, point.temperature)
    scale = material.maximum_concentration / (GAS_CONSTANT * point.temperature)
    change = diffusivity.slope(point.site_fraction, point.temperature)
    nothing = np.zeros_like(value)
    return Flux(
        diffusivity=nothing,
        diffusivity_slope=nothing,
        mobility=scale * value * mobile,
        mobility_slope=scale * (value * slope + change * mobile),
    )


def _solid_solution(point: Point, material: Material) -> Flux:
    theta, lattice = point.site_fraction, material.lattice
    return _drift(point, material, lattice.mobile(theta), lattice.mobile_slope(theta))


def _dilute(point: Point, material: Material) -> Flux:
    theta, lattice = point.site_fraction, material.lattice
    carriers = lattice.occupancy(theta) / lattice.window
    return _drift(point, material, carriers, np.ones_like(theta))


stress_drift = PhysicsTerm(
    name="stress_drift",
    law="solid-solution stress drift, N += D c_sites y (1 - y) / (RT) Omega grad sigma_h",
    flux=_solid_solution,
    potentials=frozenset({Potential.STRESS}),
)
"""Two-way coupling for an ideal solid solution (thermodynamic factor 1). In a free sphere with
uniform elastic constants it equals Fick's law with D (1 + k m), k = 2 Omega^2 E c_max/(9 R T (1 -
nu)); where x_min = 0 and x_max = x_sites, k m = k theta (1 - theta)."""

dilute_stress_drift = PhysicsTerm(
    name="dilute_stress_drift",
    law="dilute stress drift, N += D c_lattice / (RT) Omega grad sigma_h",
    flux=_dilute,
    potentials=frozenset({Potential.STRESS}),
)
"""The dilute limit used by Zhang, Shyy & Sastry, J. Electrochem. Soc. 154 (2007) A910, eq. 9:
equals D (1 + 2 Omega^2 E c/(9 R T (1 - nu))) with c = y x_sites/V_m all carriers of the lattice,
those below x_min too; it overstates the coupling as the sites fill."""
