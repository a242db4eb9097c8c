"""The redox steps of a formula in its host, from the last electron given to the first.

The charges of the formula as made put every element on a rung of its couples. Taken all together
and sorted by the potential of the couple in this structure they are a ladder: carrier x falls from
the rich end, where every couple is reduced, by one for each electron,

    x(k) = x_made + sum_e n_e q_e - sum_{i <= k} n_i,   q_e the charge above its lowest couple,

so the sum over the ladder balances the charge at any x, whatever order the steps come in. The
potential of a couple belongs to another compound of this structure (a proxy) unless the material's
own plateau is printed, which replaces it. Oxygen is an element like any other. Not here:
interaction between neighbours, sodium ordering and phase changes, which move steps by 0.1 to 0.3 V.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from particle_sim.composition.oxidation import Ion, balance_charges
from particle_sim.composition.structures import assign_sublattices, find_structure
from particle_sim.materials.draft import Draft
from particle_sim.materials.printed import Fact
from particle_sim.materials.schema import RedoxStep

_COUPLE = re.compile(r"([A-Z][a-z]?)(\d)\+\s*/\s*(?:([A-Z][a-z]?))?(\d)\+")
PRINTED_DIGITS = 0.05
"""Half width of a printed plateau [V]: most are printed to a tenth of a volt."""

_SMALL = 1e-6
"""Electrons per formula unit that are rounding of the charge balance."""


class Doubtful(enum.Enum):
    """What is made of a step whose electrons may not all be had."""

    LEFT_OUT = enum.auto()
    COUNTED = enum.auto()
    """As its ``counted`` says"""
    TAKEN = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A step of the ladder: it fills with carrier from ``poor`` to ``rich`` (per formula unit)."""

    step: RedoxStep
    poor: float
    rich: float


def redox_ladder(draft: Draft) -> tuple[Rung, ...]:
    """Steps of a draft's formula from high to low potential; none where the host has no couples."""
    if draft.host is None or draft.formula is None or not draft.host.redox_steps:
        return ()
    family = find_structure(draft.header.structure or draft.host.host.structure)
    balance = balance_charges(assign_sublattices(draft.formula, family), family)
    if balance is None or balance.unknown:
        return ()
    steps = [_as_printed(step, draft.facts("plateau")) for step in draft.host.redox_steps]
    held = [(step, _electrons(step, balance.ions)) for step in steps]
    made = draft.formula.amounts.get(draft.header.carrier, 0.0)
    rich = made + sum(_given_back(step, balance.ions) for step in steps)
    rungs = []
    for step, electrons in sorted(held, key=lambda pair: pair[0].voltage):
        if electrons > _SMALL:
            rungs.append(Rung(step=step, poor=rich - electrons, rich=rich))
            rich -= electrons
    return tuple(reversed(rungs))


def _mine(step: RedoxStep, ions: Sequence[Ion]) -> Iterator[Ion]:
    for ion in ions:
        if ion.element == step.element and step.sublattice in ("", ion.sublattice):
            yield ion


def _electrons(step: RedoxStep, ions: Sequence[Ion]) -> float:
    low, high = step.charges
    return step.part * (high - low) * sum(ion.amount for ion in _mine(step, ions))


def _given_back(step: RedoxStep, ions: Sequence[Ion]) -> float:
    """Electrons that the ions as made have given beyond the lower charge of a step."""
    low, high = step.charges
    given = (min(max(ion.charge, low), high) - low for ion in _mine(step, ions))
    return step.part * sum(n * ion.amount for n, ion in zip(given, _mine(step, ions), strict=True))


def couple_of(fact: Fact) -> tuple[str, tuple[int, int]] | None:
    """Element and charges of a printed couple such as ``V5+/V4+``, lower charge first."""
    match = _COUPLE.search(fact.text("couple"))
    if match is None or match[3] not in (None, match[1]):
        return None
    low, high = sorted((int(match[2]), int(match[4])))
    return match[1], (low, high)


def _as_printed(step: RedoxStep, facts: Sequence[Fact]) -> RedoxStep:
    """The step at the plateau that the material's own paper prints for its couple."""
    for fact in facts:
        voltage = fact.number("V")
        if voltage is not None and couple_of(fact) == (step.element, step.charges):
            ends = (voltage - PRINTED_DIGITS, voltage + PRINTED_DIGITS)
            changes = {"voltage": voltage, "evidence": "measured", "range": ends}
            return step.model_copy(
                update={**changes, "source": fact.source, "place": fact.place, "note": "Printed."}
            )
    return step


def reach(draft: Draft, doubtful: Doubtful = Doubtful.COUNTED) -> tuple[float, float] | None:
    """Carrier per formula unit at the upper and the lower cut-off, every step between them used.

    Carrier sites and what the host keeps are the bounds; ``None`` without cut-offs or couples.
    """
    low, high = draft.si("lower_voltage", "V"), draft.si("upper_voltage", "V")
    rungs = redox_ladder(draft)
    if not rungs or draft.host is None or draft.formula is None or low is None or high is None:
        return None
    made = draft.formula.amounts.get(draft.header.carrier, 0.0)
    out = into = 0.0
    for rung in rungs:
        if low <= rung.step.voltage <= high:
            share = _counted(rung.step, doubtful)
            out += share * max(min(rung.rich, made) - rung.poor, 0.0)
            into += share * max(rung.rich - max(rung.poor, made), 0.0)
    host, units = draft.host.host, draft.units
    poor = max(made - out, host.lowest_stoichiometry * units)
    rich = min(made + into, max(host.carrier_sites * units, made))
    return poor, rich


def _counted(step: RedoxStep, doubtful: Doubtful) -> float:
    if step.counted in (0.0, 1.0) or doubtful is Doubtful.COUNTED:
        return step.counted
    return 1.0 if doubtful is Doubtful.TAKEN else 0.0
