"""What a measured number is, by what other measurements let one expect of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from particle_sim.claims.interval import share_interval
from particle_sim.units import Array

EXPECTED, HIGHER, LOWER = "as expected", "higher than expected", "lower than expected"
WIDE = "as expected in a wide band"
EDGE = 0.05
"""Share of the draws beyond a measured number up to which it was not to be expected."""
INFORMED = 0.5
"""Widest 5 to 95 % band, over the whole, that is no wide one."""


def expectation(members: Sequence[Array], printed: float, whole: float) -> str:
    """What ``printed`` is to draws (n,) with the noise of a measurement, of every member.

    Higher than expected where 95 % or more lie below it in every member, by the 95 % interval of
    that share; lower where they lie above; as expected where in every member between 5 and 95 % do,
    in a wide band where one spans more than half of ``whole``. Nothing where members differ.

    >>> even = np.linspace(0, 100, 1001)
    >>> expectation([even], 50, 100), expectation([even], 50, 300), expectation([even], 99, 100)
    ('as expected in a wide band', 'as expected', 'higher than expected')
    """
    sides = {_side(int(np.count_nonzero(each >= printed)), each.size) for each in members}
    if len(sides) > 1:
        return ""
    (side,) = sides
    wide = max(float(np.ptp(np.quantile(each, [EDGE, 1 - EDGE]))) for each in members)
    return WIDE if side == EXPECTED and wide > INFORMED * whole else side


def _side(reaching: int, draws: int) -> str:
    low, high = share_interval(reaching, draws)
    if high <= EDGE:
        return HIGHER
    if low >= 1 - EDGE:
        return LOWER
    return EXPECTED if EDGE < reaching / draws < 1 - EDGE else ""
