"""What must agree in a titration: current, charge, time, rests, voltage and potential.

Signs: a current is positive on discharge, when sodium goes in, so that the filling rises and the
rest voltage falls, for every material. With the potential U, the change of the rest voltage over a
pulse must be -U' times the change q/Q of the filling for a U' that the potential has nearby.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from particle_sim.inference.consistency import Check, Finding, Severity, impossible_voltage
from particle_sim.inference.pulses import Pulses, Run, Span
from particle_sim.units import Array

RESOLVED = 3e-4
"""[V] A smaller change says nothing about a direction (assumed of a cycler)."""
MOST_UNSTEADY = 0.02
"""Largest departure of the current from its median in a pulse, relative, between the means of
``PARTS`` parts, which keep no noise; the rows in which the current begins and ends do not count."""
PARTS = 10
LONGEST_GAP = 0.05
"""Longest time in which the current may have begun or ended, over the pulse; D is then wrong by up
to twice as much."""
MOST_UNLOGGED = 0.2
"""Longest step in time within a pulse, over the pulse."""
LAST_PART = 0.1
"""Part of a rest, at its end, over which drift is judged; its rows must cover as much."""
MOST_TURNED = 0.3
"""Largest way back of the voltage within a rest, over the change of the rest voltage."""
OUTSIDE, FAR_OUTSIDE = 0.15, 0.5
"""[V] beyond the potential at 1 and 99 % filling: doubted, and refused if all rests are there."""
OFFSET = 0.025
"""[V] by which the material's potential may be off when its slope is looked up."""
STEEPER, FLATTER, UNITS = 4.0, 3.0, 100.0
"""Change of the rest voltage per charge over the potential's steepest and flattest slope nearby:
doubted; and refused, as it can only be a unit."""
OVERFULL = 1.2
"""Net charge over the material's capacity."""
ROUNDING = 1e-3
"""Filling outside 0..1 that is rounding."""


def _directions(series: Pulses) -> list[Finding | None]:
    """For every pulse in which the voltage tells a direction: against the current, or None."""
    found: list[Finding | None] = []
    for index, run in enumerate(series.runs):
        charge = series.charges[index]
        for what, change in (
            ("rest voltage", series.changes[index]),
            ("voltage in the pulse", _polarisation(series, run)),
        ):
            if abs(change) < RESOLVED:
                continue
            goes = "in" if charge > 0 else "out"
            moves = "rises" if change > 0 else "falls"
            says = (
                f"the current of {run.pulse.of(series.data.current).mean():.4g} mA/g says that "
                f"sodium goes {goes}, but the {what} {moves} by {1e3 * abs(change):.3g} mV"
            )
            against = change * charge > 0
            found.append(Finding(says=says, row=run.pulse.first, pulse=index) if against else None)
    return found


def _wrong_sign(series: Pulses) -> Iterator[Finding]:
    found = _directions(series)
    if found and found[0] is not None and all(found):
        remedy = "; current is positive on discharge, so turn its sign"
        yield Finding(says=f"{found[0].says}{remedy}", row=found[0].row)


def _wrong_signs(series: Pulses) -> Iterator[Finding]:
    yield from (finding for finding in _directions(series) if finding is not None)


def _overcharged(series: Pulses) -> Iterator[Finding]:
    capacity, passed = series.material.specific_capacity, series.passed
    net = np.maximum(passed - np.nanmin(passed), np.nanmax(passed) - passed)
    single = [
        (run.pulse.last, abs(charge), "one pulse")
        for run, charge in zip(series.runs, series.charges, strict=True)
        if abs(charge) > capacity
    ]
    all_of_them = [
        (int(row), net[row], "the pulses of one direction")
        for row in np.flatnonzero(net > OVERFULL * capacity)
    ]
    for row, charge, which in [*single, *all_of_them][:1]:
        yield Finding(
            says=f"the charge of {which} is {charge:.4g} mAh/g and {series.material.name} holds "
            f"{capacity:.4g}; check the units of current and time, and the mass",
            row=row,
        )


def _window(series: Pulses) -> tuple[float, float]:
    low, high = series.material.potential(np.array([0.99, 0.01]))
    return float(low), float(high)


def _beyond(series: Pulses, row: int) -> float:
    """How far the voltage of a row lies outside the potential [V]."""
    low, high = _window(series)
    voltage = series.data.voltage[row]
    return float(max(low - voltage, voltage - high, 0.0))


def _off(series: Pulses, row: int) -> str:
    low, high = _window(series)
    return (
        f"the rest voltage is {series.data.voltage[row]:.4g} V and the potential of "
        f"{series.material.name} {low:.4g} to {high:.4g} V, as of a full cell or another material"
    )


