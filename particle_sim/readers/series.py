"""What a record holds for a fit: capacities against currents, one discharge curve, a titration.

Everything is per active mass: A/kg equals mA/g, A h/kg equals mAh/g.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.readers.dialects import OWN
from particle_sim.readers.record import Record
from particle_sim.readers.segments import Kind, Segment, doubts_of, passed, segments
from particle_sim.units import Array

SAME_RATE = 0.05
"""Relative difference within which two currents are one rate."""
SHORT_OF = 0.03
"""Share of the voltages' span by which a discharge may end above, or its charge below, the
others."""
SCATTER = 0.02
"""Relative spread of capacities at one rate that is told."""


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Capacity [mAh/g] against current [mA/g], which increases."""

    current: Array
    capacity: Array
    rows: NDArray[np.intp]
    """Of the record, where each discharge begins."""
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One discharge at a current [mA/g]: voltage [V] against capacity [mAh/g]."""

    current: float
    capacity: Array
    voltage: Array
    rows: NDArray[np.intp]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cycles:
    """Complete discharges in the order in which they were taken."""

    number: NDArray[np.intp]
    """Among all discharges, from 1"""
    current: Array
    """[mA/g]"""
    capacity: Array
    """[mAh/g]"""
    efficiency: Array
    """Charge passed over that of the charge just before; nan without one"""
    rows: NDArray[np.intp]
    """Of the record, where each discharge begins."""
    notes: tuple[str, ...]


def cycles(record: Record) -> Cycles:
    """The capacity of every complete discharge, numbered among all of them."""
    found = segments(record)
    per_gram = _per_gram(record)
    complete, notes = _complete(record, found)
    if not complete:
        raise _no_discharge(record, found)
    flowing = [one for one in found if one.kind is not Kind.REST]
    before = dict(zip((one.first for one in flowing[1:]), flowing, strict=False))
    discharges = (one.first for one in found if one.kind is Kind.DISCHARGE)
    numbers = {first: number for number, first in enumerate(discharges, 1)}
    charges = (before.get(one.first) for one in complete)
    return Cycles(
        number=np.array([numbers[one.first] for one in complete]),
        current=np.array([one.current for one in complete]) * per_gram,
        capacity=np.array([one.steady_charge for one in complete]) * per_gram,
        efficiency=np.array(
            [
                np.nan
                if other is None or other.kind is not Kind.CHARGE
                else one.charge / abs(other.charge)
                for one, other in zip(complete, charges, strict=True)
            ]
        ),
        rows=np.array([one.first for one in complete]),
        notes=(*record.doubts, *doubts_of(record, found), *notes),
    )


def rates(record: Record) -> Rates:
    """The capacity of every complete discharge, one for each current.

    Of a current that comes several times in a row the mean is taken, of one that comes back later
    the first; what the current passed while it was held at a voltage does not count.
    """
    found = segments(record)
    per_gram = _per_gram(record)
    complete, notes = _complete(record, found)
    if not complete:
        raise _no_discharge(record, found)
    chosen, of_blocks = _first_blocks(complete, per_gram)
    order = sorted(chosen, key=lambda block: block[0].current)
    return Rates(
        current=np.array([_mean([one.current for one in block]) * per_gram for block in order]),
        capacity=np.array(
            [_mean([one.steady_charge for one in block]) * per_gram for block in order]
        ),
        rows=np.array([block[0].first for block in order]),
        notes=(*record.doubts, *doubts_of(record, found), *notes, *of_blocks),
    )


def curve(record: Record, current: float) -> Curve:
    """The first discharge at ``current`` [mA/g], within 5 %, from its first row to its last."""
    found = segments(record)
    per_gram = _per_gram(record)
    discharges = [one for one in found if one.kind is Kind.DISCHARGE]
    if not discharges:
        raise _no_discharge(record, found)
    near = [one for one in discharges if abs(one.current * per_gram / current - 1) <= SAME_RATE]
    if not near:
        known = ", ".join(f"{one:.4g}" for one in _distinct(discharges, per_gram))
        raise InputError(
            f"{record.name}: no discharge is at {current:.4g} mA/g; there are {known} mA/g, so "
            "give the --c-rate of "
            "one of them (or check the mass)."
        )
    one = near[0]
    own = passed(record)[one.first : one.end]
    capacity = np.cumsum(own) * per_gram
    keep = np.flatnonzero(np.diff(capacity, prepend=-1.0) > 0)
    more = (
        [f"The first of {len(near)} discharges at this current is taken."] if len(near) > 1 else []
    )
    return Curve(
        current=one.current * per_gram,
        capacity=capacity[keep],
        voltage=record.voltage[one.first : one.end][keep],
        rows=one.first + keep,
        notes=(*record.doubts, *doubts_of(record, found), *more),
    )


def titration(record: Record) -> tuple[Record, tuple[str, ...]]:
    """The rows of the pulses and their rests, and what must be known of them.

    Our own tables hold nothing else and are taken whole, as are files without three pulses in a
    row.
    """
    found = segments(record)
    notes = (*record.doubts, *doubts_of(record, found))
    pulses = [place for place, one in enumerate(found) if one.kind is Kind.PULSE]
    if record.dialect == OWN or not pulses:
        return record, record.doubts
    first, end = found[max(pulses[0] - 1, 0)].first, found[min(pulses[-1] + 1, len(found) - 1)].end
    besides = len(record.time) - (end - first)
    if besides:
        notes = (*notes, f"{besides} rows before and behind the {len(pulses)} pulses are left out.")
    return record.rows(slice(first, end)), notes


def _per_gram(record: Record) -> float:
    """From the record's charge to A h/kg; asks for the mass where it is missing."""
    if record.specific:
        return 1.0
    if record.mass is None:
        _ = record.specific_current
        raise AssertionError("asked above")
    return 1 / record.mass


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _complete(record: Record, found: Sequence[Segment]) -> tuple[list[Segment], list[str]]:
    """Discharges from full to the lower cut-off, and a note for each that is none."""
    discharges = [(place, one) for place, one in enumerate(found) if one.kind is Kind.DISCHARGE]
    if not discharges:
        return [], []
    low = min(one.to_voltage for _, one in discharges)
    charges = [one.to_voltage for one in found if one.kind is Kind.CHARGE]
    high = max(charges, default=max(one.from_voltage for _, one in discharges))
    margin = SHORT_OF * max(high - low, 0.0)
    kept, notes = [], []
    for place, one in discharges:
        line = f"line {record.lines[one.first]}"
        before = next((other for other in found[:place][::-1] if other.kind is not Kind.REST), None)
        if one.to_voltage > low + margin:
            notes.append(
                f"The discharge from {line} ends at {one.to_voltage:.3f} V and others at "
                f"{low:.3f} V; it is "
                "not complete and left out."
            )
        elif (
            before is not None and before.kind is Kind.CHARGE and before.to_voltage < high - margin
        ):
            notes.append(
                f"The charge before the discharge from {line} ends at {before.to_voltage:.3f} V "
                "and others "
                f"at {high:.3f} V, so that it does not begin full; it is left out."
            )
        else:
            kept.append(one)
            if not one.steady:
                share = 1 - one.steady_charge / one.charge
                notes.append(
                    f"In the discharge from {line} the current is not constant for "
                    f"{100 * share:.2g} % of the "
                    "charge; that part does not count."
                )
    return kept, notes


