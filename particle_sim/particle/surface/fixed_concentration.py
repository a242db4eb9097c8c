"""A surface held at one concentration (the potentiostatic limit of fast kinetics)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.particle.surface.hold import check_hold
from particle_sim.units import Array, share


@dataclass(frozen=True, kw_only=True)
class FixedConcentration:
    """theta(surface) = ``site_fraction`` from time 0 to ``duration`` [s].

    The particle begins even at ``initial_site_fraction``, at ``temperature`` [K].

    >>> import particle_sim as ps
    >>> held = FixedConcentration(site_fraction=0.4, duration=60.0, initial_site_fraction=0.5)
    >>> mesh = ps.shapes.sphere(2.5e-7, cells=10)
    >>> run = ps.solve_particle(ps.Particle(material=ps.load_material("nvp"), mesh=mesh), held)
    >>> round(float(run.site_fraction[-1, -1]), 3)
    0.4

    Raises :class:`InputError` for fillings outside 0 to 1, and a duration or temperature that is
    not positive.
    """

    site_fraction: float
    duration: float
    initial_site_fraction: float
    temperature: float = REFERENCE_TEMPERATURE

    def __post_init__(self) -> None:
        share("The held site_fraction", self.site_fraction)
        check_hold(self)

    @property
    def breaks(self) -> Array:
        return np.array([0.0, self.duration])

    @property
    def held_site_fraction(self) -> float:
        return self.site_fraction

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
        """Not used while the concentration is held."""
        return SurfaceResponse(flux=np.zeros(np.shape(state.site_fraction)))
