"""A record cut into rests, charges, discharges and pulses, and what each of them passed.

Charge of a segment: sum of I dt over its rows, a row's current being that of the interval before
it. The interval before the first row is counted up to the next one's length, as long as programs
log the beginning of a step soon.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from particle_sim.readers.record import Record
from particle_sim.readers.signs import SMALLEST, State
from particle_sim.units import Array

STEADY = 0.05
"""Relative departure from the median within which a current is constant."""
FEWEST_PULSES = 3
"""Neighbouring short currents of one direction, with rests between, that make a titration."""
SAME_PULSE = 0.2
"""Relative difference of the currents of two pulses of one titration."""
LONGEST_PULSE = 3.0
"""Longest pulse over the rest behind it."""
OTHER_COUNTER = 0.03
"""Relative difference of a charge from the program's own counter that is doubted."""
_GAP, _GAP_SHARE = 20.0, 0.02
"""A step in time that many times the usual one, and that share of its segment, is a gap."""


class Kind(enum.Enum):
    """What a segment is."""

    REST = "rest"
    CHARGE = "charge"
    DISCHARGE = "discharge"
    PULSE = "pulse"


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Rows [first, end) of a record between two changes of the current's direction."""

    kind: Kind
    first: int
    end: int
    start: float
    """[s]"""
    duration: float
    """[s]"""
    current: float
    """Median, in the record's unit; positive on discharge."""
    charge: float
    """[A h] or [A h/kg]; positive on discharge."""
    steady_charge: float
    """The part that passed while the current was constant."""
    from_voltage: float
    to_voltage: float
    """[V]"""

    @property
    def steady(self) -> bool:
        """Whether the current was constant all the time."""
        return abs(self.steady_charge) > 0.999 * abs(self.charge)


def segments(record: Record) -> tuple[Segment, ...]:
    """Every segment, in order; what stands between rests and belongs to a titration is a pulse."""
    flowing, own = flowing_rows(record), passed(record)
    found = [_segment(record, flowing, own, first, end) for first, end in _bounds(record, flowing)]
    kinds = [one.kind for one in found]
    for first, end in _trains(found):
        for place in range(first, end):
            if kinds[place] is not Kind.REST:
                kinds[place] = Kind.PULSE
    return tuple(
        one if one.kind is kind else _as(one, kind) for one, kind in zip(found, kinds, strict=True)
    )


def _as(segment: Segment, kind: Kind) -> Segment:
    return Segment(**{**vars(segment), "kind": kind})


def flowing_rows(record: Record) -> NDArray[np.bool_]:
    """Rows with current: above what channels are off by, and not at rest by their state."""
    current = np.abs(record.current)
    flowing = current > SMALLEST * current.max(initial=0.0)
    if record.states is not None:
        flowing &= record.states != State.REST
    return np.asarray(flowing)


def _bounds(record: Record, flowing: NDArray[np.bool_]) -> list[tuple[int, int]]:
    sign = np.sign(record.current) * flowing
    change = np.diff(sign) != 0
    if record.steps is not None:  # two discharges may follow each other, at two currents
        jump = np.abs(np.diff(record.current)) > STEADY * np.abs(record.current[1:])
        change |= (np.diff(record.steps) != 0) & jump & (sign[1:] != 0)
    edges = [0, *(np.flatnonzero(change) + 1).tolist(), len(sign)]
    return [(first, end) for first, end in pairwise(edges) if end > first]


def passed(record: Record) -> Array:
    """Charge of every row's interval, positive on discharge [A h or A h/kg]."""
    steps = np.diff(record.time, prepend=record.time[:1])
    current = np.where(flowing_rows(record), record.current, 0.0)
    begins = np.flatnonzero(np.diff(np.sign(current), prepend=0) != 0)
    following = np.append(steps[1:], 0.0)
    long = begins[(following[begins] > 0) & (steps[begins] > following[begins])]
    steps[long] = following[long]
    return np.asarray(current * steps / 3600)


def _segment(
    record: Record, flowing: NDArray[np.bool_], passes: Array, first: int, end: int
) -> Segment:
    own, current, time = passes[first:end], record.current[first:end], record.time
    begin = time[first - 1] if first else time[first]
    flows = bool(flowing[first])
    median = float(np.median(current)) if flows else 0.0
    near = np.abs(current - median) <= STEADY * abs(median)
    kind = Kind.REST if not flows else Kind.DISCHARGE if median > 0 else Kind.CHARGE
    return Segment(
        kind=kind,
        first=first,
        end=end,
        start=float(time[first]),
        duration=float(time[end - 1] - begin),
        current=median,
        charge=float(own.sum()),
        steady_charge=float(own[near].sum()) if flows else 0.0,
        from_voltage=float(record.voltage[first]),
        to_voltage=float(record.voltage[end - 1]),
    )


