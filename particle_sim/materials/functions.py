"""Functions of the site fraction: the named forms a property may take.

A form has a value and an exact slope; nothing in a data file is ever executed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from particle_sim.errors import InputError
from particle_sim.materials.occupancy import WHOLE, Lattice
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

    ``points`` (site fractions, or a salt's concentrations) must increase strictly. Corners are
    rounded by parabolas over +- ``rounding``, which keeps the slope continuous; 0: sharp.
    """

    points: tuple[float, ...]
    values: tuple[float, ...]
    rounding: float = 0.0

    def __call__(self, site_fraction: Array) -> Array:
        total = self.values[0] + self._slopes[0] * (site_fraction - self.points[0])
        for corner, bend in self._corners:
            total = total + bend * _ramp(site_fraction - corner, self.rounding)
        return np.asarray(total)

    def slope(self, site_fraction: Array) -> Array:
        total = np.full_like(site_fraction, self._slopes[0])
        for corner, bend in self._corners:
            total = total + bend * _ramp_slope(site_fraction - corner, self.rounding)
        return total

    def curvature(self, site_fraction: Array) -> Array:
        """Second derivative; zero except inside rounded corners."""
        total = np.zeros_like(site_fraction)
        for corner, bend in self._corners:
            inside = np.abs(site_fraction - corner) < self.rounding
            total = total + np.where(inside, bend / (2 * self.rounding or 1.0), 0.0)
        return total

    def scaled(self, factor: float) -> LinearTable:
        return replace(self, values=tuple(factor * value for value in self.values))

    @cached_property
    def _slopes(self) -> tuple[float, ...]:
        rises = np.diff(np.asarray(self.values)) / np.diff(np.asarray(self.points))
        return tuple(float(rise) for rise in rises)

    @cached_property
    def _corners(self) -> tuple[tuple[float, float], ...]:
        """Inner points and the change of slope there."""
        bends = np.diff(np.asarray(self._slopes))
        return tuple(zip(self.points[1:-1], (float(b) for b in bends), strict=True))


LEAST_VOLUME = -0.9
"""Least change of a cell's volume, over the stress-free one."""


@dataclass(frozen=True)
class StrainTable(LinearTable):
    """Linear chemical strain of a cell whose volume changes by v: ln(1 + v)/3 at every point.

    Scaled is v, as a change of volume is what papers print and ranges are of: :meth:`scaled` by s
    is ln(1 + s v)/3. Raises :class:`InputError` below ``LEAST_VOLUME``.
    """

    def scaled(self, factor: float) -> StrainTable:
        return replace(self, values=tuple(self._strains(np.array([factor]))[0].tolist()))

    def stretch(self, factor: Array) -> Array:
        """Span of the table scaled by each ``factor`` (n,) over its own span.

        Where v is not the same line between all points, the shape changes too: what is strained
        by this times the table is within (factor - 1) span/2 of its own strain per filling.
        """
        spans = np.ptp(self._strains(factor), axis=1)
        own = np.ptp(np.asarray(self.values))
        return np.asarray(spans / own) if own > 0 else np.asarray(factor, dtype=float)

    def _strains(self, factor: Array) -> Array:
        volumes = np.multiply.outer(factor, np.expm1(3 * np.asarray(self.values)))
        if not np.all(volumes >= LEAST_VOLUME):
            raise InputError(
                f"The volume change takes {-volumes.min():.3g} of the cell's volume away; give one "
                f"that takes at most {-LEAST_VOLUME:g}."
            )
        return np.asarray(np.log1p(volumes) / 3)


def _ramp(x: Array, rounding: float) -> Array:
    """max(x, 0) with its corner rounded over +- ``rounding``."""
    if rounding == 0:
        return np.maximum(x, 0.0)
    return np.where(np.abs(x) < rounding, (x + rounding) ** 2 / (4 * rounding), np.maximum(x, 0.0))


