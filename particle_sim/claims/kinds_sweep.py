"""Tests on peaks: of a swept voltage, and of dQ/dV at constant current."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from particle_sim.claims.expected import HIGHER
from particle_sim.claims.interval import share_interval
from particle_sim.claims.question import (
    Branch,
    Evidence,
    Flags,
    Numbers,
    Question,
)
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.plausible.draws import MaterialDraws, named_inputs
from particle_sim.studies.choices import Direction
from particle_sim.units import Array

THERMAL = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY
"""R T/F [V]"""
DRAWS = 200
"""Sweeps of each material; a share of them is known to 7 %."""
FLAT = "a measured current rules out our potentials instead, of which a flat one peaks higher"
LESS_CURRENT = (
    "the smaller current narrows the gap by itself in these draws, and the print has the larger one"
)
FAR, _HALF = 0.95, 0.5
"""Share of the draws with the smaller current from which they do not reach the print."""
POINTS, ACROSS = 240, 2
"""Of a curve, and the pieces of it that the slope at a peak of dQ/dV is taken across."""


def larger_peaks(question: Question) -> Evidence:
    """Swept up and down, the first material has the larger peak current per mass on both branches.

    Both materials are swept in one window, from rest at its lower end, as solid solutions. Draws
    whose peak lies outside the window are not counted.
    """
    draws, gaps, currents = _peaks(question)
    found = _swept(question, draws, gaps, currents[0] > currents[1])
    low, _ = share_interval(found.draws - found.successes, found.draws)
    return replace(
        found,
        fit=HIGHER if low >= FAR else "",
        follows=np.nan_to_num(currents[0] / currents[1]),
        cannot_contradict=FLAT,
        numbers=_medians(draws, "peak of", "A/kg", currents),
    )


def narrower_peaks(question: Question) -> Evidence:
    """Swept up and down, the first material has the narrower gap between its two peaks.

    As ``larger_peaks``. It supports nothing where the first has the smaller current in most draws:
    film and reaction then narrow its gap whatever its diffusion.
    """
    draws, gaps, currents = _peaks(question)
    found = _swept(question, draws, gaps, gaps[0] < gaps[1])
    larger = (currents[0] > currents[1])[found.counted]
    return replace(
        found,
        cannot_support="" if larger.mean() > _HALF else LESS_CURRENT,
        numbers={
            **_medians(draws, "gap of", "V", gaps),
            "share of the draws with the larger current": (float(larger.mean()), "1"),
        },
    )


def _peaks(question: Question) -> tuple[list[MaterialDraws], list[Array], list[Array]]:
    """The draws that are swept, and of each material gaps [V] and lesser peaks [A/kg] (n,)."""
    draws = [each.kept(np.arange(question.samples) < DRAWS) for each in question.draws]
    gaps, currents = [], []
    for each in draws:
        sweeps = question.tools.sweeps(each, question.number("scan_rate"), _window(question))
        (up, anodic), (down, cathodic) = sweeps.peak(anodic=True), sweeps.peak(anodic=False)
        gaps.append(up - down)
        currents.append(np.minimum(anodic, cathodic))
    return draws, gaps, currents


def _swept(
    question: Question, draws: list[MaterialDraws], gaps: list[Array], holds: Flags
) -> Evidence:
    low, high = _window(question)
    return Evidence(
        holds=holds,
        counted=np.isfinite(gaps[0]) & np.isfinite(gaps[1]),
        inputs=named_inputs(draws),
        text=f"Swept at {1e3 * question.number('scan_rate'):g} mV/s from {low:g} to {high:g} V.",
    )


def _window(question: Question) -> tuple[float, float]:
    return question.number("lower_voltage"), question.number("upper_voltage")


def closer_peaks(question: Question) -> Evidence:
    """The largest peaks of dQ/dV on charge and on discharge lie closer together in the first.

    dQ/dV from the slope of the voltage across two of 240 equal parts of the capacity, where the
    voltage lies between ``lower_voltage`` and ``upper_voltage``; other draws are not counted. Asked
    of solid solutions, and with phases that part only at their spinodals, which adds a gap that no
    slow rate closes.
    """
    window = _window(question)
    rate = question.number("c_rate")
    gaps = []
    for each in question.draws:
        charge, discharge = (
            _steepest(question.tools.half_cells(each, rate, direction, POINTS).voltage, window)
            for direction in (Direction.CHARGE, Direction.DISCHARGE)
        )
        gaps.append(charge - discharge)
    counted = np.isfinite(gaps[0]) & np.isfinite(gaps[1])
    barriers = [spinodal_gap(each.values["regular_solution_parameter"]) for each in question.draws]
    wider = [gap + barrier for gap, barrier in zip(gaps, barriers, strict=True)]
    return Evidence(
        holds=gaps[0] < gaps[1],
        counted=counted,
        inputs=named_inputs(question.draws),
        text=f"Charged and discharged at {rate:.3g}C.",
        name="as solid solutions",
        branches=(
            Branch(
                name="with phases that part at their spinodals",
                holds=wider[0] < wider[1],
                counted=counted,
            ),
        ),
        numbers=_medians(question.draws, "gap of", "V", gaps)
        | _medians(question.draws, "gap of the spinodals of", "V", barriers),
    )


def spinodal_gap(chi: Array) -> Array:
    """Potential between the spinodals of a regular solution [V]; 0 up to chi = 2.

    (2 R T/F) (chi s - ln((1 + s)/(1 - s))), s = sqrt(1 - 2/chi): the hysteresis at vanishing rate
    of particles that part one after the other (Dreyer et al., Nat. Mater. 9 (2010) 448).

    >>> [round(1e3 * float(gap), 1) for gap in spinodal_gap(np.array([1.5, 2.0, 3.0]))]
    [0.0, 0.0, 21.3]
    """
    half = np.sqrt(np.maximum(1 - 2 / np.maximum(chi, 2.0), 0.0))
    return np.asarray(2 * THERMAL * (np.maximum(chi, 2.0) * half - 2 * np.arctanh(half)))


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
