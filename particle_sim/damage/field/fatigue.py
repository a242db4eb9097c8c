"""Toughness worn by cycles, and a bar under them: each cycle in turn, or jumping over many.

    f(A) = 1 for A <= alpha_T, b + (1 - b) (2 alpha_T / (A + alpha_T))^p beyond

multiplies G_c; A sums the positive increments of the energy (1 - d)^2 psi_+ that damage has left.
Source: Carrara, Ambati, Alessi & De Lorenzis, Comput. Meth. Appl. Mech. Eng. 361 (2020) 112731,
eq. 24 and 29, with p = 2 and b = 0. Other exponents and a floor b below which no cycle wears are
ours: with the source's own any load breaks in the end, and growth goes as about dK^3 to dK^4. No
alpha_T of a cathode has been measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from particle_sim.checks import arguments_checked, check_fields
from particle_sim.damage.field.point import critical_energy, uniform_damage
from particle_sim.damage.field.solid import BrittleSolid, CrackDensity
from particle_sim.errors import InputError
from particle_sim.units import Array

JUMP = 0.05
"""Growth of A over which a jump takes the growth per cycle as constant"""


@dataclass(frozen=True, kw_only=True)
class Fatigue:
    """How accumulated energy A wears toughness: f(A) of the module.

    ``threshold`` alpha_T [J/m3]: the accumulated energy that wears nothing; ``exponent`` p;
    ``floor`` b, the share of the toughness that no cycle wears.

    >>> worn = Fatigue(threshold=1e7)
    >>> print(worn.factor(np.array([1e7, 3e7])), worn.accumulated(0.25))
    [1.   0.25] 30000000.0

    Raises :class:`InputError` for a threshold or an exponent that is not positive and finite, and a
    floor outside 0 to below 1.
    """

    threshold: float
    exponent: float = 2.0
    floor: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self)
        if not 0 < self.threshold < np.inf:
            raise InputError(
                f"The fatigue threshold is {self.threshold:g} J/m3; it must be positive."
            )
        if not (0 < self.exponent < np.inf and 0 <= self.floor < 1):
            raise InputError(
                f"Fatigue has the exponent {self.exponent:g} and the floor {self.floor:g}; give a "
                "positive exponent and a floor from 0 to below 1."
            )

    def factor(self, accumulated: Array) -> Array:
        """f(A) (...)."""
        beyond = np.maximum(np.asarray(accumulated, dtype=float), self.threshold)
        wears = (2 * self.threshold / (beyond + self.threshold)) ** self.exponent
        return np.asarray(self.floor + (1 - self.floor) * wears)

    def accumulated(self, factor: float) -> float:
        """A [J/m3] at which f falls below ``factor``; infinite at the floor and below."""
        if factor <= self.floor:
            return np.inf
        share = min((factor - self.floor) / (1 - self.floor), 1.0)
        return float(self.threshold * (2 * share ** (-1 / self.exponent) - 1))


@dataclass(frozen=True, kw_only=True)
class FatigueHistory:
    """Rows at the ends of cycles: accumulated [J/m3], peak_stress [Pa]."""

    cycle: Array
    accumulated: Array
    factor: Array
    damage: Array
    peak_stress: Array


@arguments_checked
def fatigue_bar(
    solid: BrittleSolid, fatigue: Fatigue, strain: float, cycles: int, *, jump: float = 0.0
) -> FatigueHistory:
    """A bar of ``solid`` in uniaxial stress, strained to ``strain`` and back ``cycles`` times.

    Each cycle is one implicit step up and one down:
    A_n = A_(n-1) + N (1 - d_n)^2 psi, d_n = max(d_(n-1), D(f(A_n))), N = 1 and f of ``fatigue``.
    ``jump`` > 0 takes N cycles at once where they add at most that part of A, and always as many as
    one; 0.05 is usual. Halve it to see its error. Every part of the energy is damaged, as without a
    split. Returns cycles, A, f, damage and the stress of each peak.

    >>> from particle_sim.damage.field import BrittleSolid, Fatigue, fatigue_bar
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=25e-9
    ... )
    >>> worn = fatigue_bar(solid, Fatigue(threshold=5.67e7), 0.034, 4)
    >>> [round(float(d), 3) for d in worn.damage]
    [0.0, 0.0, 0.038, 0.253]

    Raises :class:`InputError` for a strain outside 0 to 1, no cycle, and jumps outside 0 to 0.5.
    """
    if not (0 < strain < 1 and cycles >= 1 and 0 <= jump <= 0.5):
        raise InputError(
            f"The fatigue bar has the strain {strain:g}, {cycles} cycles and jumps of {jump:g}; "
            "give a strain between 0 and 1, at least one cycle and jumps of 0 to 0.5."
        )
    density = 0.5 * solid.youngs_modulus * strain**2
    cycle, accumulated, damage = 0, 0.0, 0.0
    rows = []
    while cycle < cycles:
        per_cycle = (1 - damage) ** 2 * density
        many = max(1, min(int(jump * accumulated / per_cycle), cycles - cycle))
        damage = _after(solid, fatigue, many * density, density, accumulated, damage)
        accumulated += (1 - damage) ** 2 * many * density
        cycle += many
        rows.append((cycle, accumulated, damage))
    ends, sums, damages = np.array(rows).T
    left = (1 - damages) ** 2 + solid.residual_stiffness
    return FatigueHistory(
        cycle=ends.astype(int),
        accumulated=sums,
        factor=fatigue.factor(sums),
        damage=damages,
        peak_stress=left * solid.youngs_modulus * strain,
    )


def _after(
    solid: BrittleSolid,
    fatigue: Fatigue,
    added: float,
    density: float,
    accumulated: float,
    damage: float,
) -> float:
    """The damage d >= ``damage`` that its own accumulated energy makes."""

    def excess(trial: float) -> float:
        worn = float(fatigue.factor(np.array(accumulated + (1 - trial) ** 2 * added)))
        return trial - float(uniform_damage(solid, np.array(density), worn))

    if excess(damage) >= 0:
        return damage
    return float(brentq(excess, damage, 1.0, xtol=1e-14, rtol=1e-14))


@arguments_checked
def cycles_to_damage(solid: BrittleSolid, fatigue: Fatigue, strain: float) -> float:
    """Cycles to ``strain`` and back that ``solid`` of AT1 survives whole, worn as ``fatigue`` says.

    A* / psi with f(A*) = psi / psi_c and psi = E eps^2 / 2 of uniaxial stress;
    A* = alpha_T (2 sqrt(psi_c / psi) - 1) where p = 2 and b = 0. 1 where the first cycle already
    damages; the first damaged cycle is the next whole number. Infinite at the floor and below.

    >>> from particle_sim.damage.example import example_cracks
    >>> solid = example_cracks().body.solid
    >>> [round(cycles_to_damage(solid, Fatigue(threshold=1e9), each), 1) for each in (0.02, 0.04)]
    [216.5, 19.2]

    Raises :class:`InputError` for AT2, which is damaged at once.
    """
    if solid.density is not CrackDensity.AT1:
        raise InputError("AT2 is damaged by the first cycle; ask AT1 for its onset.")
    density = 0.5 * solid.youngs_modulus * strain**2
    return max(1.0, fatigue.accumulated(density / critical_energy(solid)) / density)
