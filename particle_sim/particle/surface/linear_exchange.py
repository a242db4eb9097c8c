"""Exchange with a reservoir, linear in the concentration difference (Robin condition)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.particle.surface.hold import check_hold
from particle_sim.units import Array, finite, positive


@dataclass(frozen=True, kw_only=True)
class LinearExchange:
    """N = k (c_surface - c_reservoir): ``coefficient`` k [m/s], Biot number k R / D.

    c_reservoir = ``reservoir_site_fraction`` times ``maximum_concentration`` [mol/m3], the
    material's, from time 0 to ``duration`` [s]. The particle begins even at
    ``initial_site_fraction``, at ``temperature`` [K].

    >>> import particle_sim as ps
    >>> nvp = ps.load_material("nvp")
    >>> exchange = LinearExchange(
    ...     coefficient=1e-9,
    ...     reservoir_site_fraction=0.2,
    ...     maximum_concentration=nvp.maximum_concentration,
    ...     duration=60.0,
    ...     initial_site_fraction=0.5,
    ... )
    >>> sphere = ps.Particle(material=nvp, mesh=ps.shapes.sphere(2.5e-7, cells=10))
    >>> bool(ps.solve_particle(sphere, exchange).outflow[-1] > 0)
    True

    Raises :class:`InputError` for a coefficient, concentration, duration or temperature that is not
    positive, a reservoir that is not finite, and a filling outside 0 to 1.
    """

    coefficient: float
    reservoir_site_fraction: float
    maximum_concentration: float
    duration: float
    initial_site_fraction: float
    temperature: float = REFERENCE_TEMPERATURE

    def __post_init__(self) -> None:
        positive("The exchange coefficient", self.coefficient, "m/s")
        finite("The reservoir_site_fraction", self.reservoir_site_fraction, "1")
        positive("The maximum_concentration", self.maximum_concentration, "mol/m^3")
        check_hold(self)

    @property
    def breaks(self) -> Array:
        return np.array([0.0, self.duration])

    @property
    def held_site_fraction(self) -> None:
        return None

    @property
    def total(self) -> None:
        return None

    @property
    def voltage_limits(self) -> None:
        return None

    @property
    def largest(self) -> float:
        return math.inf

    def respond(self, state: SurfaceState) -> SurfaceResponse:
        slope = self.coefficient * self.maximum_concentration
        excess = np.asarray(state.site_fraction) - self.reservoir_site_fraction
        return SurfaceResponse(flux=slope * excess, slope=np.full_like(excess, slope))
