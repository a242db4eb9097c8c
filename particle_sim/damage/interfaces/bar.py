"""A bar and a boundary in series: the one-dimensional picture of a grain boundary that opens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.checks import arguments_checked
from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw
from particle_sim.units import Array, positive


@dataclass(frozen=True, kw_only=True)
class BarOpening:
    """What a bar with a boundary does at every elongation (n,).

    opening [m], traction [Pa], damage 0..1, dissipated [J/m2]; ``pops_in``: the boundary opened
    by a jump there, because the bar held more than the softening could take up.
    """

    elongation: Array
    opening: Array
    traction: Array
    damage: Array
    dissipated: Array
    pops_in: NDArray[np.bool_]


@arguments_checked
def pull_bar(
    law: CohesiveLaw, elongation: Array, *, youngs_modulus: float, length: float
) -> BarOpening:
    """Exact path of u = t L/E + d for elongations u [m] taken one after the other.

    ``law`` t(d) in the middle of a bar of ``youngs_modulus`` E [Pa] and ``length`` L [m];
    ``elongation`` (k,). Each branch is linear in d. A bar longer than E (d_f - d_0)/t_m snaps back:
    past the peak no equilibrium is left but the broken one, and the jump at fixed elongation is
    reported. Returns opening, traction, damage, what is dissipated and where it jumps, (k,) each.

    >>> law = CohesiveLaw(strength=0.6e9, energy=0.8, stiffness=1e18)
    >>> found = pull_bar(law, np.array([1e-9]), youngs_modulus=140e9, length=20e-9)
    >>> float(round(found.traction[0] / 1e6, 3))
    504.808

    Raises :class:`InputError` for a modulus or length that is not positive and finite.
    """
    compliance = positive("The bar's length", length, "m") / positive(
        "The bar's youngs_modulus", youngs_modulus, "Pa"
    )
    opening, largest = np.zeros(len(elongation)), np.zeros(len(elongation))
    pops_in = np.zeros(len(elongation), dtype=bool)
    kappa = 0.0
    for k, each in enumerate(elongation):
        opening[k], pops_in[k] = _opening(law, float(each), compliance, kappa)
        largest[k] = kappa = max(kappa, float(opening[k]))
    traction = np.where(opening < 0, law.stiffness, law.secant(largest)) * opening
    return BarOpening(
        elongation=elongation,
        opening=opening,
        traction=traction,
        damage=law.damage(largest),
        dissipated=law.dissipated(largest),
        pops_in=pops_in,
    )


def _opening(
    law: CohesiveLaw, elongation: float, compliance: float, kappa: float
) -> tuple[float, bool]:
    """d at an elongation, after a largest opening kappa, and whether it jumped there."""
    if elongation <= 0:
        return elongation / (1 + compliance * law.stiffness), False
    known = max(kappa, law.opening_at_peak)
    opening = elongation / (1 + compliance * float(law.secant(np.array(known))))
    if opening <= known:
        return opening, False
    left = 1 - compliance * law.softening
    if left <= 0:
        return elongation, True
    softened = (elongation - compliance * law.softening * law.opening_at_break) / left
    return (softened, False) if softened < law.opening_at_break else (elongation, False)
