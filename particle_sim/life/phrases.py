"""Shares and rates in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from particle_sim.units import Array


def percent(share: float) -> str:
    """A share as a percentage of two digits, three near 100 %.

    >>> [percent(each) for each in (0.0, 2e-5, 0.0243, 0.972, 0.996, 0.99996, 1.0)]
    ['0 %', 'below 0.1 %', '2.4 %', '97 %', '99.6 %', 'above 99.9 %', '100 %']
    """
    if np.isnan(share):
        return "nothing"
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    if share < 1e-3:
        return "below 0.1 %"
    if share > 0.9995:
        return "above 99.9 %"
    return f"{100 * share:.1f} %" if share < 0.0995 or share >= 0.985 else f"{100 * share:.0f} %"


def between(values: Sequence[float] | Array | Any) -> str:
    """From the least to the most.

    >>> between([0.13, 0.0243]), between([1.0, 1.0]), between([2e-5, 0.064])
    ('2.4 to 13 %', '100 %', '0 to 6.4 %')
    >>> between([0.0, 2e-5]), between([0.99996, 1.0]), between([0.9, 0.99996])
    ('below 0.1 %', 'above 99.9 %', '90 to 100 %')
    """
    low, high = percent(float(np.min(values))), percent(float(np.max(values)))
    if low == high:
        return low
    if low in ("0 %", "below 0.1 %"):
        return "below 0.1 %" if high == "below 0.1 %" else f"0 to {high}"
    if low == "above 99.9 %":
        return low
    if high == "above 99.9 %":
        return f"{low.removesuffix(' %')} to 100 %"
    return f"{low.removesuffix(' %')} to {high}"


def rate_text(c_rate: float) -> str:
    """``1C``, and C/10 below 1.

    >>> rate_text(3.0), rate_text(0.1), rate_text(0.3)
    ('3C', 'C/10', '0.3C')
    """
    over = 1 / c_rate
    return f"C/{over:.0f}" if c_rate < 1 and abs(over - round(over)) < 1e-9 else f"{c_rate:g}C"


def times(band: Any) -> str:
    """``43 (11 to 145)``: the median and the ends of a band."""
    low, middle, high = (f"{v:.2g}" if v < 100 else f"{v:.0f}" for v in np.asarray(band))
    return f"{middle} ({low} to {high})"
