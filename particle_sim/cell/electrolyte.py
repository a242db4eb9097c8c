"""An electrolyte: what carries the ions between the electrodes, as a file of numbers with evidence.

Conductivity and diffusivity may depend on the salt's concentration: a constant, or straight lines
between tabulated points. Everything else is one number. All values are for 298.15 K.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError, located, refuse
from particle_sim.materials.document import read_shared
from particle_sim.materials.functions import LinearTable
from particle_sim.materials.kind import PropertyKind
from particle_sim.materials.load import load_properties
from particle_sim.materials.property import Property
from particle_sim.materials.schema import Belief, PropertyEntry, Source, Strict
from particle_sim.resources import named_file, shipped_files
from particle_sim.units import to_si

ELECTROLYTE_CATALOGUE: dict[str, PropertyKind] = {
    "salt_concentration": PropertyKind(
        unit="mol/m^3", display_unit="mol/L", meaning="salt concentration at rest"
    ),
    "electrolyte_conductivity": PropertyKind(unit="S/m", meaning="ionic conductivity"),
    "electrolyte_diffusivity": PropertyKind(unit="m^2/s", meaning="salt diffusivity"),
    "transference_number": PropertyKind(unit="1", highest=1.0, meaning="cation transference"),
    "thermodynamic_factor": PropertyKind(
        unit="1", meaning="1 + d ln(activity coefficient) / d ln(concentration)"
    ),
}

CONCENTRATION_UNIT = "mol/m^3"


class ElectrolyteEntry(Belief):
    """One property: a constant, or a table over the salt's concentration [mol/m3]."""

    form: Literal["constant", "table"] = "constant"
    unit: str
    value: float | None = None
    concentration: list[float] | None = None
    concentration_unit: str = CONCENTRATION_UNIT
    values: list[float] | None = None


class _Header(Strict):
    name: str
    title: str
    carrier: Literal["Na", "Li", "K"]
    note: str = ""


class _ElectrolyteFile(Strict):
    electrolyte: _Header
    properties: dict[str, ElectrolyteEntry]
    sources: dict[str, Source] = Field(default={})


@dataclass(frozen=True, kw_only=True)
class Electrolyte:
    """A salt in its solvent. A property that is a table has its value at rest as magnitude."""

    name: str
    title: str
    carrier: str
    note: str
    properties: Mapping[str, Property]
    sources: Mapping[str, Source]
    path: Path

    def value(self, name: str) -> float:
        """A property in its SI unit, at the salt's concentration at rest."""
        return self.properties[name].magnitude


def electrolyte_names() -> list[str]:
    """Names of the shipped electrolytes."""
    return list(shipped_files("parameters", "electrolytes"))


@arguments_checked
def load_electrolyte(name: str) -> Electrolyte:
    """A shipped electrolyte by ``name``, or your own ``.toml`` file.

    >>> load_electrolyte("napf6_ec_pc").carrier
    'Na'

    Raises :class:`InputError` with all problems of a file at once, and the closest names of an
    unknown one.
    """
    path = named_file("electrolyte", name, "parameters", "electrolytes")
    file = read_shared(_ElectrolyteFile, path)
    problems = _table_problems(path.name, file.properties)
    refuse(problems)
    constants = _at_rest(path.name, file.properties)
    properties = load_properties(path.name, constants, ELECTROLYTE_CATALOGUE, file.sources)
    tables = {n: e for n, e in file.properties.items() if e.form == "table"}
    properties |= {n: _tabulated(properties[n], e) for n, e in tables.items()}
    problems = [p for n in tables for p in _value_problems(properties[n])]
    refuse(f"{path.name}: {problem}" for problem in problems)
    return Electrolyte(
        **file.electrolyte.model_dump(),
        properties=properties,
        sources=dict(file.sources),
        path=path,
    )


def _table_problems(where: str, entries: Mapping[str, ElectrolyteEntry]) -> list[str]:
    problems = []
    for name, entry in entries.items():
        key = f"{where}: properties.{name}"
        if entry.form != "table":
            continue
        if name not in ("electrolyte_conductivity", "electrolyte_diffusivity"):
            problems.append(f'{key} has the form "table"; use constant.')
            continue
        x, y = entry.concentration, entry.values
        if x is None or y is None or len(x) != len(y) or len(x) < 2:
            problems.append(
                f"{key} has no complete table; give concentration and values, equally long."
            )
        elif any(b <= a for a, b in itertools.pairwise(x)):
            problems.append(f"{key}.concentration is {x}; it must increase strictly.")
    salt = entries.get("salt_concentration")
    if salt is None or salt.value is None:
        problems.append(f"{where}: properties.salt_concentration is missing; add it in mol/L.")
    return problems


def _at_rest(where: str, entries: Mapping[str, ElectrolyteEntry]) -> dict[str, PropertyEntry]:
    """Every entry as a constant: a table's value at the salt's concentration at rest."""
    salt = entries["salt_concentration"]
    with located(f"{where}: properties.salt_concentration"):
        rest = to_si(salt.value or 0.0, salt.unit, CONCENTRATION_UNIT)
    given = {}
    for name, entry in entries.items():
        fields = entry.model_dump(exclude={"concentration", "concentration_unit", "values", "form"})
        if entry.form == "table":
            fields["value"] = _value_at(rest, f"{where}: properties.{name}", entry)
        given[name] = PropertyEntry(**fields)
    return given


def _value_at(rest: float, key: str, entry: ElectrolyteEntry) -> float:
    with located(f"{key}.concentration_unit"):
        known = _concentrations(entry)
    if not known[0] <= rest <= known[-1]:
        raise InputError(
            f"{key}.concentration covers {known[0]:g} to {known[-1]:g} {CONCENTRATION_UNIT}; it "
            f"must cover the salt's concentration {rest:g}."
        )
    return float(np.interp(rest, known, entry.values or []))


def _concentrations(entry: ElectrolyteEntry) -> tuple[float, ...]:
    given = entry.concentration or []
    return tuple(to_si(c, entry.concentration_unit, CONCENTRATION_UNIT) for c in given)


def _tabulated(at_rest: Property, entry: ElectrolyteEntry) -> Property:
    si_unit = ELECTROLYTE_CATALOGUE[at_rest.name].unit
    values = tuple(to_si(value, entry.unit, si_unit) for value in entry.values or [])
    return replace(at_rest, function=LinearTable(_concentrations(entry), values))


def _value_problems(table: Property) -> list[str]:
    kind = ELECTROLYTE_CATALOGUE[table.name]
    values = table.function.values if isinstance(table.function, LinearTable) else ()
    return [
        f"properties.{table.name}.values has {value:g} {table.unit}; {reason}."
        for value in values
        if (reason := kind.problem(value)) is not None
    ]
