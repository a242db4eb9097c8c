"""What PyBaMM's thermal options need of a cell: layers, surroundings, and what heat changes.

Every layer has one density, specific heat and conductivity, and the stack one heat capacity

    C = sum rho c_p L / sum L     [J/(K m3)],

collectors and the metal of a half cell among the layers; a coin cell's case counts in the option
``surface temperature`` alone. With T away from the T_ref = 298.15 K of the set,

    D(theta, T) = D(theta) A(T), j0 alike, each with its A(T) = exp(-(E_a/R) (1/T - 1/T_ref)),
    dU/dT of the plateaus' widths alone, which go with T; a table of U has none.

What each couple's own reaction entropy does was measured of none of the materials. Electrolyte,
metal and hard carbon stay as they are at T_ref.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.materials.potential import TabulatedPotential
from particle_sim.materials.property import Property
from particle_sim.transport.table import GRID
from particle_sim.units import Array

SIDES = ("Negative", "Positive")
_DENSITY, _HEAT, _CONDUCTIVITY = (
    "density [kg.m-3]",
    "specific heat capacity [J.kg-1.K-1]",
    "thermal conductivity [W.m-1.K-1]",
)
PORES = 1200.0
"""Density of what fills the pores of an electrode [kg/m3]: electrolyte, with binder and carbon."""

METALS = {
    "Li": (534.0, 3570.0, 84.8),
    "Na": (971.0, 1228.0, 142.0),
    "K": (862.0, 757.0, 102.5),
}
"""Density [kg/m3], specific heat [J/(kg K)] and conductivity [W/(m K)] of a half cell's metal (CRC
Handbook)."""

AI2020_HEAT: dict[str, float] = {
    **{
        f"{side} current collector {what}": value
        for side in SIDES
        for what, value in (
            ("thickness [m]", 1.5e-5),
            ("conductivity [S.m-1]", 36914000.0),
            (_DENSITY, 2700.0),
            (_HEAT, 897.0),
            (_CONDUCTIVITY, 237.0),
        )
    },
    f"Positive electrode {_HEAT}": 1080.2,
    f"Positive electrode {_CONDUCTIVITY}": 1.58,
    f"Separator {_HEAT}": 1080.2,
    f"Separator {_CONDUCTIVITY}": 0.334,
}
"""Of PyBaMM's set Ai2020, a lithium pouch cell: its aluminium foil on both sides, its layers."""
AI2020_CARBON = {
    f"Negative electrode {_HEAT}": 1080.2,
    f"Negative electrode {_CONDUCTIVITY}": 1.04,
}
"""Ai2020's graphite, for a hard carbon."""

CHOSEN_HEAT: dict[str, tuple[float, str]] = {
    f"Separator {_DENSITY}": (1100.0, "polyolefin with electrolyte in its pores"),
    "Total heat transfer coefficient [W.m-2.K-1]": (10.0, "still air; 5 to 25"),
    "Casing heat capacity [J.K-1]": (1.0, "about two grams of steel, a coin cell's case"),
    "Environment thermal resistance [K.W-1]": (100.0, "still air round 10 cm2 of case"),
    **{
        f"{side} current collector surface heat transfer coefficient [W.m-2.K-1]": (
            10.0,
            "still air on that side; 5 to 25",
        )
        for side in SIDES
    },
    **{
        f"{side} tab {what}": (0.0, "a disc without tabs")
        for side in SIDES
        for what in ("heat transfer coefficient [W.m-2.K-1]", "width [m]")
    },
    "Edge heat transfer coefficient [W.m-2.K-1]": (0.0, "a hundredth of the faces"),
}
"""Entries that nobody measured of these cells, and why they have the value they have."""
CHOSEN_CARBON: dict[str, tuple[float, str]] = {
    f"Negative electrode {_DENSITY}": (1350.0, "carbon of 1500 kg/m3, electrolyte in its pores"),
}
ENTROPIC = "Positive electrode OCP entropic change [V.K-1]"
METAL = "metal, CRC Handbook"

