"""The list of what varies, and why; ranges are those of the material or cell file.

Nothing else is drawn. The density is not: it and the largest concentration follow the volume of the
unit cell, which cancels per mass. Potential, C-rate, gradient coefficient and electrolyte are not
either: claims, bands and priors hold for the file's values of these.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Moves(enum.Enum):
    """What an input has a part in."""

    SODIUM = "where sodium is, voltage and capacity"
    PHASES = "whether there are two phases"
    STRESS = "stress"
    CRACKS = "whether stress makes a crack"
    CYCLES = "how cracks grow over cycles, and what they cost"


@dataclass(frozen=True, kw_only=True)
class Input:
    """One uncertain number; ``own`` when materials that are compared differ in it."""

    moves: Moves
    own: bool
    why: str


_POWDER = "powders are held against each other in the same shape and test"
_FLAW = "flaws and toughness are those of the powder's making, the same for both"
_RELIEF = "assumed for the family, of no particle measured"
_GROWTH = "of ceramics in general; no cathode was measured"
_CELL = "both are measured in the same cell"

VARIED: Mapping[str, Input] = {
    "particle_radius": Input(moves=Moves.SODIUM, own=False, why=_POWDER),
    "diffusivity": Input(
        moves=Moves.SODIUM, own=True, why="no paper of the library prints one that is its own"
    ),
    "diffusivity_fall": Input(
        moves=Moves.SODIUM, own=True, why="fitted to rates, or taken from a relative's table"
    ),
    "exchange_current_density": Input(
        moves=Moves.SODIUM, own=True, why="measured for few relatives, over decades"
    ),
    "maximum_concentration": Input(
        moves=Moves.SODIUM, own=True, why="cell volume and formula are known to a few percent"
    ),
    "film_resistance": Input(moves=Moves.SODIUM, own=False, why=_CELL),
    "active_loading": Input(moves=Moves.SODIUM, own=False, why=_CELL),
    "negative_to_positive_ratio": Input(moves=Moves.SODIUM, own=False, why=_CELL),
    "negative_initial_sodium": Input(moves=Moves.SODIUM, own=False, why=_CELL),
    "first_cycle_loss": Input(moves=Moves.SODIUM, own=False, why=_CELL),
    "negative_particle_radius": Input(moves=Moves.SODIUM, own=False, why=_CELL),
    "regular_solution_parameter": Input(
        moves=Moves.PHASES, own=True, why="estimated from the shape of a potential"
    ),
    "volume_change": Input(
        moves=Moves.STRESS, own=True, why="printed for a window that is not always the cell's"
    ),
    "youngs_modulus": Input(
        moves=Moves.STRESS, own=False, why="computed for relatives; a powder is softer than both"
    ),
    "poisson_ratio": Input(moves=Moves.STRESS, own=False, why="computed for relatives"),
    "flaw_size": Input(moves=Moves.CRACKS, own=False, why=_FLAW),
    "fracture_toughness": Input(moves=Moves.CRACKS, own=False, why=_FLAW),
    "misfit_share": Input(
        moves=Moves.CRACKS, own=True, why="which phases it passes was seen on one powder"
    ),
    "yield_stress": Input(moves=Moves.CRACKS, own=False, why=_RELIEF),
    "interface_energy": Input(moves=Moves.CRACKS, own=False, why=_RELIEF),
    "growth_rate": Input(moves=Moves.CYCLES, own=False, why=_GROWTH),
    "growth_exponent": Input(moves=Moves.CYCLES, own=False, why=_GROWTH),
    "growth_threshold": Input(moves=Moves.CYCLES, own=False, why=_GROWTH),
    "slow_growth_rate": Input(moves=Moves.CYCLES, own=False, why=_GROWTH),
    "slow_growth_exponent": Input(moves=Moves.CYCLES, own=False, why=_GROWTH),
    "contact_lost": Input(moves=Moves.CYCLES, own=False, why=_POWDER),
    "flaw_spread": Input(moves=Moves.CYCLES, own=False, why=_FLAW),
    "toughness_spread": Input(moves=Moves.CYCLES, own=False, why=_FLAW),
}
"""Every input that is drawn, by name; one without a range keeps its value."""

EVERYTHING = frozenset(Moves)
