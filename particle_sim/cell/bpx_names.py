"""Names that our properties bear in a BPX file, and what such a file cannot hold.

BPX (https://bpxstandard.com, version 1) has no fields for mechanics or for what a formula unit is.
Those numbers go into its "User-defined" block, under PyBaMM's own names where PyBaMM has one.
"""

from __future__ import annotations

BPX_VERSION = "1.1.0"

USER_DEFINED: dict[str, str] = {
    "molar_mass": "Positive electrode molar mass [kg.mol-1]",
    "formula_unit_volume": "Positive electrode formula unit volume [m3]",
    "density": "Positive electrode crystal density [kg.m-3]",
    "stoichiometry_min": "Positive electrode carrier per formula unit at stoichiometry 0",
    "stoichiometry_max": "Positive electrode carrier per formula unit at stoichiometry 1",
    "carrier_sites": "Positive electrode carrier sites per formula unit",
    "capacity": "Positive electrode specific capacity [A.h.kg-1]",
    "one_c_current": "Positive electrode specific current at 1C [A.kg-1]",
    "lower_voltage": "Positive electrode lower cut-off against metal [V]",
    "upper_voltage": "Positive electrode upper cut-off against metal [V]",
    "volume_change": "Positive electrode volume change",
    "youngs_modulus": "Positive electrode Young's modulus [Pa]",
    "poisson_ratio": "Positive electrode Poisson's ratio",
    "stiffness_c11": "Positive electrode stiffness C11 [Pa]",
    "stiffness_c12": "Positive electrode stiffness C12 [Pa]",
    "stiffness_c13": "Positive electrode stiffness C13 [Pa]",
    "stiffness_c33": "Positive electrode stiffness C33 [Pa]",
    "stiffness_c44": "Positive electrode stiffness C44 [Pa]",
    "axial_strain_ratio": "Positive electrode strain along c over strain along a",
    "lattice_a": "Positive electrode lattice parameter a [m]",
    "lattice_c": "Positive electrode lattice parameter c [m]",
    "tensile_strength": "Positive electrode tensile strength [Pa]",
    "fracture_toughness": "Positive electrode fracture toughness [Pa.m0.5]",
    "flaw_size": "Positive electrode initial crack length [m]",
    "regular_solution_parameter": "Positive electrode regular solution parameter [R.T]",
    "gradient_coefficient": "Positive electrode gradient energy coefficient [J.m-1]",
}
"""Our property to its name in the User-defined block; tables are over the stoichiometry."""

PARTIAL_MOLAR_VOLUME = "Positive electrode partial molar volume [m3.mol-1]"
STRESS_FREE = "Positive electrode stress-free stoichiometry"
CONTACT_RESISTANCE = "Contact resistance [Ohm]"
OPEN_CIRCUIT_LIMITS = ("Open-circuit voltage at 0% SOC [V]", "Open-circuit voltage at 100% SOC [V]")
"""PyBaMM asks for them; BPX has the cut-offs only."""

NATIVE: dict[str, str] = {
    "maximum_concentration": "Maximum concentration [mol.m-3]",
    "particle_radius": "Particle radius [m]",
    "diffusivity": "Diffusivity [m2.s-1]",
    "open_circuit_potential": "OCP [V]",
    "exchange_current_density": "Reaction rate constant [mol.m-2.s-1]",
}
"""Our property to BPX's own field of the positive electrode."""

ACTIVATION: dict[str, str] = {
    "diffusivity": "Diffusivity activation energy [J.mol-1]",
    "exchange_current_density": "Reaction rate constant activation energy [J.mol-1]",
}
"""Our property to the field of its activation energy."""

LOSSES = (
    "evidence, source and plausible range of every number",
    "other readings of the material's evidence, and the claims of its paper",
    "phase behaviour, and the plateaus behind the potential (its table only)",
    "activation energies, except that of the diffusivity",
    "the plausible range and the note of the activation energy",
    "formula, family and carrier, except in the header's text",
    "the thermodynamic factor of the electrolyte, which BPX takes as 1",
    "the hard carbon's exchange current against filling: one rate constant, right at half filling",
    "the exchange current against lattice occupancy: BPX's is that at half filling of the window",
    "where the strain bends: one mean partial molar volume, as PyBaMM reads no table of it",
    "the resistance of films and contacts, except as a user-defined number",
)
"""What the format cannot carry, one phrase each."""
