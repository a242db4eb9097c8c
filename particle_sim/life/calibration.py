"""The one constant of growth that a printed retention tells, for every draw of everything else.

Cracks depend on the constant times the cycles alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.half_cell import Cell
from particle_sim.damage.constants import GrowthConstants, load_growth_constants
from particle_sim.life.chain import CONSTANT, Rule, growth_of
from particle_sim.life.powder import (
    SHARES,
    CycledPowder,
    Effects,
    share_that_keeps,
    worn_capacities,
)
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.units import Array

_ONE = {Rule.FATIGUE: {"rate": 1.0}, Rule.SLOW: {"slow_rate": 1.0}}
HALVINGS = 30
"""Of the logarithm of the constant."""


def may_carry(
    draws: MaterialDraws, cell: Cell, c_rate: float, retention: float
) -> NDArray[np.bool_]:
    """Draws (n,) that would keep no more than ``retention`` at some cracked share."""
    capacity = worn_capacities(draws, cell, c_rate, SHARES, Effects())
    whole, least = capacity[:, 0], capacity.min(axis=1)
    return np.asarray((least <= retention * whole) & (whole > 0))


def calibrated(
    tested: CycledPowder,
    rule: Rule,
    cycles: float,
    retention: float,
    *,
    constants: GrowthConstants | None = None,
) -> tuple[Array, NDArray[np.bool_]]:
    """Constant (n,) of ``rule`` with which each draw keeps ``retention`` after ``cycles``, and
    whether it can: within the range of the ``constants``, by cracks alone.

    The first cycle's capacity is the whole; cracks that pop in during it are not fade. The share
    of cracked particles that the retention tells, the least one, is met by halving: it grows with
    the constant, while capacity may first rise. Where cracks pop in and arrest the share grows by
    steps, and a draw may keep a little less than ``retention``.
    """
    belief = tested.draws.values[CONSTANT[rule]]
    known = (constants or load_growth_constants()).properties[CONSTANT[rule]]
    ends = np.log(known.quantile(np.array([0.0, 1.0])))
    grown = np.exp(ends) * cycles
    cracked = _cracked(tested, rule, grown[-1])
    first = cracked(np.zeros(1))[:, 0]
    wanted = share_that_keeps(tested, retention, first)
    least, most = cracked(grown).T
    carries = (least < wanted) & (wanted <= most)
    constant = belief.copy()
    if np.any(carries):
        constant[carries] = _halved(tested.kept(carries), rule, cycles, wanted[carries], ends)
    return constant, carries


def _halved(some: CycledPowder, rule: Rule, cycles: float, wanted: Array, ends: Array) -> Array:
    low, high = (np.full(len(some.powder.flaw_size), end) for end in ends)
    cracked = _cracked(some, rule, np.exp(ends[-1]) * cycles)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        whole = cracked(np.exp(middle)[:, None] * cycles)[:, 0] < wanted
        low, high = np.where(whole, middle, low), np.where(whole, high, middle)
    return np.asarray(np.exp((low + high) / 2))


def _cracked(tested: CycledPowder, rule: Rule, most: Array) -> Callable[[Array], Array]:
    """Cracked share (n, k) by the constant times the cycles, (k,) or (n, k), up to ``most``."""
    return tested.cracked_until(most, replace(growth_of(tested.draws.values, rule), **_ONE[rule]))


def with_constant(
    draws: MaterialDraws, rule: Rule, constant: Array, which: NDArray[np.bool_]
) -> MaterialDraws:
    """The draws ``which`` (n,) can carry the datum, with the constant that does."""
    return draws.having(**{CONSTANT[rule]: constant}).kept(which)
