"""Both materials of a comparison with what their rate tests leave, and what that does to the ratio.

Tests in print are used of both or of neither: one side narrowed alone would hold what is known of
one powder against what is believed of another. Your own are used where you give them, with a
caution where that is one side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.claims.headline import ratio_text
from particle_sim.claims.law_table import QUANTILES, Row
from particle_sim.inference.carried import UNPRINTED, Carried, carried
from particle_sim.materials.load import MaterialRecord
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate
from particle_sim.plausible.learned import Learned, conditioned
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.studies.settings import Comparison
from particle_sim.units import Array

Pair = tuple[MaterialDraws, MaterialDraws]
NOT_CARRIED = (
    "The tests were read as spheres of one size with one D, as they are asked here. Not carried "
    "over: the tests' own cell, slow capacity and misfit, that both may have been measured in one "
    "cell, and what other forms of the particles make of D/R² (particle-sim evidence NAME). The "
    "verdicts above are those of the ledger, over all that is plausible."
)
ONE_SIDE = (
    "Only {known} is narrowed by a rate test ({other}: {why}): what differs may be what is known, "
    "not what is."
)
ONE_IN_PRINT = (
    "Rate tests of {known} are in print, but not used, because {other} would stay as it is "
    "({why}): D/R² of both is what is plausible."
)


@dataclass(frozen=True, kw_only=True)
class KnownPair:
    """What narrows each of two materials; what is not used is not in it."""

    used: tuple[Carried, Carried]
    says: tuple[str, ...] = ()
    """Why a test is not used, or that there is none"""
    caution: str = ""
    """That only one side is narrowed, where that is so"""


@dataclass(frozen=True, kw_only=True)
class LearnedPair:
    """Draws of both before and after their rate tests; the same where none is used."""

    known: KnownPair
    before: Pair
    after: Pair

    @property
    def narrowed(self) -> bool:
        """Whether any draw was."""
        return any(True for _ in self.sides())

    def sides(self) -> Iterator[tuple[MaterialDraws, MaterialDraws, Learned]]:
        """Before, after, and what was learned, of each material that is narrowed."""
        for one, other, each in zip(self.before, self.after, self.known.used, strict=True):
            if each.learned is not None:
                yield one, other, each.learned


def known_pair(settings: Comparison, records: tuple[MaterialRecord, MaterialRecord]) -> KnownPair:
    """What ``settings`` name of both; :class:`InputError` for a file that cannot be used."""
    first, second = (
        carried(record, settings.evidence, _file(settings, name))
        for record, name in zip(records, (settings.baseline, settings.candidate), strict=True)
    )
    titles = [record.material.title for record in records]
    if settings.evidence is EvidenceChoice.NONE or (first.learned and second.learned):
        return KnownPair(used=(first, second))
    if not (first.learned or second.learned):
        return KnownPair(used=(first, second), says=_no_test(titles, (first.why, second.why)))
    known, other, why = (*titles, second.why) if first.learned else (*titles[::-1], first.why)
    if settings.evidence is EvidenceChoice.MINE:
        return KnownPair(
            used=(first, second), caution=ONE_SIDE.format(known=known, other=other, why=why)
        )
    unused = Carried(learned=None)
    return KnownPair(
        used=(unused, unused), says=(ONE_IN_PRINT.format(known=known, other=other, why=why),)
    )


def learned_pair(known: KnownPair, before: Pair, seed: int) -> LearnedPair:
    """The draws of both, of the same ``seed``, with what is known."""
    first, second = (
        draws if each.learned is None else conditioned(draws, each.learned, seed)
        for draws, each in zip(before, known.used, strict=True)
    )
    return LearnedPair(known=known, before=before, after=(first, second))


def narrowed_words(pair: LearnedPair, before: Row, after: Row) -> list[str]:
    """What the tests left of each D/R², and of the ratio at plausible diffusivities."""
    if not pair.narrowed:
        return list(pair.known.says)
    return [
        *(_left(*side) for side in pair.sides()),
        f"The ratio with each one's plausible diffusivity is {ratio_text(after.ratio)} with them "
        f"and {ratio_text(before.ratio)} without.",
        NOT_CARRIED,
        *(note for each in pair.known.used for note in each.notes),
    ]


def learned_data(pair: LearnedPair, says: Sequence[str]) -> dict[str, Any]:
    """The same as plain data, for JSON: 5, 50 and 95 % of D/R² [1/s] without and with the tests."""
    return {
        "says": list(says),
        "narrowed": {
            one.material.name: {
                "learned_from": list(learned.learned_from),
                "diffusion_rate_before": band(one).tolist(),
                "diffusion_rate": band(other).tolist(),
            }
            for one, other, learned in pair.sides()
        },
    }


def band(draws: MaterialDraws) -> Array:
    """5, 50 and 95 % (3,) of D/R² [1/s]."""
    return np.asarray(np.quantile(diffusion_rate(draws), QUANTILES))


def _file(settings: Comparison, name: str) -> Path | None:
    text = settings.data.get(name)
    return None if text is None else Path(text)


def _left(before: MaterialDraws, after: MaterialDraws, learned: Learned) -> str:
    (low, _, high), (least, _, most) = map(band, (after, before))
    decades, were = np.log10(high / low), np.log10(most / least)
    return (
        f"{before.material.title}: its rate tests ({'; '.join(learned.learned_from)}) leave "
        f"D/R² {low:.2g} to {high:.2g} 1/s (5 to 95 %), {decades:.1f} decades where the ranges of "
        f"its file leave {were:.1f}."
    )


def _no_test(titles: Sequence[str], reasons: tuple[str, str]) -> tuple[str, ...]:
    if set(reasons) == {UNPRINTED}:
        return (
            f"No rate test of {' or '.join(titles)} that shows how a capacity falls is in print: "
            "D/R² of both is what is plausible.",
        )
    return tuple(
        f"No rate test narrows {title}: {why}." for title, why in zip(titles, reasons, strict=True)
    )
