"""A particle held at a potential: symmetric Butler-Volmer kinetics, stress included."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.materials.material import Material
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class ButlerVolmer:
    """Potentiostatic hold at ``voltage`` [V vs the carrier's metal].

    N F = 2 j0(theta_s) sinh(F (V - U_eff) / (2 R T)),   U_eff = U(theta_s) - phi_s / F,

    positive out of the particle (oxidation). phi = -Omega sigma_h, so tension raises U_eff. With
    ``stress_in_kinetics`` false, phi is left out of U_eff (but not of the diffusion).
    """

    material: Material
    voltage: float
    duration: float
    initial_site_fraction: float
    stress_in_kinetics: bool = True
    temperature: float = REFERENCE_TEMPERATURE

    @property
    def breaks(self) -> Array:
        return np.array([0.0, self.duration])

    @property
    def held_site_fraction(self) -> None:
        return None

    @property
    def largest(self) -> float:
        return math.inf

    def respond(self, state: SurfaceState) -> SurfaceResponse:
        theta = np.array(min(max(state.site_fraction, 1e-9), 1 - 1e-9))
        thermal = 2 * GAS_CONSTANT * self.temperature / FARADAY
        exchange = self.material["exchange_current_density"]
        j0, j0_slope = float(exchange(theta)), float(exchange.slope(theta))
        phi = state.potential if self.stress_in_kinetics else 0.0
        overpotential = self.voltage - float(self.material.potential(theta)) + phi / FARADAY
        driving, rise = math.sinh(overpotential / thermal), math.cosh(overpotential / thermal)
        fall = -float(self.material.potential.slope(theta)) / thermal
        return SurfaceResponse(
            flux=2 * j0 * driving / FARADAY,
            slope=2 * (j0_slope * driving + j0 * rise * fall) / FARADAY,
            potential_slope=(
                2 * j0 * rise / (thermal * FARADAY**2) if self.stress_in_kinetics else 0.0
            ),
        )
