"""Transport laws a comparison can run a material under."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim import transport
from particle_sim.materials.material import Material
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.transport.term import PhysicsTerm


@dataclass(frozen=True, kw_only=True)
class Law:
    """A named set of physics terms."""

    name: str
    title: str
    terms: tuple[PhysicsTerm, ...]

    @property
    def separates(self) -> bool:
        """Whether it can form two phases."""
        return any(term.name.endswith("phase_separation") for term in self.terms)


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
LAW_TITLES = {law.name: law.title for law in (SOLID_SOLUTION, STRESS_DRIFT, TWO_PHASE, COHERENT)}


def law_of(choice: PhysicsChoice, material: Material) -> Law:
    """The law a choice means for one material."""
    declared = TWO_PHASE if material.two_phase else SOLID_SOLUTION
    return {
        PhysicsChoice.DECLARED: declared,
        PhysicsChoice.SOLID_SOLUTION: SOLID_SOLUTION,
        PhysicsChoice.STRESS_DRIFT: STRESS_DRIFT,
        PhysicsChoice.TWO_PHASE: TWO_PHASE,
        PhysicsChoice.COHERENT: COHERENT,
    }[choice]
