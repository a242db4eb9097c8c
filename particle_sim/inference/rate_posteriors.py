"""What the rate tests of a material say: out of the store, or learned now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from particle_sim.inference.experiments import named, ways
from particle_sim.inference.known_rates import MODELS, Known, learned_now
from particle_sim.inference.posterior_store import (
    COMMAND,
    changed,
    evidence_folder,
    index,
    stored,
)
from particle_sim.materials.load import MaterialRecord, build_record
from particle_sim.resources import shipped_files
from particle_sim.studies.footing import CUT_OFFS


@dataclass(frozen=True, kw_only=True)
class RateEvidence:
    """What is learned from the rate tests of a material; no way, no evidence."""

    ways: tuple[Known, ...]
    note: str = ""
    """Why nothing stored was used, where something is stored"""

    @property
    def labels(self) -> tuple[str, ...]:
        """Of all series and where they stand, each once."""
        return tuple(dict.fromkeys(named(series) for way in self.ways for series in way.series))


def rate_evidence(
    record: MaterialRecord, models: Collection[str] = MODELS, folder: Path | None = None
) -> RateEvidence:
    """Stored where the material is a shipped file as it stands, else learned now (``models``).

    A posterior whose hashes are not those of today is never used: ``note`` says so.

    >>> from particle_sim.materials.load import load_record
    >>> found = rate_evidence(load_record("nfm_li2024"))
    >>> [way.found["one-size"].draws.shape for way in found.ways], found.note
    ([(400, 6), (400, 6)], '')
    """
    where, name, readings = folder or evidence_folder(), record.material.name, ways(record)
    if not readings:
        return RateEvidence(ways=())
    entry, note = index(where).get(name) if _as_shipped(record) else None, ""
    if entry is not None:
        parts = changed(entry, record, readings)
        if not parts:
            return RateEvidence(ways=tuple(stored(where, name, entry, readings)))
        note = (
            f"What is stored of {record.material.title} was learned with other "
            f"{' and '.join(parts)}, so its tests were learned from again; {COMMAND} stores that."
        )
    return RateEvidence(
        ways=tuple(learned_now(record, series, models) for series in readings), note=note
    )


def _as_shipped(record: MaterialRecord) -> bool:
    """Whether nothing of a shipped file was replaced: by hand, a reading, others' cut-offs."""
    material = record.material
    shipped = shipped_files("parameters", "materials").get(material.name)
    default = record.file.material.default_reading.name
    if shipped != record.path or record.overrides or material.reading != default:
        return False
    filed = build_record(record.system).material
    return all(material.value(name) == filed.value(name) for name in CUT_OFFS)
