"""A protocol from the sentences of a cycler's schedule."""

from __future__ import annotations

import re

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError, located
from particle_sim.protocols.step import Mode, Protocol, Step
from particle_sim.units import quantity

_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?"
_STEP = re.compile(
    rf"(?P<mode>charge|discharge|rest|hold|sweep)"
    rf"(?: at (?P<at>C/{_NUMBER}|{_NUMBER} ?[a-z/]+))?"
    rf"(?: from (?P<begin>{_NUMBER} ?m?V) to (?P<end>{_NUMBER} ?m?V))?"
    rf"(?: for (?P<time>{_NUMBER} ?[a-z]+))?"
    rf"(?:(?: or)? until (?P<until>C/{_NUMBER}|{_NUMBER} ?[a-z]+))?",
    re.IGNORECASE,
)
_RATE = re.compile(rf"C/(?P<hours>{_NUMBER})|(?P<rate>{_NUMBER}) ?C", re.IGNORECASE)
_EXAMPLES = (
    '"Discharge at C/5 until 2.0 V", "Charge at 1C for 10 minutes", "Hold at 3.9 V until C/20", '
    '"Rest for 1 hour", "Sweep at 0.1 mV/s from 2.5 V to 4.0 V"'
)


@arguments_checked
def written(text: str, *, repeat: int = 1) -> Protocol:
    """The steps of ``text``, separated by semicolons, ``repeat`` times over.

    A C-rate is one of the material's printed 1C. A charge or discharge also ends at the cell's
    cut-off, a hold without an end after a day. The run starts from rest at the cut-off from which
    the first step that is no rest sets out.

    >>> steps = written("Discharge at C/5 until 2.0 V; Rest for 1 hour").steps
    >>> steps[0].c_rate, steps[0].voltage, steps[1].duration
    (0.2, 2.0, 3600.0)

    Raises :class:`InputError` for a step that is not understood, no step at all, and fewer than one
    repeat.
    """
    if repeat < 1:
        raise InputError(f"The number of repeats is {repeat}; it must be at least 1.")
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not parts:
        raise InputError(f"The protocol holds no step; write it like {_EXAMPLES}.")
    steps = tuple(_step(part) for part in parts)
    moving = [step.mode for step in steps if step.mode is not Mode.REST]
    empty = bool(moving) and moving[0] in (Mode.DISCHARGE, Mode.SWEEP_DOWN)
    return Protocol(name="; ".join(parts), steps=steps * repeat, starts_full=not empty)


def _step(part: str) -> Step:
    found = _STEP.fullmatch(" ".join(part.split()))
    made = None
    if found is not None:
        with located(f'The step "{part}"'):
            made = _made({name: text or "" for name, text in found.groupdict().items()})
    if made is None:
        raise InputError(f'The step "{part}" is not understood; write it like {_EXAMPLES}.')
    return made


def _made(found: dict[str, str]) -> Step | None:
    mode = found["mode"].lower()
    given = {name for name, text in found.items() if text} - {"mode"}
    time = quantity("the time", found["time"], "s") if found["time"] else None
    if mode == "rest" and given == {"time"}:
        return Step(mode=Mode.REST, duration=time)
    if mode == "hold" and {"at"} < given <= {"at", "time", "until"}:
        return Step(
            mode=Mode.HOLD,
            voltage=quantity("the voltage", found["at"], "V"),
            c_rate=_rate(found["until"]) if found["until"] else None,
            duration=time,
        )
    if mode == "sweep" and given == {"at", "begin", "end"}:
        ends = [quantity("the voltage", found[name], "V") for name in ("begin", "end")]
        return Step(
            mode=Mode.SWEEP_UP if ends[0] < ends[1] else Mode.SWEEP_DOWN,
            scan_rate=quantity("the scan rate", found["at"], "V/s"),
            window=(min(ends), max(ends)),
        )
    if mode in ("charge", "discharge") and {"at"} < given <= {"at", "time", "until"}:
        return Step(
            mode=Mode(mode),
            c_rate=_rate(found["at"]),
            duration=time,
            voltage=quantity("the voltage", found["until"], "V") if found["until"] else None,
        )
    return None


def _rate(text: str) -> float:
    """``C/5`` or ``0.2C`` [1/h]."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise InputError(
            f'"{text}" is no C-rate; write C/5 or 0.2C, of the material\'s printed 1C.'
        )
    hours = found["hours"]
    value = float(hours or found["rate"])
    return 1 / value if hours and value else value
