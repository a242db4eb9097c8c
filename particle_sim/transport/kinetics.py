"""Symmetric Butler-Volmer kinetics: at points of a particle's surface, and of a half cell.

One law of charge transfer serves particles, PyBaMM's parameters, batched and closed-form cells.
"""

from __future__ import annotations

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.materials.material import Material
from particle_sim.transport.homogeneous import homogeneous_potential, homogeneous_slope
from particle_sim.units import Array

EDGE = 1e-12
"""Distance from the ends of the window within which potential and kinetics stay as they are."""

_LARGEST = 200.0
"""Largest argument of sinh; beyond it the reaction is as good as instantaneous."""


def overpotential(current: Array | float, exchange: Array | float, temperature: float) -> Array:
    """eta = (2 R T/F) asinh(i/(2 i_0)) [V] with the sign of i; both currents in one unit."""
    return np.asarray(_thermal(temperature) * np.arcsinh(current / (2 * exchange)))


def series_drop(
    current: Array | float,
    metal_exchange: Array | float,
    film_resistance: Array | float,
    temperature: float,
) -> Array:
    """What the counter metal and the films take of a half cell's voltage [V]: eta + i R_film.

    ``current`` per electrode area [A/m2], positive on discharge; resistance in ohm m2.
    """
    return overpotential(current, metal_exchange, temperature) + current * film_resistance


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
    thermal = _thermal(temperature)
    (j0, j0_slope), (rest, fall) = _at(material, state, temperature, stress_in_kinetics)
    argument = np.clip((voltage - rest) / thermal, -_LARGEST, _LARGEST)
    driving, rise = np.sinh(argument), np.cosh(argument)
    per_volt = 2 * j0 * rise / (thermal * FARADAY)
    return SurfaceResponse(
        flux=2 * j0 * driving / FARADAY,
        slope=2 * j0_slope * driving / FARADAY - per_volt * fall,
        potential_slope=per_volt / FARADAY if stress_in_kinetics else np.zeros_like(per_volt),
        voltage_slope=per_volt,
    )


def shared_current(
    material: Material, state: SurfaceState, temperature: float, *, stress_in_kinetics: bool
) -> SurfaceResponse:
    """The same law solved for the overpotential and linearised at the present flux N_0:

        g = V - U_eff(theta) - (2 R T/F) asinh(N_0 F/(2 j0)),   N = N_0 + g / r,   r = -dg/dN.

    Iterating on it gives the kinetics above without their exponentials, so that a linear step
    crosses steps of U of a volt and more.
    """
    thermal = _thermal(temperature)
    (j0, j0_slope), (rest, fall) = _at(material, state, temperature, stress_in_kinetics)
    z = np.asarray(state.flux) * FARADAY / (2 * j0)
    root = np.sqrt(1 + z**2)
    gap = state.voltage - rest - thermal * np.arcsinh(z)
    per_volt = root * 2 * j0 / (thermal * FARADAY)
    by_phi = per_volt / FARADAY
    return SurfaceResponse(
        flux=state.flux + per_volt * gap,
        slope=per_volt * (thermal * z / root * j0_slope / j0 - fall),
        potential_slope=by_phi if stress_in_kinetics else np.zeros_like(by_phi),
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
    inside = np.clip(theta, EDGE, 1 - EDGE)
    equilibrium, _ = _equilibrium(material, inside, temperature, separates=separates)
    exchange = material["exchange_current_density"](inside, temperature)
    return equilibrium - phi / FARADAY + overpotential(flux * FARADAY, exchange, temperature)


def _thermal(temperature: float) -> float:
    """2 R T/F [V]"""
    return 2 * GAS_CONSTANT * temperature / FARADAY


def _at(
    material: Material, state: SurfaceState, temperature: float, stress_in_kinetics: bool
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """j0 and U_eff of a state, each with its slope d/d theta."""
    theta = np.clip(state.site_fraction, EDGE, 1 - EDGE)
    exchange = material["exchange_current_density"]
    equilibrium, fall = _equilibrium(material, theta, temperature, separates=state.separates)
    phi = np.asarray(state.potential if stress_in_kinetics else 0.0)
    currents = exchange(theta, temperature), exchange.slope(theta, temperature)
    return currents, (equilibrium - phi / FARADAY, fall)


def _equilibrium(
    material: Material, theta: Array, temperature: float, *, separates: bool
) -> tuple[Array, Array]:
    if separates:
        return (
            homogeneous_potential(material, theta, temperature),
            homogeneous_slope(material, theta, temperature),
        )
    return material.potential(theta, temperature), material.potential.slope(theta, temperature)
