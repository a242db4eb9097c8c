"""Functions of the site fraction as tables on an even grid, for kernels that call no Python."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.materials.functions import Constant, LinearTable, SiteFunction
from particle_sim.materials.property import Property
from particle_sim.units import Array

INTERVALS = 1024
"""Of a table; a smooth function is then good to 1e-6 of its size, its integral to 1e-9."""

GRID = np.linspace(0.0, 1.0, INTERVALS + 1)
"""Site fractions of every table."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """f at even site fractions and its integral from 0; f is straight in between.

    ``is_straight``: f is one straight line. Beyond [0, 1] the integral goes on straight.
    """

    values: Array
    integral: Array
    is_straight: bool = False

    @cached_property
    def is_constant(self) -> bool:
        """Whether f = 1 throughout."""
        return bool(np.all(self.values == 1.0))


def tabulated(values: Array, *, is_straight: bool = False) -> Table:
    """Values on ``GRID`` as a table."""
    steps = 0.5 * (values[1:] + values[:-1]) / INTERVALS
    integral = np.concatenate([[0.0], np.cumsum(steps)])
    return Table(values=values, integral=integral, is_straight=is_straight)


def table_of(function: SiteFunction | Property) -> Table:
    """A function of the site fraction as a table."""
    form = function.function if isinstance(function, Property) else function
    straight = isinstance(form, Constant) or (
        isinstance(form, LinearTable) and len(form.points) == 2
    )
    return tabulated(np.asarray(function(GRID), dtype=float), is_straight=straight)


def read(table: Table, theta: Array) -> Array:
    """f(theta), held beyond [0, 1]."""
    inside = np.clip(theta, 0.0, 1.0) * INTERVALS
    index = np.minimum(inside.astype(np.int64), INTERVALS - 1)
    left = table.values[index]
    return np.asarray(left + (inside - index) * (table.values[index + 1] - left))


def read_both(table: Table, theta: Array) -> tuple[Array, Array]:
    """f and its integral from 0 to theta."""
    clipped = np.clip(theta, 0.0, 1.0)
    inside = clipped * INTERVALS
    index = np.minimum(inside.astype(np.int64), INTERVALS - 1)
    part = inside - index
    left, right = table.values[index], table.values[index + 1]
    value = left + part * (right - left)
    gained = part * (left + 0.5 * part * (right - left)) / INTERVALS
    return np.asarray(value), np.asarray(table.integral[index] + gained + value * (theta - clipped))
