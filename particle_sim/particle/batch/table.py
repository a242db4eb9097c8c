"""Functions of the site fraction as tables on an even grid, for kernels that call no Python."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.materials.functions import Constant, LinearTable, SiteFunction
from particle_sim.materials.property import Property
from particle_sim.units import Array

INTERVALS = 1024
"""Of a table; a smooth function is then good to 1e-6 of its size, its integral to 1e-9."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """f at even site fractions and its integral from 0; f is straight in between.

    ``is_constant``: f = 1 throughout; ``is_straight``: f is one straight line.
    Beyond [0, 1] the integral goes on straight.
    """

    values: Array
    integral: Array
    is_constant: bool
    is_straight: bool


def table_of(function: SiteFunction | Property, scale: float = 1.0) -> Table:
    """``function``/``scale`` as a table."""
    grid = np.linspace(0.0, 1.0, INTERVALS + 1)
    values = np.asarray(function(grid), dtype=float) / scale
    steps = 0.5 * (values[1:] + values[:-1]) / INTERVALS
    form = function.function if isinstance(function, Property) else function
    two = isinstance(form, LinearTable) and len(form.site_fraction) == 2
    return Table(
        values=values,
        integral=np.concatenate([[0.0], np.cumsum(steps)]),
        is_constant=isinstance(form, Constant),
        is_straight=two or isinstance(form, Constant),
    )


def occupied(table: Table) -> Table:
    """f(theta) theta (1 - theta), which multiplies the stress drift."""
    grid = np.linspace(0.0, 1.0, INTERVALS + 1)
    values = table.values * grid * (1 - grid)
    steps = 0.5 * (values[1:] + values[:-1]) / INTERVALS
    integral = np.concatenate([[0.0], np.cumsum(steps)])
    return Table(values=values, integral=integral, is_constant=False, is_straight=False)


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
