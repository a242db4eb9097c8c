"""What every condition that holds for a given time refuses."""

from __future__ import annotations

from typing import Protocol

from particle_sim.units import positive, share


class Hold(Protocol):
    """A condition of a given length from a given filling."""

    @property
    def duration(self) -> float: ...

    @property
    def initial_site_fraction(self) -> float: ...

    @property
    def temperature(self) -> float: ...


def check_hold(hold: Hold) -> None:
    """Raise :class:`InputError` unless duration, filling and temperature make sense."""
    positive("The duration", hold.duration, "s")
    share("The initial_site_fraction", hold.initial_site_fraction)
    positive("The temperature", hold.temperature, "K")
