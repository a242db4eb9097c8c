"""How far a material is known: derived from its file, never typed into it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.printed import printed_numbers
from particle_sim.materials.schema import MaterialFile, PropertyEntry


class StatusKind(enum.Enum):
    """What can be done with a material."""

    SIMULABLE = "simulable"
    COMPOSITION_ONLY = "composition only"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, kw_only=True)
class Status:
    """The kind, and which needed properties are missing."""

    kind: StatusKind
    missing: tuple[str, ...]

    @property
    def simulable(self) -> bool:
        return self.kind is StatusKind.SIMULABLE

    @property
    def sentence(self) -> str:
        """The kind with what is missing, in words."""
        if not self.missing or self.kind is StatusKind.COMPOSITION_ONLY:
            return self.kind.value
        names = ", ".join(name.replace("_", " ") for name in self.missing)
        return f"{self.kind.value} (missing: {names})"


def status_of(file: MaterialFile, entries: Mapping[str, PropertyEntry]) -> Status:
    """``simulable`` when every needed property is there, whatever its evidence; ``composition
    only`` when the file holds a formula and no number more; else ``incomplete``.
    """
    missing = tuple(
        name for name, kind in CATALOGUE.items() if kind.required and name not in entries
    )
    if not missing:
        return Status(kind=StatusKind.SIMULABLE, missing=())
    if not printed_numbers(file.printed) and not file.properties:
        return Status(kind=StatusKind.COMPOSITION_ONLY, missing=missing)
    return Status(kind=StatusKind.INCOMPLETE, missing=missing)
