"""Fade of a retention, and the rules that any model of it must beat.

A retention r after N cycles is told as an exponential fade, per cycle and per hour of a nominal
cycle of 2/C hours at the rate C:

    f = -ln(r)/N [1/cycle],    f C/2 [1/h],    half-life ln(2)/f [cycles].

Real cycles are shorter where capacity is lost, so that f C/2 is a lower bound at high rates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from particle_sim.checks import check_fields
from particle_sim.errors import InputError, refuse
from particle_sim.readers.retention import Retention
from particle_sim.units import dimensionless

HOURS = 2.0
"""Hours of a nominal cycle at 1C: a whole charge and a whole discharge."""


@dataclass(frozen=True, kw_only=True)
class Fade:
    """A retention after cycles at one rate.

    >>> fade = Fade(retention=0.402, cycles=200, c_rate=3.0)
    >>> f"{fade.per_cycle:.2e} {fade.per_hour:.1e} {fade.half_life:.0f}"
    '4.56e-03 6.8e-03 152'

    Raises :class:`InputError` for a retention outside 0 to 1, and cycles or a rate that are not
    positive and finite.
    """

    retention: float
    """Capacity kept over that of the first of the cycles, above 0"""
    cycles: float
    c_rate: float
    """[1/h]"""

    def __post_init__(self) -> None:
        check_fields(self)
        rules = (
            ("retention", 0 < self.retention <= 1, "it must be above 0 and at most 1"),
            ("cycles", 0 < self.cycles < math.inf, "there must be some"),
            ("c_rate", 0 < self.c_rate < math.inf, "it must be positive and finite"),
        )
        refuse(
            f"Fade: {name} is {getattr(self, name):g}; {allowed}."
            for name, good, allowed in rules
            if not good
        )

    @property
    def per_cycle(self) -> dimensionless:
        """-ln(retention)/cycles"""
        return -math.log(self.retention) / self.cycles

    @property
    def per_hour(self) -> float:
        """[1/h] of nominal cycles of 2/C hours"""
        return self.per_cycle * self.c_rate / HOURS

    @property
    def half_life(self) -> dimensionless:
        """Cycles to half the capacity at this fade; infinite without one."""
        return half_life(self.per_cycle)


def fade_of(measured: Retention, c_rate: float | None = None) -> Fade:
    """Fade of a ``measured`` series from its reference cycle to its last.

    Raises :class:`InputError` where neither the file nor ``c_rate`` [1/h] says the rate, and where
    the last capacity is above that of the reference.

    >>> from pathlib import Path
    >>> from particle_sim.readers.retention import read_retention
    >>> table = "cycle,retention [%]" + chr(10) + "1,100" + chr(10) + "100,90" + chr(10)
    >>> _ = Path("half.csv").write_text(table)
    >>> fade_of(read_retention(Path("half.csv")), c_rate=0.5)
    Fade(retention=0.9, cycles=99.0, c_rate=0.5)
    """
    rate = measured.c_rate if c_rate is None else c_rate
    if rate is None:
        raise InputError(
            f"{measured.name}: it has no column c_rate [1/h]; give the rate as c_rate."
        )
    return Fade(
        retention=float(measured.kept[-1]),
        cycles=float(measured.cycle[-1] - measured.reference),
        c_rate=rate,
    )


def half_life(per_cycle: float) -> dimensionless:
    """ln(2)/f [cycles]."""
    return math.log(2) / per_cycle if per_cycle > 0 else math.inf


def retention_after(per_cycle: float, cycles: float) -> dimensionless:
    """exp(-f N)."""
    return math.exp(-per_cycle * cycles)


def as_partner(known: Fade) -> dimensionless:
    """Null rule N0, fade per cycle: as the partner's at the same rate, whatever sets them apart."""
    return known.per_cycle


def as_strain_squared(known: Fade, volume_change: float, known_change: float) -> dimensionless:
    """Null rule N1, fade per cycle: f (dV/dV_known)^2, as elastic energy and Griffith's ratio go.

    Both volume changes in one unit; of the same material at another rate it is N0.
    """
    for value in (volume_change, known_change):
        if not 0 < abs(value) < math.inf:
            raise InputError(f"The volume change is {value:g}; it must be finite and not 0.")
    return known.per_cycle * (volume_change / known_change) ** 2


def as_per_hour(known: Fade, c_rate: float) -> dimensionless:
    """Null rule N2, fade per cycle at ``c_rate`` [1/h]: the same per hour, f C_known/C."""
    if not 0 < c_rate < math.inf:
        raise InputError(f"The C-rate is {c_rate:g}; it must be positive and finite.")
    return known.per_cycle * known.c_rate / c_rate


def miss(predicted: float, observed: float) -> dimensionless:
    """|ln(half-life predicted/half-life observed)| of two fades per cycle: 0 exact, 1.1 threefold.

    >>> nfm, he = (Fade(retention=r, cycles=200, c_rate=3.0) for r in (0.402, 0.838))
    >>> round(miss(as_strain_squared(nfm, 2.6, 5.3), he.per_cycle), 2)
    0.22
    """
    if not (predicted > 0 and observed > 0):
        raise InputError(
            f"The fades are {predicted:g} and {observed:g} per cycle; both must be positive to "
            "have a half-life."
        )
    return abs(math.log(predicted / observed))
