"""A brittle solid in phase-field form: elasticity, toughness, length scale and crack density.

    E(u, d) = int ((1 - d)^2 + k) psi_+ + psi_- dV + int f G_c / c_w (w(d) / l + l |grad d|^2) dV

with psi of the elastic strain eps - eps*, c_w = 4 int_0^1 sqrt(w), k the residual stiffness and
f <= 1 the fatigue factor (1 without fatigue). Source: Bourdin, Francfort & Marigo, J. Mech. Phys.
Solids 48 (2000) 797; Pham, Amor, Marigo & Maurini, Int. J. Damage Mech. 20 (2011) 618.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from particle_sim.checks import check_fields
from particle_sim.errors import InputError
from particle_sim.units import Array

STIFFEST = 0.1
"""Residual stiffness above this part of the whole is no crack."""


class CrackDensity(enum.Enum):
    """w(d), what a crack costs per volume.

    >>> CrackDensity.AT2.of(np.array([0.5])), CrackDensity.AT2.normalisation
    (array([0.25]), 2.0)
    """

    AT1 = "AT1, w = d: elastic up to its strength, a crack 4 l wide"
    AT2 = "AT2, w = d^2: damaged by any stress, a crack with tails"

    @property
    def normalisation(self) -> float:
        """c_w = 4 int_0^1 sqrt(w)."""
        return 8 / 3 if self is CrackDensity.AT1 else 2.0

    def of(self, damage: Array) -> Array:
        """w(d)."""
        return np.asarray(damage if self is CrackDensity.AT1 else damage**2)

    @property
    def localised(self) -> float:
        """Damage above which it belongs to a crack, which the mesh must resolve.

        AT2 damages evenly up to a quarter, where its stress peaks.
        """
        return 0.01 if self is CrackDensity.AT1 else 0.25


class Split(enum.Enum):
    """Which part of the elastic energy makes cracks grow.

    >>> Split.NONE.value
    'all of it: also compression makes cracks'
    """

    NONE = "all of it: also compression makes cracks"
    SPECTRAL = "that of positive principal strains and of expansion"
    VOLUMETRIC_DEVIATORIC = "that of shear and of expansion"


@dataclass(frozen=True, kw_only=True)
class BrittleSolid:
    """A solid that breaks, isotropic.

    ``youngs_modulus`` E [Pa], ``poisson_ratio`` nu, ``toughness`` G_c [J/m2]; ``length_scale`` l
    [m]: with nucleation it sets the strength and is a property of the solid, with a notch it is
    numerical and should be at most a quarter of the notch. ``density`` w(d) is what a crack costs,
    ``split`` which energy drives it; one other than ``NONE`` makes the displacement problem
    nonlinear. ``residual_stiffness`` k adds k sigma to the stress of broken cells.

    >>> from particle_sim.damage.field import BrittleSolid
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=25e-9
    ... )
    >>> solid.density.normalisation
    2.6666666666666665

    Raises :class:`InputError` for a modulus, toughness or length that is not positive and finite,
    Poisson's ratio outside -1 to 0.5 and a residual stiffness outside 0 to 0.1.
    """

    youngs_modulus: float
    poisson_ratio: float
    toughness: float
    length_scale: float
    density: CrackDensity = CrackDensity.AT1
    split: Split = Split.SPECTRAL
    residual_stiffness: float = 1e-7

    def __post_init__(self) -> None:
        check_fields(self)
        positive = {
            "Young's modulus": (self.youngs_modulus, "Pa"),
            "toughness": (self.toughness, "J/m2"),
            "length scale": (self.length_scale, "m"),
        }
        for name, (value, unit) in positive.items():
            if not 0 < value < np.inf:
                raise InputError(
                    f"The brittle solid's {name} is {value:g} {unit}; it must be positive."
                )
        if not -1 < self.poisson_ratio < 0.5:
            raise InputError(
                f"The brittle solid's Poisson's ratio is {self.poisson_ratio:g}; it must lie "
                "between -1 and 0.5."
            )
        if not 0 <= self.residual_stiffness <= STIFFEST:
            raise InputError(
                f"The residual stiffness is {self.residual_stiffness:g} of the whole; give 0 to "
                f"{STIFFEST:g}, usually 1e-7."
            )

    @property
    def shear_modulus(self) -> float:
        """mu = E / (2 (1 + nu)) [Pa]."""
        return self.youngs_modulus / (2 * (1 + self.poisson_ratio))

    @property
    def lame_modulus(self) -> float:
        """lambda = 2 mu nu / (1 - 2 nu) [Pa]."""
        return 2 * self.shear_modulus * self.poisson_ratio / (1 - 2 * self.poisson_ratio)

    @property
    def plane_modulus(self) -> float:
        """E / (1 - nu^2) [Pa], so that G = K^2 over it in plane strain."""
        return self.youngs_modulus / (1 - self.poisson_ratio**2)
