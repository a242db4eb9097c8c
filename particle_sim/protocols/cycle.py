"""Charge and discharge over and over."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def cycle(c_rate: float, *, cycles: int = 1, pause: float | None = None) -> Protocol:
    """``cycles`` times charge and discharge at ``c_rate`` [1/h], with ``pause`` [s] after each.

    Returns the steps from rest, full of sodium, between the cell's cut-offs; the rate counts the
    material's printed 1C. Without a pause no rest is in it.

    >>> cycle(1.0, cycles=2, pause=600.0)
    Protocol 2 cycles at 1C
      steps 8: charge, rest, discharge, rest, charge, rest and 2 more; begins full

    Raises :class:`InputError` for fewer than one cycle, and a rate or pause that is not positive
    and finite.
    """
    if cycles < 1:
        raise InputError(f"The number of cycles is {cycles}; it must be at least 1.")
    rest = () if pause is None else (Step(mode=Mode.REST, duration=pause),)
    charge = Step(mode=Mode.CHARGE, c_rate=c_rate)
    discharge = Step(mode=Mode.DISCHARGE, c_rate=c_rate)
    steps = (charge, *rest, discharge, *rest) * cycles
    return Protocol(name=f"{cycles} cycles at {c_rate:g}C", steps=steps, starts_full=True)
