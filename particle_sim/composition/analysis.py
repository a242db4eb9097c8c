"""Everything a formula says about itself, in one frozen report.

Sites (``structures``), charges (``oxidation``), entropy, mismatch, capacity and rules each have
their own file with equations and limits; here they are joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from particle_sim.checks import arguments_checked
from particle_sim.composition.capacity import RedoxShare, redox_share, theoretical_capacity
from particle_sim.composition.entropy import (
    EntropyReport,
    entropy_report,
)
from particle_sim.composition.formula import Formula, molar_mass, parse_formula
from particle_sim.composition.mismatch import Mismatch, sublattice_mismatch
from particle_sim.composition.oxidation import ChargeBalance, balance_charges
from particle_sim.composition.printed import (
    PrintedEntropy,
    charge_sentences,
    printed_entropy,
)
from particle_sim.composition.rules import Flag, flags
from particle_sim.composition.structures import (
    Site,
    Structure,
    Sublattice,
    assign_sublattices,
    find_structure,
    occupancy_notes,
)
from particle_sim.errors import InputError, closest
from particle_sim.shown import shown

CARRIERS = {
    "Na": ("Na",),
    "Li": ("Li",),
    "K": ("K",),
    "Li or Na": ("Li", "Na"),
    "not stated": (),
}
"""The mobile ions a material file may name, and the elements that count as mobile."""


_UPPER_BOUND = (
    "The theoretical capacity takes every electron that the active ions could give, at most one "
    "per mobile ion; the voltage window usually allows less."
)


@shown
@dataclass(frozen=True, kw_only=True)
class CompositionReport:
    """What a formula says.

    ``molar_mass`` [kg/mol]; ``electrons`` per formula unit and ``capacity`` [A h/kg, the number
    in mA h/g] are ``None`` where neither the caller nor the charges give a number of electrons.
    ``mismatch`` is on the most mixed metal sublattice, ``None`` where there is no metal.
    ``carrier_amount`` and ``carrier_sites`` are per formula unit.
    """

    formula: Formula
    structure: Structure
    carrier: str
    molar_mass: float
    sublattices: tuple[Sublattice, ...]
    balance: ChargeBalance | None
    entropy: EntropyReport
    mismatch: Mismatch | None
    redox: RedoxShare | None
    electrons: float | None
    capacity: float | None
    carrier_amount: float
    carrier_sites: float
    printed: PrintedEntropy | None
    flags: tuple[Flag, ...]
    notes: tuple[str, ...]

    @property
    def in_brief(self) -> dict[str, str]:
        """Formula, family, mass, capacity and what was noticed."""
        known = self.capacity is not None
        return {
            "composition": f"{self.formula.text} as {self.structure.key}, carrier {self.carrier}",
            "molar mass": f"{self.molar_mass * 1e3:.5g} g/mol",
            "capacity": f"{self.capacity:.4g} mA h/g" if known else "unknown",
            "flags": f"{len(self.flags)}",
            "notes": f"{len(self.notes)}",
        }


@arguments_checked
def analyse(
    formula: str | Formula,
    *,
    structure: str = "generic",
    carrier: str = "Na",
    variables: Mapping[str, float] | None = None,
    electrons: float | None = None,
) -> CompositionReport:
    """Analyse a ``formula`` in a ``structure`` family with a mobile ion, the ``carrier``.

    ``variables`` are the letters of the formula; ``electrons`` per formula unit set the
    theoretical capacity (left out: what the active ions can give and the mobile ions allow).

    >>> f"{analyse('NaFeO2').molar_mass * 1e3:.2f} g/mol"
    '110.83 g/mol'

    Raises :class:`InputError` for an unknown structure or carrier, or an unreadable formula.
    """
    if carrier not in CARRIERS:
        raise InputError(f'There is no carrier "{carrier}"; {closest(carrier, CARRIERS)}')
    family = find_structure(structure)
    parsed = _parsed(formula, variables)
    sublattices = assign_sublattices(parsed, family)
    balance = balance_charges(sublattices, family)
    metals = tuple(s for s in sublattices if s.kind is Site.METAL or _is_carbon_site(s, family))
    redox = redox_share(metals, family, balance)
    entropy = entropy_report(sublattices)
    mass = molar_mass(parsed)
    amount = sum(parsed.amounts.get(element, 0.0) for element in CARRIERS[carrier])
    count = electrons if electrons is not None else _electrons(redox, amount)
    bound = () if count is None or electrons is not None else (_UPPER_BOUND,)
    notes = (*_notes(parsed, family, sublattices, balance), *bound)
    return CompositionReport(
        formula=parsed,
        structure=family,
        carrier=carrier,
        molar_mass=mass,
        sublattices=sublattices,
        balance=balance,
        entropy=entropy,
        mismatch=_mismatch(sublattices, family, balance, entropy),
        redox=redox,
        electrons=count,
        capacity=theoretical_capacity(mass, count) if count is not None else None,
        carrier_amount=amount,
        carrier_sites=sum(s.sites for s in sublattices if s.kind is Site.CARRIER),
        printed=printed_entropy(parsed),
        flags=flags(sublattices, family.key, balance),
        notes=notes,
    )


def _parsed(formula: str | Formula, variables: Mapping[str, float] | None) -> Formula:
    if isinstance(formula, str):
        return parse_formula(formula, variables=variables)
    if variables:
        raise InputError(
            f'Formula "{formula.text}" is already read; give its variables when reading the text.'
        )
    return formula


def _is_carbon_site(sublattice: Sublattice, family: Structure) -> bool:
    return family.host == "cyanide" and sublattice.kind is Site.POLYANION


def _electrons(redox: RedoxShare | None, carriers: float) -> float | None:
    """Electrons on extraction: what active ions give, at most one per mobile ion."""
    if redox is None:
        return None
    count = min(redox.electrons_out, carriers)
    return count if count > 0 else None


def _mismatch(
    sublattices: tuple[Sublattice, ...],
    family: Structure,
    balance: ChargeBalance | None,
    entropy: EntropyReport,
) -> Mismatch | None:
    per_site = {part.name: part.per_site for part in entropy.sublattices}
    metals = [s for s in sublattices if s.kind is Site.METAL and s.occupied > 0]
    if not metals:
        return None
    mixed = max(metals, key=lambda s: per_site[s.name])
    return sublattice_mismatch(mixed, sublattices, family, balance)


def _notes(
    formula: Formula,
    family: Structure,
    sublattices: tuple[Sublattice, ...],
    balance: ChargeBalance | None,
) -> tuple[str, ...]:
    notes = list(occupancy_notes(sublattices))
    if balance is not None and balance.excess:
        word = "positive" if balance.excess > 0 else "negative"
        notes.append(
            f"The charges do not balance: {abs(balance.excess):.3g} {word} charges per formula "
            "unit are left over with any states on file."
        )
    if balance is not None:
        notes += charge_sentences(formula, balance)
    if balance is not None and balance.unusual:
        notes.append(
            f"The charges balance only with {', '.join(balance.unusual)}, unusual in this host; "
            "the amounts may be off, or oxygen may take part."
        )
    if balance is not None and balance.unknown:
        notes.append(f"No oxidation state is on file for {', '.join(balance.unknown)}.")
    if any(s.bracket == "·" for s in formula.sites) and family.host != "cyanide":
        notes.append("Water behind the dot is in the mass but on no sublattice.")
    if family.note:
        notes.append(family.note)
    return tuple(notes)
