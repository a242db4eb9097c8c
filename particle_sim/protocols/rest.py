"""Open circuit."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def rest(duration: float) -> Protocol:
    """No current for ``duration`` [s], starting full of sodium."""
    step = Step(mode=Mode.REST, duration=duration)
    return Protocol(name=f"rest {duration:g} s", steps=(step,), starts_full=True)
