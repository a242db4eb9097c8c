"""Draws from the plausible ranges of materials and their cell.

Every number has its own stream of the seed, named by property and, where the materials differ in
it, by material: adding a property to a file moves no other draw. Particle size, elasticity, flaw
and cell are drawn once for all materials of a claim (same morphology, same test); diffusivity,
exchange current, volume change and chi for each.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from particle_sim.cell.design import CellDesign
from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.studies.draws import SHARED, MaterialDraws
from particle_sim.units import Array

OWN = ("diffusivity", "exchange_current_density", "volume_change", "regular_solution_parameter")
CELL = ("film_resistance", "active_loading")
"""Numbers of the half cell's design that its single-particle model feels."""


def draw(
    materials: Sequence[Material], designs: Sequence[CellDesign], samples: int, seed: int
) -> tuple[MaterialDraws, ...]:
    """``samples`` draws (n,) of each material with the numbers of its cell."""
    drawn = []
    for number, (material, design) in enumerate(zip(materials, designs, strict=True)):
        values = {
            name: quantiles(prop, name, "" if name in SHARED else str(number), samples, seed)
            for name, prop in material.properties.items()
            if name in (*SHARED, *OWN)
        }
        values |= {
            name: quantiles(design.properties[name], name, "", samples, seed) for name in CELL
        }
        drawn.append(MaterialDraws(material=material, values=values))
    return tuple(drawn)


def alike(
    draws: MaterialDraws, other: Material, names: Sequence[str], samples: int, seed: int
) -> MaterialDraws:
    """The same draws, but with ``names`` drawn from the ranges of ``other``.

    A stream of its own, so that a claim about two materials compares two independent draws.
    """
    replaced = {
        name: quantiles(other.properties[name], name, "alike", samples, seed)
        for name in names
        if name in draws.values and name in other.properties
    }
    return MaterialDraws(material=draws.material, values={**draws.values, **replaced})


def quantiles(prop: Property, name: str, stream: str, samples: int, seed: int) -> Array:
    """Random magnitudes (n,) of a property from its plausible range."""
    key = zlib.crc32(f"{name} {stream}".encode())
    return prop.quantile(np.random.default_rng([seed, key]).random(samples))


def centre(draws: MaterialDraws) -> MaterialDraws:
    """The central values as a single draw."""
    values: Mapping[str, Array] = {
        name: np.array([draws.material.value(name)])
        for name in draws.values
        if name in draws.material.properties
    }
    return MaterialDraws(material=draws.material, values=values)


def named_inputs(draws: Sequence[MaterialDraws], names: Sequence[str]) -> dict[str, Array]:
    """Drawn values by a name that says whose they are; those drawn for all appear once."""
    inputs: dict[str, Array] = {}
    for each in draws:
        for name in names:
            if name not in each.values:
                continue
            own = name in OWN
            inputs[f"{name} of {each.material.title}" if own else name] = each.values[name]
    return inputs
