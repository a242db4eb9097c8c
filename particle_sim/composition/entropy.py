"""Configurational entropy of a formula under each normalisation that the papers use.

Ideal mixing on each sublattice: s = -sum_i y_i ln y_i in units of the gas constant R, with y_i the
fractions of its species. Only the normalisation differs, and with it the label "high-entropy".
All values are those of random mixing; short-range order and site preference lower them.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from particle_sim.composition.amounts import VACANCY
from particle_sim.composition.structures import Site, Sublattice

HIGH = 1.5
"""R; high-entropy from here on (source review_he_2025, section 2)."""

MEDIUM = 1.0
"""R; medium-entropy from here on, low below (the same)."""

PRIMARY_ELEMENTS = 5
"""Least number of primary elements of the composition rule (the same)."""

PRIMARY_SHARE = (0.05, 0.35)
"""Least and largest atomic fraction of a primary element (the same)."""

_ROUNDING = 1e-6
"""Absolute; printed decimals at a limit count as on it."""

_MIXED = (Site.METAL, Site.POLYANION, Site.ANION)
"""Sublattices of the framework; the mobile ion, cyanide and water are not among them."""


class Normalisation(enum.Enum):
    """What the entropy is counted per; the equations are those of source review_he_2025."""

    PER_SITE = "per cation site (eq 1)"
    CATION_PLUS_ANION = "cation plus anion site (eq 3)"
    PER_FORMULA_UNIT = "per formula unit (eq 4)"
    PER_FORMULA_UNIT_WITH_CARRIER = "per formula unit with the mobile ion (eq 4)"


class EntropyClass(enum.Enum):
    """The review's classes."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class SublatticeEntropy:
    """Mixing entropy of one sublattice [R], ``per_site`` and ``per_formula_unit``."""

    name: str
    kind: Site
    per_site: float
    per_formula_unit: float


@dataclass(frozen=True, kw_only=True)
class EntropyReport:
    """Entropies of a formula [R], their classes, and the rule on the number of elements.

    ``mixed_site`` names the cation sublattice of PER_SITE. ``primary`` are its elements of at
    least 5 %; ``follows_composition_rule`` says that they are five or more and none above 35 %.
    """

    sublattices: tuple[SublatticeEntropy, ...]
    values: Mapping[Normalisation, float]
    classes: Mapping[Normalisation, EntropyClass]
    mixed_site: str
    primary: tuple[str, ...]
    follows_composition_rule: bool


def entropy_report(sublattices: Sequence[Sublattice]) -> EntropyReport:
    """Entropies of filled sublattices.

    PER_SITE (eq 1): s of the most mixed cation sublattice.
    CATION_PLUS_ANION (eq 3): the same plus s of the most mixed anion sublattice.
    PER_FORMULA_UNIT (eq 4): sum over framework sublattices of n s, n its sites per formula unit.
    PER_FORMULA_UNIT_WITH_CARRIER: the same with the mobile ion and its empty sites.
    """
    parts = tuple(sublattice_entropy(sublattice) for sublattice in sublattices)
    cations = [part for part in parts if part.kind in (Site.METAL, Site.POLYANION)]
    mixed = max(cations, key=lambda part: part.per_site, default=None)
    cation = mixed.per_site if mixed is not None else 0.0
    anion = max((part.per_site for part in parts if part.kind is Site.ANION), default=0.0)
    framework = sum(part.per_formula_unit for part in parts if part.kind in _MIXED)
    carrier = sum(part.per_formula_unit for part in parts if part.kind is Site.CARRIER)
    values = {
        Normalisation.PER_SITE: cation,
        Normalisation.CATION_PLUS_ANION: cation + anion,
        Normalisation.PER_FORMULA_UNIT: framework,
        Normalisation.PER_FORMULA_UNIT_WITH_CARRIER: framework + carrier,
    }
    name = mixed.name if mixed is not None else ""
    shares = _shares(next((s.species for s in sublattices if s.name == name), {}))
    primary = {e: y for e, y in shares.items() if y >= PRIMARY_SHARE[0] - _ROUNDING}
    return EntropyReport(
        sublattices=parts,
        values=values,
        classes={key: entropy_class(value) for key, value in values.items()},
        mixed_site=name,
        primary=tuple(primary),
        follows_composition_rule=len(primary) >= PRIMARY_ELEMENTS
        and max(primary.values()) <= PRIMARY_SHARE[1] + _ROUNDING,
    )


def sublattice_entropy(sublattice: Sublattice) -> SublatticeEntropy:
    """-sum y ln y of one sublattice [R], empty sites counted as a species where it has them."""
    total = sum(sublattice.species.values())
    per_site = mixing_entropy(tuple(sublattice.species.values()))
    return SublatticeEntropy(
        name=sublattice.name,
        kind=sublattice.kind,
        per_site=per_site,
        per_formula_unit=total * per_site,
    )


def mixing_entropy(amounts: Sequence[float]) -> float:
    """-sum y ln y [R] with y = amount / sum of amounts (eq 1).

    >>> round(mixing_entropy([0.2, 0.2, 0.2, 0.2, 0.2]), 3)
    1.609
    """
    total = sum(amounts)
    return -sum(n / total * math.log(n / total) for n in amounts if n > 0) + 0.0


def entropy_class(value: float) -> EntropyClass:
    """High from 1.5 R, medium from 1 R, low below."""
    if value >= HIGH - _ROUNDING:
        return EntropyClass.HIGH
    return EntropyClass.MEDIUM if value >= MEDIUM - _ROUNDING else EntropyClass.LOW


def label_sentence(report: EntropyReport) -> str:
    """What the numbers do to the label "high-entropy", in one sentence."""
    site = report.values[Normalisation.PER_SITE]
    unit = report.values[Normalisation.PER_FORMULA_UNIT]
    of_site = report.classes[Normalisation.PER_SITE].value
    of_unit = report.classes[Normalisation.PER_FORMULA_UNIT].value
    if of_site == of_unit:
        return (
            f"Its configurational entropy is {of_site}, {site:.3g} R per cation site and "
            f"{unit:.3g} R per formula unit."
        )
    return (
        f'Whether it is "high-entropy" depends on the normalisation: {of_site} with {site:.3g} R '
        f"per cation site (eq 1), {of_unit} with {unit:.3g} R per formula unit (eq 4)."
    )


def _shares(species: Mapping[str, float]) -> dict[str, float]:
    """Atomic fractions of the elements of a sublattice, without its empty sites."""
    elements = {name: amount for name, amount in species.items() if name != VACANCY}
    total = sum(elements.values())
    return {name: amount / total for name, amount in elements.items()}
