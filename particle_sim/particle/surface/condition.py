"""The socket of a surface condition: how sodium passes the particle's surface."""

from __future__ import annotations

from typing import Protocol

from particle_sim.flux import SurfaceFlux, SurfaceResponse, SurfaceState
from particle_sim.units import Array


class SurfaceCondition(Protocol):
    """What ``solve_particle`` asks of a surface. :class:`SurfaceFlux` is the plainest one."""

    @property
    def initial_site_fraction(self) -> float:
        """Uniform filling at the start."""

    @property
    def temperature(self) -> float:
        """[K]"""

    @property
    def breaks(self) -> Array:
        """Start, kinks and end of the history [s], increasing."""

    @property
    def held_site_fraction(self) -> float | None:
        """Site fraction at which the surface is held; ``None`` where a flux is given."""

    @property
    def total(self) -> SurfaceFlux | None:
        """Mean flux that an unknown electrode potential has to deliver; ``None`` without one."""

    @property
    def voltage_limits(self) -> tuple[float, float] | None:
        """Electrode potentials [V] between which the run goes on; ``None``: not watched."""

    @property
    def largest(self) -> float:
        """Largest expected flux [mol/(m2 s)]; infinity when unknown."""

    def respond(self, state: SurfaceState) -> SurfaceResponse:
        """Flux out of the particle and its slopes.

        With an unknown potential it is linearised at ``state.flux`` and iterated upon.
        """
