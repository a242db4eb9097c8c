"""Tests on the polarisation of half cells at a rate, over what is plausible."""

from __future__ import annotations

import numpy as np

from particle_sim.claims.question import Evidence, Flags, Question, every
from particle_sim.plausible.draws import MaterialDraws, named_inputs
from particle_sim.studies.choices import Direction
from particle_sim.units import Array

CURVE_POINTS = 40


def low_polarisation(question: Question) -> Evidence:
    """The mean of |V - U(mean filling)| along a discharge stays below ``polarisation_below``."""
    gap = _polarisation(question, question.draws[0])
    below = gap < question.number("polarisation_below")
    return _medians(question, below, "polarisation of", "V", [gap])


def narrower_gap(question: Question) -> Evidence:
    """The mean of |V - U(mean filling)| of the first material is below that of the second."""
    gaps = [_polarisation(question, each) for each in question.draws]
    return _medians(question, gaps[0] < gaps[1], "polarisation of", "V", gaps)


def _medians(
    question: Question, holds: Flags, what: str, unit: str, values: list[Array]
) -> Evidence:
    """Evidence that counts every draw and tells the median of each material."""
    flags, counted = every(holds)
    return Evidence(
        holds=flags,
        counted=counted,
        inputs=named_inputs(question.draws),
        text=f"On discharge at {question.rate(question.draws[0].material):.3g}C.",
        numbers={
            f"median {what} {each.material.title}": (float(np.median(value)), unit)
            for each, value in zip(question.draws, values, strict=False)
        },
    )


def _polarisation(question: Question, draws: MaterialDraws) -> Array:
    """Mean over the discharge of |V - U(mean filling)| [V]."""
    rate = question.rate(draws.material)
    runs = question.tools.half_cells(draws, rate, Direction.DISCHARGE, CURVE_POINTS)
    rest = draws.material.potential(runs.mean_site_fraction)
    return np.asarray(np.abs(runs.voltage - rest).mean(axis=1))
