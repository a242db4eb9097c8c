"""Crack growth at the momentary stress, as PyBaMM's "swelling and cracking" has it.

    dl/dt = (k/3600) (b sigma_t sqrt(pi l))^m      where the hoop stress sigma_t is tension,

so that l^(1 - m/2) = l_0^(1 - m/2) + (1 - m/2) (k/3600) (b sqrt(pi))^m int sigma_t^m dt for any
history of the stress (ln l for m = 2). It is growth per hour under tension, not per cycle, of one
crack in uniform stress, without a threshold, a toughness or an arrest: a cross-check of PyBaMM and
not what this package takes for a crack's growth.
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.errors import InputError
from particle_sim.units import Array, metre

_HOUR = 3600.0


def tension_integral(time: Array, stress: Array, exponent: float) -> Array:
    """int max(sigma, 0)^m dt [Pa^m s] (n,) from the first of ``time`` [s] (n,) on.

    Exact where ``stress`` [Pa] (n,) goes straight between its times.
    """
    pull = np.maximum(stress, 0.0)
    step, low, high = np.diff(stress), pull[:-1], pull[1:]
    mean = (0.5 * (low + high)) ** exponent
    steep = np.abs(step) > 1e-6 * (low + high)  # nearly level: the difference below would cancel
    power = exponent + 1
    rise = (high**power - low**power) / (power * np.where(steep, step, 1.0))
    parts = np.where(steep, rise, mean) * np.diff(time)
    return np.concatenate([[0.0], np.cumsum(parts)])


def momentary_growth(
    initial: metre, integral: Array, *, rate: float, exponent: float, factor: float
) -> Array:
    """Length l [m] (n,) of a crack of ``initial`` l_0 after ``integral`` int sigma^m dt (n,).

    ``rate`` k [m/(Pa m^0.5)^m per hour], ``factor`` b. Infinite where m > 2 lets it run away.

    >>> import numpy as np
    >>> felt = np.array([0.0, 1e21])
    >>> grown = momentary_growth(2e-8, felt, rate=3.9e-19, exponent=2.2, factor=1.12)
    >>> (grown * 1e9).round(2)
    array([20.  , 21.74])
    """
    if not (initial > 0 and rate >= 0 and exponent > 0):
        raise InputError(
            f"The crack is {initial:g} m, the rate {rate:g} and the exponent {exponent:g}; give a "
            "positive length and exponent, and a rate that is not negative."
        )
    grown = rate / _HOUR * (factor * math.sqrt(math.pi)) ** exponent * np.asarray(integral)
    power = 1 - exponent / 2
    if power == 0:
        return np.asarray(initial * np.exp(grown))
    left = np.maximum(initial**power + power * grown, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(left ** (1 / power))