def _ramp_slope(x: Array, rounding: float) -> Array:
    if rounding == 0:
        return np.asarray(x >= 0, dtype=float)
    return np.clip(0.5 + x / (2 * rounding), 0.0, 1.0)


@dataclass(frozen=True)
class LogTable:
    """Positive values interpolated as straight lines of their logarithm; ends held constant."""

    site_fraction: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, site_fraction: Array) -> Array:
        x, logs = np.asarray(self.site_fraction), np.log(np.asarray(self.values))
        return np.asarray(np.exp(np.interp(site_fraction, x, logs)))

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
        powers = np.asarray(self.coefficients, dtype=float)
        return np.asarray(np.polynomial.polynomial.polyval(site_fraction, powers))

    def slope(self, site_fraction: Array) -> Array:
        derived = np.polynomial.polynomial.polyder(np.asarray(self.coefficients, dtype=float))
        return np.asarray(np.polynomial.polynomial.polyval(site_fraction, derived), dtype=float)

    def scaled(self, factor: float) -> Polynomial:
        return Polynomial(tuple(factor * value for value in self.coefficients))


@dataclass(frozen=True)
class SquareRoot:
    """f(theta) = value sqrt(y (1 - y)/(y_h (1 - y_h))), y the occupancy of the ``lattice``.

    The concentration dependence of an exchange current with symmetric kinetics. ``value`` is f at
    half filling of the window, theta = 1/2, where y = y_h; f vanishes where the lattice is empty
    or full. On a lattice that the window empties and fills, f = 2 value sqrt(theta (1 - theta)).
    """

    value: float
    lattice: Lattice = WHOLE

    def __call__(self, site_fraction: Array) -> Array:
        # maximum and minimum work on a model's symbols too, which have no clip
        inside: Array = np.minimum(np.maximum(self.lattice.occupancy(site_fraction), _EDGE), _FULL)
        # PyBaMM bends a root near 0 (its RegPower below 1e-3), but not a logarithm
        return self._scale * np.exp(0.5 * np.log(inside * (1 - inside)))

    def slope(self, site_fraction: Array) -> Array:
        inside = np.clip(self.lattice.occupancy(site_fraction), _EDGE, _FULL)
        steepness = 0.5 * self._scale * self.lattice.window
        return steepness * (1 - 2 * inside) / np.sqrt(inside * (1 - inside))

    def scaled(self, factor: float) -> SquareRoot:
        return replace(self, value=self.value * factor)

    @property
    def _scale(self) -> float:
        half = self.lattice.half
        return self.value / math.sqrt(half * (1 - half))


@dataclass(frozen=True)
class Falling:
    """log10 f = log10 value - decades max(0, 2 y - 1), y the occupancy of the ``lattice``.

    A diffusivity that is ``value`` up to half occupancy and has fallen by ``decades`` where every
    site is full; it rises where ``decades`` is negative. A form for fits, with one number: NVPF's
    table falls by 2.1 decades over its window (Chayambuka et al., Electrochim. Acta 404 (2022)
    139764). Beyond a full lattice f goes on falling.
    """

    value: float
    decades: float
    lattice: Lattice = WHOLE

    def __call__(self, site_fraction: Array) -> Array:
        excess = np.maximum(2 * self.lattice.occupancy(site_fraction) - 1, 0.0)
        return np.asarray(self.value * np.exp(-math.log(10) * self.decades * excess))

    def slope(self, site_fraction: Array) -> Array:
        rate = -2 * math.log(10) * self.decades * self.lattice.window
        beyond = self.lattice.occupancy(site_fraction) > 0.5
        return np.where(beyond, rate * self(site_fraction), 0.0)

    def scaled(self, factor: float) -> Falling:
        return replace(self, value=self.value * factor)


_EDGE, _FULL = 1e-12, 1 - 1e-12
"""Occupancies at which a square root still has a slope."""
