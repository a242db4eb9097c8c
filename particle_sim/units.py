"""Units: SI floats inside, unit texts only at the door (files and command lines).

A function states the unit of what it returns in its return type (``-> pascal``); tables and
axis labels read it there with :func:`unit_of`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
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
    if not math.isfinite(value):
        raise InputError(f"the value is {value}; it must be a finite number.")
    if unit == si_unit:
        return value
    if not unit:
        raise InputError(f'the unit is missing; write it behind the number, e.g. "{si_unit}".')
    return _convert(value, unit, si_unit)


def _convert(value: float, unit: str, si_unit: str) -> float:
    # pint costs 0.15 s to import, and files that already use SI units never need it
    import pint

    registry = pint.get_application_registry()
    try:
        return float(registry.Quantity(value, _spell_out(unit)).to(_spell_out(si_unit)).magnitude)
    except pint.DimensionalityError:
        raise InputError(f'the unit "{unit}" has the wrong dimension; use "{si_unit}".') from None
    except (pint.UndefinedUnitError, pint.errors.DefinitionSyntaxError, ValueError, TypeError):
        raise InputError(f'the unit "{unit}" is not known; use "{si_unit}".') from None
    except Exception as error:  # pint raises tokenizer errors of several kinds on garbage
        if type(error).__module__.split(".")[0] not in {"tokenize", "pint", "token"}:
            raise
        raise InputError(f'the unit "{unit}" is not readable; use "{si_unit}".') from None


def _spell_out(unit: str) -> str:
    return "percent" if unit == "%" else unit


def readable(value: float) -> str:
    """Three digits without an exponent where that is short; rounding noise becomes 0."""
    if abs(value) < 1e-5:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        return f"{value:.{digits}f}"
    return f"{value:.2g}"
