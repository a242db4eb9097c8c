"""From load to load: steps short enough that damage grows gradually, or a jump that is reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from particle_sim.damage.interfaces.equilibrium import Cohesion, Descent, Load
from particle_sim.damage.steps import Steps, silent
from particle_sim.particle.state_file import StateFile
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
    """In equilibrium: displacement (m,), largest openings (f, q), dissipated so far; scaled."""

    displacement: Array
    largest: Array
    dissipated: float


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Where the path has come to, all that the next step needs: the same, and ``place``.

    ``step``: how far the next step tries to go; ``jumps`` (p, 2): place and energy of the pop-ins.
    """

    displacement: Array
    largest: Array
    dissipated: float
    place: float
    step: float
    jumps: Array

    @property
    def settled(self) -> Settled:
        return Settled(
            displacement=self.displacement, largest=self.largest, dissipated=self.dissipated
        )


@dataclass(frozen=True, kw_only=True)
class Path:
    """Loads 1 to ``loads`` from an unloaded body; ``load_at`` is asked in between too."""

    cohesion: Cohesion
    load_at: Callable[[float], Load]
    loads: int
    tell: Callable[[str], None] = silent

    @cached_property
    def whole(self) -> float:
        """What it takes to break all boundaries."""
        cohesion = self.cohesion
        return cohesion.law.energy * float(cohesion.body.facets.weights.sum())

    def follow(self, file: StateFile | None) -> tuple[list[Settled], tuple[PopIn, ...]]:
        """States at all loads, and the jumps between them."""
        start = Reached(
            displacement=np.zeros(self.cohesion.body.elasticity.size),
            largest=self.cohesion.largest,
            dissipated=0.0,
            place=0.0,
            step=1.0,
            jumps=np.zeros((0, 2)),
        )
        with Steps(state=start, row=Settled, file=file) as steps:
            while len(steps.rows) < self.loads:
                target = len(steps.rows) + 1
                reached = self._further(steps.state, target)
                if reached.place < target:
                    steps.add(reached)
                    continue
                steps.add(reached, reached.settled)
                spent = reached.dissipated / self.whole
                self.tell(f"load {target}: {spent:.1%} of the boundaries' energy is spent")
        jumps = [
            PopIn(place=float(place), dissipated=float(gained))
            for place, gained in steps.state.jumps
        ]
        return steps.rows, tuple(jumps)

    def _further(self, state: Reached, target: int) -> Reached:
        """A step that dissipates little, or the shortest one, whose jump is noted."""
        step = min(state.step, target - state.place)
        while True:
            reached = self._settled(state, state.place + step)
            gained = reached.dissipated - state.dissipated
            is_gradual = gained <= GRADUAL * self.whole
            if is_gradual or step <= SHORTEST:
                break
            step *= 0.5
        jump = np.zeros((0, 2)) if is_gradual else np.array([[reached.place, gained]])
        return replace(reached, step=2 * step, jumps=np.concatenate([state.jumps, jump]))

    def _settled(self, state: Reached, place: float) -> Reached:
        cohesion = replace(self.cohesion, largest=state.largest)
        load = self.load_at(place)
        displacement = Descent(cohesion=cohesion, load=load).solve(state.displacement)
        return replace(
            state,
            displacement=displacement,
            largest=cohesion.grown(displacement),
            dissipated=state.dissipated + cohesion.dissipated(displacement),
            place=place,
        )
