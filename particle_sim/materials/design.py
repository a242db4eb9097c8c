"""A draft material file for a new formula, after a material that is known.

What the formula fixes is derived; everything else is the known material's number, marked
``assumed``, with its range widened. Nothing is shifted by entropy: no data supports that
(:mod:`particle_sim.materials.trends` shows the little there is).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from particle_sim.composition.formula import Formula, molar_mass, parse_formula
from particle_sim.constants import AVOGADRO, FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.kind import PropertyKind
from particle_sim.materials.lattice import LATTICE
from particle_sim.materials.schema import Belief, PlateauEntry, PropertyEntry
from particle_sim.materials.system import System, load_system
from particle_sim.units import to_si

WIDENING = 1.5
"""Factor on the half width of a range that is carried over."""

WIDENING_DECADES = 0.5
"""Decades added at both ends of a logarithmic range that is carried over."""

UNKNOWN_SPREAD = 0.2
"""Relative half width where the known material has no range of its own."""

VOLTAGE_SPREAD = 0.15
"""Half width [V] of a carried-over plateau: other metals move it by this much and more."""

VOLUME_SPREAD = 0.05
"""Relative half width of the cell volume: members of one family differ by a few per cent."""


def draft_material(name: str, formula: str, like: str) -> dict[str, Any]:
    """The tables of a material file for ``formula``, after the material ``like``.

    Molar mass from the formula; capacity dx F / (3.6 M) with the carrier dx that ``like``
    exchanges; window from the formula's carrier downwards; density M / (N_A V) and c_max
    dx / (N_A V). Valid while the structure stays that of ``like``. Raises :class:`InputError`
    for a formula that cannot be read, or one without enough of the carrier.
    """
    known = load_system(like)
    if not known.status.simulable:
        raise InputError(
            f"{like} cannot be the pattern of a design: it is {known.status.sentence}; "
            'choose from "particle-sim show materials --simulable".'
        )
    parsed = parse_formula(formula)
    header = known.file.material
    entries = {**_carried_over(known), **_derived(known, parsed)}
    entries["volume_change"] = _zeroed(entries, parsed.amounts.get(header.carrier, 0.0))
    ordered = {key: entries[key] for key in CATALOGUE if key in entries}
    phases = known.phase_behaviour
    assert phases is not None
    return {
        "material": {
            "name": name,
            "title": name,
            "formula": formula,
            "family": header.family,
            "role": header.role,
            "carrier": header.carrier,
            "structure": known.structure,
            **({} if header.host is None else {"host": header.host}),
            "baseline": [header.name],
            "note": f"Draft after {header.title}. Replace every assumed number by your own.",
            "phase_behaviour": {
                "kind": phases.kind,
                "source": "judgement",
                "note": f"Assumed as {header.title}; a new composition may differ.",
            },
        },
        "properties": {key: _table(entry) for key, entry in ordered.items()},
    }


_ORDER = ("form", "value", "unit", "range", "distribution", "decades")
_DIGITS = 6


def _table(entry: Belief) -> dict[str, Any]:
    """An entry as a TOML table: value, unit and range first, six significant digits."""
    given = _rounded(entry.model_dump(exclude_defaults=True, mode="json"))
    first = {key: given[key] for key in _ORDER if key in given}
    return {**first, **{key: value for key, value in given.items() if key not in first}}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


def material_text(tables: Mapping[str, Any]) -> str:
    """The tables as TOML text, short lists on one line."""
    import tomli_w

    def joined(match: re.Match[str]) -> str:
        return "[" + ", ".join(match[1].replace(",", " ").split()) + "]"

    return re.sub(r"\[\n((?: +[-+.\de]+,\n)+) *\]", joined, tomli_w.dumps(dict(tables)))


def _derived(known: System, formula: Formula) -> dict[str, PropertyEntry]:
    old = _numbers(known)
    mass, volume = molar_mass(formula), old["formula_unit_volume"]
    exchanged = old["stoichiometry_max"] - old["stoichiometry_min"]
    carrier = known.file.material.carrier
    held, beyond = formula.amounts.get(carrier, 0.0), _filled_beyond_formula(known, old)
    top = held + beyond
    if top < exchanged:
        raise InputError(
            f"{formula.text} holds {held:.3g} {carrier} per formula unit, but "
            f"{known.file.material.name} needs {exchanged - beyond:.3g}; choose another "
            "pattern or another formula."
        )
    per_volume = 1 / (AVOGADRO * volume)
    rule = f"Rule: {{}} Valid while the structure is that of {known.file.material.title}"
    capacity = exchanged * FARADAY / (3600 * mass)
    return {
        "molar_mass": _entry(mass * 1e3, "g/mol", rule.format("sum of the formula."), 0.0),
        "stoichiometry_max": _entry(
            top,
            "1",
            rule.format("carrier of the formula, plus what the pattern takes up more."),
            0.0,
        ),
        "stoichiometry_min": _entry(
            top - exchanged, "1", rule.format("x_max less the carrier the pattern exchanges."), 0.0
        ),
        "carrier_sites": _entry(
            max(old["carrier_sites"], top),
            "1",
            rule.format("sites of the pattern, or the carrier where that is more."),
            0.0,
        ),
        "capacity": _entry(
            capacity,
            "mA*h/g",
            rule.format("dx F / (3.6 M).") + " and as much carrier can leave as there.",
            UNKNOWN_SPREAD,
        ),
        "density": _entry(mass * per_volume, "kg/m^3", rule.format("M / (N_A V)."), VOLUME_SPREAD),
        "maximum_concentration": _entry(
            exchanged * per_volume, "mol/m^3", rule.format("dx / (N_A V)."), VOLUME_SPREAD
        ),
    }


def _numbers(known: System) -> dict[str, float]:
    return {
        name: to_si(entry.value, entry.unit, CATALOGUE[name].unit)
        for name, entry in known.entries.items()
        if entry.value is not None
    }


def _filled_beyond_formula(known: System, old: Mapping[str, float]) -> float:
    """Carrier that the pattern takes up beyond what its own formula holds."""
    header = known.file.material
    own = parse_formula(header.formula, variables=header.variables)
    return max(old["stoichiometry_max"] - own.amounts.get(header.carrier, 0.0), 0.0)


def _entry(value: float, unit: str, note: str, spread: float) -> PropertyEntry:
    ends = (value * (1 - spread), value * (1 + spread)) if spread else None
    return PropertyEntry(
        value=value, unit=unit, range=ends, evidence="derived", source="arithmetic", note=note
    )


def _carried_over(known: System) -> dict[str, PropertyEntry]:
    """All but the lattice, which another formula does not share; the ratio of its strains stays."""
    title = known.file.material.title
    return {
        name: _widened(entry, CATALOGUE[name], title)
        for name, entry in known.entries.items()
        if name not in LATTICE
    }


_JUDGED: Mapping[str, Any] = {"evidence": "assumed", "source": "judgement", "place": ""}


def _widened(entry: PropertyEntry, kind: PropertyKind, title: str) -> PropertyEntry:
    why = "a choice of the experiment." if kind.chosen else "nothing in a formula fixes it."
    note = f"As {title}; {why}" if kind.chosen else f"As {title}; {why} Range widened."
    ends = None if kind.chosen or entry.plateaus is not None else _wider_range(entry, kind)
    changes: dict[str, Any] = {**_JUDGED, "note": note, "range": ends, "csv": None}
    if entry.stoichiometry is not None and entry.values is not None:
        low, high = entry.stoichiometry[0], entry.stoichiometry[-1]
        changes["stoichiometry"] = None
        changes["filling"] = [(x - low) / (high - low) for x in entry.stoichiometry]
    if entry.plateaus is not None:
        changes["plateaus"] = [_widened_plateau(plateau) for plateau in entry.plateaus]
    if entry.activation_energy is not None:
        barrier = entry.activation_energy
        low, high = _moved_out(barrier.value, barrier.range or (barrier.value, barrier.value))
        changes["activation_energy"] = barrier.model_copy(
            update={**_JUDGED, "note": "", "range": (max(low, 0.0), high)}
        )
    return entry.model_copy(update=changes)


def _moved_out(centre: float, ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return centre - WIDENING * (centre - low), centre + WIDENING * (high - centre)


def _zeroed(entries: Mapping[str, PropertyEntry], made: float) -> PropertyEntry:
    """The volume change counted from the crystal as made, with ``made`` carrier."""
    entry = entries["volume_change"]
    low, high = (entries[f"stoichiometry_{end}"].value or 0.0 for end in ("min", "max"))
    rest = min(max((made - low) / (high - low), 0.0), 1.0)
    filling, values = entry.filling or [], entry.values or []
    offset = float(np.interp(rest, filling, values))
    points = sorted({round(x, _DIGITS) for x in (*filling, rest)})
    moved = [float(np.interp(x, filling, values)) - offset for x in points]
    return entry.model_copy(update={"filling": points, "values": moved})


def _widened_plateau(plateau: PlateauEntry) -> PlateauEntry:
    low, high = plateau.range or (plateau.voltage, plateau.voltage)
    ends = min(plateau.voltage - VOLTAGE_SPREAD, low), max(plateau.voltage + VOLTAGE_SPREAD, high)
    return plateau.model_copy(update={**_JUDGED, "note": "", "range": ends})


def _wider_range(entry: PropertyEntry, kind: PropertyKind) -> tuple[float, float] | None:
    """The range with its ends moved outwards, kept inside what the property may be."""
    centre = entry.value
    if centre is None and entry.values is not None:
        centre = max(entry.values) - min(entry.values)
    if centre is None:
        return None
    half = UNKNOWN_SPREAD * abs(centre)
    low, high = entry.range or (centre - half, centre + half)
    if entry.distribution.startswith("log"):
        return low / 10**WIDENING_DECADES, high * 10**WIDENING_DECADES
    return _allowed(_moved_out(centre, (low, high)), (low, high), entry.unit, kind)


def _allowed(
    wide: tuple[float, float], old: tuple[float, float], unit: str, kind: PropertyKind
) -> tuple[float, float]:
    """Each end of ``wide`` that the property may take, else the old one."""
    ends = [
        new if kind.problem(to_si(new, unit, kind.unit)) is None else before
        for new, before in zip(wide, old, strict=True)
    ]
    return ends[0], ends[1]
