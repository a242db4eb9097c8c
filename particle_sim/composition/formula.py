"""A chemical formula as the papers write it: amounts, bracketed sites, vacancies, water.

Grammar (one pass, nothing is evaluated): a formula is one part or several joined by ``·``, each
with an optional count in front; a part is a row of elements, vacancies and brackets, each with an
optional amount behind it. Amounts are numbers, fractions (``Na2/3``) or ``a+bx`` (``Sn(0.45-2x)``).

Brackets: ``(PO4)3`` multiplies. A bracket that lists bare metal symbols shares its amount equally,
because this is how papers write equimolar sites: ``(CrMnFeCoNi)3O4`` has 3/5 of each. Exactly: at
least two different symbols, no number inside, no vacancy, and none of the elements that build
anions or polyanions (H, B, C, N, O, F, Si, P, S, Cl, As, Se, Br, Te, I). So ``(VO)`` and ``(CN)``
multiply. Commas say the same explicitly, for any element: ``(Te,W)2`` has one of each.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from particle_sim.composition.amounts import (
    AMOUNT_LIMIT,
    ONE,
    VACANCY,
    Item,
    letters,
    read_parts,
    value_of,
)
from particle_sim.composition.spelling import refusal
from particle_sim.composition.tokens import VARIABLES, tokens_of

NON_METALS = frozenset(
    ["H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "As", "Se", "Br", "Te", "I"]
)
"""Elements that keep a bracket from being an equimolar site."""


@dataclass(frozen=True, kw_only=True)
class SiteGroup:
    """A top-level stretch of a formula, in the order written.

    ``bracket`` is ``"("`` or ``"["``, ``"·"`` for a part behind a dot, or empty for elements
    outside brackets. ``species`` and ``vacancies`` are amounts per formula unit, multiplied out.
    """

    bracket: str
    species: Mapping[str, float]
    vacancies: float
    multiplicity: float
    equal_shares: bool


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A formula that was understood.

    ``amounts`` are atoms per formula unit, summed over all sites and parts; ``sites`` keeps what
    the brackets say. ``free_variables`` are the letters that had to be given (or, for an oxygen
    deficiency d, could be).
    """

    text: str
    amounts: Mapping[str, float]
    sites: tuple[SiteGroup, ...]
    vacancies: float
    free_variables: tuple[str, ...]


def parse_formula(text: str, *, variables: Mapping[str, float] | None = None) -> Formula:
    """Read ``text``; :class:`InputError` with one sentence when it is not one formula.

    >>> dict(parse_formula("(CrMnFeCoNi)3O4").amounts)["Fe"]
    0.6
    """
    given = _checked(text, variables or {})
    tokens = tokens_of(text)
    parts = read_parts(text, tokens)
    used = letters(Item(symbol="", amount=count, inner=items) for count, items in parts)
    unused = sorted(set(given) - set(used))
    if unused:
        raise refusal(text, f"{unused[0]} = {given[unused[0]]:g} was given but is not in it.")
    sites: list[SiteGroup] = []
    for number, (count, items) in enumerate(parts):
        part = _sites(text, items, value_of(text, count, "a part", given), given)
        water = _water(part) if number > 0 else None
        sites += part if water is None else [water]
    amounts = _summed(text, sites)
    return Formula(
        text=text,
        amounts=amounts,
        sites=tuple(sites),
        vacancies=sum(site.vacancies for site in sites),
        free_variables=tuple(used),
    )


def molar_mass(formula: Formula) -> float:
    """Mass of one mole of formula units, sum of amount times standard atomic weight [kg/mol]."""
    import periodictable  # an element table, only needed when masses are asked for

    grams = sum(
        amount * float(periodictable.elements.symbol(symbol).mass)
        for symbol, amount in formula.amounts.items()
    )
    return grams * 1e-3


def _checked(text: str, variables: Mapping[str, float]) -> Mapping[str, float]:
    for name, value in variables.items():
        if name not in VARIABLES or len(name) != 1:
            raise refusal(text, f"{name} cannot be an amount; the letters are x, y, z, d and n.")
        if not math.isfinite(value):
            raise refusal(text, f"{name} is {value}; it must be a finite number.")
    return variables


def _sites(
    text: str,
    items: Sequence[Item],
    factor: float,
    given: Mapping[str, float],
) -> list[SiteGroup]:
    """The brackets of one part, and the runs of elements between them."""
    groups = []
    for bare, run in itertools.groupby(items, key=lambda item: not item.inner):
        for members in [tuple(run)] if bare else [(item,) for item in run]:
            species: dict[str, float] = {}
            for item in members:
                _add(text, item, factor, given, species)
            head = members[0]
            groups.append(
                SiteGroup(
                    bracket="" if bare else head.symbol,
                    vacancies=species.pop(VACANCY, 0.0),
                    species=species,
                    multiplicity=factor if bare else factor * _value(text, head, given),
                    equal_shares=not bare and _is_shared(text, head),
                )
            )
    return groups


def _water(sites: Sequence[SiteGroup]) -> SiteGroup | None:
    """A part behind a dot as one group, when it is nothing but H and O."""
    if any(set(site.species) - {"H", "O"} or site.vacancies for site in sites):
        return None
    species: dict[str, float] = {}
    for site in sites:
        for symbol, amount in site.species.items():
            species[symbol] = species.get(symbol, 0.0) + amount
    return SiteGroup(
        bracket="·",
        species=species,
        vacancies=0.0,
        multiplicity=sites[0].multiplicity,
        equal_shares=False,
    )


def _value(text: str, item: Item, given: Mapping[str, float]) -> float:
    name = "a bracket" if item.inner else item.symbol
    return value_of(text, item.amount or ONE, name, given)


def _add(
    text: str,
    item: Item,
    factor: float,
    given: Mapping[str, float],
    species: dict[str, float],
) -> None:
    """Add ``factor`` times ``item`` to ``species``, bracket by bracket."""
    factor *= _value(text, item, given)
    if not item.inner:
        if factor > 0:
            species[item.symbol] = species.get(item.symbol, 0.0) + factor
        return
    if _is_shared(text, item):
        factor /= len(item.inner)
    for inner in item.inner:
        _add(text, inner, factor, given, species)


def _is_shared(text: str, group: Item) -> bool:
    """Whether a bracket's amount is split equally among its members; see the module's rule."""
    symbols = [item.symbol for item in group.inner]
    bare = [item.amount is None and not item.inner for item in group.inner]
    if group.commas:
        if any(bare) and not all(bare):
            raise refusal(text, "a comma list has some amounts; give all of them or none.")
        return all(bare)
    metals = not NON_METALS.intersection(symbols) and VACANCY not in symbols
    return all(bare) and metals and len(set(symbols)) >= 2


def _summed(text: str, sites: Iterable[SiteGroup]) -> dict[str, float]:
    amounts: dict[str, float] = {}
    for site in sites:
        for symbol, amount in site.species.items():
            amounts[symbol] = amounts.get(symbol, 0.0) + amount
    if not amounts:
        raise refusal(text, "nothing but empty sites is left of it; write it like Na3V2(PO4)3.")
    symbol = max(amounts, key=lambda name: amounts[name])
    if amounts[symbol] > AMOUNT_LIMIT:
        raise refusal(
            text,
            f"it holds {amounts[symbol]:g} {symbol}; at most {AMOUNT_LIMIT:g} is allowed.",
        )
    return amounts
