"""Crack estimates on a computed stress field: stress intensity, energy release, growth.

Sharp flaws in an elastic field that does not know them: an upper bound before cracks relax it.
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, joule_per_square_metre, metre, stress_intensity_unit

EDGE_CRACK = 1.12
"""Geometry factor of a shallow edge crack (Tada, Paris & Irwin, 2000, section 2.1)."""


def edge_crack_intensity(stress: float, flaw_size: float) -> stress_intensity_unit:
    """K = 1.12 sigma sqrt(pi a) of a surface flaw of depth ``flaw_size`` a [m] under tension.

    Valid while a is far smaller than the particle and the stress uniform over it.
    """
    return EDGE_CRACK * max(stress, 0.0) * math.sqrt(math.pi * flaw_size)


def penny_crack_intensity(
    run: ParticleRun, index: int, crack_radius: float
) -> stress_intensity_unit:
    """K = 2/sqrt(pi a) int_0^a sigma_hoop(r) r / sqrt(a^2 - r^2) dr of a penny crack at the centre.

    Kernel of the infinite body (Sneddon, Proc. R. Soc. A 187 (1946) 229): a below about R/3.
    """
    nodes, weights = np.polynomial.legendre.leggauss(32)
    angle = 0.25 * math.pi * (nodes + 1)  # r = a sin(angle) removes the singular end
    radius = crack_radius * np.sin(angle)
    stress = run.profile(radius).hoop_stress.values[index]
    integral = float(np.sum(weights * stress * np.sin(angle)) * 0.25 * math.pi * crack_radius)
    return 2 / math.sqrt(math.pi * crack_radius) * integral


def energy_release_rate(
    intensity: float, youngs_modulus: float, poisson_ratio: float
) -> joule_per_square_metre:
    """G = K^2 (1 - nu^2) / E (plane strain, Irwin 1957)."""
    return intensity**2 * (1 - poisson_ratio**2) / youngs_modulus


def critical_flaw_size(stress: float, toughness: float) -> metre:
    """Depth of the edge flaw that starts to grow: (K_IC / (1.12 sigma))^2 / pi; inf if closed."""
    if stress <= 0:
        return math.inf
    return (toughness / (EDGE_CRACK * stress)) ** 2 / math.pi


def paris_crack_length(
    stress: float, initial: float, time: Array, *, rate: float, geometry: float, exponent: float
) -> Array:
    """Crack length under dl/dt = (rate/3600) (geometry sigma sqrt(pi l))^exponent.

    Closed form for constant ``stress`` [Pa]: l^(1-m/2) = l0^(1-m/2) + (1 - m/2) k t, exponent m
    not 2 (the law PyBaMM uses; Deshpande et al., J. Electrochem. Soc. 159 (2012) A1730).
    """
    power = 1 - exponent / 2
    speed = rate / 3600 * (geometry * stress * math.sqrt(math.pi)) ** exponent
    return np.asarray((initial**power + power * speed * np.asarray(time)) ** (1 / power))
