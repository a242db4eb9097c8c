"""The library as a table: one row per material, simulable or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from particle_sim.errors import InputError, closest
from particle_sim.materials.printed import printed_numbers
from particle_sim.materials.system import System, load_system, system_names


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which materials to list; what is ``None`` or ``False`` does not choose."""

    carrier: str | None = None
    family: str | None = None
    role: str | None = None
    simulable: bool = False
    high_entropy: bool = False
    text: str | None = None
    formula: str | None = None
    paper: str | None = None
    elements: tuple[str, ...] = ()

    def takes(self, system: System) -> bool:
        """Whether the material is chosen; words match a part of the text, in any case."""
        header = system.file.material
        words = (
            (self.carrier, header.carrier),
            (self.family, header.family),
            (self.role, header.role),
            (self.text, " ".join([header.name, header.title, header.formula, *header.aliases])),
            (self.formula, header.formula),
            (self.paper, _papers(system)),
        )
        held = {} if system.formula is None else system.formula.amounts
        return (
            all(asked is None or asked.lower() in given.lower() for asked, given in words)
            and (system.status.simulable or not self.simulable)
            and (header.high_entropy is True or not self.high_entropy)
            and set(self.elements) <= set(held)
        )


def select(selection: Selection) -> list[System]:
    """The shipped materials of a selection, by name.

    Raises :class:`InputError` when a carrier, family or role matches nothing in the library, and
    for an element that is none of it.
    """
    systems = [load_system(name) for name in system_names()]
    held = {element for s in systems if s.formula is not None for element in s.formula.amounts}
    for element in selection.elements:
        if element not in held:
            raise InputError(f'No material holds the element "{element}"; {closest(element, held)}')
    for what in ("carrier", "family", "role"):
        asked = getattr(selection, what)
        known = {str(getattr(system.file.material, what)) for system in systems}
        if asked is not None and not any(asked.lower() in value.lower() for value in known):
            raise InputError(f'No material has the {what} "{asked}"; {closest(asked, known)}')
    return [system for system in systems if selection.takes(system)]


def library_rows(systems: Iterable[System]) -> list[dict[str, str]]:
    """One row per material: what it is, what its papers print, and how far it is known."""
    return [_row(system) for system in systems]


def sorted_rows(rows: list[dict[str, str]], column: str) -> list[dict[str, str]]:
    """Rows by one column, numbers by size, largest first; :class:`InputError` if there is none."""
    columns = list(rows[0]) if rows else [column]
    if column not in columns:
        raise InputError(f'There is no column "{column}"; {closest(column, columns)}')
    if all(row[column].isdigit() for row in rows):
        return sorted(rows, key=lambda row: -int(row[column]))
    return sorted(rows, key=lambda row: row[column].lower())


def evidence_counts(system: System) -> Counter[str]:
    """How many properties rest on each kind of evidence."""
    return Counter(entry.evidence for entry in system.entries.values())


def _papers(system: System) -> str:
    """Key, DOI and citation of every paper that names the material."""
    keys = dict.fromkeys(mention.source for mention in system.file.material.named_in)
    known = (system.sources[key] for key in keys if key in system.sources)
    return " ".join([*keys, *(f"{source.doi} {source.citation}" for source in known)])


_YES_NO: dict[bool | None, str] = {True: "yes", False: "no", None: ""}


def _row(system: System) -> dict[str, str]:
    header = system.file.material
    return {
        "name": header.name,
        "formula": header.formula,
        "family": header.family,
        "role": header.role,
        "carrier": header.carrier,
        "high-entropy": _YES_NO[header.high_entropy],
        "status": system.status.kind.value,
        "printed numbers": str(printed_numbers(system.file.printed)),
        "known": _known(system),
        **_evidence(system),
        "missing": ", ".join(name.replace("_", " ") for name in system.status.missing),
        "baseline": ", ".join(header.baseline),
    }


def _known(system: System) -> str:
    """How many of the properties in use are the material's own."""
    if not system.status.simulable:
        return ""
    own = sum(
        evidence_counts(system)[kind] for kind in ("measured", "digitised", "derived", "fitted")
    )
    return f"{own} of {len(system.entries)}"


_GROUPS = {
    "measured": ("measured", "digitised"),
    "derived": ("derived", "fitted"),
    "stand-ins": ("proxy",),
    "assumed": ("assumed",),
}


def _evidence(system: System) -> dict[str, str]:
    """Counts of the properties a simulation uses; empty where there is none."""
    counts = evidence_counts(system)
    return {
        name: str(sum(counts[kind] for kind in kinds)) if system.status.simulable else ""
        for name, kinds in _GROUPS.items()
    }
