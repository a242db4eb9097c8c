"""The text of a draft material file from the numbers of a BPX positive electrode."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from particle_sim.cell.bpx_names import NATIVE, STRESS_FREE, USER_DEFINED
from particle_sim.composition.formula import molar_mass, parse_formula
from particle_sim.constants import AVOGADRO, FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.design import material_text

_CELL = {
    "lower_voltage": "Lower voltage cut-off [V]",
    "upper_voltage": "Upper voltage cut-off [V]",
}
_END = 1e-2
"""A potential that begins or ends this close to an end of the stoichiometry goes on straight."""

_FIELD = "Taken from the file's {}."
_CUT_OFF = "The full cell's; against metal it is higher by the negative electrode's potential."
_WINDOW = "One carrier per formula unit over the whole stoichiometry; the file does not say."

_HEAD = {
    "note": "Draft from a BPX file; look at every line.",
    "default_reading": {"name": "as_in_the_file", "title": "as in the BPX file"},
    "phase_behaviour": {
        "kind": "solid-solution",
        "source": "bpx",
        "note": "Assumed; BPX does not say.",
    },
}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A material file's text and what is missing or assumed in it."""

    text: str
    missing: tuple[str, ...]
    assumed: tuple[str, ...]


class _Entries:
    """Property tables of the file, filled one after another.

    ``full`` is the carrier per formula unit at BPX's stoichiometry 0 and 1, ``ends`` the part of
    the stoichiometry the potential is known over: the material's window.
    """

    def __init__(self, full: tuple[float, float], ends: tuple[float, float]) -> None:
        self.full = full
        self.ends = ends
        self.tables: dict[str, dict[str, Any]] = {}
        self.assumed: list[str] = []

    def add(self, name: str, value: Any, note: str, *, evidence: str = "assumed") -> None:
        """A number, or a table over BPX's stoichiometry."""
        table: dict[str, Any] = {"unit": CATALOGUE[name].unit}
        if isinstance(value, dict):
            x = [self.stoichiometry(point) for point in value["x"]]
            table |= {"form": "table", "stoichiometry": _finite(x), "values": _finite(value["y"])}
        else:
            table["value"] = _finite([value])[0]
        self.tables[name] = {**table, "evidence": evidence, "source": "bpx", "note": note}
        if evidence == "assumed":
            self.assumed.append(name)

    def stoichiometry(self, filling: float) -> float:
        """Carrier per formula unit at a stoichiometry of BPX, which runs from 0 to 1."""
        low, high = self.full
        return low + filling * (high - low)


def draft_material(
    *,
    positive: dict[str, Any],
    given: dict[str, Any],
    name: str,
    title: str,
    formula: str,
    carrier: str,
) -> Draft:
    """A draft of the material file; numbers keep their values, nothing is invented."""
    low = given.get(USER_DEFINED["stoichiometry_min"], 0.0)
    high = given.get(USER_DEFINED["stoichiometry_max"], 1.0)
    if not low < high:
        raise InputError(
            f"The carrier per formula unit is {low:g} at stoichiometry 0 and {high:g} at 1 in the "
            "User-defined block; it must increase."
        )
    potential = _falling(positive[NATIVE["open_circuit_potential"]])
    entries = _Entries((low, high), (potential["x"][0], potential["x"][-1]))
    for ours, theirs in USER_DEFINED.items():
        if theirs in given and not ours.startswith("stoichiometry"):
            value = _covering(given[theirs], entries.ends)
            entries.add(ours, value, _FIELD.format(theirs), evidence="proxy")
    _add_native(entries, positive, potential)
    _add_usual(entries, positive, given, _mass(formula))
    rest = entries.stoichiometry(given.get(STRESS_FREE, entries.ends[1]))
    missing = tuple(n for n, kind in CATALOGUE.items() if kind.required and n not in entries.tables)
    if not formula:
        missing = ("formula", *missing)
    tables = {
        "material": {
            "name": name,
            "title": title or name,
            "formula": formula,
            "family": "not stated",
            "carrier": carrier,
            "stress_free_stoichiometry": _finite([rest])[0],
            **_HEAD,
        },
        "properties": {n: entries.tables[n] for n in CATALOGUE if n in entries.tables},
        "sources": {"bpx": {"citation": "A BPX file; name the source of its numbers here"}},
    }
    text = "\n".join([*_comment(missing), "", material_text(tables)])
    return Draft(text=text, missing=missing, assumed=tuple(entries.assumed))


