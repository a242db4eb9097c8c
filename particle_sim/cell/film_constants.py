"""Constants of the films that take a full cell's sodium: a file of numbers with evidence."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from particle_sim.checks import arguments_checked
from particle_sim.materials.document import read_shared
from particle_sim.materials.kind import PropertyKind
from particle_sim.materials.load import load_properties
from particle_sim.materials.property import Property
from particle_sim.materials.schema import PropertyEntry, Source, Strict
from particle_sim.resources import named_file

FILM_CATALOGUE: dict[str, PropertyKind] = {
    "carbon_film": PropertyKind(
        unit="A*h/kg",
        display_unit="mA*h/g",
        lowest_allowed=True,
        meaning="sodium that the film takes in its first hour, per mass of carbon",
    ),
    "carbon_capacity": PropertyKind(
        unit="A*h/kg", display_unit="mA*h/g", meaning="capacity of all sites of the hard carbon"
    ),
    "crack_film": PropertyKind(
        unit="C/m^2", lowest_allowed=True, meaning="sodium in the film on fresh faces of cracks"
    ),
}
"""What a file of films holds."""


class _FilmHeader(Strict):
    name: str
    title: str


class _FilmFile(Strict):
    films: _FilmHeader
    properties: dict[str, PropertyEntry]
    sources: dict[str, Source] = Field(default={})


@arguments_checked
def load_film_constants(name: str = "sodium_films") -> Mapping[str, Property]:
    """Shipped constants by name, or those of your own ``.toml`` file.

    >>> load_film_constants()["carbon_film"].magnitude
    1.4
    """
    path = named_file("file of sodium films", name, "parameters", "damage")
    file = read_shared(_FilmFile, path)
    return load_properties(path.name, file.properties, FILM_CATALOGUE, file.sources)
