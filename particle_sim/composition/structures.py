"""Which atom of a formula sits on which sublattice of a named structure family."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from particle_sim.composition.amounts import VACANCY
from particle_sim.composition.formula import NON_METALS, Formula, SiteGroup
from particle_sim.errors import InputError, closest
from particle_sim.resources import shipped_table

CLOSURE = 0.05
"""Relative; a site filled within it of its number counts as full, as printed formulas round."""

_ROUNDING = 1e-9
"""Absolute; occupations below it are differences of equal decimals."""

_ANY_METAL = "*"


class Site(enum.Enum):
    """What kind of sublattice it is."""

    CARRIER = "carrier"
    METAL = "metal"
    POLYANION = "polyanion"
    ANION = "anion"
    LIGAND = "ligand"
    WATER = "water"


@dataclass(frozen=True, kw_only=True)
class SublatticeKind:
    """One sublattice of a family, as in ``structures.toml`` (which says what each field means)."""

    name: str
    kind: Site
    sites: float
    elements: tuple[str, ...]
    otherwise: tuple[str, ...] = ()
    pillars: tuple[str, ...] = ()
    vacancies: bool = False
    with_cyanide: bool = False


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A structure family: its sublattices and the column of oxidation states it uses."""

    key: str
    title: str
    host: str
    sublattices: tuple[SublatticeKind, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Sublattice:
    """A filled sublattice; ``sites`` and ``species`` (with ``vac``) are per formula unit."""

    name: str
    kind: Site
    sites: float
    species: Mapping[str, float]

    @property
    def occupied(self) -> float:
        """Atoms on it, per formula unit."""
        return sum(amount for name, amount in self.species.items() if name != VACANCY)


def structure_names() -> list[str]:
    """Keys of all structure families."""
    return sorted(_families())


def find_structure(key: str) -> Structure:
    """The family ``key``; :class:`InputError` with the closest names when there is none."""
    families = _families()
    if key not in families:
        raise InputError(f'There is no structure "{key}"; {closest(key, families)}')
    return families[key]


@functools.cache
def _families() -> Mapping[str, Structure]:
    data = shipped_table("composition", "structures.toml")
    return {key: _structure(key, entry, data) for key, entry in data.items()}


def _structure(key: str, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Structure:
    base = data[entry["like"]] if "like" in entry else entry
    return Structure(
        key=key,
        title=entry["title"],
        host=base["host"],
        note=entry.get("note", base.get("note", "")),
        sublattices=tuple(_sublattice_kind(fields) for fields in base["sublattices"]),
    )


def _sublattice_kind(fields: Mapping[str, Any]) -> SublatticeKind:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return SublatticeKind(**{**fields, **lists, "kind": Site(fields["kind"])})


def assign_sublattices(formula: Formula, structure: Structure) -> tuple[Sublattice, ...]:
    """Put every atom of ``formula`` on a sublattice of ``structure``.

    In order: water behind a dot (left out where the family has none); metals written with
    cyanide; bracketed cations, as a whole on the sublattice where most of them belong; then the
    rest, element by element, filling the first sublattice that lists it and spilling over to the
    next. Sites are scaled by the anion count, so Na3Ni2RuO6 is three NaMO2. Empty sites are added
    where the family counts them.
    """
    frame = _frame(formula, structure)
    placed: list[_Placed] = []
    rest: dict[str, float] = {}
    for group in formula.sites:
        found = _placed_group(frame, group)
        placed += found or ()
        if found is None:
            placed += _placed_vacancies(frame, group.vacancies)
            for symbol, amount in group.species.items():
                rest[symbol] = rest.get(symbol, 0.0) + amount
    frame = replace(frame, pillars=any(kind.kind is Site.METAL for kind, _, _ in placed))
    for symbol in sorted(rest, key=lambda name: len(_candidates(frame, name)) > 1):
        placed += _spilled(frame, placed, symbol, rest[symbol])
    return _filled(frame, placed)


def occupancy_notes(sublattices: Iterable[Sublattice]) -> tuple[str, ...]:
    """A sentence for every sublattice that is filled more than 5 % over or under its sites."""
    notes = []
    for sublattice in sublattices:
        total = sum(sublattice.species.values())
        if sublattice.kind is Site.WATER or abs(total - sublattice.sites) <= (
            CLOSURE * sublattice.sites + _ROUNDING
        ):
            continue
        state = "over-full" if total > sublattice.sites else "under-full"
        notes.append(
            f"The {sublattice.name} is {state}: {total:.4g} on {sublattice.sites:g} per formula "
            "unit; the formula as written does not close there."
        )
    return tuple(notes)


_Placed = tuple[SublatticeKind, str, float]
"""Sublattice, species, amount per formula unit."""


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """A formula and a family before they are joined.

    ``units`` is how many host units one formula unit is; ``pillars`` whether brackets hold the
    metals, so that pillar elements outside them belong to the mobile ion's layer.
    """

    formula: Formula
    kinds: tuple[SublatticeKind, ...]
    anions: frozenset[str]
    units: float
    pillars: bool = False


def _frame(formula: Formula, structure: Structure) -> _Frame:
    kinds = structure.sublattices
    anions = frozenset(e for kind in kinds if kind.kind is Site.ANION for e in kind.elements)
    units = _host_units(formula, kinds, anions)
    return _Frame(formula=formula, kinds=kinds, anions=anions, units=units)


def _first(frame: _Frame, site: Site) -> SublatticeKind | None:
    return next((kind for kind in frame.kinds if kind.kind is site), None)


def _complexes(frame: _Frame) -> SublatticeKind | None:
    """Where the metals written with cyanide sit, in a family that has them."""
    return next((kind for kind in frame.kinds if kind.with_cyanide), None)


def _placed_group(frame: _Frame, group: SiteGroup) -> list[_Placed] | None:
    """A group whose place is settled by how it is written; ``None`` for any other."""
    if group.bracket == "·":
        water = _first(frame, Site.WATER)
        return [(water, e, n) for e, n in group.species.items()] if water else []
    complexes = _complexes(frame)
    if complexes and {"C", "N"} < set(group.species):
        return [
            (_candidates(frame, e)[0] if e in ("C", "N") else complexes, e, n)
            for e, n in group.species.items()
        ]
    if not group.bracket or frame.anions.intersection(group.species):
        return None
    home = _home(frame, group)
    vacancies = [(home, VACANCY, group.vacancies)] if group.vacancies else []
    return [*((home, e, n) for e, n in group.species.items()), *vacancies]


def _home(frame: _Frame, group: SiteGroup) -> SublatticeKind:
    """The sublattice where most of a bracketed group belongs; of a bare vacancy, the metals'."""
    shares: dict[SublatticeKind, float] = {}
    for symbol, amount in group.species.items():
        kind = _candidates(frame, symbol)[0]
        shares[kind] = shares.get(kind, 0.0) + amount
    metals = _first(frame, Site.METAL) or frame.kinds[0]
    return max(shares, key=lambda kind: shares[kind]) if shares else metals


def _placed_vacancies(frame: _Frame, amount: float) -> list[_Placed]:
    """Vacancies outside brackets: among complexes where there are, else among the metals."""
    home = _complexes(frame) or _first(frame, Site.METAL) or frame.kinds[0]
    return [(home, VACANCY, amount)] if amount else []


def _candidates(frame: _Frame, symbol: str) -> list[SublatticeKind]:
    """Sublattices on which an element may sit, the preferred one first; at least one."""
    amounts = frame.formula.amounts
    found = [
        kind
        for kind in frame.kinds
        if symbol in kind.otherwise and not any(e in amounts for e in kind.elements)
    ]
    if not found and frame.pillars:
        found = [kind for kind in frame.kinds if symbol in kind.pillars]
    found += [kind for kind in frame.kinds if symbol in kind.elements and kind not in found]
    if not found and symbol not in NON_METALS:
        found = [kind for kind in frame.kinds if _ANY_METAL in kind.elements]
    return found or [_first(frame, Site.ANION) or frame.kinds[-1]]


def _spilled(frame: _Frame, placed: Iterable[_Placed], symbol: str, amount: float) -> list[_Placed]:
    """``amount`` of an element on its candidates in turn; the last takes what is left."""
    candidates = _candidates(frame, symbol)
    found: list[_Placed] = []
    for kind in candidates[:-1]:
        taken = sum(n for other, _, n in placed if other == kind)
        free = max(kind.sites * frame.units - taken, 0.0) if kind.sites else amount
        found.append((kind, symbol, min(amount, free)))
        amount -= min(amount, free)
    return [*found, (candidates[-1], symbol, amount)]


def _filled(frame: _Frame, placed: Iterable[_Placed]) -> tuple[Sublattice, ...]:
    """Sublattices from what was placed, with empty sites where the family counts them."""
    species: dict[str, dict[str, float]] = {kind.name: {} for kind in frame.kinds}
    for kind, symbol, amount in placed:
        if amount > _ROUNDING:
            here = species[kind.name]
            here[symbol] = here.get(symbol, 0.0) + amount
    result = []
    for kind in frame.kinds:
        here = species[kind.name]
        total = sum(here.values())
        sites = kind.sites * frame.units if kind.sites else total
        if kind.vacancies and sites - total > _ROUNDING:
            here[VACANCY] = here.get(VACANCY, 0.0) + sites - total
        if here:
            result.append(Sublattice(name=kind.name, kind=kind.kind, sites=sites, species=here))
    return tuple(result)


def _host_units(formula: Formula, kinds: Iterable[SublatticeKind], anions: frozenset[str]) -> float:
    """How many host units one formula unit is: its anions over the family's anion sites.

    Rounded when within 10 % of a whole number, so that O(2-d) stays one unit.
    """
    sites = sum(kind.sites for kind in kinds if kind.kind is Site.ANION)
    present = sum(
        amount
        for group in formula.sites
        if group.bracket != "·"
        for symbol, amount in group.species.items()
        if symbol in anions
    )
    if sites == 0 or present == 0:
        return 1.0
    units = present / sites
    return float(round(units)) if units > 0.5 and abs(units - round(units)) <= 0.1 else units
