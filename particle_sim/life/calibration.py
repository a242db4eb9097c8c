"""The one constant of growth that a printed retention tells, for every draw of everything else.

Cracks depend on the constant times the cycles alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.half_cell import Cell
from particle_sim.life.chain import CONSTANT, Rule, growth_of
from particle_sim.life.powder import CycledPowder, Effects, worn_capacities
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.units import Array

_ONE = {Rule.FATIGUE: {"rate": 1.0}, Rule.SLOW: {"slow_rate": 1.0}}
HALVINGS = 30
"""Of the logarithm of the constant."""


def may_carry(
    draws: MaterialDraws, cell: Cell, c_rate: float, retention: float
) -> NDArray[np.bool_]:
    """Draws (n,) that would keep no more than ``retention`` if every particle cracked."""
    ends = np.array([0.0, 1.0])
    whole, least = worn_capacities(draws, cell, c_rate, ends, Effects()).T
    return np.asarray((least <= retention * whole) & (whole > 0))


def calibrated(
    tested: CycledPowder, rule: Rule, cycles: float, retention: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Constant (n,) of ``rule`` with which each draw keeps ``retention`` after ``cycles``, and
    whether it can: within the constant's plausible range, by cracks alone.

    The first cycle's capacity is the whole; cracks that pop in during it are not fade. By halving,
    as capacity falls with the constant.
    """
    belief = tested.draws.values[CONSTANT[rule]]
    ends = np.log([belief.min(), belief.max()])
    least, most = _kept(tested, rule, cycles, np.broadcast_to(ends, (len(belief), 2))).T
    carries = (most <= retention) & (least > retention)
    constant = belief.copy()
    if np.any(carries):
        constant[carries] = _halved(tested.kept(carries), rule, cycles, retention, ends)
    return constant, carries


def _halved(some: CycledPowder, rule: Rule, cycles: float, retention: float, ends: Array) -> Array:
    low, high = (np.full(len(some.powder.flaw_size), end) for end in ends)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        more = _kept(some, rule, cycles, middle[:, None])[:, 0] > retention
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(np.exp((low + high) / 2))


def _kept(tested: CycledPowder, rule: Rule, cycles: float, constant: Array) -> Array:
    """Retention (n, k) with ln of the constant (n, k)."""
    unit = replace(growth_of(tested.draws.values, rule), **_ONE[rule])
    first = tested.cracked(unit, np.zeros(1))[:, 0]
    return tested.retention(tested.cracked(unit, np.exp(constant) * cycles), first)


def with_constant(
    draws: MaterialDraws, rule: Rule, constant: Array, which: NDArray[np.bool_]
) -> MaterialDraws:
    """The draws ``which`` (n,) can carry the datum, with the constant that does."""
    return draws.having(**{CONSTANT[rule]: constant}).kept(which)
