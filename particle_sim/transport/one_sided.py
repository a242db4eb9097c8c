"""The one-sided wave of a free sphere: the first instability, and what coherency costs it.

In a free elastic sphere with equal moduli a composition theta(r) of linear strain e theta has the
energy E e^2/(1 - nu) [int theta^2 - sum_l c_l q_l^2], q_l its multipole moments, because the
stress that is left at the surface depends on these alone. For l = 1 the sum takes out r cos(angle)
entirely: a linear composition is a compatible strain and costs nothing (c_1 = 5/R^5). With
f'' the curvature of the free energy and B = k s c_max its elastic part in an endless body, a
one-sided wave theta(r) cos(angle) grows where

    -f'' theta = -lambda^2 lap theta + B (theta - r (5/R^5) int theta r^3 dr),   theta'(R) = 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ive, spherical_jn

from particle_sim.checks import arguments_checked
from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.units import Array, dimensionless

ONE_SIDED = 2.0815759778181007
"""k R of a sphere's slowest wave, one-sided (l = 1), without elasticity: first zero of j_1'."""

LINEAR = 5.0
"""(R/lambda)^2 times the gradient energy of r cos(angle) over its square, 3/R^2 over 3/5: the
least that a wave costs which coherency leaves alone."""

ELASTIC_SHARE = 0.010744570863
"""Elastic energy of the wave j_1(k r) cos(angle), k R = 2.0816, over that of the same wave in an
endless body: 1 - 5 (int x^3 j_1)^2/(R^5 int x^2 j_1^2), x = k r."""

COHERENT_GROWTH = 35 / 8
"""R^2 omega/(D y (1 - y) (-f'')) of the one-sided wave where B dominates and R >> lambda: the
linear composition r that costs nothing, moved by the gradient of what it lacks, r^3/10 - r/14."""

_NEAR = 0.05
_HALVINGS = 60


@arguments_checked
def one_sided_barrier(coherency: Array) -> Array:
    """Lambda (R/lambda)^2 (n,): a sphere is unstable to one side where -f'' > Lambda.

    ``coherency`` b = B (R/lambda)^2 (n,), 0 or more. Exact: with z^2 = Lambda (R/lambda)^2 - b,
    theta = r - j_1(z r/R) R/(z j_1'(z)) and b = z^4 j_1'(z)/(5 j_2(z) - z^2 j_1'(z)); it rises
    from 2.0816^2 = 4.333 without coherency to 5, however stiff the particle is. For an isotropic
    free sphere of equal phases; boundaries of theta are natural (no wetting).

    >>> one_sided_barrier(np.array([0.0, 4.375, 1e6])).round(4)
    array([4.333, 4.375, 4.995])
    """
    wanted = np.asarray(coherency, dtype=float)
    if not np.all(wanted >= 0):
        raise InputError(
            f"The coherency is {float(np.min(wanted)):g}; elastic energy cannot be negative."
        )
    low, high = ONE_SIDED**2 - wanted, LINEAR - wanted
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        above = _coherency_at(middle) > wanted  # falls with z^2
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(0.5 * (low + high) + wanted)


def _coherency_at(square: Array) -> Array:
    """b of z^2 (n,), which may be negative; a series around 0, where both functions vanish."""
    slope = np.where(np.abs(square) < _NEAR, np.nan, square)
    root = np.sqrt(np.abs(slope))
    wave, bend = _bessel(root, slope > 0)
    with np.errstate(all="ignore"):
        exact = square * wave / (5 * bend / square - wave)
    ratio = 8 / 105 - square / 189 + square**2 / 6930  # (5 j_2 - z^2 j_1')/z^4
    first = 1 / 3 - square / 10 + square**2 / 168 - square**3 / 6480  # j_1'
    return np.asarray(np.where(np.abs(square) < _NEAR, first / ratio, exact))


def _bessel(root: Array, real: NDArray[np.bool_]) -> tuple[Array, Array]:
    """(j_1'(z), j_2(z)) up to a common factor; of imaginary z where not ``real``."""
    zero, one, two = (ive(order + 0.5, root) for order in range(3))
    with np.errstate(all="ignore"):
        grown = zero - 2 * one / root
    first = np.where(real, spherical_jn(1, root, derivative=True), grown)
    return first, np.where(real, spherical_jn(2, root), -two)


def coherency_energy(
    material: Material, temperature: float = REFERENCE_TEMPERATURE
) -> dimensionless:
    """B = 2 E e^2 s/((1 - nu) R T c_max): what coherency adds to f'' on the widest plateau.

    e the mean linear strain per unit of theta there, s the plateau's share. Half of it is what a
    radial model takes off chi (Cahn, Acta Metall. 9 (1961) 795).
    """
    widest = max(material.steps, key=lambda step: step.share)
    share, ends = widest.share, np.array([widest.start, widest.start + widest.share])
    strain = float(np.diff(material["chemical_strain"](ends))[0]) / share
    stiffness = material.value("youngs_modulus") / (1 - material.value("poisson_ratio"))
    energy = GAS_CONSTANT * temperature * material.maximum_concentration
    return float(2 * stiffness * strain**2 * share / energy)
