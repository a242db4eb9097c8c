"""Growth of a crack over cycles: what one cycle adds at every depth, and how many cycles it takes.

    da/dN = v ((dK/K_ref)^m - (K_th/K_ref)^m)_+ + u int (K/K_ref)^n dt        below K_IC

The first term is fatigue, per cycle; the second is stress corrosion, per second under load. From
K_IC on the crack jumps until K falls below it again (pop-in), or through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.units import Array

REFERENCE = 0.8
"""K_ref over K_IC at which growth rates are stated, so that they mean the same for any exponent."""


@dataclass(frozen=True, kw_only=True)
class CrackGrowth:
    """The constants of the law; numbers, or arrays that broadcast against the draws (n, ...).

    ``rate`` v [m per cycle], ``exponent`` m, ``threshold`` K_th/K_IC and ``slow_rate`` u [m/s],
    ``slow_exponent`` n, both rates at K_ref = ``reference`` K_IC; a rate of 0 switches its term
    off. Raises :class:`InputError` for negative rates, exponents below 1 and a threshold at or
    above the toughness.

    >>> law = CrackGrowth(rate=1e-9, exponent=10.0, threshold=0.5)
    >>> print(f"{float(law.per_cycle(np.array(0.7), np.array(0.7))):.2e}")
    2.54e-10
    """

    rate: float | Array
    exponent: float | Array = 15.0
    threshold: float | Array = 0.6
    slow_rate: float | Array = 0.0
    slow_exponent: float | Array = 30.0
    reference: float = REFERENCE

    def __post_init__(self) -> None:
        for name, least in (("rate", 0), ("slow_rate", 0), ("exponent", 1), ("slow_exponent", 1)):
            given = np.asarray(getattr(self, name))
            if not np.all(given >= least):
                raise InputError(
                    f"Crack growth: {name} is {given.min():g}; it must be at least {least}."
                )
        given = np.asarray(self.threshold)
        if not np.all((given >= 0) & (given < 1)):
            raise InputError(
                f"Crack growth: threshold is {given.max():g}; it is K_th over K_IC and must lie "
                "between 0 and 1: a crack at its toughness runs through."
            )

    def per_cycle(self, ratio: Array, swing: Array, dwell: Array | float = 0.0) -> Array:
        """da/dN [m] at ``ratio`` K_max/K_IC and ``swing`` dK/K_IC, arrays of one shape.

        ``dwell`` [s] is int (K/K_max)^n dt over the cycle. Valid below the toughness, where the
        caller's K_max/K_IC ends.

        >>> law = CrackGrowth(rate=1e-9, exponent=10.0, threshold=0.5)
        >>> [f"{each:.3e}" for each in law.per_cycle(*2 * [np.array([0.4, 0.8])])]
        ['0.000e+00', '9.909e-10']
        """
        reached = np.asarray(swing) / self.reference
        limit = np.asarray(self.threshold) / self.reference
        cyclic = np.maximum(reached**self.exponent - limit**self.exponent, 0.0) * self.rate
        slow = self.slow_rate * (np.asarray(ratio) / self.reference) ** self.slow_exponent * dwell
        return np.asarray(cyclic + slow)


@dataclass(frozen=True, kw_only=True)
class CycleLoad:
    """What one cycle does to a crack of every depth: arrays (..., d) over depths that increase.

    ``depth`` a [m], ``ratio`` K_max/K_IC, ``swing`` (K_max - max(K_min, 0))/K_IC, rests included,
    ``dwell`` [s] as in :meth:`CrackGrowth.per_cycle`. Between depths all go as powers of the depth.

    >>> depth = np.geomspace(2e-8, 8e-8, 5)
    >>> ratio = 0.5 * np.sqrt(depth / 2e-8)  # uniform stress, back to zero
    >>> CycleLoad(depth=depth, ratio=ratio, swing=ratio).ratio.round(2)
    array([0.5 , 0.59, 0.71, 0.84, 1.  ])

    Raises nothing.
    """

    depth: Array
    ratio: Array
    swing: Array
    dwell: Array | float = 0.0


def cycles_left(law: CrackGrowth, load: CycleLoad) -> Array:
    """Cycles (..., d) that a crack takes from every depth to the last one; inf where it arrests.

        N(a) = int_a^(a_d) da' / (da/dN)(a'),

    da/dN of ``law`` under ``load``, with 0 cycles where K_max >= K_IC. Exact where the growth is a
    power of the depth (uniform stress without a threshold) or constant; else of second order in the
    spacing of ln a. Where dK meets K_th between two depths, growth begins just there.

    >>> depth = np.geomspace(20e-9, 80e-9, 65)
    >>> ratio = 1.12 * 900e6 * np.sqrt(np.pi * depth) / 1e6
    >>> law = CrackGrowth(rate=2e-9, exponent=4.0, threshold=0.0, reference=0.4)
    >>> left = cycles_left(law, CycleLoad(depth=depth, ratio=ratio, swing=ratio))
    >>> print(f"{left[0]:.6f} {left[-1]:.0f}")
    47.108510 0

    Raises nothing. Source: P. C. Paris & F. Erdogan, J. Basic Eng. 85 (1963) 528, with a threshold.
    """
    return np.asarray(_summed(_pieces(law, load)))


def depth_that_lasts(law: CrackGrowth, load: CycleLoad, cycles: Array) -> Array:
    """Depth (..., k) [m] of the crack that is through, at the last depth, after just ``cycles``.

    ``cycles`` are (k,) or (..., k). A deeper crack is through by then, a shallower one is not;
    the last depth itself where every other crack arrests.
    """
    return crack_lives(law, load)(cycles)


def crack_lives(law: CrackGrowth, load: CycleLoad) -> Callable[[Array], Array]:
    """:func:`depth_that_lasts` of any cycles, the growth being summed once."""
    pieces = _pieces(law, load)
    left = _summed(pieces)

    def lasting(cycles: Array) -> Array:
        wanted = np.broadcast_to(cycles, (*left.shape[:-1], np.shape(cycles)[-1]))
        found = [
            _within(pieces, left, wanted[..., index, None], load.depth)
            for index in range(wanted.shape[-1])
        ]
        return np.stack(found, axis=-1)

    return lasting


def growing_depths(law: CrackGrowth, load: CycleLoad) -> tuple[tuple[float, float], ...]:
    """Depths [m] between which fatigue makes a crack grow.

    By ``law``, for a ``load`` over depths (d,). A crack begins to grow at the first of a pair and
    arrests at the second: dK crosses K_th there, by a cubic spline of ln dK over ln a. Ends of the
    load's depths count as ends.

    >>> depth = np.geomspace(2e-8, 8e-8, 9)
    >>> swing = 0.5 * np.sqrt(depth / 2e-8)
    >>> law = CrackGrowth(rate=1e-9, threshold=0.7)
    >>> [(first, last)] = growing_depths(law, CycleLoad(depth=depth, ratio=swing, swing=swing))
    >>> print(f"{first:.3g} {last:.3g}")  # 2e-8 (0.7/0.5)^2
    3.92e-08 8e-08

    Raises nothing.
    """
    from scipy.interpolate import CubicSpline

    open_ = np.asarray(load.swing) > 0
    place = np.log(np.asarray(load.depth)[open_])
    over = CubicSpline(place, np.log(np.asarray(load.swing)[open_] / law.threshold))
    ends = np.concatenate([place[:1], over.roots(extrapolate=False), place[-1:]])
    middles = (ends[:-1] + ends[1:]) / 2
    grows = over(middles) > 0
    return tuple(
        (float(np.exp(ends[at])), float(np.exp(ends[at + 1]))) for at in np.flatnonzero(grows)
    )


@dataclass(frozen=True, kw_only=True)
class _Pieces:
    """Between two depths: where growth begins and ends, the growth there and its power."""

    start: Array
    end: Array
    growth: Array
    """at the end [m]; inf where the piece is one jump"""
    power: Array
    """of the growth in the depth; of dK^m where the piece ``begins``"""
    cycles: Array
    begins: NDArray[np.bool_]
    """dK is K_th at the start: no cycle adds below"""


def _pieces(law: CrackGrowth, load: CycleLoad) -> _Pieces:
    shape = np.broadcast_shapes(*(np.shape(each) for each in vars(load).values()))
    depth, ratio, swing, dwell = (np.broadcast_to(each, shape) for each in vars(load).values())
    low, high = (slice(None, -1), slice(1, None))
    jumps = ratio >= 1
    start, end = depth[..., low], depth[..., high]
    added = law.per_cycle(ratio, swing, dwell)
    first, last = added[..., low], added[..., high]
    # a piece that meets K_IC ends, or begins, there
    meet, pull, there = _at_toughness(law, depth, ratio, swing, dwell)
    into, out = ~jumps[..., low] & jumps[..., high], jumps[..., low] & ~jumps[..., high]
    end, last = np.where(into, meet, end), np.where(into, there, last)
    start, first = np.where(out, meet, start), np.where(out, there, first)
    both = jumps[..., low] & jumps[..., high]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        wide = np.log(end / start)
        power = np.where(wide > 0, np.log(last / first) / wide, 0.0)
        cycles = _integral(start, end, last, power)
        # a piece in which dK meets K_th begins there
        climb = np.log(np.where(into, pull, swing[..., high]) / swing[..., low])
        met = np.log(law.threshold / swing[..., low]) / climb
    stuck = (first <= 0) | (last <= 0)
    begins = ~both & (first <= 0) & (last > 0) & (met >= 0) & (met < 1)
    return _Pieces(
        start=start * (end / start) ** np.where(begins, met, 0.0),
        end=end,
        growth=np.where(both, np.inf, last),
        power=np.where(begins, law.exponent * climb / wide, np.where(stuck, 0.0, power)),
        cycles=np.where(both, 0.0, np.where(stuck, np.inf, cycles)),
        begins=begins,
    )


def _at_toughness(
    law: CrackGrowth, depth: Array, ratio: Array, swing: Array, dwell: Array
) -> tuple[Array, Array, Array]:
    """Depth, swing and growth (..., d - 1) where a piece meets K_IC; 1 in those that do not."""
    jumps = ratio >= 1
    crosses = jumps[..., 1:] != jumps[..., :-1]
    constants = {
        name: np.broadcast_to(value, crosses.shape)[crosses]
        for name, value in vars(law).items()
        if name != "reference"
    }
    met = CrackGrowth(**constants, reference=law.reference)
    before, after = ratio[..., :-1][crosses], ratio[..., 1:][crosses]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        part = np.log(1 / before) / np.log(after / before)

        def at(values: Array) -> Array:
            first, last = values[..., :-1][crosses], values[..., 1:][crosses]
            return np.asarray(first * (last / first) ** part)

        pull, held = at(swing), at(dwell) if np.any(dwell) else 0.0
        found = np.ones((3, *crosses.shape))
        found[:, crosses] = at(depth), pull, met.per_cycle(np.ones_like(pull), pull, held)
    return found[0], found[1], found[2]


def _integral(start: Array, end: Array, growth: Array, power: Array) -> Array:
    """int_start^end da/(g (a/end)^power) = end/g (1 - (start/end)^(1 - p))/(1 - p)."""
    exponent = (1 - power) * np.log(start / end)
    return np.asarray(end / growth * -np.log(start / end) * _relative(exponent))


def _relative(x: Array) -> Array:
    """(exp(x) - 1)/x, 1 at 0."""
    return np.asarray(np.where(x == 0, 1.0, np.expm1(x) / np.where(x == 0, 1.0, x)))


def _above_threshold(start: Array, end: Array, growth: Array, power: Array, cycles: Array) -> Array:
    """Depth from which ``cycles`` lead to the end, with growth (a/start)^q - 1 over its end value:

        N = sqrt(start end)/(B q) ln((1 - e^-Z)/(1 - e^-z)),   z = q ln(a/start),   B = g/(e^Z - 1),

    Z that of the end; a in front of the logarithm, where it differs little, taken in its middle.
    """
    last = power * np.log(end / start)
    decay = np.exp(-cycles * growth * power / (np.expm1(last) * np.sqrt(start * end)))
    return np.asarray(start * np.exp(-np.log1p(np.expm1(-last) * decay) / power))


def _summed(pieces: _Pieces) -> Array:
    """Cycles from every depth on, (..., d)."""
    with np.errstate(over="ignore"):  # more cycles than a number can hold are no end of them
        backwards = np.cumsum(pieces.cycles[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(np.concatenate([backwards, np.zeros_like(backwards[..., :1])], axis=-1))


def _within(pieces: _Pieces, left: Array, cycles: Array, depth: Array) -> Array:
    """The depth from which ``cycles`` (..., 1) remain, in the piece before the first node that is
    through by then; ``left`` falls with depth."""
    node = np.argmax(left <= cycles, axis=-1)[..., None]
    before = np.maximum(node - 1, 0)

    def take(values: Array, where: NDArray[np.intp]) -> Array:
        every = np.broadcast_to(values, (*left.shape[:-1], values.shape[-1]))
        return np.asarray(np.take_along_axis(every, where, -1))

    start, end, growth, power = (
        take(each, before) for each in (pieces.start, pieces.end, pieces.growth, pieces.power)
    )
    exponent = 1 - power
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spare = cycles - take(left, node)
        begun = _above_threshold(start, end, growth, power, spare)
        gone = spare * growth / end
        # (1 - x (1 - p))^(1/(1 - p)), exp(-x) as p goes to 1
        inner = np.exp(np.log1p(-np.minimum(exponent * gone, 1.0)) / exponent)
        inner = np.where(np.abs(exponent) < 1e-9, np.exp(-gone), inner)
    stuck = ~np.isfinite(take(pieces.cycles, before)) | (growth <= 0)
    place = np.where(stuck, end, np.maximum(end * inner, start))
    place = np.where(np.take_along_axis(pieces.begins, before, -1), begun, place)
    return np.asarray(np.where(node == 0, take(depth, node), place)[..., 0])
