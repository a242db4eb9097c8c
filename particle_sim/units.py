"""Units: SI floats inside, unit texts only at the door (files and command lines).

A function states the unit of what it returns in its return type (``-> pascal``); tables and
axis labels read it there with :func:`unit_of`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
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
    ("A/g", "A/kg"): 1e3,
    ("um", "m"): 1e-6,
    ("nm", "m"): 1e-9,
    ("angstrom", "m"): 1e-10,
    ("%", "1"): 1e-2,
    ("GPa", "Pa"): 1e9,
    ("MPa", "Pa"): 1e6,
    ("MPa*m^0.5", "Pa*m^0.5"): 1e6,
    ("MPa m^0.5", "Pa m^0.5"): 1e6,
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


def quantity(where: str, text: str, si_unit: str) -> float:
    """A quantity written as a text, in ``si_unit``; ``where`` begins the sentence of an error.

    >>> quantity("--radius", "0.25 um", "m")
    2.5e-07
    """
    try:
        return to_si(*split_quantity(text), si_unit)
    except InputError as error:
        raise InputError(f'{where} is "{text}": {error}') from None


def positive_quantity(where: str, text: str | None, si_unit: str) -> float | None:
    """As :func:`quantity`, of an option that may be left out and must be positive."""
    if text is None:
        return None
    value = quantity(where, text, si_unit)
    if value <= 0:
        raise InputError(f'{where} is "{text}"; it must be positive.')
    return value


def to_si(value: float, unit: str, si_unit: str) -> float:
    """``value`` in ``unit`` converted to ``si_unit``, e.g. ``to_si(5.0, "GPa", "Pa")``.

    Units are read as papers print them (``cm2 s-1``, ``mAh/g``, ``µm``, ``Å³``, ``MPa√m``). Raises
    :class:`InputError` when the unit is missing, unknown or of another dimension, naming the one
    that is probably meant, or when the value is not finite.
    """
    if not unit:
        usual = [name for name in _usual(si_unit) if name != "%"][:2]
        raise InputError(f'the unit is missing; write it behind the number, e.g. "{usual[-1]}".')
    if unit == si_unit:
        converted = value
    elif (unit, si_unit) in _COMMON:
        converted = value * _COMMON[unit, si_unit]
    else:
        converted = _convert(value, unit, si_unit)
    if not math.isfinite(converted):
        raise InputError(f"the value is {converted}; it must be a finite number.")
    return converted


def shown_factor(unit: str, si_unit: str) -> float:
    """From ``si_unit`` to ``unit``, one of our own files' units, without a unit library.

    >>> shown_factor("um", "m")
    1000000.0
    """
    return 1.0 if unit == si_unit else 1 / _COMMON[unit, si_unit]


_SHOWN = {
    "Pa": (("Pa", 0.0), ("MPa", 1e3), ("GPa", 1e10)),
    "Pa m^0.5": (("MPa m^0.5", 0.0),),
    "m": (("nm", 0.0), ("um", 1e-6)),
}
"""Units that results are told in, each from a size in SI on."""


def told(values: Sequence[float], si_unit: str) -> tuple[list[str], str]:
    """Numbers in the one unit that pages and terminals tell them in, and that unit; "" for "1".

    >>> told([3.2e8, 1.25e9], "Pa"), told([0.5], "1")
    ((['320', '1250'], 'MPa'), (['0.500'], ''))
    """
    unit = told_unit(values, si_unit)
    shown = (value * shown_factor(unit, si_unit) for value in values)
    return [_digits(each) for each in shown], "" if unit == "1" else unit


def told_unit(values: Sequence[float], si_unit: str) -> str:
    """The unit of :func:`told`: the largest that some of the numbers reach.

    >>> told_unit([2.5e-7], "m"), told_unit([2.5e-6], "m"), told_unit([1e-15], "m^2/s")
    ('nm', 'um', 'm^2/s')
    """
    most = max((abs(value) for value in values), default=0.0)
    known = _SHOWN.get(si_unit, ((si_unit, 0.0),))
    return [unit for unit, least in known if most >= least][-1]


def _digits(value: float) -> str:
    return f"{value:.2e}" if 0 < abs(value) < 1e-3 else readable(value)


def base_unit(unit: str) -> str:
    """The SI base unit of the same dimension, e.g. ``m`` for ``um``; itself when it is SI already.

    Raises :class:`InputError` for a unit that is not known.
    """
    try:
        base = _parsed(1.0, unit).to_base_units()
    except _UNKNOWN:
        raise InputError(
            f'The unit "{_shown(unit)}" is not known; write it like "m^2/s", or "1" without one.'
        ) from None
    close = abs(float(base.magnitude) - 1.0) < 1e-12
    return unit if close else f"{base.units:~C}"


_FACTOR = r"\(*(?:1|%|[^\W\d_]\w*)\)*(?: *(?:\^|\*\*) *[-+]?\d{1,2}(?:\.\d+)?\)*)?"
_UNIT = re.compile(rf"{_FACTOR}(?:(?: *[*/] *| +){_FACTOR})*")
"""Names with exponents, multiplied and divided. pint reads more than that: it computes powers of
numbers, however large, and skips signs it does not know."""
_UNIT_LENGTH = 60
_UNKNOWN = (
    *(InputError, AttributeError, TypeError, ValueError, ArithmeticError, LookupError),
    TokenError,
)
"""What a text that is no unit ends in; pint's own errors are among them, by inheritance."""


