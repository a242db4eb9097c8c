"""Everything a comparison depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from particle_sim.checks import check_fields
from particle_sim.errors import refuse
from particle_sim.plausible.defaults import SAMPLES, SEED
from particle_sim.shown import shown
from particle_sim.studies.choices import (
    Direction,
    EvidenceChoice,
    Footing,
    PhysicsChoice,
    ShapeChoice,
    StrainMeasure,
    StressMeasure,
)

FRACTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)
UNIFORM_BELOW = 0.05
"""(max - min)/c_max below which sodium counts as uniform: half a tick of a ten-colour scale."""

EDGE_FRACTION = 0.995


@shown
@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A ``baseline`` and a ``candidate`` under the same protocol.

    They pass charge in ``direction`` at ``c_rate`` [1/h]. ``physics`` is the transport law,
    ``stress`` and ``strain`` the measures shown, and sodium is called uniform below a spread of
    ``uniform_below``. ``samples`` draws with ``seed`` decide the verdict.

    ``overrides`` holds quantities by material name and property, e.g.
    ``{"nvp": {"diffusivity": "1e-15 m^2/s"}}``. ``at`` are fractions of the capacity passed.
    ``footing`` makes equal what is printed of neither (:mod:`particle_sim.studies.footing`).
    ``evidence`` names the rate tests that narrow the drawn diffusivities; ``data`` holds files of
    your own by material name, for ``EvidenceChoice.MINE``. ``cell`` is the design of both half
    cells, by name or file, in the place of the shipped one.
    ``shape`` other than a sphere adds one body of each material; ``grains`` are those of a
    polycrystal and ``cells_per_radius`` sets how fine bodies are meshed.

    >>> Comparison(baseline="nvp", candidate="he_v", c_rate=5.0).direction.value
    'charge'

    Raises :class:`InputError` with every number out of range at once.
    """

    baseline: str
    candidate: str
    c_rate: float = 1.0
    direction: Direction = Direction.CHARGE
    at: tuple[float, ...] = FRACTIONS
    physics: PhysicsChoice = PhysicsChoice.DECLARED
    footing: Footing = Footing.EQUAL
    stress: StressMeasure = StressMeasure.VON_MISES
    strain: StrainMeasure = StrainMeasure.VOLUMETRIC
    uniform_below: float = UNIFORM_BELOW
    shape: ShapeChoice = ShapeChoice.SPHERE
    grains: int = 8
    cells_per_radius: float = 2.0
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    evidence: EvidenceChoice = EvidenceChoice.SHIPPED
    data: Mapping[str, str] = field(default_factory=dict)
    cell: str | None = None
    samples: int = SAMPLES
    seed: int = SEED

    @property
    def in_brief(self) -> dict[str, str]:
        """Who is compared, under what, and what was changed."""
        changed = ", ".join(f"{n}.{q}" for n, own in self.overrides.items() for q in own)
        return {
            "comparison": f"of {self.candidate} with {self.baseline}",
            "protocol": f"{self.direction.value} at {self.c_rate:g}C",
            "physics": self.physics.value,
            "shape": self.shape.value,
            "half cells": self.cell or "shipped",
            "draws": f"{self.samples}, seed {self.seed}",
            "overrides": changed or "none",
        }

    def __post_init__(self) -> None:
        check_fields(self)
        problems = []
        if not 0.001 <= self.c_rate <= 1000:
            problems.append(
                f"c_rate is {self.c_rate:g}; it must lie between 0.001 and 1000 per hour."
            )
        if not self.at or any(not 0 < fraction <= EDGE_FRACTION for fraction in self.at):
            problems.append(
                f"at is {','.join(f'{x:g}' for x in self.at)}; give fractions of the capacity "
                f"between 0 and {EDGE_FRACTION:g}, e.g. 0.1,0.5,0.9."
            )
        if not 0 < self.uniform_below < 1:
            problems.append(f"uniform_below is {self.uniform_below:g}; it must lie in (0, 1).")
        if not 1 <= self.grains <= 200:
            problems.append(f"grains is {self.grains}; give 1 to 200.")
        if not 1 <= self.cells_per_radius <= 40:
            problems.append(f"cells_per_radius is {self.cells_per_radius:g}; give 1 to 40.")
        if self.samples < 100:
            problems.append(f"samples is {self.samples}; give at least 100.")
        refuse(problems)
