"""A material on its way to completion: what its rules read, and the entries they write."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from particle_sim.composition.formula import Formula, parse_formula
from particle_sim.errors import InputError, located
from particle_sim.materials.kind import Window
from particle_sim.materials.printed import Fact
from particle_sim.materials.schema import Header, HostFile, PropertyEntry
from particle_sim.units import to_si


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A material on its way to completion."""

    where: str
    header: Header
    printed: Mapping[str, list[Fact]]
    host: HostFile | None
    entries: Mapping[str, PropertyEntry]

    @cached_property
    def formula(self) -> Formula | None:
        """The parsed formula, or ``None`` where it is a name or a letter in it has no value."""
        with suppress(InputError):
            return parse_formula(self.header.formula, variables=self.header.variables)
        return None

    def si(self, name: str, unit: str) -> float | None:
        """An earlier property as a number in ``unit``."""
        entry = self.entries.get(name)
        if entry is None or entry.value is None:
            return None
        with located(f"properties.{name}"):
            return to_si(entry.value, entry.unit, unit)

    @property
    def units(self) -> float:
        """How many of the host's formula units the formula counts, by its anions."""
        if self.host is None or self.formula is None:
            return 1.0
        anions = sum(self.formula.amounts.get(name, 0.0) for name in self.host.host.anions)
        return max(round(anions / self.host.host.anions_per_formula_unit), 1)

    def facts(self, kind: str) -> list[Fact]:
        """The printed facts of a kind."""
        return self.printed.get(kind, [])


def stress_free(header: Header, formula: Formula | None, window: Window) -> float:
    """Carrier at which the crystal is free of stress: as given, else that of the formula."""
    if header.stress_free_stoichiometry is not None:
        return header.stress_free_stoichiometry
    made = formula.amounts.get(header.carrier, 0.0) if formula is not None else window[1]
    return min(max(made, window[0]), window[1])


def window_of(entries: Mapping[str, PropertyEntry]) -> Window | None:
    """The stoichiometry window, or ``None`` where one of its ends has its own problem."""
    ends = []
    for name in ("stoichiometry_min", "stoichiometry_max"):
        entry = entries.get(name)
        if entry is not None and entry.value is not None:
            with suppress(InputError):
                ends.append(to_si(entry.value, entry.unit, "1"))
    if len(ends) < 2:
        return None
    low, high = ends
    if high > low:
        return low, high
    raise InputError(
        f"properties.stoichiometry_max is {high:g}; it must be above stoichiometry_min, {low:g}."
    )


def derived(value: float, unit: str, note: str, **more: object) -> PropertyEntry:
    """An entry that follows from others."""
    fields = {"value": value, "unit": unit, "evidence": "derived", "source": "arithmetic"}
    return PropertyEntry.model_validate({**fields, "note": note, **more})


def measured(value: float, unit: str, fact: Fact, note: str = "") -> PropertyEntry:
    """An entry that a paper prints."""
    return PropertyEntry(
        value=value, unit=unit, evidence="measured", source=fact.source, place=fact.place, note=note
    )


def from_host(draft: Draft, name: str) -> PropertyEntry | None:
    """What the host lends for a property."""
    if draft.host is None or name not in draft.host.properties:
        return None
    return stand_in(draft.host, draft.host.properties[name])


def stand_in(host: HostFile, entry: PropertyEntry) -> PropertyEntry:
    """A host's number as it is worth for a member: a proxy, unless it was assumed already."""
    evidence = "assumed" if entry.evidence == "assumed" else "proxy"
    note = f"Stands in: {host.host.title}. {entry.note}".strip()
    return entry.model_copy(update={"evidence": evidence, "note": note})