def _elsewhere(series: Pulses) -> Iterator[Finding]:
    rows = [run.before.last for run in series.runs] + [series.runs[-1].after.last]
    if all(_beyond(series, row) > FAR_OUTSIDE for row in rows):
        yield Finding(says=_off(series, rows[0]), row=rows[0])


def _off_the_potential(series: Pulses) -> Iterator[Finding]:
    for index, run in enumerate(series.runs):
        row = max((run.before.last, run.after.last), key=partial(_beyond, series))
        if _beyond(series, row) > OUTSIDE:
            yield Finding(says=_off(series, row), row=row, pulse=index)


def _fill_per_volt(series: Pulses, run: Run) -> tuple[float, float]:
    """Least and largest -dtheta/dU of the potential around the rest voltages of a pulse [1/V]."""
    ends = series.data.voltage[[run.before.last, run.after.last]]
    grid = np.linspace(ends.min() - OFFSET, ends.max() + OFFSET, 41)
    slope = -np.diff(series.material.potential.filling(grid)) / np.diff(grid)
    return float(slope.min()), float(slope.max())


def _charge_ratios(series: Pulses) -> Iterator[tuple[float, float]]:
    """For every pulse: voltage over the most its charge explains, and charge over the most its
    voltage explains.
    """
    for index, run in enumerate(series.runs):
        least, most = _fill_per_volt(series, run)
        filled = abs(series.charges[index]) / series.material.specific_capacity
        moved = abs(series.changes[index])
        too_small = max(moved - RESOLVED, 0) * least / filled
        too_large = filled / max((moved + RESOLVED) * most, 1e-12)
        yield too_small, too_large


def _charge_of_other_unit(series: Pulses) -> Iterator[Finding]:
    ratios = [small for small, _ in _charge_ratios(series)]
    if min(ratios) > UNITS:
        yield Finding(
            says=f"the first pulse passes {abs(series.charges[0]):.3g} mAh/g while the rest "
            f"voltage moves by {1e3 * abs(series.changes[0]):.3g} mV, {min(ratios):.2g} times more "
            f"than that charge moves {series.material.name}; check the unit of the current, and "
            "the mass",
            row=series.runs[0].pulse.last,
        )


def _charge_off(series: Pulses) -> Iterator[Finding]:
    for index, (small, large) in enumerate(_charge_ratios(series)):
        if small > STEEPER or large > FLATTER:
            way, factor = ("more", small) if small > STEEPER else ("less", large)
            yield Finding(
                says=f"the rest voltage moves {factor:.2g} times {way} than the charge of the "
                f"pulse moves the potential of {series.material.name}",
                row=series.runs[index].after.last,
                pulse=index,
            )


def _outside(series: Pulses) -> Iterator[Finding]:
    for index, run in enumerate(series.runs):
        pair = series.fillings[index : index + 2]
        for filling in pair[(pair < -ROUNDING) | (pair > 1 + ROUNDING)][:1]:
            yield Finding(
                says=f"the charge since the first rest and the voltage there lead "
                f"{'below 0' if filling < 0 else 'above 1'}, out of the filling's range",
                row=run.pulse.first,
                pulse=index,
            )


def _unsteady(series: Pulses) -> Iterator[Finding]:
    for index, run in enumerate(series.runs):
        current, time = (run.pulse.of(c) for c in (series.data.current, series.data.time))
        begun = time - series.data.time[run.before.last]
        inner = np.flatnonzero((begun > 0.01 * begun[-1]) & (begun < 0.99 * begun[-1]))
        if not len(inner):
            continue
        parts = np.array_split(inner, min(PARTS, len(inner)))
        means = np.array([current[part].mean() for part in parts])
        off = np.abs(means - np.median(means))
        if off.max() > MOST_UNSTEADY * abs(np.median(means)):
            worst = int(off.argmax())
            yield Finding(
                says=f"the current is not constant: it goes from {means[0]:.4g} over "
                f"{means[worst]:.4g} to {means[-1]:.4g} mA/g in the pulse",
                row=run.pulse.first + int(parts[worst][0]),
                pulse=index,
            )


def _begun_unseen(series: Pulses) -> Iterator[Finding]:
    ends = [(run.before.last, run.pulse.first) for run in series.runs]
    says = "the last row of the rest is missing, so that nobody knows when the current began"
    yield from _unseen(series, ends, [run.pulse.first for run in series.runs], says)


def _ended_unseen(series: Pulses) -> Iterator[Finding]:
    ends = [(run.pulse.last, run.after.first) for run in series.runs]
    says = "the end of the pulse is not logged, so that nobody knows when the current ended"
    yield from _unseen(series, ends, [run.pulse.last for run in series.runs], says)


def _unseen(
    series: Pulses, ends: list[tuple[int, int]], rows: list[int], says: str
) -> Iterator[Finding]:
    """Pulses between whose two rows the current changed at a time nobody saw."""
    time = series.data.time
    for index, ((first, second), row) in enumerate(zip(ends, rows, strict=True)):
        gap = time[second] - time[first]
        if gap > LONGEST_GAP * series.durations[index]:
            yield Finding(says=f"{says}, to {gap:.5g} s", row=row, pulse=index)


