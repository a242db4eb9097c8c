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
    """K = 1.12 sigma sqrt(pi a) [Pa m^0.5] of a surface flaw of depth ``flaw_size`` a [m].

    ``stress`` sigma [Pa]; 0 under compression, which closes the flaw. Valid while a is far smaller
    than the particle and the stress uniform over it.

    >>> print(f"{edge_crack_intensity(300e6, 20e-9) / 1e6:.4f} MPa m^0.5")
    0.0842 MPa m^0.5

    Raises :class:`ValueError` for a negative flaw size.
    """
    return EDGE_CRACK * max(stress, 0.0) * math.sqrt(math.pi * flaw_size)


def penny_crack_intensity(
    run: ParticleRun, index: int, crack_radius: float
) -> stress_intensity_unit:
    """K [Pa m^0.5] of a penny crack at the centre of a radial ``run``.

    K = 2/sqrt(pi a) int_0^a sigma_hoop(r) r / sqrt(a^2 - r^2) dr. At the stored time ``index``,
    ``crack_radius`` a [m]; negative where the centre is under compression, which closes it. Kernel
    of the infinite body (Sneddon, Proc. R. Soc. A 187 (1946) 229): a below about R/3. At the centre
    of a sphere that gives sodium the stress presses:

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{penny_crack_intensity(example_run(), -1, 8e-8) / 1e3:.2f} kPa m^0.5")
    -6.30 kPa m^0.5

    Raises :class:`InputError` for a section or body, and :class:`IndexError` for an index outside.
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
    """G = K^2 (1 - nu^2) / E [J/m2] (plane strain, Irwin 1957).

    ``intensity`` K [Pa m^0.5], ``youngs_modulus`` E [Pa], ``poisson_ratio`` nu; of the toughness it
    is the critical one.

    >>> round(energy_release_rate(1.2e6, 80e9, 0.28), 2)
    16.59

    Raises :class:`ZeroDivisionError` for a modulus of zero.
    """
    return intensity**2 * (1 - poisson_ratio**2) / youngs_modulus


def critical_flaw_size(stress: float, toughness: float) -> metre:
    """Depth [m] of the edge flaw that starts to grow: (K_IC / (1.12 sigma))^2 / pi; inf if closed.

    ``stress`` sigma [Pa], ``toughness`` K_IC [Pa m^0.5]. Limits as :func:`edge_crack_intensity`,
    which it inverts: a result of the particle's size says only that small flaws do not grow.

    >>> print(f"{1e9 * critical_flaw_size(2e9, 1.2e6):.0f} nm")
    91 nm

    Raises nothing.
    """
    if stress <= 0:
        return math.inf
    return (toughness / (EDGE_CRACK * stress)) ** 2 / math.pi


def paris_crack_length(
    stress: float, initial: float, time: Array, *, rate: float, geometry: float, exponent: float
) -> Array:
    """Crack length [m] at ``time`` [s] of dl/dt = (rate/3600) (geometry sigma sqrt(pi l))^exponent.

    Closed form for constant ``stress`` sigma [Pa]: l^(1-m/2) = l0^(1-m/2) + (1 - m/2) k t, from the
    length ``initial`` l0 [m], ``exponent`` m not 2, ``geometry`` a factor and ``rate`` in SI for
    growth per hour (the law PyBaMM uses; Deshpande et al., J. Electrochem. Soc. 159 (2012) A1730).
    For m > 2 the length is infinite in finite time; nan or inf beyond.

    >>> law = {"rate": 3.9e-20, "geometry": 1.12, "exponent": 2.2}
    >>> (1e9 * paris_crack_length(2e8, 2e-8, np.array([0.0, 3600.0]), **law)).round(2)
    array([20.  , 21.13])

    Raises :class:`ZeroDivisionError` for an exponent of 2.
    """
    power = 1 - exponent / 2
    speed = rate / 3600 * (geometry * stress * math.sqrt(math.pi)) ** exponent
    return np.asarray((initial**power + power * speed * np.asarray(time)) ** (1 / power))
