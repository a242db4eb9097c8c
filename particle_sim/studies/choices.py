"""The choices a comparison offers, as named objects."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particle_sim.materials.material import Material
from particle_sim.particle import physics
from particle_sim.particle.physics.term import PhysicsTerm
from particle_sim.particle.run import von_mises
from particle_sim.units import Array


class Direction(enum.Enum):
    """What the comparison does to the cathodes."""

    CHARGE = "charge"
    DISCHARGE = "discharge"

    @property
    def passed(self) -> str:
        """What a fraction of the capacity means, in words."""
        return "sodium removed" if self is Direction.CHARGE else "sodium inserted"


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
    terms=(physics.fickian_diffusion,),
)
STRESS_DRIFT = Law(
    name="stress_drift",
    title="solid solution with stress drift",
    terms=(physics.fickian_diffusion, physics.stress_drift),
)
TWO_PHASE = Law(
    name="two_phase",
    title="two phases (Cahn-Hilliard)",
    terms=(physics.phase_separation,),
)
COHERENT = Law(
    name="coherent",
    title="two phases with coherency stress",
    terms=(physics.coherent_phase_separation,),
)
LAW_TITLES = {law.name: law.title for law in (SOLID_SOLUTION, STRESS_DRIFT, TWO_PHASE, COHERENT)}


class PhysicsChoice(enum.Enum):
    """Which law each material obeys."""

    DECLARED = "declared"
    SOLID_SOLUTION = "solid-solution"
    STRESS_DRIFT = "stress-drift"
    TWO_PHASE = "two-phase"
    COHERENT = "coherent"

    def law(self, material: Material) -> Law:
        """The law for one material; ``declared`` follows the material file."""
        if self is PhysicsChoice.DECLARED:
            return TWO_PHASE if material.two_phase else SOLID_SOLUTION
        return {
            PhysicsChoice.SOLID_SOLUTION: SOLID_SOLUTION,
            PhysicsChoice.STRESS_DRIFT: STRESS_DRIFT,
            PhysicsChoice.TWO_PHASE: TWO_PHASE,
            PhysicsChoice.COHERENT: COHERENT,
        }[self]


@dataclass(frozen=True)
class FieldMeasure:
    """A scalar read from principal stresses or strains (..., 3)."""

    title: str
    unit: str
    read: Callable[[Array], Array]


def _component(index: int) -> Callable[[Array], Array]:
    def read(principal: Array) -> Array:
        return np.asarray(principal[..., index])

    return read


def _largest(principal: Array) -> Array:
    return np.asarray(principal.max(axis=-1))


def _mean(principal: Array) -> Array:
    return np.asarray(principal.mean(axis=-1))


def _trace(principal: Array) -> Array:
    return np.asarray(principal.sum(axis=-1))


class StressMeasure(enum.Enum):
    """Which stress a picture shows."""

    VON_MISES = "von-mises"
    HOOP = "hoop"
    RADIAL = "radial"
    HYDROSTATIC = "hydrostatic"
    FIRST_PRINCIPAL = "first-principal"

    @property
    def measure(self) -> FieldMeasure:
        return {
            StressMeasure.VON_MISES: FieldMeasure("von Mises stress", "Pa", von_mises),
            StressMeasure.HOOP: FieldMeasure("hoop stress", "Pa", _component(1)),
            StressMeasure.RADIAL: FieldMeasure("radial stress", "Pa", _component(0)),
            StressMeasure.HYDROSTATIC: FieldMeasure("hydrostatic stress", "Pa", _mean),
            StressMeasure.FIRST_PRINCIPAL: FieldMeasure("first principal stress", "Pa", _largest),
        }[self]


class StrainMeasure(enum.Enum):
    """Which strain a picture shows."""

    VOLUMETRIC = "volumetric"
    HOOP = "hoop"
    RADIAL = "radial"

    @property
    def measure(self) -> FieldMeasure:
        return {
            StrainMeasure.VOLUMETRIC: FieldMeasure("volumetric strain", "1", _trace),
            StrainMeasure.HOOP: FieldMeasure("hoop strain", "1", _component(1)),
            StrainMeasure.RADIAL: FieldMeasure("radial strain", "1", _component(0)),
        }[self]
