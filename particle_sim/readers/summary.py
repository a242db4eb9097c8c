"""What was understood of a measured file, as plain data: for a table, JSON and the next command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from particle_sim.errors import InputError
from particle_sim.readers.record import Record
from particle_sim.readers.segments import Kind, Segment, doubts_of, segments
from particle_sim.readers.series import Rates, rates

Summary = dict[str, Any]


def summary(record: Record) -> Summary:
    """File, columns, sign, mass, segments, what may be fitted, doubts."""
    found = segments(record)
    capacities, notes = _rates(record, found)
    doubts = [*record.doubts, *doubts_of(record, found)]
    return {
        "file": record.name,
        "program": record.program,
        "encoding": record.encoding,
        "separator": record.separator,
        "rows": len(record.time),
        "duration_s": float(record.time[-1] - record.time[0]),
        "columns": dict(record.columns),
        "sign": record.sign_from,
        "mass_mg": None if record.mass is None else 1e6 * record.mass,
        "mass_from": record.mass_from,
        "unit_of_current": "mA" if _whole(record) else "mA/g",
        "segments": [_row(record, number, one) for number, one in enumerate(found, 1)],
        "holds": _holds(found, capacities),
        "rates": None if capacities is None else _pairs(capacities),
        "doubts": doubts,
        "notes": [note for note in notes if note not in doubts],
    }


def _whole(record: Record) -> bool:
    """Whether currents are of the whole cell, as no mass is known."""
    return record.mass is None and not record.specific


def _scale(record: Record) -> float:
    """From the record's unit to mA/g, or to mA of the whole cell."""
    return 1e3 if _whole(record) else 1.0 if record.mass is None else 1 / record.mass


def _row(record: Record, number: int, one: Segment) -> Summary:
    scale = _scale(record)
    return {
        "number": number,
        "kind": one.kind.value,
        "line": int(record.lines[one.first]),
        "rows": one.end - one.first,
        "start_s": one.start,
        "duration_s": one.duration,
        "current": one.current * scale,
        "charge": one.charge * scale,
        "constant": one.kind is Kind.REST or one.steady,
        "from_V": one.from_voltage,
        "to_V": one.to_voltage,
    }


def _rates(record: Record, found: Sequence[Segment]) -> tuple[Rates | None, tuple[str, ...]]:
    """The capacities, where there are discharges; notes say which do not count."""
    if _whole(record) or not any(one.kind is Kind.DISCHARGE for one in found):
        return None, ()
    try:
        capacities = rates(record)
    except InputError as error:
        return None, error.problems
    return capacities, capacities.notes


def _pairs(capacities: Rates) -> list[Summary]:
    return [
        {"current_mA_per_g": float(current), "capacity_mAh_per_g": float(capacity)}
        for current, capacity in zip(capacities.current, capacities.capacity, strict=True)
    ]


def _holds(found: Sequence[Segment], capacities: Rates | None) -> list[Summary]:
    """What there is to fit, and the kind that ``fit`` calls it."""
    pulses = sum(one.kind is Kind.PULSE for one in found)
    discharges = [one for one in found if one.kind is Kind.DISCHARGE]
    holds: list[Summary] = []
    if pulses:
        holds.append({"what": f"a titration of {pulses} pulses", "kind": "gitt"})
    if capacities is not None and len(capacities.current) > 1:
        what = f"capacities at {len(capacities.current)} currents"
        holds.append({"what": what, "kind": "rate"})
    if discharges:
        many = "a discharge curve" if len(discharges) == 1 else f"{len(discharges)} discharges"
        holds.append({"what": many, "kind": "voltage"})
    return holds
