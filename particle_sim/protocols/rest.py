"""Open circuit."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def rest(duration: float) -> Protocol:
    """No current for ``duration`` [s], starting full of sodium.

    >>> rest(3600.0).steps[0].duration
    3600.0

    Raises :class:`InputError` for a duration that is not positive and finite.
    """
    step = Step(mode=Mode.REST, duration=duration)
    return Protocol(name=f"rest {duration:g} s", steps=(step,), starts_full=True)