def _trains(found: Sequence[Segment]) -> list[tuple[int, int]]:
    """[first, end) of runs of at least three equal currents of one direction, with rests around
    each.

    None may pass half of all or take three times as long as its rest: that would be a test of
    rates.
    """
    trains, place = [], 0
    while place < len(found):
        end = place
        while end + 2 < len(found) and _pulse_at(found, end + 1):
            if end > place and not _alike(found[end + 1].current, found[end - 1].current):
                break
            end += 2
        own = [abs(one.charge) for one in found[place + 1 : end : 2]]
        if len(own) >= FEWEST_PULSES and max(own) < 0.5 * sum(own):
            trains.append((place, end + 1))
        place = max(end, place + 1)
    return trains


def _pulse_at(found: Sequence[Segment], place: int) -> bool:
    before, pulse, after = found[place - 1 : place + 2]
    return (
        before.kind is Kind.REST
        and after.kind is Kind.REST
        and pulse.kind is not Kind.REST
        and pulse.duration < LONGEST_PULSE * after.duration
    )


def _alike(one: float, other: float) -> bool:
    """Whether two currents are one, of one direction."""
    return abs(one - other) <= SAME_PULSE * abs(other)


def doubts_of(record: Record, found: Sequence[Segment]) -> tuple[str, ...]:
    """What is doubtful of segments: gaps in time, and charges that the program counts otherwise."""
    said = [*_gaps(record, found), *_counters(record, found), *_size(record, found)]
    if not any(one.kind is not Kind.REST for one in found):
        said.append(f"{record.name}: no current flows anywhere, so there is nothing to fit.")
    elif not any(one.current > 0 or one.kind is Kind.PULSE for one in found):
        said.append(
            f"{record.name}: there is no discharge, only charge; capacities and curves of charges "
            "are not fitted."
        )
    return tuple(said)


def _gaps(record: Record, found: Sequence[Segment]) -> list[str]:
    said = []
    for one in found:
        steps = np.diff(record.time[one.first : one.end])
        if one.kind is Kind.REST or len(steps) < 4 or not np.any(steps > 0):
            continue
        worst = int(steps.argmax())
        if steps[worst] > max(_GAP * float(np.median(steps[steps > 0])), _GAP_SHARE * one.duration):
            line = record.lines[one.first + worst + 1]
            said.append(
                f"{record.name}, line {line}: no row for {steps[worst]:.4g} s while current "
                "flows; the clock was "
                "put forward or rows are missing, and the charge of that time is assumed."
            )
    return said[:3]


def _counters(record: Record, found: Sequence[Segment]) -> list[str]:
    """The integral of the current against the program's own counter: a unit that is wrong shows."""
    ratios, passes = [], passed(record)
    for one in found:
        own = _counted(record, passes, one)
        if one.kind is not Kind.REST and own and abs(one.charge) > 0:
            ratios.append((own / abs(one.charge), one))
    if not ratios or record.specific:
        return []
    middle = float(np.median([ratio for ratio, _ in ratios]))
    if abs(middle - 1) <= OTHER_COUNTER:
        return []
    one = ratios[0][1]
    return [
        f"{record.name}, line {record.lines[one.first]}: the program counts {middle:.3g} times "
        "the charge that "
        f"current and time give ({len(ratios)} segments); check the units of current, time and "
        "capacity."
    ]


def _counted(record: Record, passes: Array, one: Segment) -> float:
    """The program's own charge of a segment [A h]; 0 where it has none.

    Of the first row's interval nobody knows whether the program counted it, so it is left out there
    and added in the proportion in which it is counted here.
    """
    role = "charged" if one.current < 0 else "discharged"
    counter = record.charges.get(role, record.charges.get("capacity"))
    inner = float(passes[one.first + 1 : one.end].sum())
    if counter is None or inner == 0:
        return 0.0
    return float(abs(abs(counter[one.end - 1]) - abs(counter[one.first]))) * one.charge / inner


def _size(record: Record, found: Sequence[Segment]) -> list[str]:
    """Capacities that no electrode has: the mass, or a unit."""
    if record.mass is None and not record.specific:
        return []
    per_gram = 1.0 if record.mass is None else 1 / record.mass
    largest = max((abs(one.charge) * per_gram for one in found), default=0.0)
    total = sum(abs(one.charge) for one in found if one.kind is Kind.PULSE) * per_gram
    most = max(largest, total)
    if most > MOST_CAPACITY or 0 < most < LEAST_CAPACITY:
        word = (
            "more than lithium metal holds" if most > MOST_CAPACITY else "less than any electrode"
        )
        return [
            f"{record.name}: the largest capacity is {most:.3g} mAh/g, {word}; check the mass"
            + (f" ({1e6 * record.mass:.4g} mg)" if record.mass else "")
            + " and the unit of the current."
        ]
    return []


MOST_CAPACITY = 3862.0
"""[mAh/g] of lithium: F/(3.6 M) with M = 6.94 g/mol."""
LEAST_CAPACITY = 1.0
"""[mAh/g] below which nothing is told of an electrode (a choice)."""
