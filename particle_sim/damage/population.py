"""Particles of a powder differ in their worst flaw and their toughness: the share that has cracked.

A particle has cracked by N cycles when its flaw, log-normal between particles, was deep enough to
reach the last depth by then; the toughness is log-normal too, and independent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from particle_sim.damage.driving import Driving, load_of
from particle_sim.damage.growth import CrackGrowth, CycleLoad, crack_lives
from particle_sim.units import Array

NODES = 24
"""Toughnesses that stand for those of a powder. Where cracks pop in and arrest, the share is a
step over the toughness: it is off by no more than half of the particles of one of them."""
WEAKEST = (1e-3, 1e-2)
"""Shares of the particles, the weakest, that have toughnesses of their own."""
UNSEEN = 1e-6
"""Growth over the last depth that is none: it moves a share by less than a quadrature does."""


@dataclass(frozen=True, kw_only=True)
class Powder:
    """Flaws and toughness between the particles of a powder, (n,) draws of each.

    Medians ``flaw_size`` [m] and ``toughness`` K_IC [Pa m^0.5]; standard deviations of the natural
    logarithm ``flaw_spread`` and ``toughness_spread``.
    """

    flaw_size: Array
    flaw_spread: Array
    toughness: Array
    toughness_spread: Array

    def toughnesses(self, nodes: int = NODES) -> tuple[Array, Array]:
        """K_IC [Pa m^0.5] (n, q), in the middle of each share of the particles, and shares (q,)."""
        weak = max(nodes // NODES, 1)  # of each of the weakest shares
        ends = (0.0, *WEAKEST)
        tail = [np.linspace(*each, weak, endpoint=False) for each in pairwise(ends)]
        rest = np.linspace(ends[-1], 1.0, nodes - weak * len(WEAKEST) + 1)
        edges = np.concatenate([*tail, rest])
        node = ndtri((edges[1:] + edges[:-1]) / 2)
        spread = np.asarray(self.toughness_spread)[:, None]
        return np.asarray(self.toughness)[:, None] * np.exp(spread * node), np.diff(edges)

    def share_beyond(self, depth: Array) -> Array:
        """P(a_0 >= a) (n, ...) = Phi(-(ln a - mu)/s) at depths a [m] (n, ...)."""
        axes = (slice(None), *[None] * (np.ndim(depth) - 1))
        median, spread = (np.asarray(each)[axes] for each in (self.flaw_size, self.flaw_spread))
        return np.asarray(ndtr(-np.log(depth / median) / np.maximum(spread, 1e-9)))


def cracked_share(
    growth: CrackGrowth, powder: Powder, cycles: Array, *drivings: Driving, nodes: int = NODES
) -> Array:
    """Share (n, k) of the particles whose flaw is through after ``cycles`` N, (k,) or (n, k).

        share = sum_q w_q P(a_0 >= a*(N, K_q)),

    a* by :func:`~particle_sim.damage.growth.depth_that_lasts`, each particle's own rates scaling
    with its K_IC. Particles whose crack arrests are not among them; those made with a flaw as deep
    as the last depth are. ``nodes`` is how many toughnesses stand for all: where cracks arrest, the
    share over cycles has as many steps.

    >>> depth = np.geomspace(1e-9, 1e-7, 200)[None]
    >>> uniform = Driving(
    ...     depth=depth,
    ...     intensity=np.repeat((1.12 * 700e6 * np.sqrt(np.pi * depth))[..., None], 2, axis=-1),
    ...     lasts=np.ones((1, 1)),
    ... )
    >>> powder = Powder(
    ...     flaw_size=np.array([20e-9]), flaw_spread=np.array([0.5]),
    ...     toughness=np.array([2e9]), toughness_spread=np.array([0.0]),
    ... )
    >>> law = CrackGrowth(rate=1e-11, exponent=8.0, threshold=0.0, reference=3e5 / 2e9)
    >>> cracked_share(law, powder, np.array([1000.0, 20000.0]), uniform)
    array([[0.02948579, 0.50661452]])
    """
    found = cracked_of_toughness(growth, powder, cycles, *drivings, nodes=nodes)
    return np.asarray(np.einsum("nqk,q->nk", found, powder.toughnesses(nodes)[1]))


def cracked_of_toughness(
    growth: CrackGrowth, powder: Powder, cycles: Array, *drivings: Driving, nodes: int = NODES
) -> Array:
    """As :func:`cracked_share`, (n, q, k) for each of the toughnesses of ``powder``."""
    return cracks_until(np.max(cycles, axis=-1), growth, powder, *drivings, nodes=nodes)(cycles)


def cracks_until(
    most: Array, growth: CrackGrowth, powder: Powder, *drivings: Driving, nodes: int = NODES
) -> Callable[[Array], Array]:
    """:func:`cracked_of_toughness` at any cycles to ``most``, () or (n,), the load taken once."""
    toughness, _ = powder.toughnesses(nodes)
    last, grows = drivings[0].depth[:, -1:, None], _growing(growth, toughness, drivings)
    ever = grows(np.asarray(most)[..., None])
    rows = np.asarray(ever.any(axis=1))
    slow = np.any(growth.slow_rate)
    exponent = np.broadcast_to(growth.slow_exponent, rows.shape)[rows] if slow else None
    load = load_of(toughness[rows], exponent, *drivings, rows=rows)
    own = {
        name: np.broadcast_to(value, load.ratio.shape)[ever[rows]]
        for name, value in vars(load).items()
    }
    lasting = crack_lives(_of(growth, ever), CycleLoad(**own))

    def after(cycles: Array) -> Array:
        wanted = np.broadcast_to(
            np.asarray(cycles)[..., None, :], (*toughness.shape, np.shape(cycles)[-1])
        )
        depth = np.broadcast_to(last, wanted.shape).copy()
        now = grows(wanted.max(axis=-1))[ever]
        depth[ever] = np.where(now[:, None], lasting(wanted[ever]), depth[ever])
        return powder.share_beyond(depth)

    return after


def _growing(
    growth: CrackGrowth, toughness: Array, drivings: Sequence[Driving]
) -> Callable[[Array], NDArray[np.bool_]]:
    """Where (n, q) a crack jumps, or cycles (n, q) may add more than ``UNSEEN``."""
    largest = np.max([each.largest.max(axis=-1) for each in drivings], axis=0)
    time = np.sum([each.lasts.sum(axis=-1) for each in drivings], axis=0)
    most = (largest[:, None] / toughness).reshape(-1, 1)
    dwell = np.broadcast_to(time[:, None], toughness.shape).reshape(-1, 1)
    with np.errstate(over="ignore"):
        each = _of(growth, np.ones(toughness.shape, dtype=bool)).per_cycle(most, most, dwell)
    jumps, added = most.reshape(toughness.shape) >= 1, each.reshape(toughness.shape)
    last = drivings[0].depth[:, -1:]

    def grows(cycles: Array) -> NDArray[np.bool_]:
        with np.errstate(over="ignore"):
            return np.asarray(jumps | (added * cycles > UNSEEN * last))

    return grows


def _of(growth: CrackGrowth, which: NDArray[np.bool_]) -> CrackGrowth:
    """Constants (n,) of the particles ``which`` (n, q) are meant, (m, 1) against their depths."""
    constants = {
        name: np.broadcast_to(np.reshape(value, (-1, 1)), which.shape)[which][:, None]
        for name, value in vars(growth).items()
        if name != "reference"
    }
    return CrackGrowth(**constants, reference=growth.reference)
