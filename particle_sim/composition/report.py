"""The analysis of a formula as a table and in plain words, with units and normalisation named.

report = analyse("Na3V2(PO4)3", structure="nasicon"); sentences(report); rows(report)
"""

from __future__ import annotations

from particle_sim.composition.amounts import VACANCY
from particle_sim.composition.analysis import CompositionReport as CompositionReport
from particle_sim.composition.analysis import analyse as analyse
from particle_sim.composition.entropy import EntropyReport, label_sentence
from particle_sim.composition.mismatch import PICOMETRE, Mismatch
from particle_sim.composition.oxidation import ChargeBalance
from particle_sim.composition.printed import comparison_sentence
from particle_sim.composition.rules import Flag
from particle_sim.composition.structures import Site


def rows(report: CompositionReport) -> list[dict[str, str]]:
    """The report as a table: ``quantity``, ``value``, ``unit``, ``meaning`` (how it is counted)."""
    table = [
        _row("molar mass", f"{report.molar_mass * 1e3:.2f}", "g/mol", "of the formula as written"),
    ]
    for sublattice in report.sublattices:
        empty = "; vac is an empty site" if VACANCY in sublattice.species else ""
        table.append(
            _row(
                sublattice.name,
                " ".join(f"{name} {amount:.4g}" for name, amount in sublattice.species.items()),
                "per formula unit",
                f"{sublattice.sites:.4g} sites{empty}",
            )
        )
    if report.balance is not None:
        table += _charge_rows(report.balance)
    table += _entropy_rows(report.entropy)
    table += _mismatch_rows(report.mismatch)
    table += _capacity_rows(report)
    return table


def sentences(report: CompositionReport) -> list[str]:
    """The report in plain words: label, composition rule, printed value, capacity, rules, notes."""
    entropy = report.entropy
    said = [label_sentence(entropy)]
    word = "meets" if entropy.follows_composition_rule else "does not meet"
    said.append(
        f"It {word} the composition rule (five or more elements of 5 to 35 at% on one sublattice); "
        f"elements from 5 at% on the {entropy.mixed_site or 'cation site'}: "
        f"{', '.join(entropy.primary) or 'none'}."
    )
    said += _chemistry(report)
    if report.printed is not None:
        said.append(comparison_sentence(report.printed, entropy))
    if report.capacity is not None and report.electrons is not None:
        said.append(
            f"With {report.electrons:.3g} electrons per formula unit its theoretical capacity is "
            f"{report.capacity:.4g} mAh/g."
        )
    said += [_flag_sentence(flag) for flag in report.flags]
    return [*said, *report.notes]


def _chemistry(report: CompositionReport) -> list[str]:
    """Charges, mismatch and redox-active share of the metals, a sentence each."""
    said = []
    metals = {s.name for s in report.sublattices if s.kind is Site.METAL}
    if report.balance is not None and not report.balance.excess:
        names = [ion.name for ion in report.balance.ions if ion.sublattice in metals]
        if names:
            said.append(f"The charges balance with {', '.join(names)} (formal charges).")
    mismatch = report.mismatch
    if mismatch is not None and mismatch.radius:
        said.append(
            f"The ionic radii on the {mismatch.sublattice} differ by {100 * mismatch.radius:.1f} % "
            "(root mean square; Shannon, six-fold)."
        )
    if report.redox is not None:
        active = ", ".join(report.redox.active_elements) or "none"
        said.append(
            f"{100 * report.redox.active:.3g} % of its metals are redox-active ions ({active}; "
            f"{report.redox.source})."
        )
    return said


def _flag_sentence(flag: Flag) -> str:
    met = f"{', '.join(flag.met)}: " if flag.met else ""
    return f"{met}{flag.rule.text} [{flag.rule.effect.value}; {flag.rule.source}]"


def _row(quantity: str, value: str, unit: str, meaning: str) -> dict[str, str]:
    return {"quantity": quantity, "value": value, "unit": unit, "meaning": meaning}


def _charge_rows(balance: ChargeBalance) -> list[dict[str, str]]:
    ions = " ".join(f"{ion.name} {ion.amount:.4g}" for ion in balance.ions)
    meaning = "cheapest neutral assignment; formal charges"
    return [
        _row("ions", ions, "per formula unit", meaning),
        _row("excess charge", f"{balance.excess:.3g}", "e per formula unit", "0 where it balances"),
    ]


def _entropy_rows(entropy: EntropyReport) -> list[dict[str, str]]:
    table = [
        _row(
            f"mixing on the {part.name}",
            f"{part.per_site:.3f}",
            "R per site",
            f"-sum y ln y; {part.per_formula_unit:.3f} R per formula unit",
        )
        for part in entropy.sublattices
        if part.per_site > 0 and part.kind not in (Site.LIGAND, Site.WATER)
    ]
    table += [
        _row(
            "configurational entropy",
            f"{value:.3f}",
            "R",
            f"{key.value}: {entropy.classes[key].value}",
        )
        for key, value in entropy.values.items()
    ]
    return table


def _mismatch_rows(mismatch: Mismatch | None) -> list[dict[str, str]]:
    if mismatch is None:
        return []
    table = []
    place = f"on the {mismatch.sublattice}"
    if mismatch.radius is not None and mismatch.mean_radius is not None:
        mean = mismatch.mean_radius / PICOMETRE
        meaning = f"{place}; Shannon radii, six-fold, mean {mean:.1f} pm"
        table.append(_row("radius mismatch", f"{100 * mismatch.radius:.2f}", "%", meaning))
    if mismatch.electronegativity is not None:
        spread = f"{mismatch.electronegativity:.3f}"
        table.append(_row("electronegativity spread", spread, "Pauling", place))
    if mismatch.missing:
        names = ", ".join(mismatch.missing)
        table.append(_row("not on file", names, "", "radius or electronegativity"))
    return table


def _capacity_rows(report: CompositionReport) -> list[dict[str, str]]:
    table = []
    if report.redox is not None:
        redox = report.redox
        active = f"{', '.join(redox.active_elements) or 'none'}; dilute {100 * redox.dilute:.3g} %"
        table += [
            _row(
                "redox-active metals", f"{100 * redox.active:.3g}", "%", f"{active}, {redox.place}"
            ),
            _row(
                "electrons to give", f"{redox.electrons_out:.3g}", "per formula unit", "active ions"
            ),
            _row(
                "electrons to take", f"{redox.electrons_in:.3g}", "per formula unit", "active ions"
            ),
        ]
    if report.capacity is not None and report.electrons is not None:
        meaning = f"n F / (3.6 M) for n = {report.electrons:.3g} electrons per formula unit"
        table.append(_row("theoretical capacity", f"{report.capacity:.1f}", "mAh/g", meaning))
    return table
