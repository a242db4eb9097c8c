"""Draws of one material and its cell, and what follows from them without any simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.plausible.inputs import VARIED
from particle_sim.plausible.space import draw, space_of
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class MaterialDraws:
    """Drawn magnitudes (n,) of one material and its cell by property name, and its centre."""

    material: Material
    values: Mapping[str, Array]

    def kept(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> MaterialDraws:
        """The draws on a condition: those where ``rows`` (n,) is true, or rows by number."""
        return self.having(**{name: values[rows] for name, values in self.values.items()})

    def having(self, **values: Array) -> MaterialDraws:
        """The same draws with some values replaced."""
        return replace(self, values={**self.values, **values})


def draw_material(
    material: Material,
    count: int,
    seed: int,
    *,
    design: Mapping[str, Property] | None = None,
    beliefs: Mapping[str, Property] | None = None,
) -> MaterialDraws:
    """Draws of :func:`space_of` a material; ``beliefs`` replaces its own, where it has any."""
    space = space_of(material, design)
    other = {name: belief for name, belief in (beliefs or {}).items() if name in space.beliefs}
    return MaterialDraws(material=material, values=draw(space.believing(other), count, seed))


def centre(draws: MaterialDraws) -> MaterialDraws:
    """The central values of the material as a single draw."""
    known = draws.material.properties
    values = {name: np.array([known[name].magnitude]) for name in draws.values if name in known}
    return MaterialDraws(material=draws.material, values=values)


def named_inputs(draws: Sequence[MaterialDraws]) -> dict[str, Array]:
    """Drawn values by a name that says whose they are; those drawn for all appear once."""
    return {
        f"{name} of {each.material.title}" if VARIED[name].own else name: values
        for each in draws
        for name, values in each.values.items()
    }


def diffusion_rate(draws: MaterialDraws) -> Array:
    """D/R^2 of every draw [1/s]."""
    return np.asarray(draws.values["diffusivity"] / draws.values["particle_radius"] ** 2)


def stress_factor(draws: MaterialDraws) -> Array:
    """Stress over that of the central values at the same D/R^2: E strain/(1 - nu)."""
    values, material = draws.values, draws.material
    stiffer = values["youngs_modulus"] / material.value("youngs_modulus")
    wider = material["volume_change"].stretch(values["volume_change"])
    bulk = (1 - material.value("poisson_ratio")) / (1 - values["poisson_ratio"])
    return np.asarray(stiffer * wider * bulk)
