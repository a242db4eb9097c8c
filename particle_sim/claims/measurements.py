"""The closed list of measurements that would settle claims, and which input each of them fixes."""

from __future__ import annotations

from collections.abc import Mapping

MEASUREMENTS: Mapping[str, str] = {
    "diffusivity": "diffusion coefficients of both materials as numbers (GITT or pulses, with the "
    "radius they were reduced by)",
    "particle_sizes": "particle sizes of both powders (SEM, as a distribution)",
    "lattice_parameters": "a(x), c(x) and V(x) of both materials as numbers (operando XRD)",
    "phases": "whether it parts into two phases, at rest and at the rate (operando XRD)",
    "boundary": "whether the phase boundary is coherent, relieved or goes by an intermediate phase "
    "(TEM of a half-charged particle)",
    "modulus": "Young's modulus (indentation of grains)",
    "toughness": "fracture toughness (micro-pillar splitting or indents in grains)",
    "flaws": "flaws of particles as made (FIB-SEM)",
    "charge_transfer": "exchange current on a known area (impedance over the state of charge)",
    "cell": "loading, series resistance and cut-offs of the cell",
    "carbon": "size, density and mass of the hard carbon, and the sodium in it at assembly",
    "open_circuit": "rest potentials against filling as numbers",
    "voltage_curves": "charge and discharge curves of both materials as numbers",
    "rate_test": "capacities of both materials at each rate in the same cell as numbers",
    "simulation_inputs": "inputs of the published simulation",
    "cracked_share": "share of cracked particles after a stated number of cycles (counted in SEM)",
    "retention": "retention and volume change of more materials in one kind of cell",
    "ageing": "diffusivity and resistance against cycle number as numbers",
    "volume_change": "volume change of the material and of its baseline as numbers",
    "barriers": "migration barriers of both materials by one method",
    "temperature": "rate tests of both materials at two temperatures",
    "conductivity": "conductivities of the material and of its parent as numbers",
}
"""What is measured, by the name that a claim file gives."""

FIXES: Mapping[str, str] = {
    "diffusivity": "diffusivity",
    "diffusion_rate": "diffusivity",
    "diffusivity_fall": "diffusivity",
    "size_spread": "particle_sizes",
    "exchange_current": "charge_transfer",
    "series_resistance": "cell",
    "window_capacity": "lattice_parameters",
    "particle_radius": "particle_sizes",
    "exchange_current_density": "charge_transfer",
    "maximum_concentration": "lattice_parameters",
    "film_resistance": "cell",
    "active_loading": "cell",
    "negative_to_positive_ratio": "carbon",
    "negative_initial_sodium": "carbon",
    "negative_particle_radius": "carbon",
    "first_cycle_loss": "carbon",
    "density": "carbon",
    "regular_solution_parameter": "phases",
    "volume_change": "lattice_parameters",
    "youngs_modulus": "modulus",
    "poisson_ratio": "modulus",
    "flaw_size": "flaws",
    "fracture_toughness": "toughness",
    "flaw_spread": "flaws",
    "toughness_spread": "toughness",
    "growth_rate": "cracked_share",
    "growth_exponent": "cracked_share",
    "growth_threshold": "cracked_share",
    "slow_growth_rate": "cracked_share",
    "slow_growth_exponent": "cracked_share",
    "contact_lost": "ageing",
}
"""The measurement that fixes an input."""

WITHIN: Mapping[str, float] = {
    "diffusivity": 1.5,
    "particle_sizes": 1.25,
    "lattice_parameters": 1.05,
    "charge_transfer": 1.5,
    "cell": 1.25,
    "carbon": 1.1,
    "phases": 1.1,
    "modulus": 1.1,
    "flaws": 1.5,
    "toughness": 1.25,
    "rate_test": 1.05,
    "cracked_share": 2.0,
    "ageing": 1.25,
}
"""The factor within which a measurement knows an input in nine of ten cases (assumed)."""
WAYS = ("phases", "boundary")
"""Measurements that tell which of several mechanisms it is."""
POINT = "capacity at "
"""Begins the name of a capacity at one rate."""


def measurement_of(name: str) -> str:
    """The measurement that fixes an input ``x of Y`` or has that name, or nothing.

    >>> measurement_of("diffusivity of NVP"), measurement_of("capacity at 2C of NVP")
    ('diffusivity', 'rate_test')
    """
    if name in MEASUREMENTS:
        return name
    return "rate_test" if name.startswith(POINT) else FIXES.get(name.partition(" of ")[0], "")