def _convert(value: float, unit: str, si_unit: str) -> float:
    import pint

    try:
        return float(_parsed(value, unit).to(_spelled(si_unit)).magnitude)
    except pint.DimensionalityError:
        reason = "has the wrong dimension"
    except pint.UndefinedUnitError:
        reason = "is not known"
    except _UNKNOWN:
        reason = "is not readable"
    raise InputError(f'the unit "{_shown(unit)}" {reason}; use {_meant(unit, si_unit)}.')


def _parsed(value: float, unit: str) -> Any:
    """``value unit`` as pint reads it, if it is names with exponents and nothing else."""
    spelled = _spelled(unit)
    if len(spelled) > _UNIT_LENGTH or not _UNIT.fullmatch(spelled):
        raise InputError("not names with exponents")
    return _registry().Quantity(value, spelled)


def _shown(unit: str) -> str:
    return unit if len(unit) <= _UNIT_LENGTH else unit[: _UNIT_LENGTH - 3] + "..."


@cache
def _registry() -> Any:
    # pint costs 0.25 s to import and fill, and files that already use SI units never need it
    import pint

    return pint.UnitRegistry()


_LETTERS = str.maketrans(
    {**dict.fromkeys("µμ", "u"), **dict.fromkeys("ÅÅ", "angstrom"), **dict.fromkeys("ΩΩ", "ohm")}
    | {**dict.fromkeys("·⋅∙×", "*"), **dict.fromkeys("−–", "-"), "%": "percent"}
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SPELLING = (
    (re.compile(r"[⁰¹²³⁴-⁹⁻⁺]+"), lambda found: "^" + found[0].translate(_RAISED)),
    (re.compile(r" *√\(?([a-zA-Z]+)\)?"), r"*\1^0.5"),  # MPa√m
    (re.compile(r"\b([mk]?A)h\b"), r"\1*h"),  # mAh
    (re.compile(r"(?<=[a-zA-Z])(?=[-+]?\d)"), "^"),  # cm2, s-1
    (re.compile(r"\^\(?1/2\)?"), "^0.5"),
    (re.compile(r"(?<=\w)\.(?=[a-zA-Z])"), "*"),  # mol.m-2.s-1
)


def _spelled(unit: str) -> str:
    """The unit as pint spells it, from the spellings of papers and of other programs."""
    text = unit.translate(_LETTERS)
    for pattern, spelling in _SPELLING:
        text = pattern.sub(spelling, text)
    return text


_MEANT = {
    "a": "angstrom", "ang": "angstrom", "angstrom": "angstrom", "c": "degC", "m": "mol/L",
    "pa": "Pa", "kpa": "kPa", "mpa": "MPa", "gpa": "GPa", "v": "V", "mv": "mV",
    "ev": "eV", "k": "K", "ohms": "ohm", "sec": "s", "hr": "h", "gm": "g", "kgs": "kg",
    "mahr": "mA*h", "mah": "mA*h", "ah": "A*h", "l": "L", "ml": "mL", "pct": "%",
}  # fmt: skip
"""What stands for another unit often, in lower case; it is suggested, never taken."""


def _meant(unit: str, si_unit: str) -> str:
    """The unit that is probably meant, else all that our own files use for it."""
    guess = re.sub(r"[^\W\d_]+", lambda name: _MEANT.get(name[0].lower(), name[0]), _spelled(unit))
    with suppress(*_UNKNOWN):
        _parsed(1.0, guess).to(_spelled(si_unit))
        return f'"{guess}"'
    first, *others = (f'"{name}"' for name in _usual(si_unit))
    return " or ".join([", ".join([first, *others[:-1]]), *others[-1:]])


def _usual(si_unit: str) -> list[str]:
    """The SI unit, then those our own files use instead."""
    return [si_unit, *(unit for unit, target in _COMMON if target == si_unit)]


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


def told_apart(values: Iterable[float], digits: int) -> list[str]:
    """Numbers with so many digits, and one more where two that differ would be told alike.

    >>> told_apart([9.8e-5, 1.0e-4, 1.04e-4], 2), told_apart([0.5, 0.5, 1.0], 2)
    (['9.8e-05', '0.0001', '0.000104'], ['0.5', '0.5', '1'])
    """
    few, more = zip(*((f"{x:.{digits}g}", f"{x:.{digits + 1}g}") for x in values), strict=True)
    return list(more if len(set(more)) > len(set(few)) else few)


def readable(value: float) -> str:
    """Three digits without an exponent where that is short; rounding noise becomes 0."""
    if abs(value) < 1e-5:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        return f"{value:.{digits}f}"
    return f"{value:.2g}"
