"""Units of a sweep's inputs: what the function expects, or SI base units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from particle_sim.errors import InputError, located
from particle_sim.sweeps.axes import Axis, DrawnAxis, RowsAxis
from particle_sim.units import base_unit, to_si


def in_si(axis: DrawnAxis, known_units: Mapping[str, str]) -> DrawnAxis:
    """The axis in the SI unit its function declares, or else in SI base units.

    ``low``, ``high``, ``mode`` and listed numbers are converted; names stay as they are.
    """
    if axis.categories or axis.unit == "1":
        _check_dimensionless(axis, known_units)
        return axis
    wanted = known_units.get(axis.name) or base_unit(axis.unit)
    with located(f"The axis {axis.name}"):
        if isinstance(axis, Axis):
            return replace(
                axis,
                low=to_si(axis.low, axis.unit, wanted),
                high=to_si(axis.high, axis.unit, wanted),
                mode=None if axis.mode is None else to_si(axis.mode, axis.unit, wanted),
                unit=wanted,
            )
        if isinstance(axis, RowsAxis):
            factor = to_si(1.0, axis.unit, wanted)
            return replace(axis, rows=factor * axis.rows, unit=wanted)
        numbers = (to_si(float(value), axis.unit, wanted) for value in axis.listed)
        return replace(axis, listed=tuple(numbers), unit=wanted)


def _check_dimensionless(axis: DrawnAxis, known_units: Mapping[str, str]) -> None:
    wanted = known_units.get(axis.name, "1")
    if wanted != "1" and not axis.categories:
        raise InputError(
            f'The axis {axis.name}: the unit is missing or "1"; use "{wanted}" or one like it.'
        )
