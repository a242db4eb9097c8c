"""What must agree in a discharge curve and in capacities against rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from particle_sim.inference.consistency import Check, Finding, Severity, impossible_voltage
from particle_sim.inference.data import RateData, VoltageData
from particle_sim.materials.material import Material
from particle_sim.units import Array

MOST_BACK = 0.5
"""Largest rise of a discharge curve over all it spans, before it is none."""
CHARGING = 0.5
"""Correlation of voltage and capacity from which a curve is no discharge."""
SOME_BACK = 0.2
"""[V] that a discharge may rise: on a plateau charge transfer gets easier by (2RT/F) ln 22 from the
filling at which a cell begins, 5e-4, to the middle."""
ABOVE, FAR_ABOVE = 0.1, 0.4
"""[V] of a discharge above the potential (median): doubted and refused."""
BELOW, FAR_BELOW = 0.6, 1.4
"""[V] below it, besides ``RESISTANCE`` times the current."""
RESISTANCE = 0.7e-3
"""[V per A/kg] The largest plausible one of a coin cell."""
OVERFULL, FAR_OVERFULL = 1.15, 1.5
"""Capacity over the material's window: beyond what a fit allows, and refused."""
TOO_SMALL = 0.02
"""Largest capacity over the material's window that can only be a unit."""
RISING = 1.05
"""Capacity over that of a slower discharge."""
LONGEST, SHORTEST = 1000.0, 1 / 3600
"""Duration [h] of the slowest discharge, before the rate can only be of another unit (a choice)."""
LONG, SHORT = 150.0, 1 / 6
"""[h] Beyond these it is doubted."""
STILL = 1e-3
"""[V] A discharge curve spans more."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A discharge curve of a material."""

    data: VoltageData
    material: Material


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Capacities against rate of a material."""

    data: RateData
    material: Material


def _rise(voltage: Array) -> tuple[float, int]:
    """The largest rise from an earlier row, and the row where it is reached."""
    rise = voltage - np.minimum.accumulate(voltage)
    return float(rise.max()), int(rise.argmax())


def _charging(series: Curve) -> Iterator[Finding]:
    voltage = series.data.voltage
    rise, row = _rise(voltage)
    span = float(np.ptp(voltage))
    goes_up = span > 0 and np.corrcoef(series.data.capacity, voltage)[0, 1] > CHARGING
    if goes_up or rise > max(MOST_BACK * span, SOME_BACK):
        yield Finding(
            says=f"the voltage rises by {rise:.3g} V with the capacity, so this is a charge or has "
            "one in it, and only a discharge is fitted",
            row=row,
        )


def _still(series: Curve) -> Iterator[Finding]:
    if np.ptp(series.data.voltage) < STILL:
        yield Finding(
            says=f"the voltage stays at {series.data.voltage[0]:.4g} V, and no discharge does",
            row=len(series.data.voltage) - 1,
        )


def _rising(series: Curve) -> Iterator[Finding]:
    rise, row = _rise(series.data.voltage)
    if rise > SOME_BACK:
        yield Finding(says=f"the voltage of the discharge rises by {rise:.3g} V", row=row)


def _above(series: Curve) -> float:
    """Median of the voltage over the potential at the same charge [V]."""
    material, data = series.material, series.data
    start = material.potential.filling(np.array(material.value("upper_voltage")))
    filling = np.clip(start + data.capacity / material.specific_capacity, 0.005, 0.995)
    return float(np.median(data.voltage - material.potential(filling)))


def _off(series: Curve, above: float, below: float) -> Iterator[Finding]:
    off = _above(series)
    allowed = below + RESISTANCE * series.data.current
    if not -allowed <= off <= above:
        way = "above" if off > 0 else "below"
        yield Finding(
            says=f"the discharge runs {abs(off):.2g} V {way} the potential of "
            f"{series.material.name}: "
            + (
                "another material, another reference electrode or a charge"
                if off > 0
                else "a full cell, another material or another reference electrode"
            ),
            row=len(series.data.voltage) // 2,
        )


def _capacity_unit(series: Curve | Rates) -> Iterator[Finding]:
    capacity, window = series.data.capacity, series.material.specific_capacity
    row = int(capacity.argmax())
    share = capacity[row] / window
    if share < TOO_SMALL or share > FAR_OVERFULL:
        yield Finding(
            says=f"the largest capacity is {capacity[row]:.4g} mAh/g and {series.material.name} "
            f"holds {window:.4g}; check the unit of the capacity, and the mass",
            row=row,
        )


def _overfull(series: Curve | Rates) -> Iterator[Finding]:
    capacity, window = series.data.capacity, series.material.specific_capacity
    row = int(capacity.argmax())
    if capacity[row] > OVERFULL * window:
        yield Finding(
            says=f"the capacity of {capacity[row]:.4g} mAh/g is more than the {window:.4g} that "
            f"{series.material.name} holds",
            row=row,
        )


def _negative(series: Curve) -> Iterator[Finding]:
    for row in _first(series.data.capacity < 0):
        yield Finding(
            says=f"the capacity is {series.data.capacity[row]:.4g} mAh/g and counts from 0",
            row=row,
        )


def _duration(series: Rates, shortest: float, longest: float) -> Iterator[Finding]:
    capacity, current = series.data.capacity[0], series.data.current[0]
    hours = capacity / current
    if not shortest < hours < longest:
        yield Finding(
            says=f"the slowest discharge, {capacity:.4g} mAh/g at {current:.4g} mA/g, takes "
            f"{hours:.3g} h; check the unit of the rate",
            row=0,
        )


def _reversed(series: Rates) -> Iterator[Finding]:
    capacity = series.data.capacity
    if capacity[-1] > RISING * capacity[0] and capacity[-1] >= capacity.max():
        yield Finding(
            says=f"the fastest discharge gives most, {capacity[-1]:.4g} mAh/g, and the slowest "
            f"{capacity[0]:.4g}; check the order of the capacities",
            row=len(capacity) - 1,
        )


def _more_when_faster(series: Rates) -> Iterator[Finding]:
    capacity = series.data.capacity
    for row in _first(capacity[1:] > RISING * capacity[:-1]):
        yield Finding(
            says=f"the capacity rises with the rate, from {capacity[row]:.4g} to "
            f"{capacity[row + 1]:.4g} mAh/g",
            row=row + 1,
        )


def _uncertain(series: Rates) -> Iterator[Finding]:
    given, capacity = series.data.uncertainty, series.data.capacity
    if given is not None:
        for row in _first(given >= capacity):
            yield Finding(
                says=f"the uncertainty of {given[row]:.4g} mAh/g is not below the capacity of "
                f"{capacity[row]:.4g}; check the columns and the decimal sign",
                row=row,
            )


def _first(where: NDArray[np.bool_]) -> list[int]:
    """The first row, if any."""
    return [int(row) for row in np.flatnonzero(where)[:1]]


_REFUSED, _DOUBTED = Severity.REFUSAL, Severity.DOUBT

CURVE: tuple[Check[Curve], ...] = (
    Check("the voltage", "a cell", _REFUSED, lambda s: impossible_voltage(s.data.voltage)),
    Check("the voltage", "a discharge", _REFUSED, _charging),
    Check("the voltage", "the capacity", _REFUSED, _still),
    Check("the capacity", "a discharge", _REFUSED, _negative),
    Check("the capacity", "the material", _REFUSED, _capacity_unit),
    Check("the voltage", "the material", _REFUSED, partial(_off, above=FAR_ABOVE, below=FAR_BELOW)),
    Check("the voltage", "itself", _DOUBTED, _rising),
    Check("the capacity", "the window", _DOUBTED, _overfull),
    Check("the voltage", "the potential", _DOUBTED, partial(_off, above=ABOVE, below=BELOW)),
)
"""Every check of a discharge curve; refusals first."""

RATES: tuple[Check[Rates], ...] = (
    Check("the capacity", "the material", _REFUSED, _capacity_unit),
    Check("the capacity", "the rate", _REFUSED,
          partial(_duration, shortest=SHORTEST, longest=LONGEST)),
    Check("the capacities", "the rates", _REFUSED, _reversed),
    Check("the uncertainty", "the capacity", _REFUSED, _uncertain),
    Check("the capacity", "the window", _DOUBTED, _overfull),
    Check("the slowest discharge", "its duration", _DOUBTED,
          partial(_duration, shortest=SHORT, longest=LONG)),
    Check("the capacities", "a faster rate", _DOUBTED, _more_when_faster),
)  # fmt: skip
"""Every check of capacities against rate; refusals first."""
