"""Stress-driven flux added to Fick's law, for a solid solution and in the dilute limit."""

from __future__ import annotations

import numpy as np

from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.material import Material
from particle_sim.transport.term import Flux, PhysicsTerm, Point, Potential
from particle_sim.units import Array


def _drift(point: Point, material: Material, occupancy: Array, slope: Array) -> Flux:
    diffusivity = material["diffusivity"]
    value = diffusivity(point.site_fraction, point.temperature)
    scale = material.maximum_concentration / (GAS_CONSTANT * point.temperature)
    change = diffusivity.slope(point.site_fraction, point.temperature)
    nothing = np.zeros_like(value)
    return Flux(
        diffusivity=nothing,
        diffusivity_slope=nothing,
        mobility=scale * value * occupancy,
        mobility_slope=scale * (value * slope + change * occupancy),
    )


def _solid_solution(point: Point, material: Material) -> Flux:
    theta = point.site_fraction
    return _drift(point, material, theta * (1 - theta), 1 - 2 * theta)


def _dilute(point: Point, material: Material) -> Flux:
    theta = point.site_fraction
    return _drift(point, material, theta, np.ones_like(theta))


stress_drift = PhysicsTerm(
    name="stress_drift",
    law="solid-solution stress drift, N += D c (1 - theta) / (RT) Omega grad sigma_h",
    flux=_solid_solution,
    potentials=frozenset({Potential.STRESS}),
)
"""Two-way coupling for an ideal solid solution (thermodynamic factor 1). For uniform elastic
constants it equals D (1 + k c (1 - theta)) with k = 2 Omega^2 E / (9 R T (1 - nu))."""

dilute_stress_drift = PhysicsTerm(
    name="dilute_stress_drift",
    law="dilute stress drift, N += D c / (RT) Omega grad sigma_h",
    flux=_dilute,
    potentials=frozenset({Potential.STRESS}),
)
"""The dilute limit used by Zhang, Shyy & Sastry, J. Electrochem. Soc. 154 (2007) A910, eq. 9:
equals D (1 + k c) with c absolute; it overstates the coupling as the sites fill."""
