"""Cross-checks that tie a material's numbers together."""

from __future__ import annotations

import re

from particle_sim.constants import AVOGADRO, FARADAY
from particle_sim.materials.potential import PlateauPotential
from particle_sim.materials.property import Property

CLOSURE = 0.01
"""Relative mismatch allowed between numbers that follow from one another (printed digits)."""


_FORMULA = re.compile(r"[A-Za-z0-9.()]+")


def closure_problems(where: str, properties: dict[str, Property], formula: str) -> list[str]:
    """Sentences for every relation that does not close."""
    value = {name: prop.magnitude for name, prop in properties.items()}
    checks = (_capacity, _concentration, _density, _voltages)
    problems = [text for check in checks if (text := check(value)) is not None]
    problems += _plateaus_inside(properties, value)
    mass = _formula_mass(formula)
    if isinstance(mass, str):
        problems.append(mass)
    elif _off(value["molar_mass"], mass):
        problems.append(
            f"properties.molar_mass is {value['molar_mass'] * 1e3:.5g} g/mol but {formula} weighs "
            f"{mass * 1e3:.5g} g/mol; correct the formula or the molar mass."
        )
    return [f"{where}: {problem}" for problem in problems]


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


def _formula_mass(formula: str) -> float | str:
    """Molar mass [kg/mol] of a formula, or a sentence when it cannot be read."""
    import periodictable  # an element table; only needed when a file is loaded
    from pyparsing import ParseBaseException  # its parser

    try:
        mass = float(periodictable.formula(formula).mass) if _FORMULA.fullmatch(formula) else 0.0
    except (ValueError, ParseBaseException, RecursionError):
        mass = 0.0
    if mass > 0:
        return mass * 1e-3
    return f'material.formula is "{formula}"; write it like Na3V2(PO4)3.'
