"""Galvanostatic intermittent titration: pulses and rests."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def gitt(c_rate: float, *, pulse: float, pause: float, pulses: int) -> Protocol:
    """``pulses`` charging pulses of ``pulse`` [s] at ``c_rate`` [1/h], each with ``pause`` [s].

    Returns the steps from rest, full of sodium; the rate counts the material's printed 1C, and a
    pulse also ends at the cell's upper cut-off. A ``pause`` is a rest behind a pulse; what a
    diffusivity read from them means is said by :func:`~particle_sim.metrics.gitt.gitt_diffusivity`.

    >>> gitt(0.1, pulse=600.0, pause=3600.0, pulses=3)
    Protocol GITT, 3 pulses
      steps 6: charge, rest, charge, rest, charge, rest; begins full

    Raises :class:`InputError` for fewer than one pulse, and a rate or time that is not positive and
    finite.
    """
    if pulses < 1:
        raise InputError(f"The number of pulses is {pulses}; it must be at least 1.")
    pair = (
        Step(mode=Mode.CHARGE, c_rate=c_rate, duration=pulse),
        Step(mode=Mode.REST, duration=pause),
    )
    return Protocol(name=f"GITT, {pulses} pulses", steps=pair * pulses, starts_full=True)
