"""Growth per cycle that worn toughness gives a long crack, and the wear that a growth law asks.

Where the tip of a crack of steady growth v arrives, even stress has brought A_even and the field of
the tip A = C G_c kappa^2 / v, kappa = K_max/K_IC. The tip goes on where the toughness left is what
the load offers, f(A) = kappa^2. So

    v = C G_c kappa^2 / (A*(kappa) - A_even),   f(A*) = kappa^2

With p = 2 and b = 0: A* = alpha_T (2/kappa - 1), growth as dK^3 to dK^4 whatever alpha_T is, and no
threshold. The exponent p sets the slope, the floor b = (K_th/K_IC)^2 the threshold, and alpha_T
only the pace.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.fatigue import Fatigue
from particle_sim.damage.field.solid import BrittleSolid
from particle_sim.damage.growth import CrackGrowth
from particle_sim.errors import InputError

GATHERED = 0.23
"""C: middle of what cells of l/4 without a split give, nu 0.28, p 2, b 0, up to 1.4 l of growth.

0.20 at 0.59 and at 0.79 K_IC in a square section 32 l wide that shrinks towards its surface, 0.31
at 0.80 in one of 120 l, 0.18 on a strip 8 l high at 0.8. A has no endurance limit: on that strip
even stress, G/H a cycle, had brought two thirds to four fifths of A* before the tip came; who
leaves that out finds C = 0.6 to 1.5 there.
"""

EXPONENTS = (0.02, 50.0)


@arguments_checked
def steady_growth(
    fatigue: Fatigue, solid: BrittleSolid, ratio: float, *, even: float = 0.0
) -> float:
    """v [m per cycle] of a long AT1 crack at ``ratio`` K_max/K_IC below 1, K_min = 0.

    ``solid`` has the toughness that ``fatigue`` wears. ``even``: A_even [J/m3], what stress that
    would be there without the crack has brought so far, N times its energy density; left out, the
    pace is the least. Holds where v is well below l per cycle, to a factor of 1.4. 0 at the
    threshold sqrt(b) and below.

    Raises :class:`InputError` outside 0 < ``ratio`` < 1 and 0 <= ``even`` < A*.

    >>> from particle_sim.damage.field import BrittleSolid, Fatigue, steady_growth
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=25e-9
    ... )
    >>> print(f"{steady_growth(Fatigue(threshold=1e10), solid, 0.8):.2e}")
    1.67e-10
    """
    if not 0 < ratio < 1:
        raise InputError(
            f"K_max/K_IC is {ratio:g}; below 1 a crack grows from cycle to cycle, give 0 to 1."
        )
    needed = fatigue.accumulated(ratio**2)
    if not 0 <= even < needed:
        raise InputError(
            f"Even stress has brought {even:g} J/m3 and a crack goes on at {needed:g} J/m3; give "
            "less: beyond that the body breaks as a whole."
        )
    return float(GATHERED * solid.toughness * ratio**2 / (needed - even))


def slope(fatigue: Fatigue, ratio: float) -> float:
    """m = d ln v / d ln K of :func:`steady_growth` at ``ratio`` K_max/K_IC; infinite at sqrt(b)."""
    above = ratio**2 - fatigue.floor
    if above <= 0:
        return np.inf
    steps = float((above / (1 - fatigue.floor)) ** (-1 / fatigue.exponent))
    return float(2 + 4 * ratio**2 / above / fatigue.exponent * steps / (2 * steps - 1))


@arguments_checked
def fatigue_of(law: CrackGrowth, solid: BrittleSolid) -> Fatigue:
    """The wear with which a crack of ``solid`` grows as ``law`` says at its reference K.

    Rate, slope and threshold are the law's: b = (K_th/K_IC)^2; p from the law's slope m/(1 -
    (K_th/K_ref)^m); alpha_T from its rate. The two differ near K_th, where the law is steep and the
    wear steeper, and where even stress wears the body as well, which makes its cracks faster. The
    law's growth per second has no counterpart here and must be 0.

    Raises :class:`InputError` for arrays, a rate of 0, growth per second, a threshold at or above
    the reference, and a slope that no exponent gives.

    >>> from particle_sim.damage.field import BrittleSolid, fatigue_of
    >>> from particle_sim.damage.growth import CrackGrowth
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=25e-9
    ... )
    >>> worn = fatigue_of(CrackGrowth(rate=1e-9, exponent=15.0, threshold=0.6), solid)
    >>> print(f"{worn.threshold:.3g} J/m3, p = {worn.exponent:.3f}, b = {worn.floor:.2f}")
    1.39e+08 J/m3, p = 0.365, b = 0.36
    """
    given = (law.rate, law.exponent, law.threshold, law.slow_rate)
    if any(np.ndim(each) for each in given):
        raise InputError("The growth law holds arrays; give the numbers of one particle.")
    rate, exponent, threshold, slow = (float(each) for each in given)
    at = law.reference
    if not (rate > 0 and slow == 0 and threshold < at < 1):
        raise InputError(
            f"The growth law has {rate:g} m per cycle and {slow:g} m/s at {at:g} K_IC and the "
            f"threshold {threshold:g} K_IC; give a rate per cycle, none per second and a reference "
            "between threshold and K_IC."
        )
    floor, wanted = threshold**2, float(exponent / (1 - (threshold / at) ** exponent))

    def excess(trial: float) -> float:
        return slope(Fatigue(threshold=1.0, exponent=trial, floor=floor), at) - wanted

    if excess(EXPONENTS[0]) < 0 or excess(EXPONENTS[1]) > 0:
        steepest, flattest = (excess(each) + wanted for each in EXPONENTS)
        raise InputError(
            f"The growth law goes as dK^{wanted:.3g} at {at:g} K_IC; worn toughness can be made to "
            f"go as dK^{flattest:.3g} to dK^{steepest:.3g}, so give an exponent in between."
        )
    found = float(brentq(excess, *EXPONENTS, xtol=1e-12))
    unit = Fatigue(threshold=1.0, exponent=found, floor=floor)
    asked = float(law.per_cycle(np.array(at), np.array(at)))
    return Fatigue(threshold=steady_growth(unit, solid, at) / asked, exponent=found, floor=floor)
