"""The homogeneous potential and free energy of a material that may separate into two phases.

On plateau i (start a_i, share s_i, filling y = (theta - a_i)/s_i, interaction chi):

    U_h(theta) = U_i - (R T / F) [ln(y/(1 - y)) + chi (1 - 2 y)]
    f(theta)   = sum over plateaus of s_i { -F U_i y + R T [y ln y + (1 - y) ln(1 - y)
                 + chi y (1 - y)] },   so that df/dtheta = -F U_h                  [J/mol of c_max]

Non-monotonic for chi > 2. The cell uses the measured potential instead, which is the common
tangent of this one. Outside the window y is held at 1e-12 from its end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.materials.potential import PlateauPotential
from particle_sim.units import Array

Integers = NDArray[np.intp]

_EDGE = 1e-12


def homogeneous_potential(material: Material, site_fraction: Array, temperature: float) -> Array:
    """U_h(theta) [V]; raises :class:`InputError` for a potential without plateaus."""
    potential = _plateaus(material)
    chi = material.value("regular_solution_parameter")
    y, _, index = _filling(material, site_fraction)
    voltage = np.array([plateau.voltage for plateau in potential.plateaus])[index]
    thermal = GAS_CONSTANT * temperature / FARADAY
    return np.asarray(voltage - thermal * (np.log(y / (1 - y)) + chi * (1 - 2 * y)))


def homogeneous_slope(material: Material, site_fraction: Array, temperature: float) -> Array:
    """dU_h/dtheta [V] = -(R T / F) [1/(y (1 - y)) - 2 chi] / s."""
    chi = material.value("regular_solution_parameter")
    y, share, _ = _filling(material, site_fraction)
    thermal = GAS_CONSTANT * temperature / FARADAY
    return np.asarray(-thermal * (1 / (y * (1 - y)) - 2 * chi) / share)


def homogeneous_energy(material: Material, site_fraction: Array, temperature: float) -> Array:
    """f(theta) [J/mol], zero at the empty end."""
    potential = _plateaus(material)
    chi, heat = material.value("regular_solution_parameter"), GAS_CONSTANT * temperature
    total = np.zeros_like(site_fraction)
    for plateau, step in zip(potential.plateaus, material.steps, strict=True):
        y = np.clip((site_fraction - step.start) / step.share, _EDGE, 1 - _EDGE)
        mixing = y * np.log(y) + (1 - y) * np.log(1 - y) + chi * y * (1 - y)
        total += step.share * (heat * mixing - FARADAY * plateau.voltage * y)
    return total


def _filling(material: Material, site_fraction: Array) -> tuple[Array, Array, Integers]:
    """Filling y and share s of the plateau at each site fraction, and its number."""
    starts = np.array([step.start for step in material.steps])
    index = np.searchsorted(starts[1:], site_fraction, side="right")
    share = np.array([step.share for step in material.steps])[index]
    return np.clip((site_fraction - starts[index]) / share, _EDGE, 1 - _EDGE), share, index


def _plateaus(material: Material) -> PlateauPotential:
    potential = material.potential
    if isinstance(potential, PlateauPotential):
        return potential
    raise InputError(
        f"{material.title}: the homogeneous potential needs plateaus; this file gives a table."
    )
