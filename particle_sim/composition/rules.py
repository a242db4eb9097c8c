"""The papers' design rules, and which of them speak about a given composition."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from particle_sim.composition.oxidation import ChargeBalance
from particle_sim.composition.structures import Site, Sublattice
from particle_sim.resources import shipped_table

ALL_FAMILIES = "all"
"""In a rule's families: it speaks about every structure family."""

_ION = re.compile(r"([A-Z][a-z]?)([1-8])?$")


class Effect(enum.Enum):
    """What a rule says its elements do."""

    HELPS = "helps"
    HARMS = "harms"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One design rule in our own words, with its place in the paper.

    ``elements`` are symbols, or ions such as ``Mn3``; ``sublattice`` is the kind of site they
    must sit on, or ``None`` for any. ``least`` is how many of the elements must be present.
    """

    id: str
    text: str
    families: tuple[str, ...]
    sublattice: Site | None
    elements: tuple[str, ...]
    effect: Effect
    source: str
    place: str
    least: int = 1


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A rule that speaks about a composition; ``met`` are the elements or ions (``Mn3+``)."""

    rule: Rule
    met: tuple[str, ...]


def flags(
    sublattices: Sequence[Sublattice], family: str, balance: ChargeBalance | None
) -> tuple[Flag, ...]:
    """The rules for ``family`` whose elements sit on the sublattice that the rule names."""
    found = []
    for rule in design_rules():
        if ALL_FAMILIES not in rule.families and family not in rule.families:
            continue
        met = tuple(e for e in rule.elements if _present(e, rule.sublattice, sublattices, balance))
        if len(met) >= rule.least and (rule.elements or _is_mixed(rule.sublattice, sublattices)):
            found.append(Flag(rule=rule, met=tuple(_shown(name) for name in met)))
    return tuple(found)


def _shown(name: str) -> str:
    """``Mn3`` as ``Mn3+``, ``Cu1`` as ``Cu+``."""
    return f"{name.removesuffix('1')}+" if name[-1].isdigit() else name


def _is_mixed(site: Site | None, sublattices: Sequence[Sublattice]) -> bool:
    """Whether a site of this kind holds more than one species."""
    return any(len(s.species) > 1 for s in sublattices if site is None or s.kind is site)


def _present(
    name: str,
    site: Site | None,
    sublattices: Sequence[Sublattice],
    balance: ChargeBalance | None,
) -> bool:
    """Whether an element, or an ion such as ``Mn3``, sits on a site of this kind."""
    places = {s.name for s in sublattices if site is None or s.kind is site}
    match = _ION.match(name)
    if match is None:
        return False
    element, charge = match.groups()
    if charge is None:
        return any(element in s.species and s.name in places for s in sublattices)
    ions = balance.ions if balance is not None else ()
    return any(
        ion.element == element and ion.charge == int(charge) and ion.sublattice in places
        for ion in ions
    )


@functools.cache
def design_rules() -> tuple[Rule, ...]:
    """All rules on file."""
    data = shipped_table("composition", "design_rules.toml")
    return tuple(
        Rule(
            id=name,
            text=entry["text"],
            families=tuple(entry["families"]),
            sublattice=Site(entry["sublattice"]) if "sublattice" in entry else None,
            elements=tuple(entry["elements"]),
            effect=Effect(entry["effect"]),
            source=entry["source"],
            place=entry["place"],
            least=entry.get("least", 1),
        )
        for name, entry in data.items()
    )
