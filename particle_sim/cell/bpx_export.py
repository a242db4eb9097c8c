"""A full cell as a BPX document: the Battery Parameter eXchange format, as JSON.

BPX wants both electrodes, so the positive material stands against hard carbon. Its stoichiometry
is c / c_max, our site fraction; 0 % and 100 % state of charge are the rest states at the cut-offs.
Functions are tables {"x", "y"}; nothing in the file is an expression. Conversions:

    surface area per volume = 3 eps / R,     transport efficiency = eps_pores^b,
    j0 = F k sqrt((c_e/c_e0) x (1 - x))  =>  k = 2 j_half / F,     sigma_eff = sigma eps^b.

BPX's j0 vanishes at both ends of the window; ours, over the lattice, comes back from the number of
sites in the User-defined block.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from particle_sim.cell.balance import RestState, positive_capacity, rest_state
from particle_sim.cell.bpx_names import (
    BPX_VERSION,
    CONTACT_RESISTANCE,
    LOSSES,
    OPEN_CIRCUIT_LIMITS,
    PARTIAL_MOLAR_VOLUME,
    STRESS_FREE,
    USER_DEFINED,
)
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.negative import NegativeElectrode, load_negative
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.particle_damage import damage_parameters
from particle_sim.cell.provenance import as_text, cell_provenance
from particle_sim.cell.pybamm_module import import_bpx, import_pybamm
from particle_sim.cell.voltage import potential_table
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.materials.functions import Falling, LinearTable, LogTable
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.property import Property
from particle_sim.units import Array

_DIFFUSIVITY_POINTS = 201


@dataclass(frozen=True, kw_only=True)
class BpxExport:
    """A BPX document, what it could not take along, and where its numbers come from."""

    document: dict[str, Any]
    losses: tuple[str, ...]
    provenance: str
    """The provenance table as text"""


def to_bpx(record: MaterialRecord, *, negative: str = "hard_carbon") -> BpxExport:
    """The full cell of a material as a BPX document, checked by the ``bpx`` package."""
    cell = full_cell(record.material, negative=negative)
    opposite = load_negative(negative)
    pybamm = import_pybamm()
    full, empty = (rest_state(cell, voltage) for voltage in reversed(cell.voltage_limits))
    values = pybamm_parameters(
        cell, pybamm, filling=full.positive, temperature=REFERENCE_TEMPERATURE
    )
    document = {
        "Header": _header(record, cell, opposite),
        "Parameterisation": {
            "Cell": _cell(cell, values),
            "Electrolyte": _electrolyte(cell),
            "Negative electrode": _negative(opposite, values, empty, full, pybamm),
            "Positive electrode": _positive(cell, values, empty, full),
            "Separator": _porous(values, "Separator"),
            "User-defined": _user_defined(cell, values),
        },
        "State": _state(values),
    }
    import_bpx().parse_bpx_obj(dict(document))
    provenance = as_text(cell_provenance(cell, values))
    return BpxExport(document=document, losses=LOSSES, provenance=provenance)


def _header(record: MaterialRecord, cell: Cell, opposite: NegativeElectrode) -> dict[str, str]:
    material = record.material
    keys = dict.fromkeys(prop.source for prop in material.properties.values())
    return {
        "BPX": BPX_VERSION,
        "Title": f"{material.title} against {opposite.title}",
        "Description": (
            f"{material.formula}, carrier {material.carrier}, reading {material.reading}; "
            f"{cell.design.title}. Written by particle_sim; central values, many of them assumed."
        ),
        "References": "; ".join(record.citation(key) for key in keys),
        "Model": "DFN",
    }


def _cell(cell: Cell, values: dict[str, Any]) -> dict[str, Any]:
    area = cell.design.value("electrode_area")
    layers = ("Negative electrode", "Separator", "Positive electrode")
    lower, upper = cell.voltage_limits
    return {
        "Electrode area [m2]": area,
        "External surface area [m2]": 2 * area,
        "Volume [m3]": area * sum(float(values[f"{layer} thickness [m]"]) for layer in layers),
        "Number of electrode pairs connected in parallel to make a cell": 1,
        "Lower voltage cut-off [V]": lower,
        "Upper voltage cut-off [V]": upper,
        "Nominal cell capacity [A.h]": positive_capacity(cell),
        "Reference temperature [K]": REFERENCE_TEMPERATURE,
    }


def _electrolyte(cell: Cell) -> dict[str, Any]:
    design = cell.design
    return {
        "Cation transference number": design.value("transference_number"),
        "Diffusivity [m2.s-1]": _number_or_table(design.properties["electrolyte_diffusivity"]),
        "Conductivity [S.m-1]": _number_or_table(design.properties["electrolyte_conductivity"]),
    }


def _porous(values: dict[str, Any], layer: str) -> dict[str, Any]:
    pores = float(values[f"{layer} porosity"])
    exponent = float(values[f"{layer} Bruggeman coefficient (electrolyte)"])
    return {
        "Thickness [m]": float(values[f"{layer} thickness [m]"]),
        "Porosity": pores,
        "Transport efficiency": pores**exponent,
    }


def _electrode(values: dict[str, Any], side: str) -> dict[str, Any]:
    """What both electrodes have in common."""
    active = float(values[f"{side} electrode active material volume fraction"])
    radius = float(values[f"{side} particle radius [m]"])
    exponent = float(values[f"{side} electrode Bruggeman coefficient (electrode)"])
    maximum = values[f"Maximum concentration in {side.lower()} electrode [mol.m-3]"]
    return {
        **_porous(values, f"{side} electrode"),
        "Conductivity [S.m-1]": float(values[f"{side} electrode conductivity [S.m-1]"])
        * active**exponent,
        "Maximum concentration [mol.m-3]": float(maximum),
        "Particle radius [m]": radius,
        "Surface area per unit volume [m-1]": 3 * active / radius,
        "Entropic change coefficient [V.K-1]": 0.0,
    }


def _positive(
    cell: Cell, values: dict[str, Any], empty: RestState, full: RestState
) -> dict[str, Any]:
    material = cell.material
    filling, potential = potential_table(cell)
    return {
        **_electrode(values, "Positive"),
        "Minimum stoichiometry": full.positive,
        "Maximum stoichiometry": empty.positive,
        "Diffusivity [m2.s-1]": _number_or_table(material["diffusivity"]),
        "Diffusivity activation energy [J.mol-1]": material["diffusivity"].activation_energy,
        "OCP [V]": _table(filling, potential),
        "Reaction rate constant [mol.m-2.s-1]": 2
        * material.value("exchange_current_density")
        / FARADAY,
    }


def _negative(
    negative: NegativeElectrode,
    values: dict[str, Any],
    empty: RestState,
    full: RestState,
    pybamm: Any,
) -> dict[str, Any]:
    half = 0.5 * negative.maximum_concentration
    given = pybamm.ParameterValues(values)
    exchange = values["Negative electrode exchange-current density [A.m-2]"]
    salt = pybamm.Scalar(values["Initial concentration in electrolyte [mol.m-3]"])
    maximum = pybamm.Scalar(negative.maximum_concentration)
    at_half = given.evaluate(exchange(salt, pybamm.Scalar(half), maximum, None))
    knots = values["Negative particle diffusivity [m2.s-1]"](pybamm.Scalar(0.5), None)
    return {
        **_electrode(values, "Negative"),
        "Minimum stoichiometry": empty.negative,
        "Maximum stoichiometry": full.negative,
        "Diffusivity [m2.s-1]": _table(knots.x[0] / negative.maximum_concentration, knots.y),
        "OCP [V]": _table(
            np.asarray(negative.potential.site_fraction), np.asarray(negative.potential.voltage)
        ),
        "Reaction rate constant [mol.m-2.s-1]": 2 * np.asarray(at_half).item() / FARADAY,
    }


def _user_defined(cell: Cell, values: dict[str, Any]) -> dict[str, Any]:
    material = cell.material
    block = {
        name: _number_or_table(_in_window(material[ours]))
        for ours, name in USER_DEFINED.items()
        if ours in material.properties and ours != "volume_change"
    }
    change = material["volume_change"].function
    numbers = {n: v for n, v in damage_parameters(cell, None).items() if not callable(v)}
    ends = material["chemical_strain"](np.array([0.0, 1.0]))
    omega = float(3 * (ends[1] - ends[0]) / material.maximum_concentration)
    block = {**numbers, PARTIAL_MOLAR_VOLUME: omega, **block}
    if isinstance(change, LinearTable):
        volume = np.expm1(3 * np.asarray(change.values))
        block[USER_DEFINED["volume_change"]] = _table(np.asarray(change.points), volume)
    block[STRESS_FREE] = material.stress_free_site_fraction
    block |= {name: float(values[name]) for name in (CONTACT_RESISTANCE, *OPEN_CIRCUIT_LIMITS)}
    return block


def _state(values: dict[str, Any]) -> dict[str, Any]:
    salt = float(values["Initial concentration in electrolyte [mol.m-3]"])
    return {
        "Initial conditions": {
            "Initial state-of-charge": 1.0,
            "Initial temperature [K]": REFERENCE_TEMPERATURE,
            "Initial electrolyte concentration [mol.m-3]": salt,
        },
        "Thermal environment": {"Ambient temperature [K]": REFERENCE_TEMPERATURE},
    }


def _in_window(prop: Property) -> Property:
    """A property whose table ends with the window; BPX knows no stoichiometry beyond."""
    function = prop.function
    if (
        not isinstance(function, LinearTable)
        or 0 <= min(function.points) <= max(function.points) <= 1
    ):
        return prop
    points = np.unique(np.clip(function.points, 0.0, 1.0))
    return replace(prop, function=LinearTable(tuple(points), tuple(function(points))))


def _number_or_table(prop: Property) -> float | dict[str, list[float]]:
    """A constant, or a table in the property's own variable; bent ones are made dense."""
    function = prop.function
    if isinstance(function, LinearTable):
        return _table(np.asarray(function.points), np.asarray(function.values))
    if isinstance(function, LogTable | Falling):
        filling = np.linspace(0, 1, _DIFFUSIVITY_POINTS)
        return _table(filling, prop(filling))
    return prop.magnitude


def _table(x: Array, y: Array) -> dict[str, list[float]]:
    return {"x": [float(value) for value in x], "y": [float(value) for value in y]}
