"""What a property is: its unit, the values it may take, and the forms a file may give it in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from particle_sim.constants import FARADAY
from particle_sim.errors import InputError, closest, each, gathering, located
from particle_sim.materials.functions import Constant, SiteFunction
from particle_sim.materials.property import Distribution, Evidence, PlausibleRange, Property
from particle_sim.materials.schema import ActivationEntry, Belief, PropertyEntry
from particle_sim.units import shown_factor, split_quantity, to_si

Window = tuple[float, float]
"""The two ends of the stoichiometry."""

Made = tuple[SiteFunction, float]
"""A function of the site fraction, and its magnitude, in SI."""


@dataclass(frozen=True)
class Written:
    """A property as a file has it: what it should be, where it stands, what tables must cover."""

    kind: PropertyKind
    entry: PropertyEntry
    place: str
    window: Window | None = None

    def si(self, key: str, value: float) -> float:
        """A number of the entry in SI, if it is allowed; ``key`` stands behind the place."""
        return self.kind.in_si(self.place + key, value, self.entry.unit)


@dataclass(frozen=True)
class Form:
    """A way to write a property: what is checked and made of it, and what a typed number does."""

    name: str
    """What the file calls it."""
    read: Callable[[Written], Made]
    """:class:`InputError` with all that is wrong."""
    set_to: Callable[[PropertyKind, str, str, PropertyEntry | None], PropertyEntry]
    """From kind, name, typed text and the earlier entry."""


def number(function: Callable[[float], SiteFunction] = Constant) -> Form:
    """The ``value`` of the entry, and the ``function`` of the site fraction that it sets."""

    def read(written: Written) -> Made:
        if written.entry.value is None:
            raise InputError(f"{written.place}.value is missing; add the number.")
        value = written.si(".value", written.entry.value)
        return function(value), value

    return Form("constant", read, _typed_number)


def _typed_number(
    kind: PropertyKind, name: str, text: str, old: PropertyEntry | None
) -> PropertyEntry:
    value, unit = kind.quantity(name, text)
    return user_entry(value=value, unit=unit, note="set by the user")


def user_entry(**fields: object) -> PropertyEntry:
    """An entry that somebody typed: assumed, without a range."""
    return PropertyEntry.model_validate({"evidence": "assumed", "source": "user", **fields})


@dataclass(frozen=True)
class PropertyKind:
    """What a property is and which values it may take (bounds in the SI ``unit``)."""

    unit: str
    meaning: str
    results: str = ""
    """Which results it matters for, in words."""
    forms: tuple[Form, ...] = (number(),)
    """The forms it may take; the first says what a number typed by the user does."""
    lowest: float = 0.0
    highest: float = math.inf
    lowest_allowed: bool = False
    required: bool = True
    chosen: bool = False
    """Whether it is a choice of the experiment, which no plausible range goes with."""
    display_unit: str | None = None

    @property
    def shown_unit(self) -> str:
        """The unit people use."""
        return self.display_unit or self.unit

    @property
    def shown_factor(self) -> float:
        """From the SI unit to the one people use."""
        return shown_factor(self.shown_unit, self.unit)

    def takes(self, form: str) -> bool:
        """Whether a file may give it in the form of that name."""
        return any(known.name == form for known in self.forms)

    def problem(self, value: float) -> str | None:
        """Why ``value`` (SI) is not allowed, or ``None``."""
        too_low = value < self.lowest or (value == self.lowest and not self.lowest_allowed)
        if not too_low and value <= self.highest:
            return None
        if self.lowest == 0 and self.highest == math.inf:
            return "it must not be negative" if self.lowest_allowed else "it must be positive"
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"it must lie between {self.lowest:g} and {self.highest:g}{unit}"

    def in_si(self, place: str, value: float, unit: str) -> float:
        """``value`` in the SI unit, if it is allowed; :class:`InputError` otherwise."""
        with located(f"{place} is {value:g} {unit}"):
            converted = to_si(value, unit, self.unit)
        reason = self.problem(converted)
        if reason is not None:
            raise InputError(f"{place} is {value:g} {unit}; {reason}.")
        return converted

    def quantity(self, name: str, text: str) -> tuple[float, str]:
        """Value and unit of a text that the property ``name`` may be set to."""
        with located(f'{name} was set to "{text}"'):
            value, unit = split_quantity(text)
            unit = unit or ("1" if self.unit == "1" else "")
            reason = self.problem(to_si(value, unit, self.unit))
        if reason is not None:
            raise InputError(f'{name} was set to "{text}"; {reason}.')
        return value, unit

    def build(self, name: str, entry: PropertyEntry, window: Window | None = None) -> Property:
        """The property that an entry says; :class:`InputError` with all that is wrong with it."""
        place = f"properties.{name}"
        forms = {form.name: form for form in self.forms}
        if entry.form not in forms:
            raise InputError(f'{place} has the form "{entry.form}"; use {" or ".join(forms)}.')
        with located(place):
            to_si(1.0, entry.unit, self.unit)
        function, magnitude = forms[entry.form].read(Written(self, entry, place, window))
        problems: list[str] = []
        plausible, barrier = None, 0.0
        with gathering(problems):
            plausible = plausible_range(self, place, entry, magnitude, entry.unit)
        with gathering(problems):
            barrier = _barrier(f"{place}.activation_energy.value", entry.activation_energy)
        if problems:
            raise InputError(*problems)
        return Property(
            name=name,
            function=function,
            unit=self.unit,
            magnitude=magnitude,
            evidence=Evidence(entry.evidence),
            plausible=plausible,
            activation_energy=barrier,
            **entry.model_dump(include={"source", "place", "note"}),
        )


def plausible_range(
    kind: PropertyKind, place: str, belief: Belief, magnitude: float, unit: str
) -> PlausibleRange | None:
    """The range that the file gives around ``magnitude`` (SI), if any and if it makes sense."""
    if belief.range is None:
        return None
    key, shown = f"{place}.range", f"{list(belief.range)} {unit}"
    low, high = each(lambda end: kind.in_si(key, end, unit), belief.range)
    slack = 1e-9 * abs(magnitude)
    if low > high:
        raise InputError(f"{key} is {shown}; put the lower end first.")
    if not low - slack <= magnitude <= high + slack:
        must = f"it must contain the value {magnitude:g} {kind.unit}."
        raise InputError(f"{key} is {shown}; {must}")
    spread = Distribution(belief.distribution)
    if spread is Distribution.LOG_NORMAL and not (belief.decades or 0) > 0:
        raise InputError(f"{place}.decades is {belief.decades}; a log-normal needs decades > 0.")
    if low <= 0 and spread in (Distribution.LOG_NORMAL, Distribution.LOG_UNIFORM):
        raise InputError(f"{key} starts at {low:g}; a log range must start above 0.")
    return PlausibleRange(low=low, high=high, distribution=spread, decades=belief.decades)


def _barrier(place: str, given: ActivationEntry | None) -> float:
    """Activation energy [J/mol]; nothing is none."""
    if given is None:
        return 0.0
    unit, factor = ("eV", FARADAY) if given.unit == "eV" else ("J/mol", 1.0)
    energy = PropertyKind(unit, "activation energy", lowest_allowed=True)
    return factor * energy.in_si(place, given.value, given.unit)


def build_properties(
    entries: Mapping[str, PropertyEntry],
    catalogue: Mapping[str, PropertyKind],
    window: Window | None = None,
) -> dict[str, Property]:
    """A property of every entry, with nothing that ``catalogue`` requires missing.

    A table over stoichiometry must cover ``window``. :class:`InputError` has all problems.
    """
    problems: list[str] = []
    built: dict[str, Property] = {}
    for name, entry in entries.items():
        with gathering(problems):
            if name not in catalogue:
                known = closest(name, catalogue)
                raise InputError(f"properties.{name} is not a known property; {known}")
            built[name] = catalogue[name].build(name, entry, window)
    problems += [
        f"properties.{name} is missing; add {kind.meaning} in {kind.shown_unit}."
        for name, kind in catalogue.items()
        if kind.required and name not in entries
    ]
    if problems:
        raise InputError(*problems)
    return built
