"""Sum of the physics terms' flux coefficients, in the units of a scaled problem."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from particle_sim.materials.material import Material
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Flux, PhysicsTerm, Point, Potential
from particle_sim.units import Array


def potentials_of(terms: Sequence[PhysicsTerm]) -> frozenset[Potential]:
    """Parts of phi that some term reads."""
    return frozenset[Potential]().union(*(term.potentials for term in terms))


def flux_coefficients(
    terms: Sequence[PhysicsTerm], material: Material, scales: Scales, theta: Array
) -> Flux:
    """Sum of all terms' coefficients at points, scaled; zero mobility where no term has one."""
    point = Point(site_fraction=theta, temperature=scales.temperature)
    fluxes = [term.flux(point, material) for term in terms]
    mobilities = [(f.mobility, f.mobility_slope) for f in fluxes]
    mobility = [(b, s) for b, s in mobilities if b is not None and s is not None]
    nothing = np.zeros_like(theta)
    return Flux(
        diffusivity=sum((f.diffusivity for f in fluxes), nothing) / scales.diffusivity,
        diffusivity_slope=sum((f.diffusivity_slope for f in fluxes), nothing) / scales.diffusivity,
        mobility=sum((b for b, _ in mobility), nothing) / scales.mobility,
        mobility_slope=sum((s for _, s in mobility), nothing) / scales.mobility,
    )


def gradient_energy(terms: Sequence[PhysicsTerm], material: Material, scales: Scales) -> float:
    """k = kappa / (c_max R T L^2); 0 where no term reads it."""
    if Potential.GRADIENT_ENERGY not in potentials_of(terms):
        return 0.0
    kappa = material.value("gradient_coefficient")
    return kappa / (scales.concentration * scales.energy * scales.length**2)
