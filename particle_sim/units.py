"""Units: SI floats inside, unit texts only at the door (files and command lines).

A function states the unit of what it returns in its return type (``-> pascal``); tables and
axis labels read it there with :func:`unit_of`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from tokenize import TokenError
from typing import Annotated, Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Unit:
    """The unit text that stands behind a number on an axis or in a table."""

    text: str


pascal = Annotated[float, Unit("Pa")]
dimensionless = Annotated[float, Unit("1")]
joule_per_cubic_metre = Annotated[float, Unit("J/m^3")]
stress_intensity_unit = Annotated[float, Unit("Pa m^0.5")]
volt = Annotated[float, Unit("V")]
metre = Annotated[float, Unit("m")]
joule_per_square_metre = Annotated[float, Unit("J/m^2")]
square_metre_per_second = Annotated[float, Unit("m^2/s")]


def unit_of(function: Any) -> str:
    """The unit text in the return type of a metric, e.g. ``Pa``."""
    hint = get_type_hints(function, include_extras=True)["return"]
    return str(next(item.text for item in hint.__metadata__ if isinstance(item, Unit)))


_QUANTITY = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


_COMMON = {
    ("g/mol", "kg/mol"): 1e-3,
    ("angstrom^3", "m^3"): 1e-30,
    ("mA*h/g", "A*h/kg"): 1.0,
    ("mA/g", "A/kg"): 1.0,
    ("um", "m"): 1e-6,
    ("nm", "m"): 1e-9,
    ("%", "1"): 1e-2,
    ("GPa", "Pa"): 1e9,
    ("MPa", "Pa"): 1e6,
    ("MPa*m^0.5", "Pa*m^0.5"): 1e6,
    ("mg/cm^2", "kg/m^2"): 1e-2,
    ("cm^2", "m^2"): 1e-4,
    ("mol/L", "mol/m^3"): 1e3,
    ("ohm*cm^2", "ohm*m^2"): 1e-4,
}
"""Conversions of the units our own files use, so that reading them needs no unit library."""


def split_quantity(text: str) -> tuple[float, str]:
    """``"1e-15 m^2/s"`` -> ``(1e-15, "m^2/s")``; a missing unit comes back as ``""``."""
    match = _QUANTITY.match(text)
    if match is None:
        raise InputError(f'"{text}" is not a number with a unit; write it like "1e-15 m^2/s".')
    return float(match[1]), match[2]


def to_si(value: float, unit: str, si_unit: str) -> float:
    """``value`` in ``unit`` converted to ``si_unit``, e.g. ``to_si(5.0, "GPa", "Pa")``.

    Raises :class:`InputError` when the unit is missing, unknown or of another dimension, or when
    the value is not finite.
    """
    if not unit:
        raise InputError(f'the unit is missing; write it behind the number, e.g. "{si_unit}".')
    if unit == si_unit:
        converted = value
    elif (unit, si_unit) in _COMMON:
        converted = value * _COMMON[unit, si_unit]
    else:
        converted = _convert(value, unit, si_unit)
    if not math.isfinite(converted):
        raise InputError(f"the value is {converted}; it must be a finite number.")
    return converted


_FACTOR = r"\(*(?:1|%|[^\W\d_]\w*)\)*(?: *(?:\^|\*\*) *[-+]?\d{1,2}(?:\.\d+)?\)*)?"
_UNIT = re.compile(rf"{_FACTOR}(?:(?: *[*/·] *| +){_FACTOR})*")
"""Names with exponents, multiplied and divided. pint reads more than that: it computes powers of
numbers, however large, and skips signs it does not know."""
_UNIT_LENGTH = 60


def _convert(value: float, unit: str, si_unit: str) -> float:
    if len(unit) > _UNIT_LENGTH or not _UNIT.fullmatch(unit):
        shown = unit if len(unit) <= _UNIT_LENGTH else unit[: _UNIT_LENGTH - 3] + "..."
        raise InputError(f'the unit "{shown}" is not readable; use "{si_unit}".')
    import pint

    try:
        quantity = _registry().Quantity(value, _spell_out(unit))
        return float(quantity.to(_spell_out(si_unit)).magnitude)
    except pint.DimensionalityError:
        raise InputError(f'the unit "{unit}" has the wrong dimension; use "{si_unit}".') from None
    except pint.UndefinedUnitError:
        raise InputError(f'the unit "{unit}" is not known; use "{si_unit}".') from None
    except (ValueError, TokenError):  # brackets that do not match, or "nan" as a unit
        raise InputError(f'the unit "{unit}" is not readable; use "{si_unit}".') from None


@cache
def _registry() -> Any:
    # pint costs 0.25 s to import and fill, and files that already use SI units never need it
    import pint

    return pint.UnitRegistry()


def _spell_out(unit: str) -> str:
    return "percent" if unit == "%" else unit


def finite(what: str, value: object, unit: str, *, rule: str = "a finite number") -> float:
    """``value`` as a float; :class:`InputError` for text, NaN and infinities.

    >>> finite("The radius", "0.5 um", "m")
    Traceback (most recent call last):
    ...
    particle_sim.errors.InputError: The radius is '0.5 um'; it must be a finite number in m.
    """
    kind = np.asarray(value).dtype.kind
    number = float(value) if kind in "iuf" and np.ndim(value) == 0 else math.nan  # type: ignore[arg-type]
    if math.isfinite(number):
        return number
    shown = repr(value) if isinstance(value, str) else value
    place = "" if unit == "1" else f" in {unit}"
    raise InputError(f"{what} is {shown}; it must be {rule}{place}.")


def positive(what: str, value: object, unit: str) -> float:
    """``value`` as a float above 0; :class:`InputError` otherwise."""
    number = finite(what, value, unit, rule="a positive, finite number")
    if number > 0:
        return number
    raise InputError(f"{what} is {number:g} {unit}; it must be positive.")


def share(what: str, value: object) -> float:
    """``value`` as a float from 0 to 1; :class:`InputError` otherwise."""
    number = finite(what, value, "1", rule="a number from 0 to 1")
    if 0 <= number <= 1:
        return number
    raise InputError(f"{what} is {number:g}; it must lie between 0 and 1.")


def readable(value: float) -> str:
    """Three digits without an exponent where that is short; rounding noise becomes 0."""
    if abs(value) < 1e-5:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        return f"{value:.{digits}f}"
    return f"{value:.2g}"
