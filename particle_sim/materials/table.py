"""A material's numbers as rows of text, in the units people use."""

from __future__ import annotations

from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.potential import PlateauPotential

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
}
"""SI to display unit; exact powers of ten, so that showing a table needs no unit library."""


def input_rows(record: MaterialRecord) -> list[dict[str, str]]:
    """One row per property: name, value, unit, plausible, evidence, source, place, note."""
    properties = record.material.properties
    return [_row(record, name) for name in CATALOGUE if name in properties]


def _row(record: MaterialRecord, name: str) -> dict[str, str]:
    prop, kind = record.material[name], CATALOGUE[name]
    unit = kind.display_unit or kind.unit
    factor = DISPLAY_FACTORS[kind.display_unit]
    value = f"{prop.magnitude * factor:.5g}"
    if isinstance(prop.function, PlateauPotential):
        value = ", ".join(f"{p.voltage:g} ({p.share:.0%})" for p in prop.function.plateaus)
    spread = ""
    if prop.plausible is not None:
        spread = f"{prop.plausible.low * factor:.4g} to {prop.plausible.high * factor:.4g}"
    return {
        "property": name.replace("_", " "),
        "value": value,
        "unit": "" if unit == "1" else unit,
        "plausible": spread,
        "evidence": prop.evidence.value,
        "source": record.citation(prop.source),
        "place": prop.place,
        "note": prop.note,
    }
