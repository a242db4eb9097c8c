"""Draws of a life narrowed by rate tests: of both materials or of neither, as a comparison does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from particle_sim.inference.carried import Carried, carried
from particle_sim.life.asked import LifeStudy
from particle_sim.materials.load import MaterialRecord
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.plausible.learned import conditioned
from particle_sim.studies.choices import EvidenceChoice


def narrowed(
    study: LifeStudy, records: Sequence[MaterialRecord], draws: Sequence[MaterialDraws]
) -> tuple[list[MaterialDraws], list[str]]:
    """The draws with what rate tests leave of D/R^2, and what must be known of that.

    Tests in print are used of all materials or of none; your own where you give them. The map over
    size and rate and what is held against print stay with all that is plausible: the constants
    were frozen so.
    """
    if study.evidence is EvidenceChoice.NONE:
        return list(draws), []
    files = dict(study.rates)
    found = [
        carried(record, study.evidence, _file(files, name))
        for record, name in zip(records, study.materials, strict=True)
    ]
    titles = [record.material.title for record in records]
    missing = [
        f"{title} ({each.why})"
        for title, each in zip(titles, found, strict=True)
        if each.learned is None
    ]
    if missing and (study.evidence is EvidenceChoice.SHIPPED or len(missing) == len(found)):
        none = f"No rate test narrows D/R²: none can be used of {' and '.join(missing)}"
        return list(draws), [f"{none}{_both(found)}."]
    after = [
        each if known.learned is None else conditioned(each, known.learned, study.seed)
        for each, known in zip(draws, found, strict=True)
    ]
    return after, list(_said(titles, found, missing))


def _both(found: Sequence[Carried]) -> str:
    some = any(each.learned for each in found)
    return ", and both are narrowed or neither" if some else ""


def _said(titles: Sequence[str], found: Sequence[Carried], missing: Sequence[str]) -> list[str]:
    used = [
        f"{title} by {', '.join(each.learned.learned_from)}"
        for title, each in zip(titles, found, strict=True)
        if each.learned is not None
    ]
    said = [
        f"D/R² is narrowed: {'; '.join(used)}. The map over size and rate and the retentions in "
        "print are of all that is plausible."
    ]
    if missing:
        said.append(
            f"Only one is narrowed by a rate test, not {' and '.join(missing)}: what differs may "
            "be what is known, not what is."
        )
    return [*said, *dict.fromkeys(note for each in found for note in each.notes)]


def _file(files: dict[str, str], name: str) -> Path | None:
    return Path(files[name]) if name in files else None
