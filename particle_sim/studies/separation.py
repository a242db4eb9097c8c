"""Where a two-phase reaction vanishes: particles too small, or charged too fast, to separate.

Linear stability of a uniform regular solution (Cahn, Acta Metall. 9 (1961) 795). On the widest
plateau, with filling y, f'' = 1/(y (1-y)) - 2 chi and lambda^2 = kappa s/(R T c_max), a wave k
grows at the rate D y (1-y) (-f'' k^2 - lambda^2 k^4). Coherency stops the waves of an endless body
where 2 chi - 4 < k s c_max, but not the one-sided wave of a sphere
(:mod:`particle_sim.transport.one_sided`). Wetting is left out.
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.materials.material import Material
from particle_sim.transport.one_sided import (
    COHERENT_GROWTH,
    ONE_SIDED,
    coherency_energy,
    one_sided_barrier,
)
from particle_sim.units import dimensionless, metre

NOISE = 1e-3
"""Amplitude in y from which a new phase grows (assumed; enters by its logarithm)."""

_ROUNDS = 40


def smallest_separating_radius(
    material: Material, temperature: float = REFERENCE_TEMPERATURE
) -> metre:
    """Radius below which no filling of a sphere is unstable: 2.0816 lambda/sqrt(2 chi - 4) [m].

    lambda and chi are those of ``material``, at ``temperature`` [K]. The one-sided mode goes first;
    a radial model, blind to it, says 2.16 times more. Infinite for chi <= 2.

    >>> from particle_sim.materials.load import load_material
    >>> print(f"{smallest_separating_radius(load_material('nvp')):.1e} m")
    4.2e-09 m

    Raises :class:`KeyError` for a material without a gradient coefficient.
    """
    chi = material.value("regular_solution_parameter")
    if chi <= 2:
        return math.inf
    return ONE_SIDED * _length(material, temperature) / math.sqrt(2 * chi - 4)


def smallest_coherent_radius(
    material: Material, temperature: float = REFERENCE_TEMPERATURE
) -> metre:
    """The same with a coherent boundary: (2 chi - 4) (R/lambda)^2 = Lambda(B R^2/lambda^2) [m].

    Between 1 and 1.08 times the radius without elasticity, whatever the stiffness and the misfit:
    the one-sided wave turns into the linear composition, which strains without stress.
    """
    chi = material.value("regular_solution_parameter")
    if chi <= 2:
        return math.inf
    energy, square = coherency_energy(material, temperature), ONE_SIDED**2 / (2 * chi - 4)
    for _ in range(_ROUNDS):
        square = float(one_sided_barrier(np.array([energy * square]))[0]) / (2 * chi - 4)
    return _length(material, temperature) * math.sqrt(square)


def fastest_coherent_rate(
    material: Material, temperature: float = REFERENCE_TEMPERATURE
) -> dimensionless:
    """C-rate above which coherent phases have no time to part to one side of the particle.

    The one-sided wave grows at D (2 chi y (1-y) - 1) 35/(8 R^2) where coherency stops all others
    and R is far above lambda; the rate is the one at which its growth over the spinodal just takes
    ``NOISE`` to 1. Zero for chi <= 2.
    """
    chi = material.value("regular_solution_parameter")
    if chi <= 2:
        return 0.0
    half = 0.5 * math.sqrt(1 - 2 / chi)
    passed = chi * (half - 4 / 3 * half**3) - 2 * half  # of 2 chi y (1 - y) - 1
    diffusivity = float(material["diffusivity"](np.array(0.5), temperature))
    growth = COHERENT_GROWTH * diffusivity / material.value("particle_radius") ** 2 * passed
    return growth / math.log(1 / NOISE) / _filling_rate(material)


def fastest_separating_rate(
    material: Material, temperature: float = REFERENCE_TEMPERATURE
) -> dimensionless:
    """C-rate above which phases have no time to part while the filling crosses the spinodal.

    The fastest wave grows at D y (1-y) f''^2/(4 lambda^2); the rate is the one at which its growth
    over the spinodal just takes ``NOISE`` to 1. Zero for chi <= 2. For particles much larger than
    lambda; reads the material's D as the self-diffusivity.
    """
    chi = material.value("regular_solution_parameter")
    if chi <= 2:
        return 0.0
    half_width = 0.5 * math.sqrt(1 - 2 / chi)
    y = np.linspace(0.5 - half_width, 0.5 + half_width, 401)
    mixing = y * (1 - y)
    curvature = 1 / mixing - 2 * chi
    diffusivity = float(material["diffusivity"](np.array(0.5), temperature))
    growth = diffusivity * mixing * curvature**2 / (4 * _length(material, temperature) ** 2)
    return float(np.trapezoid(growth, y)) / math.log(1 / NOISE) / _filling_rate(material)


def _length(material: Material, temperature: float) -> float:
    """lambda [m]"""
    share = max(step.share for step in material.steps)
    energy = GAS_CONSTANT * temperature * material.maximum_concentration
    return math.sqrt(material.value("gradient_coefficient") * share / energy)


def _filling_rate(material: Material) -> float:
    """dy/dt of the widest plateau at 1C [1/s]."""
    share = max(step.share for step in material.steps)
    current = material.value("one_c_current") * material.value("density")
    return current / (FARADAY * material.maximum_concentration * share)
