"""The bilinear law of a boundary that opens: stiff, then softening, then apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.checks import check_fields
from particle_sim.errors import InputError
from particle_sim.units import Array, metre, positive


@dataclass(frozen=True, kw_only=True)
class CohesiveLaw:
    """Traction t against opening d of a boundary; ``strength`` t_m [Pa], ``energy`` G [J/m2].

        t = K0 d up to d_0 = t_m/K0,  then t = t_m (d_f - d)/(d_f - d_0)  to d_f = 2 G/t_m.

    K0 is the ``stiffness`` [Pa/m] of the whole boundary, a number that keeps it closed: see
    :func:`open_grain_boundaries` for the least. With the largest opening kappa so far, t = (1 - D)
    K0 d below it (secant unloading), D(kappa) = d_f (kappa - d_0)/(kappa (d_f - d_0)). Both modes
    weigh the same: d^2 = <d_n>^2 + d_s^2 of the normal opening and the shear jump. Pressed
    together, t_n = K0 d_n whatever D; no friction. Raises :class:`InputError` for a field that is
    not positive and where the law has no softening branch (K0 <= t_m^2/(2 G)). Bilinear law:
    Camanho & Davila, NASA/TM-2002-211737, 2002.

    >>> law = CohesiveLaw(strength=0.6e9, energy=0.8, stiffness=1e18)
    >>> round(law.opening_at_peak * 1e9, 3), round(law.opening_at_break * 1e9, 3)
    (0.6, 2.667)
    """

    strength: float
    energy: float
    stiffness: float

    def __post_init__(self) -> None:
        check_fields(self)
        positive("The strength of the boundary", self.strength, "Pa")
        positive("The energy of the boundary", self.energy, "J/m^2")
        positive("The stiffness of the boundary", self.stiffness, "Pa/m")
        if self.opening_at_peak >= self.opening_at_break:
            raise InputError(
                f"The boundary's stiffness is {self.stiffness:.3g} Pa/m; with its strength and "
                f"energy it must be above {self.strength**2 / (2 * self.energy):.3g} Pa/m, or the "
                "boundary would break before it reaches its strength."
            )

    @property
    def opening_at_peak(self) -> metre:
        """d_0 [m]"""
        return self.strength / self.stiffness

    @property
    def opening_at_break(self) -> metre:
        """d_f [m]"""
        return 2 * self.energy / self.strength

    @property
    def softening(self) -> float:
        """-dt/dd of the softening branch [Pa/m]."""
        return self.strength / (self.opening_at_break - self.opening_at_peak)

    def snap_back_length(self, youngs_modulus: float) -> metre:
        """Bar in series [m] from which on the boundary breaks at once: E (d_f - d_0)/t_m."""
        return youngs_modulus / self.softening

    def cohesive_length(self, youngs_modulus: float) -> metre:
        """E G/t_m^2 [m], the size of the zone that softens ahead of a crack."""
        return youngs_modulus * self.energy / self.strength**2

    def damage(self, largest: Array) -> Array:
        """D, 0 to 1, of the largest opening so far [m]."""
        peak, end = self.opening_at_peak, self.opening_at_break
        kappa = np.maximum(largest, peak)
        return np.minimum(end * (kappa - peak) / (kappa * (end - peak)), 1.0)

    def secant(self, largest: Array) -> Array:
        """(1 - D) K0 [Pa/m], written so that nothing cancels."""
        peak, end = self.opening_at_peak, self.opening_at_break
        kappa = np.maximum(largest, peak)
        return np.asarray(self.softening * np.maximum(end - kappa, 0.0) / kappa)

    def dissipated(self, largest: Array) -> Array:
        """Energy per area that will not come back [J/m2]: G (kappa - d_0)/(d_f - d_0), up to G."""
        peak, end = self.opening_at_peak, self.opening_at_break
        return np.asarray(self.energy * np.clip((largest - peak) / (end - peak), 0.0, 1.0))


def scaled(law: CohesiveLaw, length: float, modulus: float) -> CohesiveLaw:
    """The same law where lengths are in ``length`` [m] and stress is in ``modulus`` [Pa]."""
    return CohesiveLaw(
        strength=law.strength / modulus,
        energy=law.energy / (modulus * length),
        stiffness=law.stiffness * length / modulus,
    )
