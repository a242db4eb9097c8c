"""What a cell is made of besides its active material: a file of numbers with evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from particle_sim.errors import InputError, closest
from particle_sim.materials.build import PropertyBuilder
from particle_sim.materials.catalogue import PropertyKind
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.load import source_problems
from particle_sim.materials.property import Property
from particle_sim.materials.schema import PropertyEntry
from particle_sim.resources import shipped_folder

CELL_CATALOGUE: dict[str, PropertyKind] = {
    "active_loading": PropertyKind(
        unit="kg/m^2", display_unit="mg/cm^2", meaning="active mass per electrode area"
    ),
    "active_volume_fraction": PropertyKind(
        unit="1", highest=1.0, meaning="active volume over electrode volume"
    ),
    "porosity": PropertyKind(unit="1", highest=1.0, meaning="electrolyte volume fraction"),
    "electrode_area": PropertyKind(unit="m^2", display_unit="cm^2", meaning="electrode area"),
    "electrode_conductivity": PropertyKind(unit="S/m", meaning="electronic conductivity"),
    "separator_thickness": PropertyKind(unit="m", display_unit="um", meaning="separator thickness"),
    "separator_porosity": PropertyKind(unit="1", highest=1.0, meaning="separator porosity"),
    "salt_concentration": PropertyKind(
        unit="mol/m^3", display_unit="mol/L", meaning="salt concentration"
    ),
    "electrolyte_conductivity": PropertyKind(unit="S/m", meaning="ionic conductivity"),
    "electrolyte_diffusivity": PropertyKind(unit="m^2/s", meaning="salt diffusivity"),
    "transference_number": PropertyKind(unit="1", highest=1.0, meaning="cation transference"),
    "metal_exchange_current_density": PropertyKind(
        unit="A/m^2", meaning="exchange current of the metal counter electrode"
    ),
    "film_resistance": PropertyKind(
        unit="ohm*m^2",
        display_unit="ohm*cm^2",
        lowest_allowed=True,
        meaning="area-specific series resistance of the film on the metal",
    ),
}


class _CellHeader(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    title: str


class _CellFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    cell: _CellHeader
    properties: dict[str, PropertyEntry]


@dataclass(frozen=True, kw_only=True)
class CellDesign:
    """Electrode, electrolyte and counter electrode of a cell."""

    name: str
    title: str
    properties: Mapping[str, Property]
    path: Path

    def value(self, name: str) -> float:
        """A property in its SI unit."""
        return self.properties[name].magnitude


def load_cell_design(name: str = "sodium_half_cell") -> CellDesign:
    """A shipped cell design by name, or your own ``.toml`` file."""
    path = _find(name)
    file = validated(_CellFile, read_toml(path), path.name)
    builder = PropertyBuilder(path.name, None, CELL_CATALOGUE)
    properties = builder.build(file.properties)
    problems = [*builder.problems, *source_problems(path.name, file.properties)]
    if not problems:
        problems = _volume_problems(path.name, properties)
    if problems:
        raise InputError(*problems)
    return CellDesign(name=file.cell.name, title=file.cell.title, properties=properties, path=path)


def _find(name: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    shipped = {path.stem: path for path in (shipped_folder("parameters") / "cells").glob("*.toml")}
    if name not in shipped:
        raise InputError(f'There is no cell "{name}"; {closest(name, shipped)}')
    return shipped[name]


def _volume_problems(where: str, properties: Mapping[str, Property]) -> list[str]:
    active, pores = (properties[n].magnitude for n in ("active_volume_fraction", "porosity"))
    if active + pores <= 1:
        return []
    return [
        f"{where}: properties.active_volume_fraction is {active:g} and porosity is {pores:g}; "
        "together they must not exceed 1."
    ]
