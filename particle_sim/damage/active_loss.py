"""Loss of active material by stress at a fixed cell current, in closed form.

PyBaMM's law (after Reniers et al., J. Electrochem. Soc. 166 (2019) A3189; Ai et al., ibid. 167
(2020) 013512), in tension only:

    d eps/dt = -beta (sigma_h/sigma_c)^m,    sigma_h = (sigma_r + 2 sigma_t)/3 at the surface.

At a fixed current the flux on the material that is left, and with it the quasi-steady stress, goes
as 1/eps, so that every cycle N takes more than the one before:

    d eps/dN = -k (eps_0/eps)^m,             k = beta (sigma_0/sigma_c)^m t_h,
    eps = eps_0 (1 - (m + 1) k N/eps_0)^(1/(m + 1)),

down to nothing at N = eps_0/((m + 1) k). Valid while a half cycle is much longer than R^2/D and the
time under tension t_h stays: in deep cycles it shortens as eps does, and m is to be read as m - 1.
beta has been measured for no material: the law can be calibrated and predicts nothing by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.checks import check_fields
from particle_sim.errors import InputError, refuse
from particle_sim.units import Array, dimensionless


@dataclass(frozen=True, kw_only=True)
class ActiveLoss:
    """The law of one cell.

    >>> import numpy as np
    >>> loss = ActiveLoss(initial=0.5, first_loss=3.24e-5, exponent=2)
    >>> active_fraction(loss, np.array([0.0, 1000.0, 4000.0])).round(4)
    array([0.5   , 0.4652, 0.3029])
    >>> round(collapse(loss)), round(cycles_to(loss, 0.8)), round(knee(loss))
    (5144, 2510, 3325)
    """

    initial: float
    """eps_0, active volume fraction as made"""
    first_loss: float
    """k, lost of it in the first cycle"""
    exponent: float
    """m of the stress; with 0 every cycle takes the same"""

    def __post_init__(self) -> None:
        check_fields(self)
        rules = (
            ("initial", 0 < self.initial <= 1, "it must be above 0 and at most 1"),
            (
                "first_loss",
                0 < self.first_loss < self.initial,
                "it must lie in 0 to initial",
            ),
            ("exponent", 0 <= self.exponent < math.inf, "it must be finite and not negative"),
        )
        refuse(
            f"ActiveLoss: {name} is {getattr(self, name):g}; {allowed}."
            for name, good, allowed in rules
            if not good
        )


def stress_driven(
    *,
    initial: float,
    proportional: float,
    exponent: float,
    stress: float,
    critical_stress: float,
    time_under_tension: float,
) -> ActiveLoss:
    """The law with k = beta (sigma_0/sigma_c)^m t_h.

    ``proportional`` beta [1/s], ``stress`` sigma_0 [Pa] the hydrostatic stress at the surface of a
    new cell, two thirds of the hoop stress there, and ``time_under_tension`` t_h [s] of a cycle.
    Raises :class:`InputError` for stress that is no tension, which loses nothing.
    """
    if stress <= 0 or critical_stress <= 0:
        raise InputError(
            f"The stress is {stress:g} Pa and the critical one {critical_stress:g} Pa; both must "
            "be above 0: compression loses nothing in this law."
        )
    tension = float((stress / critical_stress) ** exponent)
    first = proportional * tension * time_under_tension
    return ActiveLoss(initial=initial, first_loss=first, exponent=exponent)


def active_fraction(loss: ActiveLoss, cycles: Array) -> Array:
    """eps (n,) after ``cycles`` (n,); 0 from the collapse on."""
    left = 1 - np.asarray(cycles, dtype=float) / collapse(loss)
    return np.asarray(loss.initial * np.maximum(left, 0.0) ** (1 / (loss.exponent + 1)))


def active_fraction_at_constant_stress(loss: ActiveLoss, cycles: Array) -> Array:
    """eps_0 - k N (n,): with a current that falls with what is left, so that the stress stays."""
    return np.maximum(loss.initial - loss.first_loss * np.asarray(cycles, dtype=float), 0.0)


def collapse(loss: ActiveLoss) -> dimensionless:
    """Cycles after which nothing is left, eps_0/((m + 1) k)."""
    return loss.initial / ((loss.exponent + 1) * loss.first_loss)


def cycles_to(loss: ActiveLoss, share: float) -> dimensionless:
    """Cycles until ``share`` of the material is left, N = N_collapse (1 - share^(m + 1))."""
    if not 0 <= share <= 1:
        raise InputError(f"The share left is {share:g}; it must lie between 0 and 1.")
    return collapse(loss) * (1 - float(share ** (loss.exponent + 1)))


def knee(loss: ActiveLoss) -> dimensionless:
    """Cycles until one takes twice what the first took, eps = eps_0 2^(-1/m); never for m = 0."""
    return math.inf if loss.exponent == 0 else cycles_to(loss, 2 ** (-1 / loss.exponent))
