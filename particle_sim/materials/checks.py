"""Cross-checks that tie a material's numbers together."""

from __future__ import annotations

from particle_sim.composition.formula import molar_mass, parse_formula
from particle_sim.constants import AVOGADRO, FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.potential import PlateauPotential
from particle_sim.materials.property import Property
from particle_sim.materials.schema import Header

CLOSURE = 0.01
"""Relative mismatch allowed between numbers that follow from one another (printed digits)."""

LEAST_WINDOW = 0.01
"""Smallest exchange of carrier per formula unit that is a capacity, and not one in another unit."""


def closure_problems(where: str, properties: dict[str, Property], header: Header) -> list[str]:
    """Sentences for every relation that does not close."""
    value = {name: prop.magnitude for name, prop in properties.items()}
    checks = (_capacity, _concentration, _density, _voltages)
    problems = [text for check in checks if (text := check(value)) is not None]
    problems += _plateaus_inside(properties, value)
    problems += _mass_problems(header, value["molar_mass"])
    return [f"{where}: {problem}" for problem in problems]


def _mass_problems(header: Header, given: float) -> list[str]:
    try:
        mass = molar_mass(parse_formula(header.formula, variables=header.variables))
    except InputError as error:
        return [f"material.formula: {problem}" for problem in error.problems]
    if not _off(given, mass):
        return []
    return [
        f"properties.molar_mass is {given * 1e3:.5g} g/mol but {header.formula} weighs "
        f"{mass * 1e3:.5g} g/mol; correct the formula or the molar mass."
    ]


def _off(given: float, derived: float) -> bool:
    return not abs(given - derived) <= CLOSURE * derived


def window_problems(where: str, properties: dict[str, Property]) -> list[str]:
    """A sentence when the ends of the stoichiometry window are known and in the wrong order."""
    low, high = (properties.get(f"stoichiometry_{end}") for end in ("min", "max"))
    if low is None or high is None or high.magnitude > low.magnitude:
        return []
    return [
        f"{where}: properties.stoichiometry_max is {high.magnitude:g}; it must be above "
        f"stoichiometry_min, {low.magnitude:g}."
    ]


def _capacity(value: dict[str, float]) -> str | None:
    window = value["stoichiometry_max"] - value["stoichiometry_min"]
    derived = window * FARADAY / (3600 * value["molar_mass"])
    if window < LEAST_WINDOW:
        return (
            f"properties.capacity is {value['capacity']:.4g} mAh/g, only {window:.2g} carrier "
            "ions per formula unit; check its unit, mA*h/g, and the window."
        )
    if not _off(value["capacity"], derived):
        return None
    return (
        f"properties.capacity is {value['capacity']:.4g} mAh/g but the window of {window:.4g} Na "
        f"gives {derived:.4g} mAh/g (dx F / 3.6 M); correct the capacity or the window."
    )


def _concentration(value: dict[str, float]) -> str | None:
    window = value["stoichiometry_max"] - value["stoichiometry_min"]
    derived = window / (AVOGADRO * value["formula_unit_volume"])
    if not _off(value["maximum_concentration"], derived):
        return None
    return (
        f"properties.maximum_concentration is {value['maximum_concentration']:.5g} mol/m^3 but "
        f"window and cell volume give {derived:.5g} mol/m^3 (dx / N_A V); correct one of them."
    )


def _density(value: dict[str, float]) -> str | None:
    derived = value["molar_mass"] / (AVOGADRO * value["formula_unit_volume"])
    if not _off(value["density"], derived):
        return None
    return (
        f"properties.density is {value['density']:.4g} kg/m^3 but molar mass and cell volume give "
        f"{derived:.4g} kg/m^3 (M / N_A V); correct one of them."
    )


def _voltages(value: dict[str, float]) -> str | None:
    if value["upper_voltage"] > value["lower_voltage"]:
        return None
    return (
        f"properties.upper_voltage is {value['upper_voltage']:g} V; it must be above "
        f"lower_voltage, {value['lower_voltage']:g} V."
    )


def _plateaus_inside(properties: dict[str, Property], value: dict[str, float]) -> list[str]:
    potential = properties["open_circuit_potential"].function
    if not isinstance(potential, PlateauPotential):
        return []
    low, high = value["lower_voltage"], value["upper_voltage"]
    return [
        f"properties.open_circuit_potential has a plateau at {plateau.voltage:g} V, outside the "
        f"cut-offs {low:g} to {high:g} V; move the plateau or the cut-offs."
        for plateau in potential.plateaus
        if not low < plateau.voltage < high
    ]
