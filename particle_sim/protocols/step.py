"""Steps of a cell protocol and their end conditions."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from particle_sim.errors import InputError


class Mode(enum.Enum):
    """What a step holds."""

    CHARGE = "charge"
    DISCHARGE = "discharge"
    HOLD = "hold"
    REST = "rest"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. Voltages left out are the material's cut-offs.

    ``c_rate`` [1/h] is positive: the current of a charge or discharge, or the current at which a
    hold ends. ``duration`` [s] ends any step.
    """

    mode: Mode
    c_rate: float | None = None
    duration: float | None = None
    voltage: float | None = None

    def __post_init__(self) -> None:
        if self.c_rate is not None and not self.c_rate > 0:
            raise InputError(f"The C-rate is {self.c_rate:g}; it must be positive.")
        if self.duration is not None and not self.duration > 0:
            raise InputError(f"The duration is {self.duration:g} s; it must be positive.")


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Steps in order; ``starts_full`` means full of sodium (a discharged cathode)."""

    name: str
    steps: tuple[Step, ...]
    starts_full: bool
