"""A material's numbers as rows of text, in the units people use."""

from __future__ import annotations

from collections.abc import Mapping

from particle_sim.constants import FARADAY
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.kind import PropertyKind
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.potential import PlateauPotential
from particle_sim.materials.printed import PRINTED, Fact
from particle_sim.materials.property import Property
from particle_sim.materials.system import System


def input_rows(record: MaterialRecord) -> list[dict[str, str]]:
    """One row per property: name, value, unit, plausible range, evidence, what it matters for,
    source, place and note.
    """
    return property_rows(record, record.material.properties, CATALOGUE)


def property_rows(
    record: MaterialRecord,
    properties: Mapping[str, Property],
    catalogue: Mapping[str, PropertyKind],
) -> list[dict[str, str]]:
    """Such a row for everything in ``catalogue`` that is known; ``record`` has the citations."""
    return [
        _row(properties[name], kind, record.citation(properties[name].source))
        for name, kind in catalogue.items()
        if name in properties
    ]


def _row(prop: Property, kind: PropertyKind, citation: str) -> dict[str, str]:
    """One property as text, in its display unit."""
    unit, factor = kind.shown_unit, kind.shown_factor
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
        "matters for": kind.results,
        "source": citation,
        "place": prop.place,
        "note": note,
    }


def fact_rows(system: System) -> list[dict[str, str]]:
    """One row per printed fact: its kind, what it states, where, and the paper."""
    return [
        {
            "fact": PRINTED[kind],
            "statement": statement(fact),
            "place": fact.place,
            "source": system.citation(fact.source),
        }
        for kind, facts in system.file.printed.items()
        for fact in facts
    ]


_UNITS = {
    "capacity_mAh_g": "mAh/g",
    "mAh_g": "mAh/g",
    "mAh_cm3": "mAh/cm3",
    "mA_g": "mA/g",
    "current_mA_g": "mA/g",
    "V": "V",
    "lo_V": "V",
    "hi_V": "V",
    "pct": "%",
    "retention_pct": "%",
    "increase_pct": "%",
    "capacity_share_pct": "%",
    "Wh_kg": "Wh/kg",
    "energy_density_Wh_kg": "Wh/kg",
    "lo_eV": "eV",
    "hi_eV": "eV",
    "eV": "eV",
    "value_R": "R",
    "scan_rate_mV_s": "mV/s",
    "wt_pct": "wt%",
}
"""Units behind the numbers whose keys name them; every other key is shown beside its value."""


def statement(fact: Fact) -> str:
    """A fact as words: ``131 mAh/g, rate 0.2C, window 2.0-4.3 V``."""
    parts = []
    for key, value in fact.statement.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if key in _UNITS:
            parts.append(f"{shown} {_UNITS[key]}")
        elif key in ("text", "quote", "sequence", "kind", "stated"):
            parts.append(shown)
        else:
            parts.append(f"{key.replace('_', ' ')} {shown}")
    return ", ".join(parts)
