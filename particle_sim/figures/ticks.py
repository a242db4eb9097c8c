"""Numbers that people read at a logarithmic axis: 0.1, 1, 10 instead of powers."""

from __future__ import annotations

import math
from typing import Any

PLAIN = (1e-3, 1e4)
"""Between these, numbers are written out."""
STEPS = {0.8: (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0), 2.0: (1.0, 2.0, 5.0)}
"""Numbers in a decade of an axis that is at most so many decades long."""
MINOR = 4.0
"""Decades of the longest axis with ticks between its numbers."""
MOST = 9
"""Whole powers of ten with a number at each; longer axes skip some."""


def number_ticks(*axes: Any) -> None:
    """Ticks of logarithmic axes (matplotlib's x or y axis) over the limits that they have now.

    Every power of ten, and more where the axis is short; as numbers where all lie from 0.001 to
    10 000, else as powers.
    """
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

    for axis in axes:
        low, high = sorted(axis.get_view_interval())
        text = plain_number if PLAIN[0] <= 1.001 * low and high <= 1.001 * PLAIN[1] else power
        axis.set_major_locator(FixedLocator(numbers(low, high)))
        axis.set_major_formatter(FuncFormatter(lambda value, _, text=text: text(value)))
        axis.set_minor_formatter(NullFormatter())
        if high > low * 10**MINOR:
            axis.set_minor_locator(NullLocator())


def numbers(low: float, high: float) -> list[float]:
    """Where the numbers stand on a logarithmic axis from ``low`` to ``high``.

    >>> numbers(0.05, 300.0), numbers(0.05, 0.7), numbers(60.0, 150.0)
    ([0.1, 1.0, 10.0, 100.0], [0.05, 0.1, 0.2, 0.5], [60.0, 80.0, 100.0, 150.0])
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = 1 if last - first <= MOST else -(-(last - first) // MOST)
    length = math.log10(high / low)
    steps = next((steps for most, steps in STEPS.items() if length <= most), (1.0,))
    places = [float(f"{s}e{n}") for n in range(first, last + 1, step) for s in steps]
    return [place for place in places if low * 0.999 <= place <= high * 1.001]


def plain_number(value: float) -> str:
    """A number as it is written; none in the form 1e+04.

    >>> plain_number(0.001), plain_number(10000.0)
    ('0.001', '10000')
    """
    return f"{value:.6g}"


def power(value: float) -> str:
    r"""A number as a power of ten.

    >>> power(1e-5), power(2e-5)
    ('$10^{-5}$', '$2\\times10^{-5}$')
    """
    exponent = math.floor(math.log10(value) + 1e-9)
    lead = round(value / 10.0**exponent, 3)
    return f"$10^{{{exponent}}}$" if lead == 1 else rf"${lead:g}\times10^{{{exponent}}}$"


def around(values: Any) -> tuple[float, float]:
    """Limits of a logarithmic axis at 1, 2 or 5 times a power of ten around all positive values.

    >>> around([0.00012, 0.0004, -1.0])
    (0.0001, 0.0005)
    """
    known = [float(value) for value in values if value > 0 and math.isfinite(value)]
    low, high = min(known), max(known)
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    steps = [float(f"{step}e{decade}") for decade in decades for step in (1, 2, 5)]
    return max(s for s in steps if s < low * 0.97), min(s for s in steps if s > high * 1.03)
