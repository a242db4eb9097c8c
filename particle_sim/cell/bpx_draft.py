"""The text of a draft material file from the numbers of a BPX positive electrode."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from particle_sim.cell.bpx_names import ACTIVATION, NATIVE, STRESS_FREE, USER_DEFINED
from particle_sim.composition.formula import molar_mass, parse_formula
from particle_sim.constants import AVOGADRO, FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.design import material_text

_CELL = {
    "lower_voltage": "Lower voltage cut-off [V]",
    "upper_voltage": "Upper voltage cut-off [V]",
}
_NEAR = 1e-13
"""Points of a table this close to an end of the window are that end."""

_LOG_ERROR = 1e-4
"""Relative; far below what any diffusivity is known to."""

_END = 1e-2
"""A potential that begins or ends this close to an end of the window goes on straight to it."""

_CARRIER = (USER_DEFINED["stoichiometry_min"], USER_DEFINED["stoichiometry_max"])
_LIMITS = ("Minimum stoichiometry", "Maximum stoichiometry")
WINDOW_KEYS = (*_CARRIER, *_LIMITS)
"""The fields that say which window is meant."""

_FIELD = "Taken from the file's {}."
_CUT_OFF = "The full cell's; against metal it is higher by the negative electrode's potential."
_WINDOW = "One carrier per formula unit over the whole stoichiometry; the file does not say."

_FIRST_LINE = "# Draft of a material from the positive electrode of a BPX file."
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
    """The text of a material file, and what has to be filled in or looked at."""

    text: str
    missing: tuple[str, ...]
    """Properties the file does not give and nobody can guess."""
    assumed: tuple[str, ...]
    """Properties that were assumed; each has a note in the text."""


class _Entries:
    """Property tables of the file, filled one after another.

    ``full`` is the carrier per formula unit at BPX's stoichiometry 0 and 1, ``ends`` the part of
    the stoichiometry that is the material's window.
    """

    def __init__(self, full: tuple[float, float], ends: tuple[float, float]) -> None:
        self.full = full
        self.ends = ends
        self.tables: dict[str, dict[str, Any]] = {}
        self.assumed: list[str] = []

    def add(
        self, name: str, field: str, value: Any, note: str, *, evidence: str = "assumed"
    ) -> None:
        """A number, or a table over BPX's stoichiometry; ``field`` is its name in the file."""
        entry: dict[str, Any] = {"unit": CATALOGUE[name].unit}
        x, y = _over(field, value, self.ends)
        if len(set(y)) == 1 and CATALOGUE[name].takes("constant"):
            entry["value"] = y[0]
        else:
            at = [self.stoichiometry(point) for point in x]
            entry |= {"form": "table", "stoichiometry": at, "values": y}
        self.tables[name] = {**entry, "evidence": evidence, "source": "bpx", "note": note}
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
    ends = window({**positive, **given})
    low, high = (
        _single(given, key, usual) for key, usual in zip(_CARRIER, (0.0, 1.0), strict=True)
    )
    if not low < high:
        raise InputError(
            f"The carrier per formula unit is {low:g} at stoichiometry 0 and {high:g} at 1 in the "
            "User-defined block; it must increase."
        )
    entries = _Entries((low, high), ends)
    for ours, theirs in USER_DEFINED.items():
        if theirs in given and theirs not in _CARRIER:
            entries.add(ours, theirs, given[theirs], _FIELD.format(theirs), evidence="proxy")
    _add_native(entries, positive)
    mass = molar_mass(parse_formula(formula)) if formula else None
    _add_usual(entries, positive, given, mass)
    rest = entries.stoichiometry(_single(given, STRESS_FREE, ends[1]))
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
            "stress_free_stoichiometry": rest,
            **_HEAD,
        },
        "properties": {n: entries.tables[n] for n in CATALOGUE if n in entries.tables},
        "sources": {"bpx": {"citation": "A BPX file; name the source of its numbers here"}},
    }
    wanted = "".join(f"# To be filled in: {name}\n" for name in missing)
    text = f"{_FIRST_LINE}\n{wanted}\n{material_text(tables)}"
    return Draft(text=text, missing=missing, assumed=tuple(entries.assumed))


