"""What a run of cracks will take, as it is told before the start, and its refusal."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.errors import InputError
from particle_sim.particle.memory import machine_memory

SPARE = 0.14e9
"""The interpreter and its libraries [bytes]."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """memory [bytes]: peak of the process; seconds: least and most, and in words what makes them.

    >>> print(Forecast(size="8 cells, 1 time", memory=3e8, seconds=(2, 90), when=("idle", "busy")))
    8 cells, 1 time: about 0.3 GB of memory, and 2 s idle to 1.5 min busy
    """

    size: str
    memory: float
    seconds: tuple[float, float]
    when: tuple[str, str]

    def __str__(self) -> str:
        least, most = (f"{_duration(s)} {w}" for s, w in zip(self.seconds, self.when, strict=True))
        return f"{self.size}: about {self.memory / 1e9:.2g} GB of memory, and {least} to {most}"


def affordable(found: Forecast, what: str, advice: str) -> Forecast:
    """The forecast; raises :class:`InputError` where the machine has less memory."""
    present = machine_memory()
    if present is not None and found.memory > present:
        raise InputError(
            f"{what} about {found.memory / 1e9:.0f} GB of memory and you have "
            f"{present / 1e9:.0f} GB: {advice}."
        )
    return found


def _duration(seconds: float) -> str:
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.2g} {unit}"
    return f"{max(seconds, 1):.2g} s"
