"""What a sweep varies: ranges, lists of values or names, and inputs that follow others.

Every axis turns a probability into a value, so that one kind of draw serves a grid, random
numbers, a Latin hypercube and a Sobol sequence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError, closest
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.property import Distribution, PlausibleRange
from particle_sim.units import Array

LOGARITHMIC = (Distribution.LOG_UNIFORM, Distribution.LOG_NORMAL)
MOST_LISTED = 100_000
"""Values a listed axis may have."""


@dataclass(frozen=True)
class Axis:
    """The input ``name`` from ``low`` to ``high`` in ``unit``, and how belief is spread over it.

    ``mode`` is the centre of a triangular or log-normal ``distribution`` (default: the middle,
    logarithmic of the latter), ``decades`` the standard deviation of log10 of a log-normal.
    Raises :class:`InputError` when the range is empty or cannot carry the distribution.

    >>> Axis("radius", 1e-7, 1e-6, "m", Distribution.LOG_UNIFORM).at(np.array([0.5])).round(9)
    array([3.16e-07])
    """

    name: str
    low: float
    high: float
    unit: str = "1"
    distribution: Distribution = Distribution.UNIFORM
    mode: float | None = None
    decades: float | None = None

    def __post_init__(self) -> None:
        where = f"The axis {self.name}"
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise InputError(f"{where} goes from {self.low:g} to {self.high:g}; give finite ends.")
        if not self.low < self.high:
            raise InputError(
                f"{where} goes from {self.low:g} to {self.high:g} {self.unit}, which is empty; put "
                "the lower end first, or list the one value."
            )
        if self.distribution in LOGARITHMIC and self.low <= 0:
            raise InputError(
                f"{where} starts at {self.low:g} {self.unit}; a {self.distribution.value} range "
                "must start above 0."
            )
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise InputError(
                f"{where} has the mode {self.mode:g}; it must lie between {self.low:g} and "
                f"{self.high:g} {self.unit}."
            )
        if self.decades is not None and not self.decades > 0:
            raise InputError(f"{where} has decades = {self.decades:g}; it must be positive.")

    @property
    def levels(self) -> None:
        """A range has no fixed number of values."""

    @property
    def categories(self) -> tuple[str, ...]:
        """A range holds no names."""
        return ()

    def at(self, probability: Array) -> Array:
        """Inverse cumulative distribution at ``probability`` (n,), in ``unit``."""
        logarithmic = self.distribution is Distribution.LOG_NORMAL
        middle = math.sqrt(self.low * self.high) if logarithmic else (self.low + self.high) / 2
        plausible = PlausibleRange(
            low=self.low, high=self.high, distribution=self.distribution, decades=self.decades
        )
        return plausible.quantile(probability, middle if self.mode is None else self.mode)

    @staticmethod
    def values(name: str, listed: Sequence[float | str], unit: str = "1") -> ListedAxis:
        """Exactly these numbers, or these names (a choice, such as laws); each equally likely."""
        return ListedAxis(name=name, listed=tuple(listed), unit=unit)

    @staticmethod
    def from_material(
        material: str | Material, property_name: str, *, name: str | None = None
    ) -> Axis:
        """Plausible range and distribution of ``property_name`` of a ``material``; ``name`` renames
        it. Raises :class:`InputError` for an unknown property and for one without a range.

        >>> Axis.from_material("nvp", "diffusivity").unit
        'm^2/s'
        """
        known = material if isinstance(material, Material) else load_material(material)
        if property_name not in known.properties:
            raise InputError(
                f"{known.name} has no {property_name}; {closest(property_name, known.properties)}"
            )
        found = known[property_name]
        if found.plausible is None or not found.plausible.low < found.plausible.high:
            raise InputError(
                f"{known.name}.{property_name} has no plausible range; give low and high."
            )
        return Axis(
            name=name or property_name,
            low=found.plausible.low,
            high=found.plausible.high,
            unit=found.unit,
            distribution=found.plausible.distribution,
            mode=min(max(found.magnitude, found.plausible.low), found.plausible.high),
            decades=found.plausible.decades,
        )

    @staticmethod
    def function_of(
        name: str, of: Sequence[str], function: Callable[..., Any], unit: str = "1"
    ) -> DependentAxis:
        """An input that follows others: ``function`` of their arrays (n,), value by value."""
        return DependentAxis(name=name, of=tuple(of), function=function, unit=unit)


@dataclass(frozen=True, kw_only=True)
class ListedAxis:
    """Listed numbers in ``unit``, or names."""

    name: str
    listed: tuple[float | str, ...]
    unit: str = "1"

    def __post_init__(self) -> None:
        where = f"The axis {self.name}"
        if not self.listed:
            raise InputError(f"{where} lists no values; give at least one.")
        if len(self.listed) > MOST_LISTED:
            raise InputError(
                f"{where} lists {len(self.listed)} values; at most {MOST_LISTED} are allowed, "
                "so give a range."
            )
        names = [isinstance(value, str) for value in self.listed]
        if any(names) and not all(names):
            raise InputError(f"{where} lists names and numbers; give one kind.")
        if len(set(self.listed)) < len(self.listed):
            raise InputError(f"{where} lists a value twice; list each once.")
        if not any(names) and not all(math.isfinite(float(value)) for value in self.listed):
            raise InputError(f"{where} lists a value that is not finite; give finite numbers.")

    @property
    def levels(self) -> int:
        """How many values there are."""
        return len(self.listed)

    @property
    def categories(self) -> tuple[str, ...]:
        """The names, of a choice."""
        return tuple(value for value in self.listed if isinstance(value, str))

    def at(self, probability: Array) -> NDArray[Any]:
        """Value number floor(p k) of k."""
        place = np.minimum((probability * self.levels).astype(int), self.levels - 1)
        kind = str if self.categories else float
        found: NDArray[Any] = np.asarray(self.listed, dtype=kind)[place]
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class RowsAxis:
    """A column of joint draws: with one random number axes of one origin read one row."""

    name: str
    rows: Array
    """(k,), each equally likely"""
    unit: str

    @property
    def levels(self) -> None:
        """As many as a range has."""
        return None

    @property
    def categories(self) -> tuple[str, ...]:
        """It holds no names."""
        return ()

    def at(self, probability: Array) -> Array:
        """Row number floor(p k), the last at p = 1."""
        count = len(self.rows)
        return np.asarray(self.rows[np.minimum((probability * count).astype(int), count - 1)])


@dataclass(frozen=True, kw_only=True)
class DependentAxis:
    """An input computed from other inputs; it adds no dimension."""

    name: str
    of: tuple[str, ...]
    function: Callable[..., Any]
    unit: str = "1"


@dataclass(frozen=True, kw_only=True)
class SameDraw:
    """Axes that share one random number: both high or both low, each within its own range."""

    name: str
    of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """``factor`` times another input."""

    factor: float

    def __call__(self, value: Array) -> Array:
        return self.factor * value


DrawnAxis = Axis | ListedAxis | RowsAxis
AnyAxis = DrawnAxis | DependentAxis | SameDraw


def same_draw(name: str, *, of: Sequence[str]) -> SameDraw:
    """The axes named in ``of`` as one dimension called ``name``.

    All are high or all low together, each within its own range.

    >>> same_draw("modulus", of=["nvp.youngs_modulus", "he_v.youngs_modulus"]).name
    'modulus'

    Raises nothing; a sweep refuses axes that it does not have.
    """
    return SameDraw(name=name, of=tuple(of))
