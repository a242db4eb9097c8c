"""A particle: material, mesh, physics terms and mechanical boundary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from particle_sim.errors import InputError
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.material import Material
from particle_sim.particle.mechanics import MechanicalBoundary, free_surface
from particle_sim.particle.physics.fickian_diffusion import fickian_diffusion
from particle_sim.particle.physics.term import PhysicsTerm


@dataclass(frozen=True, kw_only=True)
class Particle:
    """What ``solve_particle`` needs besides the surface.

    ``order`` is the polynomial degree of the concentration (1 to 4); the displacement is one
    degree higher. Stress acts back on the sodium only if a term with stress is listed.
    """

    material: Material
    mesh: Mesh
    physics: Sequence[PhysicsTerm] = (fickian_diffusion,)
    mechanics: MechanicalBoundary = free_surface
    order: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.order <= 4:
            raise InputError(f"The particle's element order is {self.order}; choose 1, 2, 3 or 4.")
        if not self.physics:
            raise InputError("The particle has no physics term; give at least fickian_diffusion.")
        readers = [term.name for term in self.physics if term.potentials]
        if len(readers) > 1:
            raise InputError(
                f"The terms {' and '.join(readers)} both move sodium by a non-local potential; "
                "choose one (coherent_phase_separation already contains the stress)."
            )

    @property
    def law(self) -> str:
        """The transport law in words, one clause per term."""
        return "; ".join(term.law for term in self.physics)
