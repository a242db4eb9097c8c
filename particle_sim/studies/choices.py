"""The choices a comparison offers, as named objects; light enough for the command line."""

from __future__ import annotations

import enum

LAST_SEED = 2**63 - 1
"""A larger one fits into no file."""


class Direction(enum.Enum):
    """What the comparison does to the cathodes."""

    CHARGE = "charge"
    DISCHARGE = "discharge"

    @property
    def passed(self) -> str:
        """What a fraction of the capacity means for what moves, in a word."""
        return "removed" if self is Direction.CHARGE else "inserted"

    @property
    def opposite(self) -> Direction:
        return Direction.DISCHARGE if self is Direction.CHARGE else Direction.CHARGE


class Footing(enum.Enum):
    """Whether what no paper prints of either material is made the same for both."""

    EQUAL = "equal"
    AS_FILED = "as-filed"


class EvidenceChoice(enum.Enum):
    """Which rate tests narrow what is plausible: those in print, your own, or none."""

    SHIPPED = "shipped"
    MINE = "mine"
    NONE = "none"


class PhysicsChoice(enum.Enum):
    """The laws of transport to choose from, as typed; ``declared`` follows the material files."""

    DECLARED = "declared"
    SOLID_SOLUTION = "solid-solution"
    STRESS_DRIFT = "stress-drift"
    TWO_PHASE = "two-phase"
    COHERENT = "coherent"
    DARKEN = "darken"


class GrowthChoice(enum.Enum):
    """By which rule cracks grow: per cycle, per second under load, or each by itself."""

    FATIGUE = "fatigue"
    SLOW = "slow"
    BOTH = "both"


class ShapeChoice(enum.Enum):
    """What the particles look like; ``sphere`` is radial, all others are solved in 2-D or 3-D."""

    SPHERE = "sphere"
    POLYCRYSTAL = "polycrystal"
    SPHEROID = "spheroid"
    ROD = "rod"
    PLATE = "plate"


class StressMeasure(enum.Enum):
    """Which stress a picture shows."""

    VON_MISES = "von-mises"
    HOOP = "hoop"
    RADIAL = "radial"
    HYDROSTATIC = "hydrostatic"
    FIRST_PRINCIPAL = "first-principal"


class StrainMeasure(enum.Enum):
    """Which strain a picture shows."""

    VOLUMETRIC = "volumetric"
    HOOP = "hoop"
    RADIAL = "radial"
