"""Diffusion driven by the open-circuit potential: self-diffusivity times thermodynamic factor."""

from __future__ import annotations

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.materials.material import Material
from particle_sim.transport.term import Flux, PhysicsTerm, Point
from particle_sim.units import Array

_DIFFERENCE = 1e-5


TAIL = 0.01
"""Part of the window at a cut-off whose potential is the tail of the form laid through a curve:
plateaus are fitted between the cut-offs with 99 % of the window inside."""


def thermodynamic_factor(site_fraction: Array, material: Material, temperature: float) -> Array:
    """TF(theta) = -(F/RT) y (1 - y) dU/dy, y the occupancy of the lattice; 1 for carriers without
    interactions.

    U is the measured potential. Where the window ends in an empty or a full lattice, y (1 - y)
    cancels the logarithm in U. Where it ends in between, the logarithm at its end is the form's
    and not the material's: TF stays at its value a ``TAIL`` from there.
    """
    lattice = material.lattice
    low, high = (
        TAIL if partly else _DIFFERENCE for partly in (lattice.empty > 0, lattice.full < 1)
    )
    inside = np.clip(site_fraction, low, 1 - high)
    slope = material.potential.slope(inside, temperature)
    return -FARADAY / (GAS_CONSTANT * temperature) * lattice.mobile(inside) * slope


def _flux(point: Point, material: Material) -> Flux:
    diffusivity = material["diffusivity"]
    theta = np.clip(point.site_fraction, 2 * _DIFFERENCE, 1 - 2 * _DIFFERENCE)
    temperature = point.temperature
    factor = thermodynamic_factor(theta, material, temperature)
    above = thermodynamic_factor(theta + _DIFFERENCE, material, temperature)
    below = thermodynamic_factor(theta - _DIFFERENCE, material, temperature)
    self_diffusivity = diffusivity(theta, temperature)
    return Flux(
        diffusivity=self_diffusivity * factor,
        diffusivity_slope=diffusivity.slope(theta, temperature) * factor
        + self_diffusivity * (above - below) / (2 * _DIFFERENCE),
    )


darken_diffusion = PhysicsTerm(
    name="darken_diffusion",
    law="Darken diffusion, N = -D_self TF(theta) grad c with TF from the open-circuit potential",
    flux=_flux,
    needs=frozenset({"diffusivity", "open_circuit_potential"}),
)
"""Reads the material's ``diffusivity`` as the *self*-diffusivity. Uses the measured potential, so
it stays diffusive (TF > 0) on plateaus; a two-phase front needs ``phase_separation``
(Darken, Trans. AIME 175 (1948) 184). The slope is a central difference in theta."""
