"""A given total current shared out over the surface by Butler-Volmer kinetics."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.errors import InputError
from particle_sim.flux import SurfaceFlux, SurfaceResponse, SurfaceState
from particle_sim.materials.material import Material
from particle_sim.transport.kinetics import shared_current
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Galvanostatic:
    """One unknown electrode potential V for the whole open surface, fixed by the total current:

        N F = 2 j0(theta_s) sinh(F (V - U_eff)/(2 R T)) at every point,   mean N = ``total``(t).

    j0 and U are those of ``material``; ``stress_in_kinetics`` as in :class:`ButlerVolmer`.
    ``total`` is the history of the mean flux over the open surface [mol/(m2 s)], out of the
    particle. ``voltage_limits`` [V] end the run. Electrons reach every point equally well.

    >>> import particle_sim as ps
    >>> nvp = ps.load_material("nvp")
    >>> flux = ps.constant_flux(1e-7, 60.0, initial_site_fraction=0.5)
    >>> sphere = ps.Particle(material=nvp, mesh=ps.shapes.sphere(2.5e-7, cells=10))
    >>> run = ps.solve_particle(sphere, Galvanostatic(material=nvp, total=flux))
    >>> print(f"{run.voltage[-1]:.2f} V")
    3.37 V

    Raises :class:`InputError` for limits that do not rise.
    """

    material: Material
    total: SurfaceFlux
    stress_in_kinetics: bool = True
    voltage_limits: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.voltage_limits is not None and not self.voltage_limits[0] < self.voltage_limits[1]:
            raise InputError(
                f"voltage_limits is {self.voltage_limits} V; give a lower and a higher potential."
            )

    @property
    def initial_site_fraction(self) -> float:
        return self.total.initial_site_fraction

    @property
    def temperature(self) -> float:
        return self.total.temperature

    @property
    def breaks(self) -> Array:
        return self.total.breaks

    @property
    def held_site_fraction(self) -> None:
        return None

    @property
    def largest(self) -> float:
        return self.total.largest

    def respond(self, state: SurfaceState) -> SurfaceResponse:
        """The law linearised at the state's flux: exact once that flux obeys it."""
        return shared_current(
            self.material, state, self.temperature, stress_in_kinetics=self.stress_in_kinetics
        )
