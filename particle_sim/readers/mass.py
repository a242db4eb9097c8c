"""The active mass that a file states, if it states one."""

from __future__ import annotations

import re

from particle_sim.errors import InputError
from particle_sim.readers.dialects import squeezed_unit, units
from particle_sim.readers.header import Header

SAME = 0.01
"""Relative difference up to which two masses are one."""


def stated_mass(name: str, header: Header) -> tuple[float | None, str]:
    """The active mass [kg] above the header and the line that says it; None where none does.

    What a program writes when nobody typed a mass counts as none. Raises :class:`InputError` where
    the file states two.
    """
    dialect = header.match.dialect
    placeholders = {_quantity(text) for text in dialect.no_mass}
    found: list[tuple[float, str]] = []
    for key in dialect.mass:
        pattern = re.compile(
            rf"{re.escape(key)}\s*(?:[\[(](?P<within>[^\])]+)[\])])?\s*[:=,;\t]\s*\"?"
            r"(?P<value>[\d.,]+(?:[eE][-+]?\d+)?)\s*(?P<unit>[^\s\d,;\"]*)",
            re.IGNORECASE,
        )
        for line in header.above:
            for match in pattern.finditer(line):
                mass = _kilograms(match["value"], match["unit"] or match["within"] or "")
                if mass and mass not in placeholders:
                    found.append((mass, line.strip()[:60]))
    if found and any(abs(mass / found[0][0] - 1) > SAME for mass, _ in found):
        texts = " and ".join(f'"{text}"' for _, text in found[:2])
        raise InputError(
            f'{name}: the file states two masses, {texts}; give one, e.g. --mass "2.1 mg".'
        )
    return found[0] if found else (None, "")


def _quantity(text: str) -> float | None:
    value, _, unit = text.partition(" ")
    return _kilograms(value, unit)


def _kilograms(value: str, unit: str) -> float | None:
    factor = units("mass").get(squeezed_unit(unit))
    try:
        number = float(value.rstrip(".,").replace(",", "."))
    except ValueError:
        return None
    return None if factor is None or number <= 0 else number * factor