def _add_native(entries: _Entries, positive: dict[str, Any]) -> None:
    """BPX's own fields, turned to the window a to b of the stoichiometry x.

    c_max counts the window's carrier only: (b - a) c_max. With BPX's F k sqrt(x (1 - x)), our j0
    at half filling is that at the middle of the window; x is the occupancy of the lattice, unless
    the file says how many sites there are.
    """
    start, stop = entries.ends
    middle = 0.5 * (start + stop)
    native = {ours: positive[theirs] for ours, theirs in NATIVE.items()}
    native["maximum_concentration"] *= stop - start
    native["exchange_current_density"] *= FARADAY * math.sqrt(middle * (1 - middle))
    for ours, value in native.items():
        field = NATIVE[ours]
        entries.add(ours, field, value, _FIELD.format(field), evidence="proxy")
        barrier = positive.get(ACTIVATION.get(ours, ""))
        if barrier:
            entries.tables[ours]["activation_energy"] = {
                "value": _single(positive, ACTIVATION[ours], 0.0),
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
        "carrier_sites": (high, "The carrier at stoichiometry 1, where BPX's lattice is full."),
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
            entries.add(name, name, value, note, evidence="proxy" if own else "assumed")


def window(fields: Mapping[str, Any]) -> tuple[float, float]:
    """The part a to b of BPX's stoichiometry that is the material's window.

    All of it where a User-defined block says what the carrier is at 0 and 1, as our own files do;
    else from the minimum to the maximum stoichiometry. How far a table reaches says nothing.
    """
    if any(key in fields for key in _CARRIER):
        return 0.0, 1.0
    low, high = (_single(fields, key, math.nan) for key in _LIMITS)
    if not 0 <= low < high <= 1:
        raise InputError(
            f"{_LIMITS[0]} is {low:g} and {_LIMITS[1]} is {high:g}; both must lie between 0 and 1, "
            "the maximum above the minimum."
        )
    return low, high


def _over(field: str, value: Any, ends: tuple[float, float]) -> tuple[list[float], list[float]]:
    """A field over the window, from end to end; a number is a table of equal values.

    A potential that stops short of an end goes on straight to it; everything else keeps its value.
    """
    potential = field == NATIVE["open_circuit_potential"]
    if not isinstance(value, dict):
        if potential:
            raise InputError(f"{field} is the number {value:g}; give a table that falls with x.")
        return list(ends), _finite(field, [value, value])
    x, y = _sorted(field, value)
    if x[0] < -_END or x[-1] > 1 + _END:
        raise InputError(
            f"{field} covers the stoichiometry {x[0]:g} to {x[-1]:g}; it must lie between 0 and 1."
        )
    if potential:
        if x[0] - ends[0] > _END or ends[1] - x[-1] > _END:
            raise InputError(
                f"{field} is given from {x[0]:g} to {x[-1]:g}, but the stoichiometry in use is "
                f"{ends[0]:g} to {ends[1]:g}; give the potential over all of it."
            )
        x, y = _gone_on(x, y, ends)
    inside = [point for point in x if ends[0] + _NEAR < point < ends[1] - _NEAR]
    points = [ends[0], *inside, ends[1]]
    values = np.interp(points, x, y).tolist()
    return _for_logarithms(points, values) if field == NATIVE["diffusivity"] else (points, values)


def _for_logarithms(x: list[float], y: list[float]) -> tuple[list[float], list[float]]:
    """More points on the straight lines of BPX, so that lines of log y differ by 1e-4 of y.

    Between y and r y the two lines differ by (ln r)^2 / 8 of y; the steps are equal in ln r.
    """
    if min(y) <= 0:
        return x, y  # the material file's own check says so
    fine_x, fine_y = [x[0]], [y[0]]
    for (a, b), (low, high) in zip(itertools.pairwise(x), itertools.pairwise(y), strict=True):
        steps = math.ceil(abs(math.log(high / low)) / math.sqrt(8 * _LOG_ERROR))
        inner = [low * (high / low) ** (k / steps) for k in range(1, steps)]
        fine_x += [*(a + (b - a) * (value - low) / (high - low) for value in inner), b]
        fine_y += [*inner, high]
    return fine_x, fine_y


def _gone_on(
    x: list[float], y: list[float], ends: tuple[float, float]
) -> tuple[list[float], list[float]]:
    """The table with its first and last line continued to the ends it does not reach."""
    if x[0] > ends[0]:
        slope = (y[1] - y[0]) / (x[1] - x[0])
        x, y = [ends[0], *x], [y[0] - slope * (x[0] - ends[0]), *y]
    if x[-1] < ends[1]:
        slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
        x, y = [*x, ends[1]], [*y, y[-1] + slope * (ends[1] - x[-1])]
    return x, y


def _sorted(field: str, table: dict[str, Any]) -> tuple[list[float], list[float]]:
    if set(table) != {"x", "y"}:
        raise InputError(
            f'{field} is a block; give a number or a table {{"x": [...], "y": [...]}}.'
        )
    pairs = sorted(zip(_finite(field, table["x"]), _finite(field, table["y"]), strict=True))
    if len(pairs) < 2 or any(b[0] <= a[0] for a, b in itertools.pairwise(pairs)):
        raise InputError(
            f"{field} is a table whose x has a value twice or fewer than two values; give each x "
            "once, and at least two."
        )
    return [x for x, _ in pairs], [y for _, y in pairs]


def _single(fields: Mapping[str, Any], key: str, usual: float) -> float:
    """A field that is one number; ``usual`` where it is left out."""
    value = fields.get(key, usual)
    if not isinstance(value, int | float):
        raise InputError(f"{key} is a table; give one number.")
    return float(value)


def _finite(field: str, values: list[Any]) -> list[float]:
    for value in values:
        if not math.isfinite(value):
            raise InputError(f"{field} is {value}; it must be finite.")
    return [float(value) for value in values]