def _first_blocks(
    discharges: Sequence[Segment], per_gram: float
) -> tuple[list[list[Segment]], list[str]]:
    """Neighbouring discharges of one current; of a current that comes back, the first block."""
    blocks: list[list[Segment]] = []
    for one in discharges:
        if blocks and _one_rate(blocks[-1][0], one):
            blocks[-1].append(one)
        else:
            blocks.append([one])
    chosen: list[list[Segment]] = []
    notes = []
    for block in blocks:
        held = next((other for other in chosen if _one_rate(other[0], block[0])), None)
        own = _mean([one.steady_charge for one in block]) * per_gram
        rate = f"{block[0].current * per_gram:.4g} mA/g"
        if held is None:
            chosen.append(block)
            values = [one.steady_charge * per_gram for one in block]
            if max(values) - min(values) > SCATTER * own:
                shown = ", ".join(f"{value:.4g}" for value in values[:8])
                notes.append(
                    f"{len(values)} discharges at {rate} gave {shown} mAh/g; their mean is taken."
                )
        else:
            first = _mean([one.steady_charge for one in held]) * per_gram
            notes.append(
                f"Back at {rate} the capacity is {own:.4g} mAh/g after {first:.4g} at first "
                f"({100 * (own / first - 1):+.1f} %); the first is taken."
            )
    return chosen, notes


def _one_rate(one: Segment, other: Segment) -> bool:
    return abs(other.current / one.current - 1) <= SAME_RATE


def _distinct(discharges: Sequence[Segment], per_gram: float) -> list[float]:
    """The currents of discharges, each once [mA/g]."""
    known: list[Segment] = []
    for one in discharges:
        if not any(_one_rate(other, one) for other in known):
            known.append(one)
    return [one.current * per_gram for one in known][:12]


def _no_discharge(record: Record, found: Sequence[Segment]) -> InputError:
    pulses = sum(one.kind is Kind.PULSE for one in found)
    if pulses:
        return InputError(
            f"{record.name}: holds {pulses} pulses between rests and no discharge to a cut-off; "
            "it is a titration, "
            "so give --kind gitt."
        )
    charges = sum(one.kind is Kind.CHARGE for one in found)
    return InputError(
        f"{record.name}: there is no discharge ({charges} charges), and charges are not fitted; "
        "if the sign of "
        "the current is the other way, give --positive."
    )
