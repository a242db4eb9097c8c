"""From validated file entries to properties in SI units, collecting every problem."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

from particle_sim.constants import FARADAY
from particle_sim.errors import InputError, closest
from particle_sim.materials.catalogue import CATALOGUE, PropertyKind
from particle_sim.materials.functions import (
    Constant,
    LinearTable,
    LogTable,
    SiteFunction,
    SquareRoot,
)
from particle_sim.materials.potential import Plateau, PlateauPotential, TabulatedPotential
from particle_sim.materials.property import Distribution, Evidence, PlausibleRange, Property
from particle_sim.materials.schema import Belief, PropertyEntry
from particle_sim.units import to_si

WIDTHS = (1e-3, 20.0)
"""Allowed plateau widths: from a slope of some 0.1 mV, flatter than any measured, to 20 R T / F."""

STRAIN_ROUNDING = 0.01
"""Half width in theta over which corners of a volume table are rounded: the partial molar volume
enters the chemical potential, and a jump in it is not physical."""

_Maker = Callable[[str, str, PropertyKind, PropertyEntry], tuple[SiteFunction, float] | None]


class PropertyBuilder:
    """Turns entries into properties; problems gather in ``problems`` instead of stopping."""

    def __init__(
        self,
        where: str,
        window: tuple[float, float] | None,
        catalogue: Mapping[str, PropertyKind] = CATALOGUE,
    ) -> None:
        self.where = where
        self.catalogue = catalogue
        self.window = window
        self.problems: list[str] = []

    def build(self, entries: dict[str, PropertyEntry]) -> dict[str, Property]:
        """All properties that could be built."""
        built = {}
        for name, entry in entries.items():
            kind = self.catalogue.get(name)
            if kind is None:
                self._say(
                    f"properties.{name}", "is not a known property", closest(name, self.catalogue)
                )
                continue
            made = self._property(name, kind, entry)
            if made is not None:
                built[name] = made
        missing = [n for n, kind in self.catalogue.items() if kind.required and n not in entries]
        for name in missing:
            kind = self.catalogue[name]
            unit = kind.display_unit or kind.unit
            self._say(f"properties.{name}", "is missing", f"add {kind.meaning} in {unit}.")
        return built

    def _say(self, key: str, what: str, do: str) -> None:
        self.problems.append(f"{self.where}: {key} {what}; {do}")

    def _property(self, name: str, kind: PropertyKind, entry: PropertyEntry) -> Property | None:
        key = f"properties.{name}"
        if entry.form not in kind.forms:
            self._say(key, f'has the form "{entry.form}"', f"use {' or '.join(kind.forms)}.")
            return None
        try:
            to_si(1.0, entry.unit, kind.unit)
        except InputError as error:
            self.problems.append(f"{self.where}: {key}: {error}")
            return None
        makers: dict[str, _Maker] = {
            "constant": self._constant,
            "table": self._table,
            "plateaus": self._plateaus,
        }
        made = makers[entry.form](name, key, kind, entry)
        if made is None:
            return None
        function, magnitude = made
        return Property(
            name=name,
            function=function,
            unit=kind.unit,
            magnitude=magnitude,
            evidence=Evidence(entry.evidence),
            source=entry.source,
            place=entry.place,
            note=entry.note,
            plausible=self._range(key, kind, entry, magnitude, unit=entry.unit),
            activation_energy=self._activation(key, entry),
        )

    def _si(self, key: str, kind: PropertyKind, value: float, unit: str) -> float | None:
        try:
            converted = to_si(value, unit, kind.unit)
        except InputError as error:
            self.problems.append(f"{self.where}: {key} is {value:g} {unit}: {error}")
            return None
        reason = kind.problem(converted)
        if reason is not None:
            self._say(key, f"is {value:g} {unit}", f"{reason}.")
            return None
        return converted

    def _constant(
        self, name: str, key: str, kind: PropertyKind, entry: PropertyEntry
    ) -> tuple[SiteFunction, float] | None:
        if entry.value is None:
            self._say(f"{key}.value", "is missing", "add the number.")
            return None
        value = self._si(f"{key}.value", kind, entry.value, entry.unit)
        if value is None:
            return None
        if name == "exchange_current_density":
            return SquareRoot(value), value
        return Constant(value), value

    def _table(
        self, name: str, key: str, kind: PropertyKind, entry: PropertyEntry
    ) -> tuple[SiteFunction, float] | None:
        y = entry.values
        x, low, high = self._axis(entry)
        axis = "stoichiometry" if entry.filling is None else "filling"
        if x is None or y is None or len(x) != len(y) or len(x) < 2:
            self._say(key, "has no complete table", f"give {axis} and values, equally long.")
            return None
        if any(b <= a for a, b in itertools.pairwise(x)):
            self._say(f"{key}.{axis}", f"is {x}", "it must increase strictly.")
            return None
        if x[0] > low + 1e-9 or x[-1] < high - 1e-9:
            self._say(
                f"{key}.{axis}",
                f"covers {x[0]:g} to {x[-1]:g}",
                f"it must cover the window {low:g} to {high:g}.",
            )
            return None
        converted = [self._si(f"{key}.values", kind, value, entry.unit) for value in y]
        values = [value for value in converted if value is not None]
        if len(values) < len(y):
            return None
        theta = tuple((value - low) / (high - low) for value in x)
        return self._tabulated(name, key, theta, tuple(values))

    def _axis(self, entry: PropertyEntry) -> tuple[list[float] | None, float, float]:
        """Where the values of a table stand, and the two ends that must be covered."""
        if entry.filling is not None:
            return entry.filling, 0.0, 1.0
        ends = (entry.stoichiometry or [0.0])[:1] + (entry.stoichiometry or [1.0])[-1:]
        low, high = self.window or (ends[0], ends[1])
        return entry.stoichiometry, low, high

    def _tabulated(
        self, name: str, key: str, theta: tuple[float, ...], values: tuple[float, ...]
    ) -> tuple[SiteFunction, float] | None:
        if name == "open_circuit_potential":
            if any(b >= a for a, b in itertools.pairwise(values)):
                self._say(f"{key}.values", "do not fall", "the potential must fall as x rises.")
                return None
            return TabulatedPotential(theta, values), max(values)
        if name == "volume_change":
            strain = tuple(math.log1p(value) / 3 for value in values)
            return LinearTable(theta, strain, STRAIN_ROUNDING), max(values) - min(values)
        if name == "diffusivity":
            middle = math.exp(sum(math.log(value) for value in values) / len(values))
            return LogTable(theta, values), middle
        return LinearTable(theta, values), sum(values) / len(values)

    def _plateaus(
        self, name: str, key: str, kind: PropertyKind, entry: PropertyEntry
    ) -> tuple[SiteFunction, float] | None:
        if not entry.plateaus:
            self._say(f"{key}.plateaus", "is empty", "add at least one plateau.")
            return None
        total = sum(plateau.share for plateau in entry.plateaus)
        if abs(total - 1) > 1e-3 or any(plateau.share <= 0 for plateau in entry.plateaus):
            self._say(
                f"{key}.plateaus.share", f"sums to {total:g}", "positive shares must sum to 1."
            )
            return None
        voltages = [plateau.voltage for plateau in entry.plateaus]
        if any(b >= a for a, b in itertools.pairwise(voltages)):
            self._say(f"{key}.plateaus.voltage", f"is {voltages}", "list them from high to low.")
            return None
        made = []
        for number, plateau in enumerate(entry.plateaus):
            place = f"{key}.plateaus.{number}"
            voltage = self._si(f"{place}.voltage", kind, plateau.voltage, entry.unit)
            low, high = WIDTHS
            if not low <= plateau.width <= high:
                allowed = f"it must lie in {low:g} to {high:g} (R T / F)."
                self._say(f"{place}.width", f"is {plateau.width:g}", allowed)
                continue
            if voltage is not None:
                self._range(place, kind, plateau, voltage, unit=entry.unit)
                made.append(
                    Plateau(voltage=voltage, share=plateau.share / total, width=plateau.width)
                )
        if len(made) < len(entry.plateaus):
            return None
        return PlateauPotential(tuple(made)), max(voltages)

    def _range(
        self,
        key: str,
        kind: PropertyKind,
        entry: Belief,
        magnitude: float,
        *,
        unit: str,
    ) -> PlausibleRange | None:
        if entry.range is None:
            return None
        ends = [self._si(f"{key}.range", kind, end, unit) for end in entry.range]
        if ends[0] is None or ends[1] is None:
            return None
        if ends[0] > ends[1]:
            self._say(f"{key}.range", f"is {list(entry.range)} {unit}", "put the lower end first.")
            return None
        slack = 1e-9 * abs(magnitude)
        if not ends[0] - slack <= magnitude <= ends[1] + slack:
            self._say(
                f"{key}.range",
                f"is {list(entry.range)} {unit}",
                f"it must contain the value {magnitude:g} {kind.unit}.",
            )
            return None
        distribution = Distribution(entry.distribution)
        if distribution is Distribution.LOG_NORMAL and not (entry.decades or 0) > 0:
            self._say(f"{key}.decades", f"is {entry.decades}", "a log-normal needs decades > 0.")
            return None
        logarithmic = distribution in (Distribution.LOG_NORMAL, Distribution.LOG_UNIFORM)
        if logarithmic and ends[0] <= 0:
            self._say(f"{key}.range", f"starts at {ends[0]:g}", "a log range must start above 0.")
            return None
        return PlausibleRange(
            low=ends[0], high=ends[1], distribution=distribution, decades=entry.decades
        )

    def _activation(self, key: str, entry: PropertyEntry) -> float:
        if entry.activation_energy is None:
            return 0.0
        given = entry.activation_energy
        unit, factor = ("eV", FARADAY) if given.unit == "eV" else ("J/mol", 1.0)
        kind = PropertyKind(unit=unit, meaning="activation energy", lowest_allowed=True)
        value = self._si(f"{key}.activation_energy.value", kind, given.value, given.unit)
        return (value or 0.0) * factor
