"""Quantities with units as texts, and numbers for people."""

from __future__ import annotations

import math
import re

import pytest

from particle_sim import metrics
from particle_sim.errors import InputError
from particle_sim.units import base_unit, readable, split_quantity, to_si, unit_of

CONVERSIONS = [
    (5.0, "GPa", "Pa", 5e9),
    (0.25, "um", "m", 2.5e-7),
    (8.26, "%", "1", 0.0826),
    (237.8, "angstrom^3", "m^3", 2.378e-28),
    (155.2, "mA*h/g", "A*h/kg", 155.2),
    (1e-11, "cm^2/s", "m^2/s", 1e-15),
    (1.2, "MPa*m^0.5", "Pa*m^0.5", 1.2e6),
    (60.0, "ohm*cm^2", "ohm*m^2", 6e-3),
    (1.0, "mol/L", "mol/m^3", 1000.0),
    (2.0, "mg/cm^2", "kg/m^2", 0.02),
    (455.77, "g/mol", "kg/mol", 0.45577),
    (1e-11, "cm2/s", "m^2/s", 1e-15),
    (1e-11, "cm² s⁻¹", "m^2/s", 1e-15),
    (3.0, "m2.s-1", "m^2/s", 3.0),
    (155.2, "mAh/g", "A*h/kg", 155.2),
    (155.2, "mAh g⁻¹", "A*h/kg", 155.2),
    (0.25, "µm", "m", 2.5e-7),
    (0.25, "μm", "m", 2.5e-7),
    (237.8, "Å³", "m^3", 2.378e-28),
    (237.8, "Å^3", "m^3", 2.378e-28),
    (1.2, "MPa√m", "Pa*m^0.5", 1.2e6),
    (1.2, "MPa m^1/2", "Pa*m^0.5", 1.2e6),
    (1.2, "MPa·m^(1/2)", "Pa*m^0.5", 1.2e6),
    (60.0, "Ω cm²", "ohm*m^2", 6e-3),
    (3.18, "g/cm3", "kg/m^3", 3180.0),
    (43.4, "kJ mol-1", "J/mol", 43400.0),
    (25.0, "degC", "K", 298.15),
]
"""Pairs that follow from the prefixes alone."""

MEANT = [
    ("A^3", "m^3", "angstrom^3"),
    ("A3", "m^3", "angstrom^3"),
    ("Gpa", "Pa", "GPa"),
    ("mah/g", "A*h/kg", "mA*h/g"),
    ("v", "V", "V"),
    ("C", "K", "degC"),
]


@pytest.mark.parametrize(("value", "unit", "si_unit", "expected"), CONVERSIONS)
def test_conversion_to_si(value: float, unit: str, si_unit: str, expected: float) -> None:
    assert to_si(value, unit, si_unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("unit", "si_unit", "meant"), MEANT)
def test_the_unit_that_is_probably_meant_is_named_and_not_taken(
    unit: str, si_unit: str, meant: str
) -> None:
    with pytest.raises(InputError, match=re.escape(f'"{unit}"') + f'.* use "{re.escape(meant)}".$'):
        to_si(1.0, unit, si_unit)
    assert math.isfinite(to_si(1.0, meant, si_unit))


def test_what_our_files_use_is_named_where_nothing_else_is_meant() -> None:
    with pytest.raises(InputError, match='use "m", "um", "nm" or "angstrom"'):
        to_si(1.0, "kg", "m")
    with pytest.raises(InputError, match=r'write it behind the number, e\.g\. "um"'):
        to_si(1.0, "", "m")


@pytest.mark.parametrize("unit", ["9**9**9**9", "__import__('os')", "m" * 61, "(m", "5 m", "nan"])
def test_what_is_no_unit_is_not_computed(unit: str) -> None:
    with pytest.raises(InputError, match="not readable"):
        to_si(1.0, unit, "m")
    with pytest.raises(InputError, match="not known"):
        base_unit(unit)


def test_base_units() -> None:
    assert base_unit("um") == "m"
    assert base_unit("m^2/s") == "m^2/s"


def test_si_values_are_untouched() -> None:
    assert to_si(0.1 + 0.2, "m^2/s", "m^2/s") == 0.1 + 0.2


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1.0, "", "missing"),
        (1.0, "kg", "wrong dimension"),
        (1.0, "furlings", "not known"),
        (1.0, "m^^2", "not readable"),
        (math.nan, "m", "finite"),
        (math.inf, "m", "finite"),
        (-math.inf, "um", "finite"),
    ],
)
def test_bad_quantities_say_why(value: float, unit: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        to_si(value, unit, "m")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-15 m^2/s", (1e-15, "m^2/s")),
        ("5GPa", (5.0, "GPa")),
        ("  -.5E+3   um ", (-500.0, "um")),
        ("7", (7.0, "")),
        ("3.", (3.0, "")),
    ],
)
def test_quantity_splits_into_number_and_unit(text: str, expected: tuple[float, str]) -> None:
    assert split_quantity(text) == expected


@pytest.mark.parametrize("text", ["", "fast", "m 5", "e5", "--1 m"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a number with a unit"):
        split_quantity(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1e-17, "0"),
        (-9e-6, "0"),
        (0.0681234, "0.0681"),
        (1.0, "1.00"),
        (28.14, "28.1"),
        (-6.284, "-6.28"),
        (99999.0, "99999"),
        (1.234e5, "1.2e+05"),
        (2.34e-4, "0.00023"),
    ],
)
def test_readable_keeps_three_digits(value: float, text: str) -> None:
    assert readable(value) == text


def test_unit_of_reads_the_return_type() -> None:
    assert unit_of(metrics.peak_hoop_stress) == "Pa"
    assert unit_of(metrics.inhomogeneity) == "1"
    assert unit_of(metrics.particle_voltage) == "V"
