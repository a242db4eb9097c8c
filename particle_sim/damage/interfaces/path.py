"""From load to load: steps short enough that damage grows gradually, or a jump that is reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.damage.interfaces.equilibrium import Cohesion, Descent, Load
from particle_sim.units import Array

GRADUAL = 0.02
"""Share of the energy of all boundaries, broken, that one step may dissipate."""

SHORTEST = 1 / 1024
"""Share of the way between two loads below which a step is not halved: what is left is a jump."""


@dataclass(frozen=True, kw_only=True)
class PopIn:
    """A jump at fixed load: where on the path (loads counted from 0), and what it dissipated.

    The energy is scaled along the path, and in joules once the boundaries' opening holds it.
    """

    place: float
    dissipated: float


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Displacement (m,) and largest openings (f, q) in equilibrium, dissipated so far; scaled."""

    displacement: Array
    cohesion: Cohesion
    dissipated: float
    pop_ins: tuple[PopIn, ...] = ()


def follow(cohesion: Cohesion, load_at: Callable[[float], Load], loads: int) -> list[Settled]:
    """States at loads 1 to ``loads`` from an unloaded body; ``load_at`` is asked in between too."""
    whole = cohesion.law.energy * float(cohesion.body.facets.weights.sum())
    start = np.zeros(cohesion.body.elasticity.size)
    state = Settled(displacement=start, cohesion=cohesion, dissipated=0.0)
    found, place, step = [], 0.0, 1.0
    for target in range(1, loads + 1):
        while place < target:
            step = min(step, target - place)
            further = _settled(state, load_at(place + step))
            gained = further.dissipated - state.dissipated
            is_gradual = gained <= GRADUAL * whole
            if not is_gradual and step > SHORTEST:
                step *= 0.5
                continue
            place += step
            if not is_gradual:
                jump = PopIn(place=place, dissipated=gained)
                further = replace(further, pop_ins=(*state.pop_ins, jump))
            state, step = further, 2 * step
        found.append(state)
    return found


def _settled(state: Settled, load: Load) -> Settled:
    cohesion = state.cohesion
    displacement = Descent(cohesion=cohesion, load=load).solve(state.displacement)
    return replace(
        state,
        displacement=displacement,
        cohesion=replace(cohesion, largest=cohesion.grown(displacement)),
        dissipated=state.dissipated + cohesion.dissipated(displacement),
    )