def _unlogged(series: Pulses) -> Iterator[Finding]:
    for index, run in enumerate(series.runs):
        steps = np.diff(run.pulse.of(series.data.time))
        if len(steps) < 3:
            continue
        near = np.maximum(np.append(steps[1:], 0), np.append(0, steps[:-1]))
        rows = np.flatnonzero(
            (steps > MOST_UNLOGGED * series.durations[index]) & (steps > 4 * near)
        )
        for row in rows[:1]:
            yield Finding(
                says=f"no row for {steps[row]:.5g} s within the pulse",
                row=run.pulse.first + int(row) + 1,
                pulse=index,
            )


def _standing_still(series: Pulses) -> Iterator[Finding]:
    for index, run in enumerate(series.runs):
        again = np.flatnonzero(np.diff(run.pulse.of(series.data.time)) == 0)
        for row in again[:1]:
            at = run.pulse.first + int(row) + 1
            yield Finding(
                says=f"two rows of the pulse are at {series.data.time[at]:.6g} s",
                row=at,
                pulse=index,
            )


def _drift_unknown(series: Pulses) -> Iterator[Finding]:
    for index, run in enumerate(series.runs):
        for rest, which in ((run.before, "before"), (run.after, "after")):
            time = rest.of(series.data.time)
            covered, length = time[-1] - time[0], series.rest_length(rest)
            if covered <= 0 or covered < LAST_PART * length:
                rows = len(np.unique(time))
                yield Finding(
                    says=f"the rest {which} has "
                    + ("one row" if rows == 1 else f"{rows} rows in {covered:.3g} s")
                    + ", so that nobody knows whether the voltage still drifted",
                    row=rest.last,
                    pulse=index,
                )
                break


def _turning(series: Pulses) -> Iterator[Finding]:
    for index, run in enumerate(series.runs):
        for rest, sign in _relaxing(series, index, run):
            voltage = sign * rest.of(series.data.voltage)
            back = np.maximum.accumulate(voltage) - voltage
            noise = 10 * float(np.median(np.abs(np.diff(voltage)))) if len(voltage) > 6 else 0.0
            most = max(MOST_TURNED * abs(series.changes[index]), noise, RESOLVED)
            if back.max() > most:
                yield Finding(
                    says=f"the voltage turns within a rest, by {1e3 * back.max():.3g} mV, as if a "
                    "pulse were not logged there",
                    row=rest.first + int(back.argmax()),
                    pulse=index,
                )
                break


def _relaxing(series: Pulses, index: int, run: Run) -> Iterator[tuple[Span, float]]:
    """The rests around a pulse whose direction is known: up after a discharge."""
    if run.follows:
        yield run.before, float(np.sign(series.charges[index - 1]))
    yield run.after, float(np.sign(series.charges[index]))


def _polarisation(series: Pulses, run: Run) -> float:
    """Mean voltage of a pulse minus that of the rest before [V]."""
    voltage: Array = series.data.voltage
    return float(run.pulse.of(voltage).mean() - voltage[run.before.last])


TITRATION: tuple[Check[Pulses], ...] = (
    Check("the voltage", "a cell", Severity.REFUSAL, lambda s: impossible_voltage(s.data.voltage)),
    Check("the current", "the voltage", Severity.REFUSAL, _wrong_sign),
    Check("the charge", "the capacity", Severity.REFUSAL, _overcharged),
    Check("the rest voltages", "the material", Severity.REFUSAL, _elsewhere),
    Check("the charge", "the rest voltage", Severity.REFUSAL, _charge_of_other_unit),
    Check("the current", "the voltage of a pulse", Severity.DOUBT, _wrong_signs),
    Check("the charge", "the first rest voltage", Severity.DOUBT, _outside),
    Check("the rest voltage", "the potential", Severity.DOUBT, _off_the_potential),
    Check("the charge", "the change of the rest voltage", Severity.DOUBT, _charge_off),
    Check("the current", "itself within a pulse", Severity.DOUBT, _unsteady),
    Check("the beginning of a pulse", "the last row of its rest", Severity.DOUBT, _begun_unseen),
    Check("the end of a pulse", "the first row of its rest", Severity.DOUBT, _ended_unseen),
    Check("the rows of a pulse", "its duration", Severity.DOUBT, _unlogged),
    Check("time", "itself within a pulse", Severity.DOUBT, _standing_still),
    Check("the rows of a rest", "its length", Severity.DOUBT, _drift_unknown),
    Check("the voltage of a rest", "its relaxation", Severity.DOUBT, _turning),
)
"""Every check of a titration; refusals first."""
