"""Open-circuit potential from plateaus: the measured curve and the plateaus' own filling.

Measured curve (multi-species, multi-reaction form; Verbrugge et al., J. Electrochem. Soc. 164
(2017) E3243, doi:10.1149/2.0341708jes): every plateau i fills with potential U as

    theta(U) = sum_i share_i / (1 + exp((U - U_i) F / (width_i R T))),   sum_i share_i = 1,

so theta falls monotonically with U; ``U(theta)`` is its inverse. ``width`` is 1 for an ideal
solid solution and well below 1 for a flat two-phase plateau (0.2 leaves a slope of about 5 mV).
Ends are further terms of the sum: what the curve still holds on its slope to a cut-off. They take
their shares from the whole window and never separate; the plateaus share what is left. The mean
over theta is sum_i share_i U_i exactly.
T is the temperature asked for; U_i do not depend on it. A table is as measured, whatever T.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.units import Array

_EDGE = 1e-15


@dataclass(frozen=True, kw_only=True)
class Plateau:
    """One step of the open-circuit potential."""

    voltage: float
    """Potential at half filling of the step [V vs the carrier's metal]."""
    share: float
    """Part of the material's sodium window that this step takes up."""
    width: float
    """Broadening in units of R T / F: 1 ideal solid solution, 0.2 nearly flat."""


@dataclass(frozen=True)
class PlateauPotential:
    """U(theta) [V] built from plateaus, listed from sodium-poor (high voltage) to sodium-rich."""

    plateaus: tuple[Plateau, ...]
    ends: tuple[Plateau, ...] = ()
    """Slopes to the cut-offs."""

    @cached_property
    def terms(self) -> tuple[Plateau, ...]:
        """Plateaus and ends with their shares of the whole window."""
        rest = 1.0 - sum(end.share for end in self.ends)
        return (*(replace(p, share=p.share * rest) for p in self.plateaus), *self.ends)

    def __call__(self, site_fraction: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        return self._invert(np.asarray(site_fraction, dtype=float), temperature)

    def slope(self, site_fraction: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        """dU/dtheta [V]"""
        potential, thermal = self(site_fraction, temperature), _thermal_voltage(temperature)
        total = np.zeros_like(potential, dtype=float)
        for plateau in self.terms:
            reduced = _reduced(potential, plateau, thermal)
            peak = _logistic(reduced) * _logistic(-reduced)
            total += plateau.share * peak / (plateau.width * thermal)
        return np.asarray(-1.0 / np.maximum(total, _EDGE))

    def scaled(self, factor: float) -> PlateauPotential:
        """Every voltage multiplied by ``factor``."""
        plateaus, ends = (
            tuple(replace(p, voltage=p.voltage * factor) for p in group)
            for group in (self.plateaus, self.ends)
        )
        return PlateauPotential(plateaus, ends)

    def filling(self, potential: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        """Equilibrium site fraction at ``potential``."""
        total, thermal = np.zeros_like(potential, dtype=float), _thermal_voltage(temperature)
        for plateau in self.terms:
            total += plateau.share * _logistic(_reduced(potential, plateau, thermal))
        return total

    def _invert(self, site_fraction: Array, temperature: float) -> Array:
        target = np.clip(site_fraction, _EDGE, 1 - _EDGE)
        thermal = _thermal_voltage(temperature)
        if len(self.terms) == 1:
            only = self.terms[0]
            reduced: Array = np.log(target / (1 - target))
            return np.asarray(only.voltage - only.width * thermal * reduced)
        margin = 40 * thermal * max(p.width for p in self.terms)
        low = np.full_like(target, min(p.voltage for p in self.terms) - margin)
        high = np.full_like(target, max(p.voltage for p in self.terms) + margin)
        for _ in range(60):  # halves the bracket to the last bit of a double
            middle = 0.5 * (low + high)
            too_full = self.filling(middle, temperature) > target
            low, high = np.where(too_full, middle, low), np.where(too_full, high, middle)
        return 0.5 * (low + high)


def _thermal_voltage(temperature: float) -> float:
    return GAS_CONSTANT * temperature / FARADAY


def _reduced(potential: Array, plateau: Plateau, thermal: float) -> Array:
    return (plateau.voltage - potential) / (plateau.width * thermal)


@dataclass(frozen=True)
class TabulatedPotential:
    """U(theta) [V] as straight lines between measured points; theta increasing, U decreasing."""

    site_fraction: tuple[float, ...]
    voltage: tuple[float, ...]

    def __call__(self, site_fraction: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        return np.interp(site_fraction, self.site_fraction, self.voltage)

    def slope(self, site_fraction: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        x, y = np.asarray(self.site_fraction), np.asarray(self.voltage)
        index = np.clip(np.searchsorted(x, site_fraction, side="right") - 1, 0, len(x) - 2)
        return (np.diff(y) / np.diff(x))[index]

    def scaled(self, factor: float) -> TabulatedPotential:
        return replace(self, voltage=tuple(factor * value for value in self.voltage))

    def filling(self, potential: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        """Equilibrium site fraction at ``potential``."""
        return np.interp(potential, self.voltage[::-1], self.site_fraction[::-1])


@dataclass(frozen=True, kw_only=True)
class Step:
    """A plateau's place on the axis of the site fraction: it fills from ``start`` by ``share``."""

    start: float
    share: float


def steps_of(plateaus: tuple[Plateau, ...]) -> tuple[Step, ...]:
    """The plateaus laid end to end over the window [0, 1]."""
    edges = np.cumsum([0.0, *(plateau.share for plateau in plateaus)])
    return tuple(Step(start=float(a), share=float(b - a)) for a, b in pairwise(edges))


def _logistic(x: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * x))
