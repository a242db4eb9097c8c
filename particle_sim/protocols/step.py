"""Steps of a cell protocol and their end conditions."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from particle_sim.checks import check_fields
from particle_sim.errors import InputError
from particle_sim.shown import shown


class Mode(enum.Enum):
    """What a step holds.

    >>> Mode("charge") is Mode.CHARGE
    True
    """

    CHARGE = "charge"
    DISCHARGE = "discharge"
    HOLD = "hold"
    REST = "rest"
    SWEEP_UP = "upward sweep"
    SWEEP_DOWN = "downward sweep"


SWEEPS = (Mode.SWEEP_UP, Mode.SWEEP_DOWN)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. Voltages left out are the material's cut-offs.

    ``mode`` says what is held. ``c_rate`` [1/h] is positive: the current of a charge or discharge,
    or the current at which a hold ends. ``voltage`` [V] ends a charge or discharge, or is held.
    ``duration`` [s] ends any step but a sweep, which goes from one end of ``window`` [V] to the
    other at ``scan_rate`` [V/s].

    >>> Step(mode=Mode.SWEEP_DOWN, scan_rate=1e-4).ends((2.5, 4.0))
    (4.0, 2.5)

    Raises :class:`InputError` for a rate, time or scan rate that is not positive and finite, a
    voltage that is not finite, and a window whose first end is not below its second.
    """

    mode: Mode
    c_rate: float | None = None
    duration: float | None = None
    voltage: float | None = None
    scan_rate: float | None = None
    window: tuple[float, float] | None = None
    """Lower and upper end of a sweep"""

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
        if self.scan_rate is not None and not 0 < self.scan_rate < math.inf:
            raise InputError(
                f"The scan rate is {self.scan_rate:g} V/s; it must be positive and finite."
            )
        if self.window is not None and not -math.inf < self.window[0] < self.window[1] < math.inf:
            low, high = self.window
            raise InputError(
                f"The sweep goes from {low:g} V to {high:g} V; both must be finite and the first "
                "below the second."
            )

    def ends(self, cut_offs: tuple[float, float]) -> tuple[float, float]:
        """First and last voltage of a sweep [V], between ``cut_offs`` where it has no window."""
        low, high = self.window or cut_offs
        return (low, high) if self.mode is Mode.SWEEP_UP else (high, low)


@shown
@dataclass(frozen=True, kw_only=True)
class Protocol:
    """``steps`` in order, with the ``name`` that tables and figures show.

    ``starts_full`` means full of sodium (a discharged cathode), else empty; the run begins at rest.

    >>> Protocol(name="idle", steps=(Step(mode=Mode.REST, duration=60.0),), starts_full=True)
    Protocol idle
      steps 1: rest; begins full

    Raises nothing: its steps are checked when they are made.
    """

    name: str
    steps: tuple[Step, ...]
    starts_full: bool

    @property
    def in_brief(self) -> dict[str, str]:
        """Its name, its first steps, and where it begins."""
        kinds = [step.mode.name.lower().replace("_", " ") for step in self.steps]
        more = f" and {len(kinds) - 6} more" if len(kinds) > 6 else ""
        return {
            "protocol": self.name,
            "steps": f"{len(kinds)}: {', '.join(kinds[:6])}{more}",
            "begins": "full" if self.starts_full else "empty",
        }
