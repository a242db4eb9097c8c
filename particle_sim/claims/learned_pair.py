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
from particle_sim.plausible.learned import conditioned
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.studies.settings import Comparison
from particle_sim.units import Array

Pair = tuple[MaterialDraws, MaterialDraws]
NOT_CARRIED = (
    "The tests were read as spheres of one size with one D, as they are asked here. Not carried "
    "over: the tests' own cell, slow capacity and misfit, and other forms of the particles. The "
    "verdicts above are those of the ledger, over all that is plausible."
)
ONE_SIDE = (
    "Only {known} is narrowed by a rate test ({other}: {why}): what differs may be what is known, "
    "not what is."
)


@dataclass(frozen=True, kw_only=True)
class LearnedPair:
    """Draws of both before and after their rate tests; the same where none is used."""

    before: Pair
    after: Pair
    used: tuple[Carried, Carried]
    """What narrowed each; what is not used is not in it"""
    says: tuple[str, ...]
    """Which tests narrowed what by how much, or why none did"""

    @property
    def narrowed(self) -> bool:
        """Whether any draw was."""
        return any(each.learned is not None for each in self.used)

    @property
    def caution(self) -> str:
        """That only one side is narrowed; empty where that is not so."""
        sides = list(zip(self.before, self.used, strict=True))
        known = [draws for draws, each in sides if each.learned is not None]
        other = [(draws, each) for draws, each in sides if each.learned is None]
        if len(known) != 1:
            return ""
        ((left, each),) = other
        return ONE_SIDE.format(
            known=known[0].material.title, other=left.material.title, why=each.why
        )


def learned_pair(
    settings: Comparison, records: tuple[MaterialRecord, MaterialRecord], before: Pair
) -> LearnedPair:
    """The draws of both with what ``settings`` names; :class:`InputError` for a bad file."""
    first, second = (
        carried(record, settings.evidence, _file(settings, name))
        for record, name in zip(records, (settings.baseline, settings.candidate), strict=True)
    )
    one_sided = (first.learned is None) is not (second.learned is None)
    if settings.evidence is EvidenceChoice.SHIPPED and one_sided:
        says = _one_in_print(before, (first, second))
        first, second = Carried(learned=None), Carried(learned=None)
    else:
        says = _none_in_print(settings, before, (first, second))
    one, other = (
        draws if each.learned is None else conditioned(draws, each.learned, settings.seed)
        for draws, each in zip(before, (first, second), strict=True)
    )
    return LearnedPair(before=before, after=(one, other), used=(first, second), says=says)


def narrowed_words(pair: LearnedPair, before: Row, after: Row) -> list[str]:
    """What the tests left of each D/R², and of the ratio at plausible diffusivities."""
    if not pair.narrowed:
        return list(pair.says)
    return [
        *(_left(one, other, each) for one, other, each in _sides(pair)),
        f"The ratio with each one's plausible diffusivity is {ratio_text(after.ratio)} with them "
        f"and {ratio_text(before.ratio)} without.",
        NOT_CARRIED,
        *(note for each in pair.used for note in each.notes),
        *_effective(pair),
    ]


def learned_data(pair: LearnedPair, says: Sequence[str]) -> dict[str, Any]:
    """The same as plain data, for JSON: 5, 50 and 95 % of D/R² [1/s] without and with the tests."""
    return {
        "says": list(says),
        "narrowed": {
            one.material.name: {
                "learned_from": list(each.learned.learned_from),
                "diffusion_rate_before": band(one).tolist(),
                "diffusion_rate": band(other).tolist(),
            }
            for one, other, each in _sides(pair)
            if each.learned is not None
        },
    }


def _sides(pair: LearnedPair) -> Iterator[tuple[MaterialDraws, MaterialDraws, Carried]]:
    for one, other, each in zip(pair.before, pair.after, pair.used, strict=True):
        if each.learned is not None:
            yield one, other, each


def _file(settings: Comparison, name: str) -> Path | None:
    text = settings.data.get(name)
    return None if text is None else Path(text)


def _left(before: MaterialDraws, after: MaterialDraws, used: Carried) -> str:
    assert used.learned is not None
    (low, _, high), (least, _, most) = map(band, (after, before))
    decades, were = np.log10(high / low), np.log10(most / least)
    return (
        f"{before.material.title}: its rate tests ({'; '.join(used.learned.learned_from)}) leave "
        f"D/R² {low:.2g} to {high:.2g} 1/s (5 to 95 %), {decades:.1f} decades where the ranges of "
        f"its file leave {were:.1f}."
    )


def band(draws: MaterialDraws) -> Array:
    """5, 50 and 95 % (3,) of D/R² [1/s]."""
    return np.asarray(np.quantile(diffusion_rate(draws), QUANTILES))


def _effective(pair: LearnedPair) -> Iterator[str]:
    for draws, _, _ in _sides(pair):
        if draws.material.two_phase:
            yield (
                f"{draws.material.title} parts into two phases, and one phase stands in for its "
                "moving boundary: its D/R² is an effective number."
            )


def _one_in_print(pair: Pair, found: tuple[Carried, Carried]) -> tuple[str, ...]:
    titles = [each.material.title for each in pair]
    known = int(found[1].learned is not None)
    return (
        f"Rate tests of {titles[known]} are in print, but not used, because {titles[1 - known]} "
        f"would stay as it is ({found[1 - known].why}): D/R² of both is what is plausible.",
    )


def _none_in_print(
    settings: Comparison, pair: Pair, found: tuple[Carried, Carried]
) -> tuple[str, ...]:
    if settings.evidence is EvidenceChoice.NONE:
        return ()
    first, second = (each.material.title for each in pair)
    if all(each.why == UNPRINTED for each in found):
        return (
            f"No rate test of {first} or {second} that shows how a capacity falls is in print: "
            "D/R² of both is what is plausible.",
        )
    return tuple(
        f"No rate test narrows {draws.material.title}: {each.why}."
        for draws, each in zip(pair, found, strict=True)
    )
