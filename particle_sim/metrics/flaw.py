"""A sharp flaw that a particle is assumed to hold: its kind, size and the toughness it must beat.

K = Y sigma sqrt(a), with sigma uniform over the flaw and normal to it.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.materials.property import Property, assumed
from particle_sim.metrics.fracture import EDGE_CRACK
from particle_sim.units import dimensionless, metre, stress_intensity_unit

LARGEST_FLAW = 0.1
"""Largest flaw over the particle's size (assumed): beyond it the stress is no longer uniform over
an edge crack, and the surface no longer flat behind it."""

QUANTILES = 100
"""Values each of flaw size and toughness that the probability is counted over."""


class FlawKind(enum.Enum):
    """Where a flaw lies, and the crack it is taken for.

    >>> print(f"{FlawKind.SURFACE.intensity(300e6, 20e-9) / 1e6:.4f} MPa m^0.5")
    0.0842 MPa m^0.5
    """

    SURFACE = "edge crack of depth a at a free surface"
    EMBEDDED = "penny crack of radius a inside"

    @property
    def shape_factor(self) -> float:
        """Y = K/(sigma sqrt(a)): 1.12 sqrt(pi) of an edge crack (Tada, Paris & Irwin, 2000, section
        2.1), 2/sqrt(pi) of a penny crack (Sneddon, Proc. R. Soc. A 187 (1946) 229)."""
        if self is FlawKind.SURFACE:
            return EDGE_CRACK * math.sqrt(math.pi)
        return 2 / math.sqrt(math.pi)

    def intensity(self, stress: float, flaw_size: float) -> stress_intensity_unit:
        """K = Y sigma sqrt(a) [Pa m^0.5]; 0 under compression, which closes the flaw."""
        return self.shape_factor * max(stress, 0.0) * math.sqrt(flaw_size)

    def critical_size(self, stress: float, toughness: float) -> metre:
        """a_c = (K_IC/(Y sigma))^2 [m] of the flaw that starts to grow; inf under compression."""
        if stress <= 0:
            return math.inf
        return (toughness / (self.shape_factor * stress)) ** 2


@dataclass(frozen=True, kw_only=True)
class FlawBelief:
    """What is believed of flaws, with plausible ranges; made by :func:`flaw_belief`.

    ``flaw_size`` [m] and ``toughness`` [Pa m^0.5] are properties; ``largest`` [m] cuts sizes off.
    """

    flaw_size: Property
    toughness: Property
    largest: float

    @property
    def size(self) -> metre:
        """Central flaw size [m]."""
        return min(self.flaw_size.magnitude, self.largest)

    def ratio_range(self, driving: float) -> tuple[float, float]:
        """K/K_IC at the two outer corners of the ranges, for ``driving`` = Y sigma [Pa]."""
        ends = np.array([0.0, 1.0])
        sizes = np.minimum(self.flaw_size.quantile(ends), self.largest)
        weakest, toughest = (float(k) for k in self.toughness.quantile(ends))
        low, high = (driving * math.sqrt(float(size)) for size in sizes)
        return low / toughest, high / weakest

    def probability(self, driving: float) -> dimensionless:
        """Share of the combinations of flaw size and toughness, drawn independently, with K > K_IC.

        Counted over QUANTILES^2 evenly spaced quantiles; the stress is taken as given.
        """
        middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
        sizes = np.minimum(self.flaw_size.quantile(middles), self.largest)
        toughness = self.toughness.quantile(middles)
        return float(np.mean(driving * np.sqrt(sizes)[:, None] > toughness))


def flaw_belief(
    material: Material, extent: float, flaw_size: float | None, toughness: float | None
) -> FlawBelief:
    """What is believed of the flaws in a particle of ``material`` and size ``extent`` [m].

    A ``flaw_size`` [m] or ``toughness`` [Pa m^0.5] given by the caller is taken as it is, ``None``
    asks the material; its flaw size is cut off at LARGEST_FLAW of ``extent``.

    >>> from particle_sim.materials.load import load_material
    >>> belief = flaw_belief(load_material("nvp"), 1e-7, None, None)
    >>> print(f"{belief.size * 1e9:.0f} nm of {belief.flaw_size.magnitude * 1e9:.0f} nm")
    10 nm of 20 nm

    Raises :class:`InputError` where there is neither, and for a number that is not positive.
    """
    return FlawBelief(
        flaw_size=_belief(material, "flaw_size", "flaw_size", flaw_size, "m"),
        toughness=toughness_belief(material, toughness),
        largest=LARGEST_FLAW * extent if flaw_size is None else math.inf,
    )


def toughness_belief(material: Material, toughness: float | None) -> Property:
    """The ``toughness`` K_IC given by the caller [Pa m^0.5], or where ``None`` the ``material``'s.

    >>> from particle_sim.materials.load import load_material
    >>> toughness_belief(load_material("nvp"), None).magnitude
    1200000.0

    Raises :class:`InputError` where there is neither, and for a number that is not positive.
    """
    return _belief(material, "fracture_toughness", "toughness", toughness, "Pa*m^0.5")


def _belief(
    material: Material, name: str, keyword: str, given: float | None, unit: str
) -> Property:
    if given is None:
        known = material.properties.get(name)
        if known is None:
            raise InputError(
                f"{material.title}: it has no {name}; add it to the material's file or pass "
                f"{keyword}= in {unit}."
            )
        return known
    if not given > 0:
        raise InputError(f"The {keyword} is {given:g} {unit}; it must be positive.")
    return assumed(name, given, unit)
