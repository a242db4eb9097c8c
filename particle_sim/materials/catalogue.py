"""Which properties a material file may hold: SI unit, allowed values, meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PropertyKind:
    """What a property is and which values it may take (bounds in the SI ``unit``)."""

    unit: str
    meaning: str
    lowest: float = 0.0
    highest: float = math.inf
    lowest_allowed: bool = False
    required: bool = True
    forms: tuple[str, ...] = ("constant",)
    display_unit: str | None = None
    results: str = ""
    """Which results it matters for, in words."""

    def problem(self, value: float) -> str | None:
        """Why ``value`` (SI) is not allowed, or ``None``."""
        too_low = value < self.lowest or (value == self.lowest and not self.lowest_allowed)
        if not too_low and value <= self.highest:
            return None
        if self.lowest == 0 and self.highest == math.inf:
            return "it must not be negative" if self.lowest_allowed else "it must be positive"
        return f"it must lie between {self.lowest:g} and {self.highest:g} {self.unit}"


_FUNCTION = ("constant", "table")

CATALOGUE: dict[str, PropertyKind] = {
    "molar_mass": PropertyKind(
        unit="kg/mol",
        display_unit="g/mol",
        meaning="molar mass of the formula as written",
        results="capacity, density",
    ),
    "formula_unit_volume": PropertyKind(
        unit="m^3",
        display_unit="angstrom^3",
        meaning="crystal volume per formula unit",
        results="concentration, flux",
    ),
    "density": PropertyKind(
        unit="kg/m^3", meaning="crystal density", results="flux, electrode thickness"
    ),
    "stoichiometry_min": PropertyKind(
        unit="1",
        lowest_allowed=True,
        meaning="carrier per formula unit, poor end of the window",
        results="capacity",
    ),
    "stoichiometry_max": PropertyKind(
        unit="1",
        meaning="carrier per formula unit, rich end of the window",
        results="capacity",
    ),
    "capacity": PropertyKind(
        unit="A*h/kg",
        display_unit="mA*h/g",
        meaning="specific capacity of the window",
        results="voltage curve, C-rate",
    ),
    "one_c_current": PropertyKind(
        unit="A/kg",
        display_unit="mA/g",
        meaning="specific current called 1C",
        results="every result at a C-rate",
    ),
    "maximum_concentration": PropertyKind(
        unit="mol/m^3",
        meaning="mobile carrier at the rich end, c_max",
        results="flux, gradients",
    ),
    "lower_voltage": PropertyKind(
        unit="V", lowest=-1.0, highest=6.0, meaning="cell cut-off", results="capacity"
    ),
    "upper_voltage": PropertyKind(
        unit="V", lowest=-1.0, highest=6.0, meaning="cell cut-off", results="capacity"
    ),
    "open_circuit_potential": PropertyKind(
        unit="V",
        lowest=-1.0,
        highest=6.0,
        forms=("plateaus", "table"),
        meaning="measured equilibrium potential against the carrier's metal",
        results="voltage, energy",
    ),
    "diffusivity": PropertyKind(
        unit="m^2/s",
        forms=_FUNCTION,
        meaning="effective chemical diffusivity of the carrier",
        results="rate capability, gradients, stress",
    ),
    "exchange_current_density": PropertyKind(
        unit="A/m^2",
        meaning="exchange current at half filling, per true particle surface",
        results="overpotential, rate capability",
    ),
    "particle_radius": PropertyKind(
        unit="m",
        display_unit="um",
        meaning="particle radius",
        results="rate capability, gradients, stress, cracks",
    ),
    "volume_change": PropertyKind(
        unit="1",
        display_unit="%",
        lowest=-0.9,
        highest=9.0,
        forms=("table",),
        meaning="cell volume over its stress-free value, minus one",
        results="stress, strain, cracks",
    ),
    "youngs_modulus": PropertyKind(
        unit="Pa",
        display_unit="GPa",
        forms=_FUNCTION,
        meaning="isotropic Young's modulus",
        results="stress, cracks",
    ),
    "poisson_ratio": PropertyKind(
        unit="1",
        lowest=-1.0,
        highest=0.499,
        meaning="isotropic Poisson ratio",
        results="stress, cracks",
    ),
    **{
        f"stiffness_{name}": PropertyKind(
            unit="Pa",
            display_unit="GPa",
            required=False,
            meaning=f"elastic constant {name.upper()} of the hexagonal crystal, third axis along c",
            results="stress between grains",
        )
        for name in ("c11", "c12", "c13", "c33", "c44")
    },
    "axial_strain_ratio": PropertyKind(
        unit="1",
        lowest=-1.9,
        highest=10.0,
        required=False,
        meaning="chemical strain along c over that along a, at the same volume change",
        results="stress between grains",
    ),
    "tensile_strength": PropertyKind(
        unit="Pa",
        display_unit="MPa",
        required=False,
        meaning="stress at which it would fail",
        results="cracks",
    ),
    "fracture_toughness": PropertyKind(
        unit="Pa*m^0.5",
        display_unit="MPa*m^0.5",
        required=False,
        meaning="critical stress intensity K_IC",
        results="cracks",
    ),
    "flaw_size": PropertyKind(
        unit="m",
        display_unit="nm",
        required=False,
        meaning="depth of the assumed surface flaw",
        results="cracks",
    ),
    "regular_solution_parameter": PropertyKind(
        unit="1",
        lowest=-20.0,
        highest=20.0,
        required=False,
        meaning="interaction chi of one plateau in R T; two phases above 2",
        results="two phases or solid solution",
    ),
    "gradient_coefficient": PropertyKind(
        unit="J/m",
        required=False,
        meaning="gradient energy kappa |grad theta|^2 / 2",
        results="width of a phase boundary",
    ),
}
