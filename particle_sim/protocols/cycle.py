"""Charge and discharge over and over."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def cycle(c_rate: float, *, cycles: int = 1, pause: float | None = None) -> Protocol:
    """``cycles`` times charge and discharge at ``c_rate``, with ``pause`` [s] after each."""
    if cycles < 1:
        raise InputError(f"The number of cycles is {cycles}; it must be at least 1.")
    rest = () if pause is None else (Step(mode=Mode.REST, duration=pause),)
    charge = Step(mode=Mode.CHARGE, c_rate=c_rate)
    discharge = Step(mode=Mode.DISCHARGE, c_rate=c_rate)
    steps = (charge, *rest, discharge, *rest) * cycles
    return Protocol(name=f"{cycles} cycles at {c_rate:g}C", steps=steps, starts_full=True)
