"""Steps of a cell protocol and their end conditions."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from particle_sim.checks import check_fields
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
        check_fields(self)
        if self.c_rate is not None and not 0 < self.c_rate < math.inf:
            raise InputError(f"The C-rate is {self.c_rate:g}; it must be positive and finite.")
        if self.duration is not None and not 0 < self.duration < math.inf:
            raise InputError(
                f"The duration is {self.duration:g} s; it must be positive and finite."
            )
        if self.voltage is not None and not math.isfinite(self.voltage):
            raise InputError(f"The voltage is {self.voltage:g} V; it must be finite.")


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Steps in order; ``starts_full`` means full of sodium (a discharged cathode)."""

    name: str
    steps: tuple[Step, ...]
    starts_full: bool
