"""Constant-current charge."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def charge(c_rate: float, *, until: float | None = None) -> Protocol:
    """At ``c_rate`` [1/h], take sodium out of the cathode until the cut-off or ``until`` [V].

    Returns one step from rest, full of sodium; the rate counts the material's printed 1C, the
    cut-off is the cell's upper one.

    >>> charge(0.2, until=3.6)
    Protocol charge at 0.2C
      steps 1: charge; begins full

    Raises :class:`InputError` for a rate that is not positive and finite, and a voltage that is not
    finite.
    """
    step = Step(mode=Mode.CHARGE, c_rate=c_rate, voltage=until)
    return Protocol(name=f"charge at {c_rate:g}C", steps=(step,), starts_full=True)
