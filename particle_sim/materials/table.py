"""A material's numbers as rows of text, in the units people use."""

from __future__ import annotations

from particle_sim.constants import FARADAY
from particle_sim.materials.catalogue import CATALOGUE, PropertyKind
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.potential import PlateauPotential
from particle_sim.materials.property import Property

DISPLAY_FACTORS = {
    None: 1.0,
    "g/mol": 1e3,
    "angstrom^3": 1e30,
    "mA*h/g": 1.0,
    "mA/g": 1.0,
    "um": 1e6,
    "%": 100.0,
    "GPa": 1e-9,
    "MPa": 1e-6,
    "MPa*m^0.5": 1e-6,
    "nm": 1e9,
    "mg/cm^2": 1e2,
    "cm^2": 1e4,
    "mol/L": 1e-3,
    "ohm*cm^2": 1e4,
}
"""SI to display unit; exact powers of ten, so that showing a table needs no unit library."""


def input_rows(record: MaterialRecord) -> list[dict[str, str]]:
    """One row per property: name, value, unit, plausible, evidence, source, place, note."""
    properties = record.material.properties
    return [_row(record, name) for name in CATALOGUE if name in properties]


def _row(record: MaterialRecord, name: str) -> dict[str, str]:
    prop = record.material[name]
    return property_row(prop, CATALOGUE[name], record.citation(prop.source))


def property_row(prop: Property, kind: PropertyKind, citation: str) -> dict[str, str]:
    """One property as text, in its display unit."""
    unit = kind.display_unit or kind.unit
    factor = DISPLAY_FACTORS[kind.display_unit]
    value = f"{prop.magnitude * factor:.5g}"
    if isinstance(prop.function, PlateauPotential):
        value = ", ".join(f"{p.voltage:g} ({p.share:.0%})" for p in prop.function.plateaus)
    spread = ""
    if prop.plausible is not None:
        spread = f"{prop.plausible.low * factor:.4g} to {prop.plausible.high * factor:.4g}"
    note = prop.note
    if prop.activation_energy:
        barrier = f"Activation energy {prop.activation_energy / FARADAY:.3g} eV."
        note = f"{barrier} {note}".strip()
    return {
        "property": prop.name.replace("_", " "),
        "value": value,
        "unit": "" if unit == "1" else unit,
        "plausible": spread,
        "evidence": prop.evidence.value,
        "source": citation,
        "place": prop.place,
        "note": note,
    }
