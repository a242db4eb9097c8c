"""What a cell is made of besides its active material: a file of numbers with evidence."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from particle_sim.cell.electrolyte import ELECTROLYTE_CATALOGUE, Electrolyte, load_electrolyte
from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError, closest, located
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.kind import PropertyKind
from particle_sim.materials.load import load_properties
from particle_sim.materials.property import Evidence, Property, assumed
from particle_sim.materials.schema import PropertyEntry, Source, Strict
from particle_sim.resources import named_file
from particle_sim.shown import shown

_ELECTRODE: dict[str, PropertyKind] = {
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
}
_METAL = {
    "metal_exchange_current_density": PropertyKind(
        unit="A/m^2", meaning="exchange current of the metal counter electrode"
    ),
}
_NEGATIVE = {
    "negative_to_positive_ratio": PropertyKind(
        unit="1", meaning="areal capacity of the negative electrode over the positive one's"
    ),
    "negative_initial_sodium": PropertyKind(
        unit="1",
        lowest=-1.0,
        highest=10.0,
        meaning="carrier in the negative electrode at assembly, per positive capacity",
    ),
    "first_cycle_loss": PropertyKind(
        unit="1",
        lowest_allowed=True,
        highest=1.0,
        required=False,
        meaning="carrier that films take in the first cycle, per positive capacity",
    ),
    "negative_particle_radius": PropertyKind(
        unit="m",
        display_unit="um",
        required=False,
        meaning="radius of the negative electrode's particles, else that of its set",
    ),
    "lower_voltage": PropertyKind(
        unit="V", lowest=-1.0, highest=6.0, required=False, meaning="cut-off of the full cell"
    ),
    "upper_voltage": PropertyKind(
        unit="V", lowest=-1.0, highest=6.0, required=False, meaning="cut-off of the full cell"
    ),
}
_FILM = {
    "film_resistance": PropertyKind(
        unit="ohm*m^2",
        display_unit="ohm*cm^2",
        lowest_allowed=True,
        meaning="area-specific series resistance of films and contacts",
    ),
}

CELL_CATALOGUE: dict[str, PropertyKind] = {
    **_ELECTRODE,
    **ELECTROLYTE_CATALOGUE,
    **_METAL,
    **_FILM,
}
"""What a half cell's design holds, its electrolyte's properties among them."""

FULL_CELL_CATALOGUE: dict[str, PropertyKind] = {
    **_ELECTRODE,
    **ELECTROLYTE_CATALOGUE,
    **_NEGATIVE,
    **_FILM,
}
"""What a full cell's design holds. Cut-offs left out are the positive material's."""


class CellKind(enum.Enum):
    """What stands opposite the positive electrode."""

    HALF = "half"
    FULL = "full"


_CATALOGUES = {CellKind.HALF: CELL_CATALOGUE, CellKind.FULL: FULL_CELL_CATALOGUE}


class _CellHeader(Strict):
    name: str
    title: str
    electrolyte: str
    kind: Literal["half", "full"] = "half"


class _CellFile(Strict):
    cell: _CellHeader
    properties: dict[str, PropertyEntry]
    sources: dict[str, Source] = Field(default={})


@shown
@dataclass(frozen=True, kw_only=True)
class CellDesign:
    """Electrodes, electrolyte and separator of a cell; its material comes from elsewhere."""

    name: str
    title: str
    kind: CellKind
    electrolyte: Electrolyte
    properties: Mapping[str, Property]
    """Those of the file and, where the file does not give them, of its electrolyte."""
    sources: Mapping[str, Source]
    path: Path

    @property
    def in_brief(self) -> dict[str, str]:
        """Which cell it is, and how much of it is measured by nobody."""
        assumed_ones = sum(each.evidence is Evidence.ASSUMED for each in self.properties.values())
        return {
            "design": f"{self.title} ({self.name})",
            "electrolyte": self.electrolyte.title,
            "properties": f"{len(self.properties)}, of which {assumed_ones} assumed",
        }

    def value(self, name: str) -> float:
        """A property in its SI unit."""
        return self.properties[name].magnitude


@arguments_checked
def load_cell_design(name: str = "sodium_half_cell") -> CellDesign:
    """A shipped cell design by name, or your own ``.toml`` file.

    A property of the electrolyte that the cell's file gives too is taken from the cell's file.
    """
    path = named_file("cell", name, "parameters", "cells")
    written = read_toml(path)
    if "material" in written and "cell" not in written:
        raise InputError(
            f"{path.name} is a material, not a cell; give a cell design, such as "
            '"particle-sim new cell my_cell" writes.'
        )
    file = validated(_CellFile, written, path.name)
    kind = CellKind(file.cell.kind)
    own = load_properties(path.name, file.properties, _own_catalogue(kind), file.sources)
    with located(path.name):
        _check_volumes(own)
    electrolyte = load_electrolyte(_beside(path, file.cell.electrolyte))
    return CellDesign(
        name=file.cell.name,
        title=file.cell.title,
        kind=kind,
        electrolyte=electrolyte,
        properties={**electrolyte.properties, **own},
        sources={**electrolyte.sources, **file.sources},
        path=path,
    )


def with_values(design: CellDesign, **values: float) -> CellDesign:
    """The same design with numbers of your own in SI units, marked ``assumed``."""
    catalogue = _CATALOGUES[design.kind]
    properties = dict(design.properties)
    for name, value in values.items():
        if name not in catalogue:
            raise InputError(
                f"{design.name}: {name} is not a known property; {closest(name, catalogue)}"
            )
        kind = catalogue[name]
        reason = kind.problem(value)
        if reason is not None:
            raise InputError(f"{design.name}: {name} is {value:g} {kind.unit}; {reason}.")
        properties[name] = assumed(name, value, kind.unit)
    return replace(design, properties=properties)


def _own_catalogue(kind: CellKind) -> dict[str, PropertyKind]:
    """What the cell's file must hold, and what it may: the electrolyte's properties."""
    optional = {n: replace(k, required=False) for n, k in ELECTROLYTE_CATALOGUE.items()}
    return {**_CATALOGUES[kind], **optional}


def _beside(path: Path, electrolyte: str) -> str:
    """An electrolyte's own file is looked for beside the cell's file."""
    return str(path.parent / electrolyte) if electrolyte.endswith(".toml") else electrolyte


def _check_volumes(properties: Mapping[str, Property]) -> None:
    active, pores = (properties[n].magnitude for n in ("active_volume_fraction", "porosity"))
    if active + pores > 1:
        raise InputError(
            f"properties.active_volume_fraction is {active:g} and porosity is {pores:g}; "
            "together they must not exceed 1."
        )
