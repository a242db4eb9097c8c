"""Plain text of lessons as HTML: formulas, powers of ten, per cent signs."""

from __future__ import annotations

import re
from html import escape

SUPERSCRIPTS = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
RAISED = str.maketrans("-0123456789", SUPERSCRIPTS)
UNITS = "[nµmk]?m²?|s|h|m?V|[MG]?Pa|mAh?/g|A/m²|m²/s|mol/m³|J/m²"
"""Symbols of the lessons' texts that stand behind a number."""


def raised(text: str) -> str:
    """``1e-15`` and ``-3`` as a textbook prints them.

    >>> raised("D = 2.5e-15 m²/s, 1e+04 of them, -3 MPa/(1 - ν)")
    'D = 2.5 × 10⁻¹⁵ m²/s, 10⁴ of them, −3 MPa/(1 − ν)'
    """

    def power(found: re.Match[str]) -> str:
        mantissa, exponent = found[1], str(int(found[2])).translate(RAISED)
        return f"10{exponent}" if mantissa == "1" else f"{mantissa} × 10{exponent}"

    powers = re.sub(r"\b(\d+(?:\.\d+)?)e([+-]?\d{1,3})\b", power, text)
    return re.sub(r"(?<![\w.])-(?=\d)| - ", lambda sign: sign[0].replace("-", "−"), powers)


def held(text: str) -> str:
    """The same with every number on one line with its unit.

    >>> held("186 mV of 0.5 MPa √m, 40 %").split(" ")
    ['186\\xa0mV', 'of', '0.5\\xa0MPa\\xa0√m,', '40\\u202f%']
    """
    whole = re.sub(rf"(?<=[\d{SUPERSCRIPTS}]) (?=(?:{UNITS})(?![A-Za-z]))", "\u00a0", text)
    return re.sub(r"(\d) ?%", "\\1\u202f%", whole.replace("Pa √m", "Pa\u00a0√m"))


def rich(text: str) -> str:
    """Plain text as HTML; ``$...$`` becomes MathML, and a number keeps its unit."""
    from latex2mathml.converter import convert

    parts = re.split(r"\$([^$]+)\$", text)
    return "".join(convert(p) if i % 2 else escape(held(raised(p))) for i, p in enumerate(parts))


def display_math(latex: str) -> str:
    """A LaTeX formula as MathML on a line of its own."""
    from latex2mathml.converter import convert

    return str(convert(latex, display="block"))