def _add_native(
    entries: _Entries, positive: dict[str, Any], potential: dict[str, list[float]]
) -> None:
    """BPX's own fields, turned to the window a to b of the stoichiometry x.

    c_max counts the window's carrier only: (b - a) c_max. With BPX's F k sqrt(x (1 - x)), our j0
    at half filling is that at the middle of the window.
    """
    start, stop = entries.ends
    middle = 0.5 * (start + stop)
    native = {ours: positive[theirs] for ours, theirs in NATIVE.items()}
    native["open_circuit_potential"] = potential
    native["maximum_concentration"] *= stop - start
    native["diffusivity"] = _covering(native["diffusivity"], entries.ends)
    native["exchange_current_density"] *= FARADAY * math.sqrt(middle * (1 - middle))
    for ours, value in native.items():
        entries.add(ours, value, _FIELD.format(NATIVE[ours]), evidence="proxy")
    barrier = positive.get("Diffusivity activation energy [J.mol-1]")
    if barrier:
        entries.tables["diffusivity"]["activation_energy"] = {
            "value": _finite([barrier])[0],
            "unit": "J/mol",
            "evidence": "proxy",
            "source": "bpx",
        }


def _add_usual(
    entries: _Entries, positive: dict[str, Any], given: dict[str, Any], mass: float | None
) -> None:
    """What the file does not say and can be had from what it says."""
    low, high = entries.full
    start, stop = (entries.stoichiometry(end) for end in entries.ends)
    volume = (high - low) / (AVOGADRO * positive["Maximum concentration [mol.m-3]"])
    per_mole = (stop - start) * FARADAY / 3600
    usual: dict[str, tuple[float | None, str]] = {
        "stoichiometry_min": (start, _WINDOW),
        "stoichiometry_max": (stop, _WINDOW),
        "formula_unit_volume": (volume, "Window over N_A times the maximum concentration."),
        "molar_mass": (mass, "From the formula."),
        "density": (mass and mass / (AVOGADRO * volume), "Molar mass over N_A V."),
        "capacity": (mass and per_mole / mass, "Window times F over the molar mass."),
        "one_c_current": (mass and per_mole / mass, "The window's capacity in one hour."),
        **{ours: (given.get(theirs), _CUT_OFF) for ours, theirs in _CELL.items()},
    }
    told = USER_DEFINED["stoichiometry_max"] in given
    for name, (value, note) in usual.items():
        if name not in entries.tables and value is not None:
            own = told and name.startswith("stoichiometry")
            note = _FIELD.format("User-defined block") if own else note
            entries.add(name, value, note, evidence="proxy" if own else "assumed")


def _covering(value: Any, ends: tuple[float, float]) -> Any:
    """A table over all of the window, its ends held; a number stays one."""
    if not isinstance(value, dict):
        return value
    x, y = _sorted(value)
    if x[0] > ends[0]:
        x, y = [ends[0], *x], [y[0], *y]
    if x[-1] < ends[1]:
        x, y = [*x, ends[1]], [*y, y[-1]]
    return {"x": x, "y": y}


def _falling(potential: Any) -> dict[str, list[float]]:
    """The potential over its window, gone on straight to 0 and 1 where it ends close by."""
    if not isinstance(potential, dict):
        raise InputError(
            f"The potential OCP [V] is the number {potential}; give a table that falls with x."
        )
    x, y = _sorted(potential)
    if x[0] < 0 or x[-1] > 1:
        raise InputError(
            f"The potential OCP [V] covers the stoichiometry {x[0]:g} to {x[-1]:g}; it must lie "
            "between 0 and 1."
        )
    if 0 < x[0] <= _END:
        slope = (y[1] - y[0]) / (x[1] - x[0])
        x, y = [0.0, *x], [y[0] - slope * x[0], *y]
    if 1 - _END <= x[-1] < 1:
        slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
        x, y = [*x, 1.0], [*y, y[-1] + slope * (1 - x[-1])]
    return {"x": x, "y": y}


def _sorted(table: dict[str, list[float]]) -> tuple[list[float], list[float]]:
    pairs = sorted(zip(table["x"], table["y"], strict=True))
    if len(pairs) < 2 or any(b[0] <= a[0] for a, b in itertools.pairwise(pairs)):
        raise InputError("A table's x has fewer than two different values; give a longer table.")
    return [x for x, _ in pairs], [y for _, y in pairs]


def _mass(formula: str) -> float | None:
    """Molar mass [kg/mol], or nothing without a formula."""
    return molar_mass(parse_formula(formula)) if formula else None


def _comment(missing: tuple[str, ...]) -> list[str]:
    lines = ["# Draft of a material from the positive electrode of a BPX file."]
    return [*lines, *(f"# To be filled in: {name}" for name in missing)]


def _finite(values: list[Any]) -> list[float]:
    for value in values:
        if not math.isfinite(value):
            raise InputError(f"A number of the positive electrode is {value}; it must be finite.")
    return [float(value) for value in values]
