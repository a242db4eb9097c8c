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
        unit="kg/mol", display_unit="g/mol", meaning="molar mass of the formula as written"
    ),
    "formula_unit_volume": PropertyKind(
        unit="m^3", display_unit="angstrom^3", meaning="crystal volume per formula unit"
    ),
    "density": PropertyKind(unit="kg/m^3", meaning="crystal density"),
    "stoichiometry_min": PropertyKind(
        unit="1", lowest_allowed=True, meaning="sodium per formula unit, poor end of the window"
    ),
    "stoichiometry_max": PropertyKind(
        unit="1", meaning="sodium per formula unit, rich end of the window"
    ),
    "capacity": PropertyKind(
        unit="A*h/kg", display_unit="mA*h/g", meaning="specific capacity of the window"
    ),
    "one_c_current": PropertyKind(
        unit="A/kg", display_unit="mA/g", meaning="specific current called 1C"
    ),
    "maximum_concentration": PropertyKind(
        unit="mol/m^3", meaning="mobile sodium at the rich end, c_max"
    ),
    "lower_voltage": PropertyKind(unit="V", lowest=-1.0, highest=6.0, meaning="cell cut-off"),
    "upper_voltage": PropertyKind(unit="V", lowest=-1.0, highest=6.0, meaning="cell cut-off"),
    "open_circuit_potential": PropertyKind(
        unit="V",
        lowest=-1.0,
        highest=6.0,
        forms=("plateaus", "table"),
        meaning="measured equilibrium potential against the carrier's metal",
    ),
    "diffusivity": PropertyKind(
        unit="m^2/s", forms=_FUNCTION, meaning="effective chemical diffusivity of the carrier"
    ),
    "exchange_current_density": PropertyKind(
        unit="A/m^2", meaning="exchange current at half filling, per true particle surface"
    ),
    "particle_radius": PropertyKind(unit="m", display_unit="um", meaning="particle radius"),
    "volume_change": PropertyKind(
        unit="1",
        display_unit="%",
        lowest=-0.9,
        highest=9.0,
        forms=("table",),
        meaning="cell volume over its stress-free value, minus one",
    ),
    "youngs_modulus": PropertyKind(
        unit="Pa", display_unit="GPa", forms=_FUNCTION, meaning="isotropic Young's modulus"
    ),
    "poisson_ratio": PropertyKind(
        unit="1", lowest=-1.0, highest=0.499, meaning="isotropic Poisson ratio"
    ),
    **{
        f"stiffness_{name}": PropertyKind(
            unit="Pa",
            display_unit="GPa",
            required=False,
            meaning=f"elastic constant {name.upper()} of the hexagonal crystal, third axis along c",
        )
        for name in ("c11", "c12", "c13", "c33", "c44")
    },
    "axial_strain_ratio": PropertyKind(
        unit="1",
        lowest=-1.9,
        highest=10.0,
        required=False,
        meaning="chemical strain along c over that along a, at the same volume change",
    ),
    "tensile_strength": PropertyKind(
        unit="Pa", display_unit="MPa", required=False, meaning="stress at which it would fail"
    ),
    "fracture_toughness": PropertyKind(
        unit="Pa*m^0.5",
        display_unit="MPa*m^0.5",
        required=False,
        meaning="critical stress intensity K_IC",
    ),
    "flaw_size": PropertyKind(
        unit="m", display_unit="nm", required=False, meaning="depth of the assumed surface flaw"
    ),
    "regular_solution_parameter": PropertyKind(
        unit="1",
        lowest=-20.0,
        highest=20.0,
        required=False,
        meaning="interaction chi of one plateau in R T; two phases above 2",
    ),
    "gradient_coefficient": PropertyKind(
        unit="J/m", required=False, meaning="gradient energy kappa |grad theta|^2 / 2"
    ),
}
