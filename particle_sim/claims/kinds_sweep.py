"""Tests on peaks: of a swept voltage, and of dQ/dV at constant current."""

from __future__ import annotations

import numpy as np

from particle_sim.claims.question import Evidence, Numbers, Question
from particle_sim.plausible.draws import MaterialDraws, named_inputs
from particle_sim.studies.choices import Direction
from particle_sim.units import Array

DRAWS = 200
"""Sweeps of each material; a share of them is known to 7 %."""
FLAT = "a measured current rules out our potentials instead, of which a flat one peaks higher"
POINTS, ACROSS = 240, 2
"""Of a curve, and the pieces of it that the slope at a peak of dQ/dV is taken across."""


def larger_and_narrower(question: Question) -> Evidence:
    """Swept up and down, the first material has the larger peaks and the narrower gap between them.

    Current per mass, both branches; both materials are swept in one window, from rest at its lower
    end, as solid solutions. Draws whose peak lies outside the window are not counted.
    """
    draws = [each.kept(np.arange(question.samples) < DRAWS) for each in question.draws]
    window = question.number("lower_voltage"), question.number("upper_voltage")
    gaps, currents = [], []
    for each in draws:
        sweeps = question.tools.sweeps(each, question.number("scan_rate"), window)
        (up, anodic), (down, cathodic) = sweeps.peak(anodic=True), sweeps.peak(anodic=False)
        gaps.append(up - down)
        currents.append(np.minimum(anodic, cathodic))
    counted = np.isfinite(gaps[0]) & np.isfinite(gaps[1])
    narrower, larger = gaps[0] < gaps[1], currents[0] > currents[1]
    numbers = _medians(draws, "gap of", "V", gaps) | _medians(draws, "peak of", "A/kg", currents)
    total = max(int(counted.sum()), 1)
    for name, flags in (("the narrower gap", narrower), ("the larger current", larger)):
        numbers[f"share of the draws with {name}"] = float((flags & counted).sum() / total), "1"
    return Evidence(
        holds=narrower & larger,
        counted=counted,
        inputs=named_inputs(draws),
        text=(
            f"Swept at {1e3 * question.number('scan_rate'):g} mV/s from {window[0]:g} to "
            f"{window[1]:g} V."
        ),
        numbers=numbers,
        cannot_contradict=FLAT,
    )


def closer_peaks(question: Question) -> Evidence:
    """The largest peaks of dQ/dV on charge and on discharge lie closer together in the first.

    dQ/dV from the slope of the voltage across two of 240 equal parts of the capacity, where the
    voltage lies between ``lower_voltage`` and ``upper_voltage``; other draws are not counted.
    """
    window = question.number("lower_voltage"), question.number("upper_voltage")
    rate = question.number("c_rate")
    gaps = []
    for each in question.draws:
        charge, discharge = (
            _steepest(question.tools.half_cells(each, rate, direction, POINTS).voltage, window)
            for direction in (Direction.CHARGE, Direction.DISCHARGE)
        )
        gaps.append(charge - discharge)
    counted = np.isfinite(gaps[0]) & np.isfinite(gaps[1])
    return Evidence(
        holds=gaps[0] < gaps[1],
        counted=counted,
        inputs=named_inputs(question.draws),
        text=f"Charged and discharged at {rate:.3g}C as solid solutions.",
        numbers=_medians(question.draws, "gap of", "V", gaps),
    )


def _steepest(voltage: Array, window: tuple[float, float]) -> Array:
    """Voltage inside ``window`` where curves (n, k) change least (n,); nan where none is inside."""
    half = ACROSS // 2
    change = np.abs(voltage[:, ACROSS:] - voltage[:, :-ACROSS])
    middle = voltage[:, half:-half]
    inside = (middle > window[0]) & (middle < window[1])
    rows, place = np.arange(len(voltage)), np.argmin(np.where(inside, change, np.inf), axis=1)
    return np.where(inside.any(axis=1), middle[rows, place], np.nan)


def _medians(
    draws: list[MaterialDraws] | tuple[MaterialDraws, ...],
    what: str,
    unit: str,
    values: list[Array],
) -> Numbers:
    """Median of each material over the draws that have a value."""
    return {
        f"median {what} {each.material.title}": (float(np.nanmedian(value)), unit)
        for each, value in zip(draws, values, strict=True)
        if np.isfinite(value).any()
    }
