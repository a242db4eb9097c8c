"""Fatigue of a section from cycle to cycle and jumping over many: one state after the other.

One cycle is a few instants of a load that comes back. Each instant is one implicit step:

    d = least energy with f(A) G_c,   A = A_before + N ((1 - d)^2 psi_+ - that before)_+

N = 1 resolves the cycle. A jump solves one cycle that counts N times, so that the load of a jump,
the sodium's too, is that of the resolved cycle. It is as long as A may grow, and shorter where the
cracks would go too far in it. Jumps of that kind: Heinzmann et al., arXiv:2404.07003.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from particle_sim.checks import check_fields
from particle_sim.damage.field.balance import Place
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.crack import at_rest, unmoved
from particle_sim.damage.field.fatigue import JUMP, Fatigue
from particle_sim.damage.field.load import CrackLoad, Loading, Step
from particle_sim.damage.field.minimise import Minimum, minimise
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.units import Array

RESOLVED = 2
"""Cycles before the first jump"""

FASTER = 2
"""A jump over the one before"""

PASSES = 60
"""Of an implicit step"""

STEEPEST = -9.0
"""Slope of the new A in a trial; a uniform bar has 4 of its share of A + alpha_T."""


@dataclass(frozen=True, kw_only=True)
class Jumps:
    """How far a jump may go.

    ``growth``: of A + alpha_T at any point, over itself; 0 resolves every cycle. ``advance``: of
    the cracks, over l (of a meridian, the area of a ring l wide). ``settled``: relative change of
    f(A) at which an implicit step ends.

    >>> Jumps(growth=0.0)  # every cycle is solved
    Jumps(growth=0.0, advance=0.25, settled=0.01)

    Raises :class:`InputError` for a growth outside 0 to 0.5, an advance outside 0 to 1 and a
    settled outside 0 to 0.1.
    """

    growth: float = JUMP
    advance: float = 0.25
    settled: float = 1e-2

    def __post_init__(self) -> None:
        check_fields(self)
        if not (0 <= self.growth <= 0.5 and 0 < self.advance <= 1 and 0 < self.settled <= 0.1):
            raise InputError(
                f"Jumps grow by {self.growth:g}, advance by {self.advance:g} and settle to "
                f"{self.settled:g}; give 0 to 0.5, above 0 to 1 and above 0 to 0.1."
            )


@dataclass(frozen=True, kw_only=True)
class Worn:
    """The state at the end of a cycle: all that the next one needs.

    ``displacement`` scaled (m,); ``accumulated`` A and ``density`` (1 - d)^2 psi_+ [J/m3] at the
    points (e, q); ``added``, what each instant of the cycle added to A (k, e, q), and ``many``, how
    often the cycle counted. Energies [J/m], or [J]: ``elastic`` the largest of the cycle.
    """

    cycle: int
    damage: Array
    displacement: Array
    accumulated: Array
    density: Array
    added: Array
    many: int = 1
    elastic: float = 0.0
    crack: float = 0.0
    is_held: bool = True
    alternations: int = 0


@dataclass(frozen=True, kw_only=True)
class Cycling:
    """A body that tires under a load that comes back; it ends where cracks pass ``until``."""

    body: CrackBody
    load: CrackLoad
    instants: Array
    fatigue: Fatigue
    jumps: Jumps
    until: float = np.inf

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        loading = Loading(body=self.body, load=self.load)
        return tuple(loading.at(float(time)) for time in self.instants)

    def start(self, damage: Array) -> Worn:
        """Before the first cycle."""
        body = self.body
        nothing = np.zeros(body.moved.weights.shape)
        return Worn(
            cycle=0,
            damage=damage,
            displacement=np.zeros(body.size),
            accumulated=nothing,
            density=nothing,
            added=np.zeros((len(self.instants), *nothing.shape)),
        )

    def after(self, state: Worn, most: int) -> Worn:
        """The state at least one cycle on, and at most ``most``.

        Raises :class:`ConvergenceError` where not even one cycle is found.
        """
        many = min(self._jump(state), most)
        while many > 1:
            try:
                found = _after(self, state, many)
            except ConvergenceError:
                many //= 2
                continue
            if self._is_short(state, found):
                return found
            many //= 2
        return _after(self, state, 1)

    def _jump(self, state: Worn) -> int:
        """Cycles over which A + alpha_T grows as much as it may, if each adds as the last did."""
        if state.cycle < RESOLVED or self.jumps.growth == 0:
            return 1
        share = state.added.sum(axis=0) / (state.accumulated + self.fatigue.threshold)
        most = FASTER * state.many
        return max(1, int(self.jumps.growth / max(float(share.max()), self.jumps.growth / most)))

    def _is_short(self, state: Worn, found: Worn) -> bool:
        """Whether cracks went no farther than they may and A grew about as foreseen."""
        body, jumps = self.body, self.jumps
        advance = body.crack_size(found.damage) - body.crack_size(state.damage)
        growth = found.accumulated - state.accumulated
        share = growth / (state.accumulated + self.fatigue.threshold)
        is_near = advance <= jumps.advance * body.crack_unit
        return bool(is_near and share.max() <= FASTER * jumps.growth)


def _after(cycling: Cycling, state: Worn, many: int) -> Worn:
    """One cycle that counts ``many`` times."""
    now = replace(state, cycle=state.cycle + many, many=many, elastic=0.0, alternations=0)
    added = np.zeros_like(state.added)
    place = replace(unmoved(cycling.body), displacement=state.displacement)
    for index, step in enumerate(cycling.steps):
        before = now.accumulated
        now, place = _instant(cycling, (now, place), step, state.added[index])
        added[index] = (now.accumulated - before) / many
        if not now.is_held:
            break
    return replace(now, added=added)


def _instant(
    cycling: Cycling, before: tuple[Worn, Place], step: Step, guess: Array
) -> tuple[Worn, Place]:
    """One implicit step; ``guess`` is what it may add to A in a cycle."""
    (state, place), body, fatigue = before, cycling.body, cycling.fatigue
    now, start, alternations = state, state.accumulated, 0
    trial = start + state.many * guess
    earlier: tuple[Array, Array] | None = None
    for _ in range(PASSES):
        factor = fatigue.factor(trial)
        found = minimise(
            body,
            step,
            state.damage,
            place,
            worn=factor * step.toughness,
            until=cycling.until,
            guess=now.damage,
        )
        density = _density(body, found)
        target = start + state.many * np.maximum(density - state.density, 0.0)
        change = float(np.abs(fatigue.factor(target) / factor - 1).max())
        alternations, place = alternations + len(found.energies), at_rest(found)
        now = replace(
            state,
            damage=found.damage,
            displacement=place.displacement,
            accumulated=target,
            density=density,
            elastic=max(state.elastic, found.elastic * body.energy_unit),
            crack=found.crack * body.energy_unit,
            is_held=found.is_held,
            alternations=state.alternations + alternations,
        )
        if change <= cycling.jumps.settled or not found.is_held:
            return now, place
        trial, earlier = _next(trial, target, earlier), (trial, target)
    raise ConvergenceError(
        f"The toughness that a cycle wears still changed by {change:.2g} of itself after {PASSES} "
        "passes; resolve the cycle by more instants.",
        last_state=now.damage,
        residuals=(change,),
    )


def _density(body: CrackBody, found: Minimum) -> Array:
    """(1 - d)^2 psi_+ [J/m3]."""
    left = (1 - body.at_points(found.damage)) ** 2
    return np.asarray(left * found.balance.response.energy * body.solid.youngs_modulus)


def _next(trial: Array, target: Array, earlier: tuple[Array, Array] | None) -> Array:
    """The secant at each point where the target falls with the trial, else the target."""
    if earlier is None:
        return target
    step = trial - earlier[0]
    slope = np.divide(target - earlier[1], step, out=np.zeros_like(step), where=step != 0)
    return np.asarray(trial + (target - trial) / (1 - np.clip(slope, STEEPEST, 0.0)))
