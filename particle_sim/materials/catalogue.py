"""Which properties a material file may hold, each with its unit, bounds, forms and meaning.

A new property is one more entry here. One that a simulation can do without is ``required=False``.
"""

from __future__ import annotations

from functools import partial

from particle_sim.materials.forms import LOGARITHMIC, PLATEAUS, POTENTIAL, STRAIGHT, STRAIN
from particle_sim.materials.functions import LEAST_VOLUME, SquareRoot
from particle_sim.materials.kind import PropertyKind, number

_CONSTANT = number()
_voltage = partial(PropertyKind, "V", lowest=-1.0, highest=6.0)
_optional = partial(PropertyKind, required=False)

CATALOGUE: dict[str, PropertyKind] = {
    "molar_mass": PropertyKind(
        "kg/mol", "molar mass of the formula as written", "capacity, density", display_unit="g/mol"
    ),
    "formula_unit_volume": PropertyKind(
        "m^3", "crystal volume per formula unit", "concentration, flux", display_unit="angstrom^3"
    ),
    "density": PropertyKind("kg/m^3", "crystal density", "flux, electrode thickness"),
    "stoichiometry_min": PropertyKind(
        "1", "carrier per formula unit, poor end of the window", "capacity", lowest_allowed=True
    ),
    "stoichiometry_max": PropertyKind(
        "1", "carrier per formula unit, rich end of the window", "capacity"
    ),
    "carrier_sites": _optional(
        "1",
        "sites of the carrier per formula unit, full and vacant",
        "exchange current, stress drift, Darken factor",
    ),
    "capacity": PropertyKind(
        "A*h/kg",
        "specific capacity of the window",
        "voltage curve, C-rate",
        display_unit="mA*h/g",
    ),
    "one_c_current": PropertyKind(
        "A/kg",
        "specific current called 1C",
        "every result at a C-rate",
        display_unit="mA/g",
        chosen=True,
    ),
    "maximum_concentration": PropertyKind(
        "mol/m^3", "mobile carrier at the rich end, c_max", "flux, gradients"
    ),
    "lower_voltage": _voltage("cell cut-off", "capacity", chosen=True),
    "upper_voltage": _voltage("cell cut-off", "capacity", chosen=True),
    "open_circuit_potential": _voltage(
        "measured equilibrium potential against the carrier's metal",
        "voltage, energy",
        forms=(PLATEAUS, POTENTIAL),
    ),
    "diffusivity": PropertyKind(
        "m^2/s",
        "effective chemical diffusivity of the carrier",
        "rate capability, gradients, stress",
        forms=(_CONSTANT, LOGARITHMIC),
    ),
    "diffusivity_fall": _optional(
        "1",
        "decades that D falls from half to full occupancy of the lattice",
        "rate capability, gradients, stress",
        lowest=-6.0,
        highest=6.0,
    ),
    "exchange_current_density": PropertyKind(
        "A/m^2",
        "exchange current at half filling of the window, per true particle surface",
        "overpotential, rate capability",
        forms=(number(SquareRoot),),
    ),
    "particle_radius": PropertyKind(
        "m",
        "particle radius",
        "rate capability, gradients, stress, cracks",
        lowest=1e-12,
        highest=100.0,
        display_unit="um",
    ),
    "volume_change": PropertyKind(
        "1",
        "cell volume over its stress-free value, minus one",
        "stress, strain, cracks",
        lowest=LEAST_VOLUME,
        highest=9.0,
        forms=(STRAIN,),
        display_unit="%",
    ),
    "youngs_modulus": PropertyKind(
        "Pa",
        "isotropic Young's modulus",
        "stress, cracks",
        forms=(_CONSTANT, STRAIGHT),
        display_unit="GPa",
    ),
    "poisson_ratio": PropertyKind(
        "1", "isotropic Poisson ratio", "stress, cracks", lowest=-1.0, highest=0.499
    ),
    **{
        f"stiffness_{name}": _optional(
            "Pa",
            f"elastic constant {name.upper()} of the hexagonal crystal, third axis along c",
            "stress between grains",
            display_unit="GPa",
        )
        for name in ("c11", "c12", "c13", "c33", "c44")
    },
    "axial_strain_ratio": _optional(
        "1",
        "chemical strain along c over that along a, at the same volume change",
        "stress between grains",
        lowest=-1.9,
        highest=10.0,
    ),
    **{
        f"lattice_{axis}": _optional(
            "m",
            f"lattice parameter {axis} of the hexagonal cell against the carrier",
            "stress between grains, diffraction",
            forms=(STRAIGHT,),
            display_unit="angstrom",
        )
        for axis in "ac"
    },
    "tensile_strength": _optional(
        "Pa", "stress at which it would fail", "cracks", display_unit="MPa"
    ),
    "fracture_toughness": _optional(
        "Pa*m^0.5", "critical stress intensity K_IC", "cracks", display_unit="MPa*m^0.5"
    ),
    "flaw_size": _optional("m", "depth of the assumed surface flaw", "cracks", display_unit="nm"),
    "yield_stress": _optional(
        "Pa", "stress at which a shell around a misfit flows", "stress, cracks", display_unit="GPa"
    ),
    "interface_energy": _optional(
        "J/m^2", "energy of an incoherent boundary between two phases", "stress, cracks"
    ),
    "misfit_share": _optional(
        "1",
        "largest misfit met at one phase boundary, over that of the whole volume change",
        "stress of two phases, cracks",
        highest=1.0,
    ),
    "burgers_vector": _optional(
        "m", "slip of one misfit dislocation", "spacing of misfit dislocations", display_unit="nm"
    ),
    "regular_solution_parameter": _optional(
        "1",
        "interaction chi of one plateau in R T; two phases above 2",
        "two phases or solid solution",
        lowest=-20.0,
        highest=20.0,
    ),
    "gradient_coefficient": _optional(
        "J/m", "gradient energy kappa |grad theta|^2 / 2", "width of a phase boundary"
    ),
}
