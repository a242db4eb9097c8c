"""The diffusivity an experimenter would read from a titration pulse.

Weppner & Huggins, J. Electrochem. Soc. 124 (1977) 1569.
"""

from __future__ import annotations

import math

from particle_sim.units import square_metre_per_second


def gitt_diffusivity(
    *, length: float, pulse: float, steady_change: float, transient_change: float
) -> square_metre_per_second:
    """D_app = 4/(pi t_p) L^2 (dE_s/dE_t)^2 [m2/s] (Weppner & Huggins 1977).

    ``length`` L [m] is volume over surface (R/3 for a sphere), ``pulse`` t_p [s], ``steady_change``
    [V] the change of the relaxed voltage and ``transient_change`` [V] that during the pulse without
    its jump. On spheres it reads low: 0.945, 0.833 and 0.723 of D at D t_p/R^2 = 0.001, 0.01 and
    0.03; it means nothing inside a two-phase plateau, where the relaxed voltage does not move.

    >>> found = gitt_diffusivity(
    ...     length=1e-7, pulse=600.0, steady_change=0.02, transient_change=0.03
    ... )
    >>> print(f"{found:.2g} m2/s")
    9.4e-18 m2/s

    Raises :class:`ZeroDivisionError` for a pulse or transient change of zero.
    """
    return 4 / (math.pi * pulse) * length**2 * (steady_change / transient_change) ** 2
