"""The time of every row since the first, whichever way a program counts it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.readers.columns import Raw
from particle_sim.units import Array


def elapsed(name: str, raw: Raw) -> tuple[Array, list[str]]:
    """Seconds since the start of the test, and what is doubtful of them.

    A time of the step is added up from step to step. Raises :class:`InputError` where time goes
    back.
    """
    time, said = _elapsed(name, raw)
    if len(time) > 1 and time[-1] == time[0]:
        raise InputError(
            f"{name}, line {raw.lines[-1]}: the time is {time[-1]:g} s in every row; export the "
            "time since "
            "the start of the test."
        )
    return time, said


def _elapsed(name: str, raw: Raw) -> tuple[Array, list[str]]:
    numbers = raw.numbers
    if "time" in numbers:
        time, written = numbers["time"], raw.columns["time"].written
        falls = np.flatnonzero(np.diff(time) < 0) + 1
        if len(falls) > 1 and _each_starts_again(raw, time, falls):
            return added_up(time, _steps(raw)), [
                f'{name}: "{written}" starts again in every step and is added up.'
            ]
        _refuse_falls(name, raw, time, falls)
        return time, []
    if "step_time" in numbers:
        time, written = numbers["step_time"], raw.columns["step_time"].written
        if np.any(np.diff(time) < 0):
            return added_up(time, _steps(raw)), [
                f'{name}: only the time of the step ("{written}") is in the file; it is added up, '
                "so "
                "time between steps is not counted."
            ]
        return time, []
    time = numbers["date"] - numbers["date"][0]
    _refuse_falls(name, raw, time, np.flatnonzero(np.diff(time) < 0) + 1)
    return time, []


def added_up(step_time: Array, steps: NDArray[np.intp] | None = None) -> Array:
    """Times that start again with every step, one after the other; ``steps`` changes with the step.

    >>> added_up(np.array([0.0, 10.0, 0.0, 5.0])).tolist()
    [0.0, 10.0, 10.0, 15.0]
    """
    again = np.diff(step_time) < 0
    if steps is not None:
        again |= np.diff(steps) != 0
    offset = np.concatenate([[0.0], np.cumsum(np.where(again, step_time[:-1], 0.0))])
    return np.asarray(step_time + offset)


def _steps(raw: Raw) -> NDArray[np.intp] | None:
    return raw.texts["step"][0] if "step" in raw.texts else None


def _each_starts_again(raw: Raw, time: Array, falls: NDArray[np.intp]) -> bool:
    """Whether time falls to about 0 each time, and only where the step or the state changes."""
    steps = np.diff(time)
    usual = float(np.median(steps[steps > 0])) if np.any(steps > 0) else 0.0
    if np.any(time[falls] > 3 * usual):
        return False
    for role in ("step", "state"):
        if role in raw.texts:
            codes = raw.texts[role][0]
            return bool(np.all(codes[falls] != codes[falls - 1]))
    current = raw.numbers["current"]
    return bool(np.all(np.sign(current[falls]) != np.sign(current[falls - 1])))


def _refuse_falls(name: str, raw: Raw, time: Array, falls: NDArray[np.intp]) -> None:
    if not len(falls):
        return
    row = int(falls[0])
    where = f"{name}, line {raw.lines[row]}: time is {time[row]:g} s after {time[row - 1]:g} s"
    if time[row] - time[0] <= 0.01 * (time[row - 1] - time[0]):
        raise InputError(
            f"{where}; it must not decrease. It starts again, so two tests or cells stand in one "
            "file: "
            "split it there and read one at a time."
        )
    raise InputError(
        f"{where}; it must not decrease. The clock was put back, or rows stand in the wrong "
        "order: export "
        "the time since the start of the test."
    )
