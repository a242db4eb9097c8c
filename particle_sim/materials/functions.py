"""Functions of the site fraction: the named forms a property may take.

A form has a value and an exact slope; nothing in a data file is ever executed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from particle_sim.units import Array


class SiteFunction(Protocol):
    """A property as a function of the site fraction theta (any array shape)."""

    def __call__(self, site_fraction: Array) -> Array:
        """Value at ``site_fraction``."""

    def slope(self, site_fraction: Array) -> Array:
        """Derivative with respect to the site fraction."""

    def scaled(self, factor: float) -> SiteFunction:
        """The same form with every value multiplied by ``factor``."""


@dataclass(frozen=True)
class Constant:
    """f(theta) = value."""

    value: float

    def __call__(self, site_fraction: Array) -> Array:
        return np.full_like(site_fraction, self.value)

    def slope(self, site_fraction: Array) -> Array:
        return np.zeros_like(site_fraction)

    def scaled(self, factor: float) -> Constant:
        return Constant(self.value * factor)


@dataclass(frozen=True)
class LinearTable:
    """Straight lines between tabulated points, continued straight beyond both ends.

    ``site_fraction`` must increase strictly. At a tabulated point the slope is that of the
    interval to its right.
    """

    site_fraction: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, site_fraction: Array) -> Array:
        index, slopes = self._interval(site_fraction)
        x, y = np.asarray(self.site_fraction), np.asarray(self.values)
        return y[index] + slopes[index] * (site_fraction - x[index])

    def slope(self, site_fraction: Array) -> Array:
        index, slopes = self._interval(site_fraction)
        return slopes[index]

    def scaled(self, factor: float) -> LinearTable:
        return replace(self, values=tuple(factor * value for value in self.values))

    def _interval(self, site_fraction: Array) -> tuple[np.typing.NDArray[np.intp], Array]:
        x, y = np.asarray(self.site_fraction), np.asarray(self.values)
        index = np.clip(np.searchsorted(x, site_fraction, side="right") - 1, 0, len(x) - 2)
        return index, np.diff(y) / np.diff(x)


@dataclass(frozen=True)
class LogTable:
    """Positive values interpolated as straight lines of their logarithm; ends held constant."""

    site_fraction: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, site_fraction: Array) -> Array:
        x, logs = np.asarray(self.site_fraction), np.log(np.asarray(self.values))
        return np.exp(np.interp(site_fraction, x, logs))

    def slope(self, site_fraction: Array) -> Array:
        x, logs = np.asarray(self.site_fraction), np.log(np.asarray(self.values))
        index = np.clip(np.searchsorted(x, site_fraction, side="right") - 1, 0, len(x) - 2)
        inside = (site_fraction > x[0]) & (site_fraction < x[-1])
        return np.where(inside, (np.diff(logs) / np.diff(x))[index] * self(site_fraction), 0.0)

    def scaled(self, factor: float) -> LogTable:
        return replace(self, values=tuple(factor * value for value in self.values))


@dataclass(frozen=True)
class Polynomial:
    """f(theta) = sum_k coefficients[k] theta^k, lowest power first."""

    coefficients: tuple[float, ...]

    def __call__(self, site_fraction: Array) -> Array:
        return np.polynomial.polynomial.polyval(site_fraction, np.asarray(self.coefficients))

    def slope(self, site_fraction: Array) -> Array:
        derived = np.polynomial.polynomial.polyder(np.asarray(self.coefficients))
        return np.polynomial.polynomial.polyval(site_fraction, derived)

    def scaled(self, factor: float) -> Polynomial:
        return Polynomial(tuple(factor * value for value in self.coefficients))


@dataclass(frozen=True)
class SquareRoot:
    """f(theta) = 2 value sqrt(theta (1 - theta)): value at half filling, zero at both ends.

    The usual concentration dependence of an exchange current with symmetric kinetics.
    """

    value: float

    def __call__(self, site_fraction: Array) -> Array:
        inside = np.clip(site_fraction, 1e-12, 1 - 1e-12)
        return 2 * self.value * np.sqrt(inside * (1 - inside))

    def slope(self, site_fraction: Array) -> Array:
        inside = np.clip(site_fraction, 1e-12, 1 - 1e-12)
        return self.value * (1 - 2 * inside) / np.sqrt(inside * (1 - inside))

    def scaled(self, factor: float) -> SquareRoot:
        return SquareRoot(self.value * factor)
