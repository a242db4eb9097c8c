"""The damage and displacement of one load step: alternate minimisation that may be hurried.

Displacement and damage are minimised in turn, each exactly. Where ``NEWTON`` is asked for, each
turn tries a Newton step for the damage first and keeps it if its energy is below what the turn
itself promises. So the energy never rises; a rise is an error.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

import numpy as np

from particle_sim.damage.field.balance import Balance, Displacements, Place
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.bounded import DamageEnergy, DamageProblem
from particle_sim.damage.field.load import Step
from particle_sim.damage.field.reduced import newton_damage
from particle_sim.errors import ConvergenceError
from particle_sim.units import Array

CHANGE, ENERGY = 1e-4, 1e-8
"""An alternation that changes damage by less, and energy relatively by less, is the last."""

MOST = 3000
"""Alternations of a step."""

ROUNDING = 1e-9
"""Rise of the energy, over its parts, that balance to a residual may leave."""


class Method(enum.Enum):
    """How the least energy is found.

    >>> [each.name for each in Method]
    ['ALTERNATE', 'NEWTON']
    """

    ALTERNATE = "alternate minimisation with a new factor each time"
    NEWTON = "alternate minimisation with Newton steps and factors that are used again"


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """damage (n,), displacement (m,); scaled energies; the energy of every alternation."""

    damage: Array
    balance: Balance
    elastic: float
    crack: float
    energies: tuple[float, ...]
    newton_steps: int
    is_held: bool = True
    """Whether the load holds the crack; else it was running when the search ended"""


@dataclass
class _Progress:
    """What changes from one alternation to the next."""

    damage: Array
    balance: Balance
    energies: list[float] = field(default_factory=list)
    newton_steps: int = 0
    refused: int = 0


def minimise(
    body: CrackBody,
    step: Step,
    lowest: Array,
    start: Place,
    *,
    worn: Array | None = None,
    method: Method = Method.NEWTON,
    until: float = np.inf,
    guess: Array | None = None,
) -> Minimum:
    """The least energy that alternations reach from a ``guess`` of the damage, else ``lowest``.

    Damage only grows above ``lowest``. ``worn`` (e, q): factors of the toughness. It
    ends early where the crack size [m or m2] passes ``until``.

    Raises :class:`ConvergenceError` after 3000 alternations or where the energy rises.
    """
    factor = np.ones(body.damaged.weights.shape) if worn is None else worn
    problem = DamageProblem(body=body, worn=factor)
    moving = Displacements(body=body, step=step, reuse=method is Method.NEWTON)
    damage = lowest if guess is None else np.maximum(guess, lowest)
    now = _Progress(damage=damage, balance=moving.balanced(damage, start))
    for _ in range(MOST):
        energy = problem.energy(now.balance.response.energy)
        _note(now, energy)
        best = energy.least(now.damage, lowest)
        change = float(np.abs(best.damage - now.damage).max())
        if change <= CHANGE and _is_settled(now.energies, change):
            return _minimum(moving, problem, now, best.damage)
        if body.crack_size(now.damage) > until:
            return replace(_minimum(moving, problem, now, now.damage), is_held=False)
        hurried = method is Method.NEWTON and len(best.free) > 0 and now.refused < 2
        if hurried:
            trial, moved = newton_damage(
                body, now.balance, moving.free, energy, now.damage, best, lowest
            )
            promised = energy.of(best.damage) + now.balance.spared
            if _tried(moving, problem, now, (trial, moved), promised):
                continue
        now.refused = 0 if not hurried else now.refused
        now.balance = moving.balanced(best.damage, now.balance.place)
        now.damage = best.damage
    raise ConvergenceError(
        f"The damage still changed after {MOST} alternations; take smaller load steps.",
        last_state=now.damage,
        residuals=tuple(now.energies[-10:]),
    )


def _note(now: _Progress, energy: DamageEnergy) -> None:
    """Keep the energy; refuse a rise."""
    stored = energy.of(now.damage)
    total = stored + now.balance.spared
    allowed = ROUNDING * (abs(stored) + abs(now.balance.spared))
    if now.energies and total > now.energies[-1] + allowed:
        raise ConvergenceError(
            f"The energy rose from {now.energies[-1]:.12g} to {total:.12g} in an alternation; "
            "the displacement is not in balance, so take a residual stiffness of 1e-6.",
            last_state=now.damage,
            residuals=tuple(now.energies[-10:]),
        )
    now.energies.append(total)


def _is_settled(energies: list[float], change: float) -> bool:
    if len(energies) < 2:
        return change == 0
    return abs(energies[-2] - energies[-1]) <= ENERGY * abs(energies[-1])


def _tried(
    moving: Displacements,
    problem: DamageProblem,
    now: _Progress,
    step: tuple[Array, Array],
    promised: float,
) -> bool:
    """Take a Newton step whose energy is no more than the alternation's."""
    trial, moved = step
    balance = moving.balanced(trial, replace(now.balance.place, displacement=moved))
    reached = problem.energy(balance.response.energy).of(trial) + balance.spared
    if reached > promised:
        now.refused += 1
        place = replace(now.balance.place, factors=balance.factors)
        now.balance = replace(now.balance, place=place, factors=balance.factors)
        return False
    now.damage, now.balance, now.refused = trial, balance, 0
    now.newton_steps += 1
    return True


def _minimum(
    moving: Displacements, problem: DamageProblem, now: _Progress, damage: Array
) -> Minimum:
    balance = moving.balanced(damage, now.balance.place)
    energy = problem.energy(balance.response.energy)
    now.damage, now.balance = damage, balance
    _note(now, energy)
    body = moving.body
    response, weights = balance.response, body.moved.weights
    stored = body.left(damage) * response.energy
    elastic = float((weights * (stored + response.kept_energy)).sum())
    return Minimum(
        damage=damage,
        balance=balance,
        elastic=elastic,
        crack=energy.of(damage) - float((weights * stored).sum()),
        energies=tuple(now.energies),
        newton_steps=now.newton_steps,
    )
