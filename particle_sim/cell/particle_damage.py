"""What PyBaMM's options on cracks and loss need of the positive electrode, from our material.

With ``{"particle mechanics": "swelling only"}`` or ``"swelling and cracking"``, and with
``{"loss of active material": "stress-driven"}``, PyBaMM reads these entries. Its stress is

    sigma_t = E Omega (c_mean - c_surface)/(3 (1 - nu)),      Omega = 3 (d beta/d theta)/c_max,

with beta our linear chemical strain: that of a free isotropic sphere without phases. Cracks and
loss are its own laws; what no material file holds of them is named in ``AI2020`` and ``CHOSEN``.
Its stress-induced diffusion, which mechanics switches on by itself, is not ours: switch it off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.materials.functions import Constant
from particle_sim.materials.property import Property
from particle_sim.transport.table import GRID

_ELECTRODE = "Positive electrode "
NEVER_DIFFUSED = {"stress-induced diffusion": "false"}
"""Goes with every mechanics option of PyBaMM's; it is on where this does not stand."""

EDGE = 1.12
"""Geometry factor of an edge crack in uniform stress, PyBaMM's b."""
AI2020 = {
    _ELECTRODE + "Paris' law constant m": 2.2,
    _ELECTRODE + "cracking rate": 3.9e-20,
    _ELECTRODE + "LAM constant exponential term": 2.0,
}
"""Constants of PyBaMM's set Ai2020, of graphite and LiCoO2: known of no other electrode. Ceramics
have m of 8 to 30."""
CHOSEN = {
    _ELECTRODE + "initial crack width [m]": "mouth of a half-penny flaw, twice its depth",
    _ELECTRODE + "number of cracks per unit area [m-2]": "one flaw on every particle",
    _ELECTRODE + "Paris' law constant b": "edge crack in uniform stress",
    _ELECTRODE + "LAM constant proportional term [s-1]": "never measured: no loss until it is set",
    "Cell thermal expansion coefficient [m.K-1]": "never measured: its layers keep their size",
}
"""Entries without a property behind them, and why they have the value they have."""

BEHIND: Mapping[str, tuple[str, ...]] = {
    _ELECTRODE + "Young's modulus [Pa]": ("youngs_modulus",),
    _ELECTRODE + "Poisson's ratio": ("poisson_ratio",),
    _ELECTRODE + "initial crack length [m]": ("flaw_size",),
    _ELECTRODE + "partial molar volume [m3.mol-1]": ("volume_change", "maximum_concentration"),
    _ELECTRODE + "volume change": ("volume_change",),
    _ELECTRODE + "reference concentration for free of deformation [mol.m-3]": (
        "stoichiometry_min",
        "stoichiometry_max",
        "maximum_concentration",
    ),
    _ELECTRODE + "critical stress [Pa]": ("fracture_toughness", "flaw_size"),
}
"""Entries that properties give, and which."""


def damage_parameters(cell: Cell, pybamm: Any) -> dict[str, Any]:
    """Entries of a cell's positive electrode; those on cracks where its material has a flaw.

    The volume change is three times the linear strain, the flaw is ``flaw_size`` deep and there is
    one on each particle, and the critical stress is the one at which it would grow at once,
    K_IC/(1.12 sqrt(pi a)).
    """
    material = cell.material
    strain, c_max = material["chemical_strain"], material.maximum_concentration
    values: dict[str, Any] = {
        "Young's modulus [Pa]": _of_filling(material["youngs_modulus"], 1.0, pybamm),
        "Poisson's ratio": material.value("poisson_ratio"),
        "partial molar volume [m3.mol-1]": _slope(strain, 3 / c_max, pybamm),
        "volume change": _alone(_of_filling(strain, 3.0, pybamm)),
        "reference concentration for free of deformation [mol.m-3]": (
            material.stress_free_site_fraction * c_max
        ),
    }
    if {"flaw_size", "fracture_toughness"} <= material.properties.keys():
        values |= _cracks(cell)
    named = {_ELECTRODE + name: value for name, value in values.items()}
    return {**named, **AI2020, "Cell thermal expansion coefficient [m.K-1]": 0.0}


def _cracks(cell: Cell) -> dict[str, float]:
    material = cell.material
    depth, radius = material.value("flaw_size"), material.value("particle_radius")
    critical = material.value("fracture_toughness") / (EDGE * math.sqrt(math.pi * depth))
    return {
        "initial crack length [m]": depth,
        "initial crack width [m]": 2 * depth,
        "number of cracks per unit area [m-2]": 1 / (4 * math.pi * radius**2),
        "Paris' law constant b": EDGE,
        "LAM constant proportional term [s-1]": 0.0,
        "critical stress [Pa]": critical,
    }


def _of_filling(prop: Property, factor: float, pybamm: Any) -> Any:
    if isinstance(prop.function, Constant):
        return factor * prop.magnitude
    return _tabulated(factor * prop(GRID), prop.name, pybamm)


def _slope(prop: Property, factor: float, pybamm: Any) -> Any:
    slope = factor * prop.slope(GRID)
    if np.ptp(slope) == 0:
        return float(slope[0])
    return _tabulated(slope, f"slope of {prop.name}", pybamm)


def _tabulated(values: Any, name: str, pybamm: Any) -> Any:
    def interpolated(stoichiometry: Any, _: Any) -> Any:
        return pybamm.Interpolant(GRID, values, stoichiometry, name)

    return interpolated


def _alone(of_two: Any) -> Any:
    """A function of the filling alone, as PyBaMM calls this one."""
    return (lambda stoichiometry: of_two(stoichiometry, None)) if callable(of_two) else of_two
