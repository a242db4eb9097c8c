"""The laws of sodium transport: each is built from terms and knows what follows from it.

A law is added by one constant, one entry of ``LAWS`` and one of the choices
(``particle_sim.studies.choices.PhysicsChoice``); command lines, scenario and sweep files, reports,
lessons and claims read names and consequences from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim import transport
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.transport.coefficients import potentials_of
from particle_sim.transport.sphere import SphereTransport, sphere_transport
from particle_sim.transport.term import PhysicsTerm, Potential


@dataclass(frozen=True, kw_only=True)
class Law:
    """A named set of physics terms."""

    name: str
    title: str
    terms: tuple[PhysicsTerm, ...]

    @property
    def typed(self) -> str:
        """The name as it is typed, ``stress-drift``."""
        return self.name.replace("_", "-")

    @property
    def potentials(self) -> frozenset[Potential]:
        """Non-local parts of the chemical potential that its terms read."""
        return potentials_of(self.terms)

    @property
    def separates(self) -> bool:
        """Whether phases may part: it has a gradient energy, and the homogeneous potential."""
        return Potential.GRADIENT_ENERGY in self.potentials

    @property
    def needs(self) -> frozenset[str]:
        """Properties that a material must have."""
        parts = (*(term.needs for term in self.terms), *(part.needs for part in self.potentials))
        return frozenset[str]().union(*parts)

    def fits_in_sphere(self, material: Material, temperature: float) -> bool:
        """Whether it comes down to a diffusivity in a free sphere of the material."""
        self.check(material)
        return isinstance(sphere_transport(self.terms, material, temperature), SphereTransport)

    def in_sphere(self, material: Material, temperature: float) -> SphereTransport:
        """The diffusivity it comes down to in a free sphere; all that cells and batches carry.

        Raises :class:`InputError` where it comes down to none.
        """
        self.check(material)
        found = sphere_transport(self.terms, material, temperature)
        if isinstance(found, SphereTransport):
            return found
        raise InputError(
            f"{material.name}: {self.title} is no diffusivity that PyBaMM or a batch could carry: "
            f"{found}; choose --physics solid-solution, or solve the particle itself: "
            "particle-sim cell does, and solve_particle with surface.Galvanostatic."
        )

    def check(self, material: Material) -> None:
        """Raise :class:`InputError` for a material that lacks what the law needs."""
        missing = sorted(self.needs - set(material.properties))
        if missing:
            raise InputError(
                f"{material.name}: {self.title} needs {' and '.join(missing)}; add it to the "
                "material or choose another law."
            )


SOLID_SOLUTION = Law(
    name="solid_solution",
    title="solid solution (Fickian)",
    terms=(transport.fickian_diffusion,),
)
STRESS_DRIFT = Law(
    name="stress_drift",
    title="solid solution with stress drift",
    terms=(transport.fickian_diffusion, transport.stress_drift),
)
TWO_PHASE = Law(
    name="two_phase",
    title="two phases (Cahn-Hilliard)",
    terms=(transport.phase_separation,),
)
COHERENT = Law(
    name="coherent",
    title="two phases with coherency stress",
    terms=(transport.coherent_phase_separation,),
)
DARKEN = Law(
    name="darken",
    title="solid solution (Darken)",
    terms=(transport.darken_diffusion,),
)


LAWS = {law.name: law for law in (SOLID_SOLUTION, STRESS_DRIFT, TWO_PHASE, COHERENT, DARKEN)}
"""Every law by its name in results."""


def law_of(typed: str, material: Material) -> Law:
    """The law of a typed name (``declared``: the material's own) for one material.

    :class:`InputError` where the material lacks what the law needs.
    """
    if typed == "declared":
        law = TWO_PHASE if material.two_phase else SOLID_SOLUTION
    else:
        law = LAWS[typed.replace("-", "_")]
    law.check(material)
    return law
