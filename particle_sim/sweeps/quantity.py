"""Units of a sweep's inputs: what the function expects, or SI base units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from particle_sim.errors import InputError
from particle_sim.sweeps.axes import Axis, DrawnAxis
from particle_sim.units import split_quantity, to_si


def in_si(axis: DrawnAxis, known_units: Mapping[str, str]) -> DrawnAxis:
    """The axis in the SI unit its function declares, or else in SI base units.

    ``low``, ``high``, ``mode`` and listed numbers are converted; names stay as they are.
    """
    if axis.categories or axis.unit == "1":
        _check_dimensionless(axis, known_units)
        return axis
    wanted = known_units.get(axis.name) or base_unit(axis.unit)
    try:
        if isinstance(axis, Axis):
            return replace(
                axis,
                low=to_si(axis.low, axis.unit, wanted),
                high=to_si(axis.high, axis.unit, wanted),
                mode=None if axis.mode is None else to_si(axis.mode, axis.unit, wanted),
                unit=wanted,
            )
        numbers = (to_si(float(value), axis.unit, wanted) for value in axis.listed)
        return replace(axis, listed=tuple(numbers), unit=wanted)
    except InputError as error:
        raise InputError(f"The axis {axis.name}: {error}") from None


def _check_dimensionless(axis: DrawnAxis, known_units: Mapping[str, str]) -> None:
    wanted = known_units.get(axis.name, "1")
    if wanted != "1" and not axis.categories:
        raise InputError(
            f'The axis {axis.name}: the unit is missing or "1"; use "{wanted}" or one like it.'
        )


def base_unit(unit: str) -> str:
    """The SI base unit of the same dimension, e.g. ``m`` for ``um``; itself when it is SI already.

    Raises :class:`InputError` for a unit that is not known.
    """
    import pint

    try:
        split_quantity(f"1 {unit}")
        quantity = pint.UnitRegistry().Quantity(1.0, unit)
        base = quantity.to_base_units()
    except (pint.UndefinedUnitError, ValueError, AttributeError, InputError):
        raise InputError(
            f'The unit "{unit}" is not known; write it like "m^2/s", or "1" without one.'
        ) from None
    close = abs(float(base.magnitude) - 1.0) < 1e-12
    return unit if close else f"{base.units:~C}"
