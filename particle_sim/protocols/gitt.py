"""Galvanostatic intermittent titration: pulses and rests."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def gitt(c_rate: float, *, pulse: float, pause: float, pulses: int) -> Protocol:
    """``pulses`` charging pulses of ``pulse`` [s] at ``c_rate``, each followed by ``pause`` [s]."""
    if pulses < 1:
        raise InputError(f"The number of pulses is {pulses}; it must be at least 1.")
    pair = (
        Step(mode=Mode.CHARGE, c_rate=c_rate, duration=pulse),
        Step(mode=Mode.REST, duration=pause),
    )
    return Protocol(name=f"GITT, {pulses} pulses", steps=pair * pulses, starts_full=True)
