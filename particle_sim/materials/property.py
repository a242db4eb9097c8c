"""A number with its evidence: value, unit, source, how it is known, and its plausible range."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.materials.functions import Constant, LinearTable, SiteFunction, StrainTable
from particle_sim.shown import shown
from particle_sim.units import Array


class Evidence(enum.Enum):
    """How a number is known, strongest first."""

    MEASURED = "measured"
    DIGITISED = "digitised"
    DERIVED = "derived"
    FITTED = "fitted"
    PROXY = "proxy"
    ASSUMED = "assumed"


class Distribution(enum.Enum):
    """Shape of the belief over a plausible range.

    >>> Distribution("log-uniform") is Distribution.LOG_UNIFORM
    True
    """

    UNIFORM = "uniform"
    LOG_UNIFORM = "log-uniform"
    TRIANGULAR = "triangular"
    LOG_NORMAL = "log-normal"
    EITHER = "either"
    """One end or the other, as likely; nothing between."""


@dataclass(frozen=True, kw_only=True)
class PlausibleRange:
    """``low`` to ``high`` in the property's SI unit, and how belief is spread over it.

    ``decades`` is the standard deviation of log10 for a log-normal, cut off at the ends.
    """

    low: float
    high: float
    distribution: Distribution
    decades: float | None = None

    def quantile(self, probability: Array, mode: float) -> Array:
        """Inverse cumulative distribution at ``probability``; ``mode`` is the central value."""
        if self.distribution is Distribution.UNIFORM:
            return self.low + probability * (self.high - self.low)
        if self.distribution is Distribution.LOG_UNIFORM:
            return self.low * (self.high / self.low) ** probability
        if self.distribution is Distribution.EITHER:
            return np.where(probability < 0.5, self.low, self.high)
        if self.distribution is Distribution.TRIANGULAR:
            return _triangular(probability, self.low, mode, self.high)
        return _log_normal(probability, self.low, mode, self.high, self.decades or 0.5)


def _triangular(probability: Array, low: float, mode: float, high: float) -> Array:
    span, left = high - low, mode - low
    rising = low + np.sqrt(probability * span * left)
    falling = high - np.sqrt((1 - probability) * span * (high - mode))
    return np.where(probability * span < left, rising, falling)


def _log_normal(probability: Array, low: float, mode: float, high: float, decades: float) -> Array:
    from scipy.special import ndtr, ndtri

    floor, ceiling = (ndtr((math.log10(end) - math.log10(mode)) / decades) for end in (low, high))
    inside = np.clip(floor + probability * (ceiling - floor), 1e-12, 1 - 1e-12)
    return np.asarray(10 ** (math.log10(mode) + decades * ndtri(inside)))


@shown
@dataclass(frozen=True, kw_only=True)
class Property:
    """A material property: a function of the site fraction and of temperature, with evidence.

    value(theta, T) = f(theta) exp(-(E_a/R) (1/T - 1/T_ref)),   T_ref = 298.15 K.
    """

    name: str
    function: SiteFunction
    unit: str
    magnitude: float
    """The number ``plausible`` speaks about: the value of a constant, the span of a table."""
    evidence: Evidence
    source: str
    place: str = ""
    note: str = ""
    plausible: PlausibleRange | None = None
    activation_energy: float = 0.0
    """[J/mol]"""

    @property
    def in_brief(self) -> dict[str, str]:
        """The number, who says so, and how far it may be off."""
        may = self.plausible
        said = {"source": self.source, "place": self.place, "note": self.note}
        return {
            "property": f"{self.name} {self.magnitude:.4g} {self.unit}, {self.evidence.value}",
            "plausible": "no range" if may is None else f"{may.low:.4g} to {may.high:.4g}",
            **{name: text for name, text in said.items() if text},
        }

    def __call__(self, site_fraction: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        return self.function(site_fraction) * self._arrhenius(temperature)

    def slope(self, site_fraction: Array, temperature: float = REFERENCE_TEMPERATURE) -> Array:
        """Derivative with respect to the site fraction."""
        return self.function.slope(site_fraction) * self._arrhenius(temperature)

    def curvature(self, site_fraction: Array) -> Array:
        """Second derivative of a table; zero for every other form."""
        if isinstance(self.function, LinearTable):
            return self.function.curvature(site_fraction)
        return np.zeros_like(site_fraction)

    def with_magnitude(self, magnitude: float) -> Property:
        """The same property with its magnitude set, e.g. to a draw from the plausible range."""
        function = (
            Constant(magnitude)
            if isinstance(self.function, Constant)
            else self.function.scaled(magnitude / self.magnitude)
        )
        return replace(self, function=function, magnitude=magnitude)

    def stretch(self, magnitudes: Array) -> Array:
        """Span of the table with each of the ``magnitudes`` (n,) over its own."""
        factor = np.asarray(magnitudes) / self.magnitude
        table = self.function
        return table.stretch(factor) if isinstance(table, StrainTable) else factor

    def quantile(self, probability: Array) -> Array:
        """Magnitudes at ``probability`` of the plausible range; the central value without one."""
        if self.plausible is None:
            return np.full_like(probability, self.magnitude)
        return self.plausible.quantile(probability, self.magnitude)

    def _arrhenius(self, temperature: float) -> float:
        shift = 1 / temperature - 1 / REFERENCE_TEMPERATURE
        return math.exp(-self.activation_energy / GAS_CONSTANT * shift)


def assumed(name: str, value: float, unit: str) -> Property:
    """A constant of your own without a source, marked ``assumed``."""
    return Property(
        name=name,
        function=Constant(value),
        unit=unit,
        magnitude=value,
        evidence=Evidence.ASSUMED,
        source="user",
    )
