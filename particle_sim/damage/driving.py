"""How hard one cycle drives a crack of every depth, for many particles at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.damage.growth import CycleLoad
from particle_sim.units import Array

LEVEL = 1e-6
"""Step of K/K_max below which it is level: the difference of powers would cancel."""
AT_ONCE = 4
"""Draws whose powers are taken together: what they need stays in the processor's cache."""
Rows = NDArray[np.bool_] | slice
EVERY = slice(None)


@dataclass(frozen=True, kw_only=True)
class Driving:
    """Stress intensity over the part of a cycle that opens a crack, the rest of it closed.

    ``depth`` a [m] (n, d); ``intensity`` K [Pa m^0.5] (n, d, t) at instants, not negative;
    ``lasts`` (n, t - 1), how long from each instant to the next [s], K going straight between
    them: 0 from the end of one stretch to the beginning of another, and for what the cycle does
    not come to.
    """

    depth: Array
    intensity: Array
    lasts: Array

    def kept(self, rows: NDArray[np.bool_]) -> Driving:
        """Some of the draws."""
        return Driving(
            depth=self.depth[rows], intensity=self.intensity[rows], lasts=self.lasts[rows]
        )

    @cached_property
    def largest(self) -> Array:
        """K_max (n, d) of what the cycle comes to; as K falls to 0 in it, dK too."""
        passed = np.pad(self.lasts > 0, ((0, 0), (1, 1)))
        reached = passed[:, 1:] | passed[:, :-1]
        known = self.intensity if reached.all() else self.intensity * reached[:, None, :]
        return np.asarray(known.max(axis=-1))

    def dwell(self, exponent: Array, rows: Rows = EVERY) -> Array:
        """int (K/K_max)^n dt [s] (n, d) for exponents n (n,), exact where K goes straight.

        Of some ``rows`` of the draws, to which the exponents belong.

        >>> import numpy as np
        >>> ramp = Driving(
        ...     depth=np.ones((1, 1)), intensity=np.array([[[0.0, 1.0]]]), lasts=np.ones((1, 1))
        ... )
        >>> ramp.dwell(np.array([15.0]))  # int_0^1 t^15 dt
        array([[0.0625]])
        """
        intensity, largest, lasts = self.intensity[rows], self.largest[rows], self.lasts[rows]
        few = [slice(at, at + AT_ONCE) for at in range(0, len(largest), AT_ONCE)] or [EVERY]
        found = [_dwell(intensity[a], largest[a], lasts[a], np.asarray(exponent)[a]) for a in few]
        return np.concatenate(found)


def _dwell(intensity: Array, largest: Array, lasts: Array, exponent: Array) -> Array:
    top = largest[..., None]
    share = np.minimum(intensity / np.where(top > 0, top, 1.0), 1.0)
    n = exponent[:, None, None]
    power = share**n
    low, high, below, above = share[..., :-1], share[..., 1:], power[..., :-1], power[..., 1:]
    step = high - low
    level = np.abs(step) <= LEVEL
    step[level] = 1.0
    mean = (high * above - low * below) / ((n + 1) * step)
    np.copyto(mean, 0.5 * (below + above), where=level)
    return np.asarray(np.einsum("ndt,nt->nd", mean, lasts))


def load_of(
    toughness: Array, exponent: Array | None, *drivings: Driving, rows: Rows = EVERY
) -> CycleLoad:
    """What mechanisms, one after the other in a cycle, do at a toughness K_IC [Pa m^0.5] (n, q).

    ``toughness`` and ``exponent`` are those of the ``rows`` of the drivings.
    The strongest sets K_max and dK; each adds its own time under load, ``exponent`` n (n,) being
    that of slow growth, ``None`` where there is none. Arrays (n, q, d).
    """
    largest = np.max([each.largest[rows] for each in drivings], axis=0)
    dwell = np.zeros_like(largest)
    for each in drivings:
        if exponent is None:
            break
        own = each.largest[rows]
        share = np.divide(own, largest, out=np.zeros_like(largest), where=largest > 0)
        dwell += each.dwell(exponent, rows) * share ** np.asarray(exponent)[:, None]
    ratio = largest[:, None, :] / np.asarray(toughness)[:, :, None]
    return CycleLoad(
        depth=drivings[0].depth[rows][:, None, :], ratio=ratio, swing=ratio, dwell=dwell[:, None, :]
    )