BEHIND_HEAT: Mapping[str, tuple[str, ...]] = {
    f"Positive electrode {_DENSITY}": ("density", "active_volume_fraction"),
    ENTROPIC: ("open_circuit_potential",),
    "Cell volume [m3]": ("electrode_area", "separator_thickness", "active_loading", "density"),
    "Cell cooling surface area [m2]": ("electrode_area",),
    "Cell heat capacity [J.K-1.m-3]": ("active_loading", "density", "separator_thickness"),
}
"""Entries that properties give, and which."""


def heat_parameters(cell: Cell, pybamm: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of a cell whose isothermal ones, at the reference temperature, are ``values``."""
    solid = cell.design.value("active_volume_fraction")
    entries: dict[str, Any] = {
        **AI2020_HEAT,
        **_numbers(CHOSEN_HEAT),
        **_opposite(cell),
        f"Positive electrode {_DENSITY}": solid * cell.material.value("density")
        + (1 - solid) * PORES,
        ENTROPIC: _entropic_change(cell, pybamm),
    }
    entries |= _stack(cell.design.value("electrode_area"), {**values, **entries})
    for entry, ours in {
        "Positive particle diffusivity [m2.s-1]": "diffusivity",
        "Positive electrode exchange-current density [A.m-2]": "exchange_current_density",
    }.items():
        entries[entry] = _warmed(values[entry], cell.material[ours], pybamm)
    return entries


def _numbers(chosen: Mapping[str, tuple[float, str]]) -> dict[str, float]:
    return {name: value for name, (value, _) in chosen.items()}


def _opposite(cell: Cell) -> dict[str, float]:
    if cell.negative is not None:
        return {**AI2020_CARBON, **_numbers(CHOSEN_CARBON)}
    values = METALS[cell.material.carrier]
    names = (_DENSITY, _HEAT, _CONDUCTIVITY)
    return {f"Negative electrode {name}": value for name, value in zip(names, values, strict=True)}


def _stack(area: float, values: Mapping[str, Any]) -> dict[str, float]:
    """Volume, faces and heat capacity of the layers together."""
    layers = [f"{side} {part}" for side in SIDES for part in ("current collector", "electrode")]
    layers.append("Separator")
    thickness = {layer: float(values[f"{layer} thickness [m]"]) for layer in layers}
    whole = sum(thickness.values())
    stored = sum(
        values[f"{layer} {_DENSITY}"] * values[f"{layer} {_HEAT}"] * thick
        for layer, thick in thickness.items()
    )
    return {
        "Cell volume [m3]": area * whole,
        "Cell cooling surface area [m2]": 2 * area,
        "Cell heat capacity [J.K-1.m-3]": stored / whole,
    }


def entropic_change(cell: Cell, filling: Array) -> Array:
    """dU/dT [V/K] at ``filling`` (n,), of the widths of the plateaus: a difference over 2 K."""
    potential = cell.material.potential
    warm, cold = (potential(filling, REFERENCE_TEMPERATURE + step) for step in (1.0, -1.0))
    return np.asarray(warm - cold) / 2


def _entropic_change(cell: Cell, pybamm: Any) -> Any:
    if isinstance(cell.material.potential, TabulatedPotential):
        return 0.0
    slopes = entropic_change(cell, GRID)

    def interpolated(stoichiometry: Any) -> Any:
        return pybamm.Interpolant(GRID, slopes, stoichiometry, "entropic_change")

    return interpolated


def _warmed(entry: Any, prop: Property, pybamm: Any) -> Callable[..., Any] | Any:
    """``entry`` times the property's Arrhenius factor; T is the last argument of both entries."""
    if not prop.activation_energy:
        return entry
    slope = prop.activation_energy / GAS_CONSTANT

    def at_temperature(*state: Any) -> Any:
        value = entry(*state) if callable(entry) else entry
        return value * pybamm.exp(slope * (1 / REFERENCE_TEMPERATURE - 1 / state[-1]))

    return at_temperature
