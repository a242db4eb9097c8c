"""Oxidation states of a formula from charge balance: the cheapest assignment that is neutral."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from particle_sim.composition.amounts import VACANCY
from particle_sim.composition.structures import Site, Structure, Sublattice
from particle_sim.errors import InputError, closest
from particle_sim.resources import shipped_table

_IMBALANCE_COST = 1e3
"""Cost of one unbalanced charge, above any sum of state costs: neutrality comes first."""

UNUSUAL_COST = 3.0
"""Cost from which a state counts as unusual in its host; see ``oxidation_states.toml``."""

_SMALL = 1e-9
"""Absolute; amounts and charges below it are rounding of the solver."""

_SOFT_ANIONS = ("S", "Se", "Te", "P", "As")

Costs = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, kw_only=True)
class Ion:
    """``amount`` per formula unit of ``element`` with ``charge`` on ``sublattice``."""

    element: str
    charge: int
    amount: float
    sublattice: str

    @property
    def name(self) -> str:
        """As in ``V3+`` or ``Na+``."""
        size = str(abs(self.charge)) if abs(self.charge) != 1 else ""
        return f"{self.element}{size}{'+' if self.charge >= 0 else '-'}"


@dataclass(frozen=True, kw_only=True)
class ChargeBalance:
    """The ions of a formula; ``excess`` is the charge per formula unit that cannot be balanced.

    A positive excess means too many positive charges for the anions as written. ``unknown`` are
    elements for which no state is on file; their charge is left out. ``unusual`` are ions that the
    balance needs although they are rare in the host.
    """

    ions: tuple[Ion, ...]
    excess: float
    unknown: tuple[str, ...]
    unusual: tuple[str, ...]


def balance_charges(
    sublattices: Sequence[Sublattice], structure: Structure
) -> ChargeBalance | None:
    """The cheapest neutral charges; ``None`` where they mean nothing (alloys, elements).

    Minimise  sum_k cost_k n_k + 1000 (p + m)  over n_k >= 0, the amount of each (element, state):
    sum of n_k over the states of an element on a sublattice = its amount, and
    sum_k charge_k n_k - p + m = 0. Where a neutral assignment exists p = m = 0; else p - m is the
    smallest excess. One equation alone joins the elements, so the optimum of this linear programme
    is reached from everybody's cheapest state by the cheapest steps per charge; of equally cheap
    ones those of anions go first (Cu+ and S- in CuS). Formal charges: no covalency, no oxygen
    redox but at a prohibitive cost.
    """
    anions = any(s.species for s in sublattices if s.kind in (Site.ANION, Site.LIGAND))
    if structure.host == "none" or not anions:
        return None
    states, unknown = _states(sublattices, structure)
    if not states:
        return ChargeBalance(ions=(), excess=0.0, unknown=unknown, unusual=())
    amounts, excess = _solve(states)
    ions = tuple(
        Ion(element=element, charge=charge, amount=amount, sublattice=place)
        for (place, element, charge, _, _), amount in zip(states, amounts, strict=True)
        if amount > _SMALL
    )
    rare = {state[:3] for state in states if state[3] >= UNUSUAL_COST}
    unusual = [ion for ion in ions if (ion.sublattice, ion.element, ion.charge) in rare]
    names = tuple(dict.fromkeys(ion.name for ion in unusual))
    return ChargeBalance(ions=ions, excess=excess, unknown=unknown, unusual=names)


def mean_charge(balance: ChargeBalance, element: str, sublattice: str | None = None) -> float:
    """Amount-weighted mean charge of an element, on one sublattice or on all.

    :class:`InputError` when the balance has no ion of it there.
    """
    mine = [
        ion
        for ion in balance.ions
        if ion.element == element and sublattice in (None, ion.sublattice)
    ]
    if not mine:
        known = sorted({ion.element for ion in balance.ions})
        raise InputError(f"There is no {element} in this charge balance; {closest(element, known)}")
    return sum(i.charge * i.amount for i in mine) / sum(i.amount for i in mine)


def low_spin_ions(column: str) -> frozenset[str]:
    """Ions such as ``Co3`` that are low spin on six-fold sites of a column of hosts."""
    data = shipped_table("composition", "oxidation_states.toml")
    return frozenset(data["low_spin"].get(column, ()))


def column_of(
    sublattice: Sublattice, sublattices: Sequence[Sublattice], structure: Structure
) -> str:
    """Which column of ``oxidation_states.toml`` holds for the cations of a sublattice."""
    if structure.host == "cyanide" and sublattice.kind is Site.POLYANION:
        return "cyanide_carbon_site"
    soft = hard = 0.0
    for other in sublattices:
        if other.kind is Site.ANION:
            soft += sum(n for e, n in other.species.items() if e in _SOFT_ANIONS)
            hard += sum(n for e, n in other.species.items() if e in ("O", "F"))
    return "chalcogenide" if soft > hard else structure.host


State = tuple[str, str, int, float, float]
"""Sublattice, element, charge, cost, total amount of the element there."""


def _states(
    sublattices: Sequence[Sublattice], structure: Structure
) -> tuple[list[State], tuple[str, ...]]:
    states: list[State] = []
    unknown = []
    for sublattice in sublattices:
        column = column_of(sublattice, sublattices, structure)
        for element, amount in sublattice.species.items():
            if element == VACANCY:
                continue
            costs = _costs(element, sublattice.kind, column)
            if not costs:
                unknown.append(element)
            for charge, cost in costs.items():
                states.append((sublattice.name, element, charge, cost, amount))
    return states, tuple(unknown)


def _costs(element: str, kind: Site, column: str) -> Mapping[int, float]:
    table = _table()
    usual = table["oxide"].get(element, {})
    if kind in (Site.ANION, Site.LIGAND) or (kind is Site.WATER and element == "O"):
        return table["anion"].get(element, usual)
    return table[column].get(element, usual)


def _solve(states: Sequence[State]) -> tuple[list[float], float]:
    """Amounts of the states, and the charge that is left over."""
    rows: dict[tuple[str, str], list[int]] = {}
    for number, (place, element, *_) in enumerate(states):
        rows.setdefault((place, element), []).append(number)
    cheapest = [min(row, key=lambda number: states[number][3]) for row in rows.values()]
    held = [amount if n in cheapest else 0.0 for n, (*_, amount) in enumerate(states)]
    excess = sum(states[number][2] * held[number] for number in cheapest)
    way = -1 if excess > 0 else 1
    steps = [
        step for number, row in zip(cheapest, rows.values(), strict=True)
        for step in _steps(states, number, row, way)
    ]  # fmt: skip
    left = abs(excess)
    for cost, now, then in sorted(steps, key=lambda step: (step[0], states[step[2]][2] > 0)):
        if cost < _IMBALANCE_COST:
            size = abs(states[then][2] - states[now][2])
            moved = min(held[now], left / size)
            held[now], held[then], left = held[now] - moved, held[then] + moved, left - moved * size
    return held, -way * left if left > 1e-7 else 0.0


def _steps(
    states: Sequence[State], now: int, row: Sequence[int], way: int
) -> Iterator[tuple[float, int, int]]:
    """From the cheapest state along the lower hull of cost over charge: cost per charge, places."""
    further = [number for number in row if way * (states[number][2] - states[now][2]) > 0]
    if not further:
        return

    def slope(number: int) -> float:
        return (states[number][3] - states[now][3]) / abs(states[number][2] - states[now][2])

    then = min(further, key=slope)
    yield slope(then), now, then
    yield from _steps(states, then, row, way)


@functools.cache
def _table() -> Mapping[str, Costs]:
    data = shipped_table("composition", "oxidation_states.toml")
    return {
        column: {
            element: {int(state): float(cost) for state, cost in costs.items()}
            for element, costs in rows.items()
        }
        for column, rows in data.items()
        if column != "low_spin"
    }
