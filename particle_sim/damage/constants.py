"""Constants of crack growth and of what a crack costs: a file of numbers with evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.materials.document import read_shared
from particle_sim.materials.kind import PropertyKind
from particle_sim.materials.load import load_properties
from particle_sim.materials.property import Property
from particle_sim.materials.schema import PropertyEntry, Source, Strict
from particle_sim.resources import named_file

SHIPPED = "ceramic"
"""The constants that the calibration belongs to."""
GROWTH_CATALOGUE: dict[str, PropertyKind] = {
    "growth_rate": PropertyKind(
        unit="m",
        display_unit="nm",
        lowest_allowed=True,
        meaning="growth per cycle of a crack at 0.8 K_IC",
    ),
    "growth_exponent": PropertyKind(
        unit="1", lowest=1.0, highest=100.0, meaning="exponent of growth per cycle in dK"
    ),
    "growth_threshold": PropertyKind(
        unit="1",
        lowest_allowed=True,
        highest=1.0,
        meaning="K_th over K_IC below which no cycle adds",
    ),
    "slow_growth_rate": PropertyKind(
        unit="m/s", lowest_allowed=True, meaning="growth per second of a crack at 0.8 K_IC"
    ),
    "slow_growth_exponent": PropertyKind(
        unit="1", lowest=1.0, highest=200.0, meaning="exponent of growth per second in K"
    ),
    "contact_lost": PropertyKind(
        unit="1",
        lowest_allowed=True,
        highest=1.0,
        meaning="share of a cracked particle that loses contact",
    ),
    "flaw_spread": PropertyKind(
        unit="1",
        lowest_allowed=True,
        highest=3.0,
        meaning="standard deviation of ln(flaw size) between particles",
    ),
    "toughness_spread": PropertyKind(
        unit="1",
        lowest_allowed=True,
        highest=2.0,
        meaning="standard deviation of ln(K_IC) between particles",
    ),
}
"""What a file of crack growth holds."""


class _GrowthHeader(Strict):
    name: str
    title: str


class _GrowthFile(Strict):
    growth: _GrowthHeader
    properties: dict[str, PropertyEntry]
    sources: dict[str, Source] = Field(default={})


@dataclass(frozen=True, kw_only=True)
class GrowthConstants:
    """Constants with ranges and evidence, by name."""

    title: str
    properties: Mapping[str, Property]
    path: Path


@arguments_checked
def load_growth_constants(name: str = SHIPPED) -> GrowthConstants:
    """Shipped constants by name, or your own ``.toml`` file.

    Raises :class:`InputError` with every problem of the file, such as a threshold at the toughness.

    >>> constants = load_growth_constants()
    >>> print(constants.properties["growth_threshold"].magnitude)
    0.6
    """
    path = named_file("file of crack growth", name, "parameters", "damage")
    file = read_shared(_GrowthFile, path)
    properties = load_properties(path.name, file.properties, GROWTH_CATALOGUE, file.sources)
    threshold = properties["growth_threshold"]
    most = float(threshold.quantile(np.ones(1))[0])
    if most >= 1:
        raise InputError(
            f"{path.name}: growth_threshold goes up to {most:g}; it is K_th over K_IC and must "
            "stay below 1: a crack at its toughness runs through."
        )
    return GrowthConstants(title=file.growth.title, properties=properties, path=path)
