"""Constant-current discharge."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def discharge(c_rate: float, *, until: float | None = None) -> Protocol:
    """At ``c_rate`` [1/h], put sodium into the cathode until the cut-off or ``until`` [V].

    Returns one step from rest, empty of sodium; the rate counts the material's printed 1C, the
    cut-off is the cell's lower one.

    >>> discharge(0.2)
    Protocol discharge at 0.2C
      steps 1: discharge; begins empty

    Raises :class:`InputError` for a rate that is not positive and finite, and a voltage that is not
    finite.
    """
    step = Step(mode=Mode.DISCHARGE, c_rate=c_rate, voltage=until)
    return Protocol(name=f"discharge at {c_rate:g}C", steps=(step,), starts_full=False)
