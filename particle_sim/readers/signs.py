"""The one place where a current gets its sign: positive on discharge, as everywhere in
particle_sim.

What a file counts positive is said by its state column, its dialect or the user; whether that can
be is asked of the voltage, which falls when a cell is discharged.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.readers.columns import Raw
from particle_sim.readers.dialects import OWN, squeezed
from particle_sim.readers.header import other_readings
from particle_sim.readers.positive import Positive
from particle_sim.resources import shipped_table
from particle_sim.units import Array

SMALLEST = 5e-4
"""Current over the largest that is none: what channels of cyclers are off by (assumed)."""
RESOLVED = 2e-3
"""[V] that a stretch must move by to say a direction (assumed of a cycler)."""
AGAINST = 0.8
"""Share of all volts moved that contradicts a sign."""


class State(enum.IntEnum):
    """What a state column says of a row: the sign of the current, positive on discharge."""

    CHARGE = -1
    REST = 0
    DISCHARGE = 1
    UNKNOWN = 9


def states(raw: Raw) -> NDArray[np.int8] | None:
    """The state of every row; None without such a column, or where no text of it is known.

    >>> State(_state("CC DChg")), State(_state("恒流充电")), State(_state("P"))
    (<State.DISCHARGE: 1>, <State.CHARGE: -1>, <State.REST: 0>)
    """
    if "state" not in raw.texts:
        return None
    codes, names = raw.texts["state"]
    known = np.array([_state(name) for name in names], dtype=np.int8)
    if not np.any(np.isin(known, (State.CHARGE, State.DISCHARGE))):
        return None
    return np.asarray(known[codes])


@cache
def _vocabulary() -> dict[str, Any]:
    words: dict[str, Any] = shipped_table("dialects.toml")["states"]
    return words


@cache
def _state(name: str) -> int:
    key, words = squeezed(name), _vocabulary()
    kinds = (("discharge", State.DISCHARGE), ("charge", State.CHARGE), ("rest", State.REST))
    for kind, state in kinds:
        if key in map(squeezed, words[kind]):
            return state
    for kind, state in kinds:
        if any(squeezed(part) in key for part in words[f"part_{kind}"]):
            return state
    return State.UNKNOWN


def signed(
    name: str, raw: Raw, voltage: Array, positive: Positive | None
) -> tuple[Array, str, list[str]]:
    """The current positive on discharge, who says so, and doubts.

    Raises :class:`InputError` with a question where the file does not tell, or contradicts itself.
    """
    current, state = raw.numbers["current"], states(raw)
    flowing = np.abs(current) > SMALLEST * np.abs(current).max(initial=0.0)
    if state is not None:
        flowing &= state != State.REST
    never_negative = not np.any(flowing & (current < 0))
    dialect = raw.header.match.dialect
    if positive is Positive.BY_VOLTAGE:
        return _by_voltage(current, voltage, flowing), "each stretch's voltage", []
    if positive is not None:
        turned = current if positive is Positive.DISCHARGE else -current
        return (
            turned,
            f"{positive.value} is positive (--positive)",
            _doubt(name, raw, turned, voltage, flowing),
        )
    if state is not None and never_negative:
        return _by_state(name, raw, current, state, flowing), "the column of states", []
    if dialect.unsigned and never_negative and np.any(flowing):
        raise InputError(
            f"{name}: {raw.columns['current'].written} has no sign in {dialect.title} and no "
            "column says "
            "charge or discharge; export the state too, or give --positive charge, discharge or "
            "by-voltage."
        )
    turned = current if dialect.positive == "discharge" else -current
    if state is not None:
        _check_states(name, raw, turned, state, flowing)
    said = f"{dialect.positive} is positive in {dialect.title}"
    return turned, said, _ask_voltage(name, raw, turned, voltage, flowing)


def _by_state(
    name: str, raw: Raw, current: Array, state: NDArray[np.int8], flowing: NDArray[np.bool_]
) -> Array:
    """A current without sign, with the sign of its state."""
    unknown = np.flatnonzero(flowing & (state == State.UNKNOWN))
    if len(unknown):
        row = int(unknown[0])
        codes, names = raw.texts["state"]
        raise InputError(
            f"{name}, line {raw.lines[row]}: "
            f"{raw.columns['state'].written if 'state' in raw.columns else 'the step'} "
            f'is "{names[codes[row]][:30]}" while {current[row]:.4g} A flow, and the current has '
            "no sign; give "
            "--positive charge, discharge or by-voltage."
        )
    return np.where(flowing, state * np.abs(current), np.where(state == State.REST, 0.0, current))


def _check_states(
    name: str, raw: Raw, turned: Array, state: NDArray[np.int8], flowing: NDArray[np.bool_]
) -> None:
    """The sign of every row against what its state says."""
    said = flowing & np.isin(state, (State.CHARGE, State.DISCHARGE))
    against = np.flatnonzero(said & (np.sign(turned) != state))
    if len(against) > 0.5 * np.count_nonzero(said) or len(against) > 100:
        row = int(against[0])
        codes, names = raw.texts["state"]
        raise InputError(
            f'{name}, line {raw.lines[row]}: the state is "{names[codes[row]][:30]}" and the '
            "current "
            f"{raw.numbers['current'][row]:.4g}, though {raw.header.match.dialect.title} counts a "
            f"{raw.header.match.dialect.positive} positive (so in {len(against)} rows); say which "
            "it is: "
            "--positive charge or --positive discharge."
        )


def stretches(flowing: NDArray[np.bool_], current: Array) -> list[tuple[int, int]]:
    """[first, end) of neighbouring rows with current of one sign."""
    sign = np.sign(current) * flowing
    edges = [0, *(np.flatnonzero(np.diff(sign)) + 1).tolist(), len(sign)]
    return [(first, end) for first, end in pairwise(edges) if end > first and flowing[first]]


def _moves(voltage: Array, pieces: Sequence[tuple[int, int]]) -> Array:
    """How far the voltage goes in every stretch, from the row before it [V]."""
    return np.array([voltage[end - 1] - voltage[max(first - 1, 0)] for first, end in pieces])


def _against(
    turned: Array, voltage: Array, flowing: NDArray[np.bool_]
) -> tuple[float, int, int, int]:
    """Share of volts moved against the current; stretches against, in all; the first row
    against."""
    pieces = [piece for piece in stretches(flowing, turned) if piece[1] - piece[0] > 1]
    moves = _moves(voltage, pieces)
    told = np.abs(moves) > RESOLVED
    if not np.any(told):
        return 0.0, 0, 0, 0
    sign = np.array([np.sign(turned[first]) for first, _ in pieces])
    wrong = told & (np.sign(moves) == sign)
    share = float(np.abs(moves[wrong]).sum() / np.abs(moves[told]).sum())
    row = pieces[int(np.argmax(wrong))][0] if np.any(wrong) else 0
    return share, int(wrong.sum()), int(told.sum()), row


def _ask_voltage(
    name: str, raw: Raw, turned: Array, voltage: Array, flowing: NDArray[np.bool_]
) -> list[str]:
    """Refuse a sign that the voltage contradicts; in our own tables a part of it is a doubt."""
    share, wrong, told, row = _against(turned, voltage, flowing)
    dialect, current = raw.header.match.dialect, raw.numbers["current"]
    if share < (AGAINST if dialect.key == OWN else 1 - AGAINST):
        return _doubt(name, raw, turned, voltage, flowing)
    others = ", ".join(other_readings(raw.header))
    also = f", while {others} would count the other way" if others else ""
    other = "charge" if dialect.positive == "discharge" else "discharge"
    option = "by-voltage" if share < AGAINST else other
    raise InputError(
        f"{name}, line {raw.lines[row]}: {dialect.title} count a {dialect.positive} "
        f"positive{also}, "
        f"but in {wrong} of {told} stretches the voltage moves the other way (here at "
        f"{current[row]:.4g}); turn its sign, or say which current is positive, e.g. "
        f"--positive {option}."
    )


def _doubt(
    name: str, raw: Raw, turned: Array, voltage: Array, flowing: NDArray[np.bool_]
) -> list[str]:
    share, wrong, told, row = _against(turned, voltage, flowing)
    if share < 1 - AGAINST:
        return []
    return [
        f"{name}, line {raw.lines[row]}: with this sign the voltage moves against the current in "
        f"{wrong} of "
        f"{told} stretches."
    ]


def _by_voltage(current: Array, voltage: Array, flowing: NDArray[np.bool_]) -> Array:
    """Discharge where the voltage falls over a stretch."""
    turned = np.zeros(len(current))
    pieces = stretches(flowing, current)
    for (first, end), move in zip(pieces, _moves(voltage, pieces), strict=True):
        turned[first:end] = -np.sign(move) * np.abs(current[first:end])
    return turned
