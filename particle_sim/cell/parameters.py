"""From a cell to PyBaMM parameter values: the names are PyBaMM's, the carrier is the material's.

Diffusivity, potential and exchange current are those of ``transport`` and ``cell.voltage``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from particle_sim.cell.balance import negative_filling, negative_thickness, positive_capacity
from particle_sim.cell.half_cell import Cell, CellModel
from particle_sim.cell.many_sizes import size_parameters
from particle_sim.cell.negative import NegativeElectrode
from particle_sim.cell.voltage import potential_table, sloped_table
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.materials.functions import LinearTable
from particle_sim.materials.property import Property
from particle_sim.transport.sphere import SphereTransport
from particle_sim.transport.table import GRID

METAL_MOLAR_VOLUME = {"Li": 1.30e-5, "Na": 2.375e-5, "K": 4.54e-5}
"""Molar mass over density of the metal at 298 K [m3/mol] (CRC Handbook); not in any equation of
the models used, but PyBaMM wants it."""


def pybamm_parameters(
    cell: Cell, pybamm: Any, *, filling: float, temperature: float, least_step: float = 0.0
) -> dict[str, Any]:
    """The parameter dictionary of a cell at rest at ``filling`` of its positive electrode.

    ``pybamm`` is the module. A full cell's negative filling follows from the carrier balance.
    ``least_step``: filling between two places of the potential's table, joined by a smooth curve
    where it is given and by straight lines where not.
    """
    design = cell.design
    side = float(np.sqrt(design.value("electrode_area")))
    lower, upper = cell.voltage_limits
    counter = _metal(cell) if cell.negative is None else _negative(cell, cell.negative, filling)
    return {
        "Ambient temperature [K]": temperature,
        "Initial temperature [K]": temperature,
        "Reference temperature [K]": temperature,
        "Electrode height [m]": side,
        "Electrode width [m]": side,
        "Nominal cell capacity [A.h]": positive_capacity(cell),
        "Current function [A]": cell.one_c_current,
        "Contact resistance [Ohm]": design.value("film_resistance")
        / design.value("electrode_area"),
        "Number of electrodes connected in parallel to make a cell": 1.0,
        "Number of cells connected in series to make a battery": 1.0,
        "Lower voltage cut-off [V]": lower,
        "Upper voltage cut-off [V]": upper,
        "Open-circuit voltage at 0% SOC [V]": lower,
        "Open-circuit voltage at 100% SOC [V]": upper,
        **_positive(cell, pybamm, (filling, least_step), temperature),
        **_electrolyte(cell, pybamm),
        **counter,
    }


def _metal(cell: Cell) -> dict[str, Any]:
    design, exchange = cell.design, cell.design.value("metal_exchange_current_density")

    def metal_exchange(c_e: Any, c_metal: Any, temperature: Any) -> Any:
        return exchange * (c_e / design.value("salt_concentration")) ** 0.5

    return {
        "Negative electrode thickness [m]": 1e-4,
        "Negative electrode conductivity [S.m-1]": 2.1e7,
        "Negative electrode OCP [V]": 0.0,
        "Lithium metal partial molar volume [m3.mol-1]": METAL_MOLAR_VOLUME[cell.material.carrier],
        "Exchange-current density for lithium metal electrode [A.m-2]": metal_exchange,
    }


def _negative(cell: Cell, negative: NegativeElectrode, filling: float) -> dict[str, Any]:
    radius = cell.design.properties.get("negative_particle_radius")
    own = {} if radius is None else {"Negative particle radius [m]": radius.magnitude}
    return {
        **negative.values,
        **own,
        "Negative electrode thickness [m]": negative_thickness(cell, negative),
        "Initial concentration in negative electrode [mol.m-3]": (
            negative_filling(cell, filling) * negative.maximum_concentration
        ),
    }


def _positive(
    cell: Cell, pybamm: Any, start: tuple[float, float], temperature: float
) -> dict[str, Any]:
    material, design = cell.material, cell.design
    filling, _ = start

    def exchange(c_e: Any, c_surface: Any, c_max: Any, _: Any) -> Any:
        salt = (c_e / design.value("salt_concentration")) ** 0.5
        return material["exchange_current_density"](c_surface / c_max, temperature) * salt

    return {
        "Positive electrode thickness [m]": cell.electrode_thickness,
        "Positive electrode active material volume fraction": design.value(
            "active_volume_fraction"
        ),
        "Positive electrode porosity": design.value("porosity"),
        "Positive electrode conductivity [S.m-1]": design.value("electrode_conductivity"),
        "Positive electrode Bruggeman coefficient (electrode)": 1.5,
        "Positive electrode Bruggeman coefficient (electrolyte)": 1.5,
        "Positive electrode OCP [V]": _potential(cell, pybamm, start, temperature),
        "Positive electrode OCP entropic change [V.K-1]": 0.0,
        "Positive electrode exchange-current density [A.m-2]": exchange,
        "Positive particle radius [m]": material.value("particle_radius"),
        **({} if cell.sizes is None else size_parameters(cell.sizes, pybamm)),
        "Positive particle diffusivity [m2.s-1]": _diffusivity(cell, pybamm, temperature),
        "Maximum concentration in positive electrode [mol.m-3]": material.maximum_concentration,
        "Initial concentration in positive electrode [mol.m-3]": (
            filling * material.maximum_concentration
        ),
    }


def _electrolyte(cell: Cell, pybamm: Any) -> dict[str, Any]:
    design = cell.design
    return {
        "Separator thickness [m]": design.value("separator_thickness"),
        "Separator porosity": design.value("separator_porosity"),
        "Separator Bruggeman coefficient (electrolyte)": 1.5,
        "Initial concentration in electrolyte [mol.m-3]": design.value("salt_concentration"),
        "Cation transference number": design.value("transference_number"),
        "Thermodynamic factor": design.value("thermodynamic_factor"),
        "Electrolyte conductivity [S.m-1]": _of_concentration(
            design.properties["electrolyte_conductivity"], pybamm
        ),
        "Electrolyte diffusivity [m2.s-1]": _of_concentration(
            design.properties["electrolyte_diffusivity"], pybamm
        ),
    }


def _of_concentration(prop: Property, pybamm: Any) -> Any:
    table = prop.function
    if not isinstance(table, LinearTable):
        return prop.magnitude
    concentration, values = np.asarray(table.points), np.asarray(table.values)

    def interpolated(c_e: Any, _: Any) -> Any:
        return pybamm.Interpolant(concentration, values, c_e, prop.name)

    return interpolated


def _potential(cell: Cell, pybamm: Any, start: tuple[float, float], temperature: float) -> Any:
    """U(theta_s), less (R T/F) k (theta_s - <theta>) where stress acts on the sodium.

    <theta> is known from the charge passed. In a DFN it differs from particle to particle.
    """
    filling, least_step = start
    theta, voltage = potential_table(cell, temperature)
    smoothness = "linear"
    if least_step:
        theta, voltage = sloped_table((theta, voltage), least_step)
        smoothness = "pchip"
    share = GAS_CONSTANT * temperature / FARADAY * carried_law(cell, temperature).drift

    def interpolated(stoichiometry: Any) -> Any:
        rest = pybamm.Interpolant(
            theta, voltage, stoichiometry, "open_circuit_potential", interpolator=smoothness
        )
        if not share:
            return rest
        passed = pybamm.Variable("Discharge capacity [A.h]") / positive_capacity(cell)
        return rest - share * (stoichiometry - (filling + passed))

    return interpolated


def carried_law(cell: Cell, temperature: float = REFERENCE_TEMPERATURE) -> SphereTransport:
    """What the cell's law comes down to; :class:`InputError` where PyBaMM cannot carry it."""
    found = cell.law.in_sphere(cell.material, temperature)
    if found.drift and cell.model in (CellModel.DFN, CellModel.MPM):
        raise InputError(
            f"{cell.material.name}: {cell.law.title} shifts the potential with the mean filling of "
            f"each particle, which a {cell.model.value} does not tell; use SPM or SPMe."
        )
    return found


def _diffusivity(cell: Cell, pybamm: Any, temperature: float) -> Any:
    carried = carried_law(cell, temperature)
    if carried.constant is not None:
        return carried.constant

    def interpolated(stoichiometry: Any, _: Any) -> Any:
        return pybamm.Interpolant(GRID, carried.values, stoichiometry, "diffusivity")

    return interpolated
