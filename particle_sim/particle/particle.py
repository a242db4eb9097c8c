"""A particle: material, mesh, physics terms and mechanical boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from particle_sim.checks import check_fields
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.material import Material
from particle_sim.particle.cracks import Cracks
from particle_sim.particle.crystal import Crystal, Inert
from particle_sim.particle.mechanics import MechanicalBoundary, free_surface
from particle_sim.shown import shown
from particle_sim.transport.fickian_diffusion import fickian_diffusion
from particle_sim.transport.term import PhysicsTerm


@shown
@dataclass(frozen=True, kw_only=True)
class Particle:
    """What ``solve_particle`` needs besides the surface.

    ``mesh`` is radial or a body, ``physics`` the terms of the flux, ``mechanics`` what holds the
    surface. ``order`` is the polynomial degree of the concentration (1 to 4).
    The displacement is one degree higher on radial meshes and sections; on 3-D bodies it has the
    same degree, at least 2. Stress acts back on the sodium only if a term with stress is listed.

    Bodies only: ``crystal`` holds directional properties, ``inert`` the regions without sodium,
    ``wetting_energy`` [J/m2] the surface energy of full minus empty material (linear in theta),
    ``cracks`` what hinders the sodium inside and lets it out there.

    >>> import particle_sim as ps
    >>> particle = Particle(material=ps.load_material("nvp"), mesh=ps.shapes.sphere(2.5e-7))
    >>> particle.law
    'Fickian diffusion, N = -D grad c'

    Raises :class:`InputError` for an order out of range, no physics, or terms that exclude each
    other.
    """

    material: Material
    mesh: Mesh | BodyMesh
    physics: Sequence[PhysicsTerm] = (fickian_diffusion,)
    mechanics: MechanicalBoundary = free_surface
    order: int = 2
    crystal: Crystal | None = None
    inert: Mapping[int, Inert] = field(default_factory=dict)
    wetting_energy: float = 0.0
    cracks: Cracks | None = None

    def __post_init__(self) -> None:
        check_fields(self)
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
    def radial_mesh(self) -> Mesh:
        """The mesh along the radius; :class:`InputError` for a section or body."""
        if isinstance(self.mesh, Mesh):
            return self.mesh
        raise InputError(
            f"The particle's mesh is {self.mesh.symmetry.value}; this needs a radial one: use a "
            "sphere, a cylinder or a slab."
        )

    @property
    def in_brief(self) -> dict[str, str]:
        """Material, mesh and law."""
        return {
            "particle": f"of {self.material.title} ({self.material.name})",
            **self.mesh.in_brief,
            "law": self.law,
            "order": f"{self.order}",
        }

    @property
    def law(self) -> str:
        """The transport law in words, one clause per term."""
        return "; ".join(term.law for term in self.physics)
