"""Symmetric Butler-Volmer kinetics at points of a surface."""

from __future__ import annotations

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.materials.homogeneous import homogeneous_potential, homogeneous_slope
from particle_sim.materials.material import Material
from particle_sim.units import Array

_LARGEST = 200.0
"""Largest argument of sinh; beyond it the reaction is as good as instantaneous."""


def butler_volmer(
    material: Material,
    state: SurfaceState,
    voltage: float,
    temperature: float,
    *,
    stress_in_kinetics: bool,
) -> SurfaceResponse:
    """N F = 2 j0(theta) sinh(F (V - U_eff)/(2 R T)),   U_eff = U(theta) - phi/F.

    Positive out of the particle. U is the homogeneous potential where the particle may separate
    into phases, else the measured one. phi = -Omega sigma_h under stress, so tension raises U_eff.
    """
    theta = np.clip(state.site_fraction, 1e-9, 1 - 1e-9)
    thermal = 2 * GAS_CONSTANT * temperature / FARADAY
    exchange = material["exchange_current_density"]
    j0, j0_slope = exchange(theta), exchange.slope(theta)
    equilibrium, fall = _equilibrium(material, theta, temperature, separates=state.separates)
    phi = np.asarray(state.potential if stress_in_kinetics else 0.0)
    argument = np.clip((voltage - equilibrium + phi / FARADAY) / thermal, -_LARGEST, _LARGEST)
    driving, rise = np.sinh(argument), np.cosh(argument)
    per_volt = 2 * j0 * rise / (thermal * FARADAY)
    return SurfaceResponse(
        flux=2 * j0 * driving / FARADAY,
        slope=2 * j0_slope * driving / FARADAY - per_volt * fall,
        potential_slope=per_volt / FARADAY if stress_in_kinetics else np.zeros_like(per_volt),
        voltage_slope=per_volt,
    )


def electrode_potential(
    material: Material,
    theta: Array,
    phi: Array,
    flux: Array,
    temperature: float,
    *,
    separates: bool,
) -> Array:
    """V = U(theta) - phi/F + (2 R T/F) asinh(N F/(2 j0(theta))): the inverse of the kinetics."""
    inside = np.clip(theta, 1e-9, 1 - 1e-9)
    thermal = 2 * GAS_CONSTANT * temperature / FARADAY
    equilibrium, _ = _equilibrium(material, inside, temperature, separates=separates)
    exchange = material["exchange_current_density"](inside)
    return np.asarray(
        equilibrium - phi / FARADAY + thermal * np.arcsinh(flux * FARADAY / (2 * exchange))
    )


def _equilibrium(
    material: Material, theta: Array, temperature: float, *, separates: bool
) -> tuple[Array, Array]:
    if separates:
        return (
            homogeneous_potential(material, theta, temperature),
            homogeneous_slope(material, theta, temperature),
        )
    return material.potential(theta), material.potential.slope(theta)
