"""Which rate tests narrow the draws behind the playground's sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from particle_sim.inference.carried import carried
from particle_sim.materials.load import load_record
from particle_sim.plausible.learned import Learned
from particle_sim.studies.choices import EvidenceChoice

Both = tuple[Learned | None, Learned | None]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Rate tests in print, of your own (material and file), or none."""

    evidence: EvidenceChoice = EvidenceChoice.SHIPPED
    data: tuple[tuple[str, str], ...] = ()

    def of(self, baseline: str, candidate: str) -> Both:
        """What narrows each of two materials; tests in print of both or of neither.

        :class:`InputError` for a file that cannot be read or contradicts itself.
        """
        files = dict(self.data)
        first, second = (
            carried(load_record(name), self.evidence, _path(files, name)).learned
            for name in (baseline, candidate)
        )
        both = first is not None and second is not None
        if self.evidence is EvidenceChoice.SHIPPED and not both:
            return None, None
        return first, second


def checked(evidence: EvidenceChoice, data: Mapping[str, str]) -> Asked:
    """The same, with each file tried: one that is refused is so before anything starts."""
    asked = Asked(evidence=evidence, data=tuple(data.items()))
    for name in data:
        asked.of(name, name)
    return asked


def _path(files: dict[str, str], name: str) -> Path | None:
    file = files.get(name.partition("@")[0])
    return None if file is None else Path(file)
