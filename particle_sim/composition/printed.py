"""Entropies and charges that papers print, beside what follows from the formula alone."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from particle_sim.composition.entropy import EntropyReport, Normalisation
from particle_sim.composition.formula import Formula, parse_formula
from particle_sim.composition.oxidation import ChargeBalance, mean_charge
from particle_sim.resources import shipped_table

_SAME_AMOUNT = 1e-6
"""Absolute; printed decimals of the same formula agree to it."""


CHARGE_TOLERANCE = 0.1
"""Charges on average; fits of photoelectron spectra do not tell less apart."""


@dataclass(frozen=True, kw_only=True)
class PrintedEntropy:
    """A printed entropy [R]; ``half_digit`` is half of its last printed digit, ``note`` what is
    known of its way where no normalisation gives it."""

    name: str
    formula: str
    structure: str
    value: float
    half_digit: float
    source: str
    place: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PrintedCharge:
    """A printed mean charge of an element in a formula, and the words of the paper's claim."""

    formula: str
    element: str
    mean_charge: float
    text: str
    source: str
    place: str


def printed_entropies() -> tuple[PrintedEntropy, ...]:
    """All printed values on file."""
    return tuple(entry for entry, _ in _entries())


def printed_entropy(formula: Formula) -> PrintedEntropy | None:
    """The printed value of a formula with the same amounts, if a paper gives one."""
    return next((entry for entry, amounts in _entries() if _same(amounts, formula)), None)


def printed_charges(formula: Formula) -> tuple[PrintedCharge, ...]:
    """The printed charges of a formula with the same amounts."""
    return tuple(
        charge for charge in _charges() if _same(parse_formula(charge.formula).amounts, formula)
    )


def charge_sentences(formula: Formula, balance: ChargeBalance) -> tuple[str, ...]:
    """A sentence for every printed charge that the balance of the formula contradicts."""
    said = []
    for printed in printed_charges(formula):
        found = mean_charge(balance, printed.element)
        if abs(found - printed.mean_charge) > CHARGE_TOLERANCE:
            said.append(
                f"{printed.source} prints {printed.text} ({printed.element} "
                f"{printed.mean_charge:+.2f} on average), but the formula balances with "
                f"{printed.element} {found:+.2f}: the surface differs from the formula, or oxygen "
                "is missing from it."
            )
    return tuple(said)


def reproduced_by(printed: PrintedEntropy, report: EntropyReport) -> tuple[Normalisation, ...]:
    """The normalisations that round to the printed value; empty when none does."""
    return tuple(
        normalisation
        for normalisation, value in report.values.items()
        if abs(value - printed.value) <= printed.half_digit + _SAME_AMOUNT
    )


def comparison_sentence(printed: PrintedEntropy, report: EntropyReport) -> str:
    """Whether the printed value follows from the formula, in one sentence."""
    found = reproduced_by(printed, report)
    if found:
        ways = ", ".join(normalisation.value for normalisation in found)
        return f"The printed {printed.value:g} R of {printed.name} is reproduced {ways}."
    values = ", ".join(f"{value:.3g} R {key.value}" for key, value in report.values.items())
    return (
        f"The printed {printed.value:g} R of {printed.name} follows from no normalisation of the "
        f"formula with random mixing ({values}). {printed.note}"
    ).rstrip()


@functools.cache
def _entries() -> tuple[tuple[PrintedEntropy, Mapping[str, float]], ...]:
    data = shipped_table("composition", "printed_entropies.toml")
    found = []
    for entry in data["entropy"]:
        decimals = len(str(entry["value"]).partition(".")[2])
        printed = PrintedEntropy(**entry, half_digit=0.5 * 10.0**-decimals)
        found.append((printed, parse_formula(printed.formula).amounts))
    return tuple(found)


@functools.cache
def _charges() -> tuple[PrintedCharge, ...]:
    data = shipped_table("composition", "printed_states.toml")
    return tuple(PrintedCharge(**entry) for entry in data["state"])


def _same(amounts: Mapping[str, float], formula: Formula) -> bool:
    return set(amounts) == set(formula.amounts) and all(
        math.isclose(amount, formula.amounts[element], abs_tol=_SAME_AMOUNT)
        for element, amount in amounts.items()
    )
