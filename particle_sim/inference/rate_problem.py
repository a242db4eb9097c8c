"""The question that capacities at several rates put, for any form of the particles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.data import RateData
from particle_sim.inference.form import Form
from particle_sim.inference.forward import capacity_model
from particle_sim.inference.groups import GROUPS, group_prior
from particle_sim.inference.problem import Noise, Problem
from particle_sim.units import Array

ASSUMED_NOISE = 0.02
"""Standard deviation over the largest datum where too few points are there to estimate it."""
NOISE_RANGE = (1e-3, 0.1)
"""Estimated standard deviation over the largest datum, between these (assumed)."""
SPARE = 2
"""Points beyond the number of groups from which noise is estimated."""


def rate_problem(
    cell: Cell, data: RateData, kept: NDArray[np.bool_], form: Form = Form.ONE_SIZE
) -> Problem:
    """The ``kept`` (m,) capacities of the data as a statistical question."""
    capacity = data.capacity[kept]
    given = None if data.uncertainty is None else data.uncertainty[kept]
    largest = float(capacity.max())
    return Problem(
        cell=cell,
        prior=group_prior(cell),
        model=capacity_model(cell, data.current[kept], form),
        observed=capacity,
        quantity="capacity",
        unit="mA*h/g",
        noise=noise_of(given, len(capacity)),
        deviation=np.full(len(capacity), ASSUMED_NOISE * largest) if given is None else given,
        noise_limits=log_limits(np.asarray(NOISE_RANGE) * largest),
        form=form,
    )


def noise_of(given: Array | None, points: int) -> Noise:
    """Where the noise of ``points`` data comes from."""
    if given is not None:
        return Noise.GIVEN
    return Noise.ESTIMATED if points >= len(GROUPS) + SPARE else Noise.ASSUMED


def log_limits(limits: Sequence[float] | Array) -> tuple[float, float]:
    """log10 of a lower and an upper limit."""
    low, high = np.log10(limits)
    return float(low), float(high)
