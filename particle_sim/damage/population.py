"""Particles of a powder differ in their worst flaw and their toughness: the share that has cracked.

A particle has cracked by N cycles when its flaw, log-normal between particles, was deep enough to
reach the last depth by then; the toughness is log-normal too, and independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import ndtr

from particle_sim.damage.driving import Driving, load_of
from particle_sim.damage.growth import CrackGrowth, depth_that_lasts
from particle_sim.units import Array

NODES = 9
"""Gauss-Hermite points over the logarithm of the toughness: few, where many draws are averaged."""


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
        """K_IC [Pa m^0.5] (n, q) and weights (q,)."""
        node, weight = hermegauss(nodes)
        spread = np.asarray(self.toughness_spread)[:, None]
        return np.asarray(self.toughness)[:, None] * np.exp(spread * node), weight / weight.sum()

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
    ...     intensity=(1.12 * 700e6 * np.sqrt(np.pi * depth))[..., None],
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
    toughness, _ = powder.toughnesses(nodes)
    count = len(np.asarray(powder.flaw_size))
    exponent = np.broadcast_to(np.asarray(growth.slow_exponent, dtype=float), (count,))
    load = load_of(toughness, exponent, *drivings)
    wanted = cycles if np.ndim(cycles) == 1 else cycles[:, None, :]
    return powder.share_beyond(depth_that_lasts(_for_particles(growth), load, wanted))


def _for_particles(growth: CrackGrowth) -> CrackGrowth:
    """Constants (n,) against (n, toughness, depth)."""

    def spread(value: float | Array) -> Array:
        given = np.asarray(value, dtype=float)
        return given if given.ndim == 0 else given[:, None, None]

    return CrackGrowth(
        rate=spread(growth.rate),
        exponent=spread(growth.exponent),
        threshold=spread(growth.threshold),
        slow_rate=spread(growth.slow_rate),
        slow_exponent=spread(growth.slow_exponent),
        reference=growth.reference,
    )
