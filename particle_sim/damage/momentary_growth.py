"""Crack growth at the momentary stress, as PyBaMM's "swelling and cracking" has it.

    dl/dt = (k/3600) (b sigma_t sqrt(pi l))^m      where the hoop stress sigma_t is tension,

which is the growth under a constant stress of 1 Pa for a time int sigma_t^m dt. It is growth per
hour of tension, not per cycle, of one crack in uniform stress, without a threshold, a toughness or
an arrest: a cross-check of PyBaMM and not what this package takes for a crack's growth.
"""

from __future__ import annotations

import numpy as np

from particle_sim.errors import InputError
from particle_sim.metrics.fracture import paris_crack_length
from particle_sim.units import Array


def momentary_growth(
    time: Array, stress: Array, initial: float, *, rate: float, geometry: float, exponent: float
) -> Array:
    """Length l [m] (n,) at ``time`` [s] (n,) of a crack of ``initial`` l_0 at first.

    ``stress`` [Pa] (n,) goes straight between the times. ``rate`` k [m/(Pa m^0.5)^m per hour],
    ``geometry`` b, ``exponent`` m, as :func:`~particle_sim.metrics.fracture.paris_crack_length`.
    Infinite once m > 2 has let it run away. Raises :class:`InputError` for m = 2.

    >>> import numpy as np
    >>> time, stress = np.array([0.0, 3600.0, 7200.0]), np.array([0.0, 1e8, 0.0])
    >>> grown = momentary_growth(time, stress, 2e-8, rate=3.9e-19, geometry=1.12, exponent=2.2)
    >>> (grown * 1e9).round(2)
    array([20.  , 20.76, 21.55])
    """
    if exponent == 2 or not (initial > 0 and rate >= 0):
        raise InputError(
            f"The crack is {initial:g} m, the rate {rate:g} and the exponent {exponent:g}; give a "
            "positive length, a rate that is not negative and an exponent other than 2."
        )
    felt = tension_integral(time, stress, exponent)
    with np.errstate(invalid="ignore", divide="ignore"):
        length = paris_crack_length(
            1.0, initial, felt, rate=rate, geometry=geometry, exponent=exponent
        )
    return np.where(np.isnan(length), np.inf, length)


def tension_integral(time: Array, stress: Array, exponent: float) -> Array:
    """int max(sigma, 0)^m dt [Pa^m s] (n,), exact where the stress goes straight."""
    pull = np.maximum(stress, 0.0)
    step, low, high = np.diff(stress), pull[:-1], pull[1:]
    level = np.abs(step) <= 1e-6 * (low + high)  # the difference of powers would cancel
    power = exponent + 1
    slope = power * np.where(level, 1.0, step)
    mean = np.where(level, (0.5 * (low + high)) ** exponent, (high**power - low**power) / slope)
    return np.concatenate([[0.0], np.cumsum(mean * np.diff(time))])
