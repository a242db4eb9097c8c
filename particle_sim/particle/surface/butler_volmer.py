"""A particle held at a potential: symmetric Butler-Volmer kinetics, stress included."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.materials.material import Material
from particle_sim.particle.surface.hold import check_hold
from particle_sim.transport.kinetics import butler_volmer
from particle_sim.units import Array, finite


@dataclass(frozen=True, kw_only=True)
class ButlerVolmer:
    """Potentiostatic hold at ``voltage`` [V vs the carrier's metal], from 0 to ``duration`` [s].

    N F = 2 j0(theta_s) sinh(F (V - U_eff) / (2 R T)),   U_eff = U(theta_s) - phi_s / F,

    positive out of the particle (oxidation), j0 and U those of ``material`` at ``temperature`` [K];
    the particle begins even at ``initial_site_fraction``. phi = -Omega sigma_h, so tension raises
    U_eff. With ``stress_in_kinetics`` false, phi is left out of U_eff (but not of the diffusion). A
    particle that may separate into phases reads the homogeneous potential for U.

    >>> import particle_sim as ps
    >>> nvp = ps.load_material("nvp")
    >>> held = ButlerVolmer(material=nvp, voltage=3.38, duration=60.0, initial_site_fraction=0.5)
    >>> sphere = ps.Particle(material=nvp, mesh=ps.shapes.sphere(2.5e-7, cells=10))
    >>> bool(ps.solve_particle(sphere, held).outflow[-1] > 0)  # above the plateau: sodium leaves
    True

    Raises :class:`InputError` for a voltage that is not finite, a duration or temperature that is
    not positive, and a filling outside 0 to 1.
    """

    material: Material
    voltage: float
    duration: float
    initial_site_fraction: float
    stress_in_kinetics: bool = True
    temperature: float = REFERENCE_TEMPERATURE

    def __post_init__(self) -> None:
        finite("The held voltage", self.voltage, "V")
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
        return butler_volmer(
            self.material,
            state,
            self.voltage,
            self.temperature,
            stress_in_kinetics=self.stress_in_kinetics,
        )
