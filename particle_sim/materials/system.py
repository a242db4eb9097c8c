"""A material file, read, checked for sense and completed by its rules; simulable or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from particle_sim.composition.formula import Formula
from particle_sim.errors import InputError, closest, located
from particle_sim.materials.checks import header_problems, mention_problems
from particle_sim.materials.derive import complete
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.draft import Draft
from particle_sim.materials.hosts import load_host
from particle_sim.materials.printed import printed_problems
from particle_sim.materials.schema import (
    HostFile,
    MaterialFile,
    PhaseBehaviour,
    PropertyEntry,
    Source,
    SourcesFile,
)
from particle_sim.materials.status import Status, status_of
from particle_sim.resources import shipped_folder


@dataclass(frozen=True, kw_only=True)
class System:
    """Everything known of a material: its file, what follows from it, and how far that reaches."""

    file: MaterialFile
    """As written, with the formula of the chosen reading."""
    path: Path
    reading: str
    host: HostFile | None
    formula: Formula | None
    """As parsed; ``None`` where it is a name, or a letter in it has no value."""
    entries: Mapping[str, PropertyEntry]
    """Written, derived and standing-in properties."""
    sources: Mapping[str, Source]
    """Every bibliography entry the file may cite."""
    status: Status

    @property
    def phase_behaviour(self) -> PhaseBehaviour | None:
        """The file's own, or its host's."""
        own = self.file.material.phase_behaviour
        return own if own is not None or self.host is None else self.host.host.phase_behaviour

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Properties whose number is the host's, not the material's own."""
        given = self.host.properties if self.host is not None else {}
        return tuple(
            name
            for name, entry in self.entries.items()
            if name in given
            and name not in self.file.properties
            and name not in self.file.replaced(self.reading)
            and entry.evidence in ("proxy", "assumed")
        )

    @property
    def structure(self) -> str:
        """Structure family that lays the elements on their sites."""
        own = self.file.material.structure
        return own or (self.host.host.structure if self.host is not None else "generic")

    def citation(self, source: str) -> str:
        """The citation behind a source key."""
        return self.sources[source].citation if source in self.sources else source


def system_names() -> list[str]:
    """Names of all shipped materials, simulable or not."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def load_system(
    name: str,
    *,
    reading: str | None = None,
    replaced: Mapping[str, PropertyEntry] | None = None,
) -> System:
    """A material by shipped name, alias, ``name@reading`` or path, with what its rules give.

    ``replaced`` puts other entries in the place of the file's before the rules run. Reports every
    problem of the file's own texts at once as :class:`InputError`.
    """
    stem, named = split_name(name)
    path = _find(stem)
    where, shared = path.name, shared_sources().sources
    file = validated(MaterialFile, read_toml(path), where)
    chosen = reading or named or file.material.default_reading.name
    with located(where):
        file = file.read_as(chosen)
    host = None if file.material.host is None else load_host(file.material.host, where)
    written = {**file.properties, **file.replaced(chosen), **(replaced or {})}
    sources = {**shared, **(host.sources if host else {}), **file.sources}
    draft = Draft(
        where=where, header=file.material, printed=file.printed, host=host, entries=written
    )
    problems = [
        *printed_problems(file.printed),
        *_baseline_problems(path, file),
        *header_problems(file.material, host),
        *mention_problems(file, sources),
    ]
    if problems:
        raise InputError(*(f"{where}: {problem}" for problem in problems))
    entries = complete(draft)
    return System(
        file=file,
        path=path,
        reading=chosen,
        host=host,
        formula=draft.formula,
        entries=entries,
        sources=sources,
        status=status_of(file, entries),
    )


def split_name(name: str) -> tuple[str, str]:
    """``"nvp@na1_to_na4"`` -> ``("nvp", "na1_to_na4")``; a folder may hold an @ in its name."""
    if "@" not in name or name.endswith(".toml"):
        return name, ""
    stem, _, reading = name.rpartition("@")
    return stem, reading


def shared_sources() -> SourcesFile:
    """The shared bibliography."""
    path = shipped_folder("parameters") / "sources.toml"
    return validated(SourcesFile, read_toml(path), path.name)


def _folder() -> Path:
    return shipped_folder("parameters") / "materials"


def _find(stem: str) -> Path:
    if stem.endswith(".toml") or "/" in stem or "\\" in stem:
        return Path(stem)
    if stem in system_names():
        return _folder() / f"{stem}.toml"
    called = [path for path in _folder().glob("*.toml") if stem.lower() in _other_names(path)]
    if len(called) == 1:
        return called[0]
    if called:
        names = ", ".join(sorted(path.stem for path in called))
        raise InputError(f'"{stem}" names {len(called)} materials; choose from {names}.')
    raise InputError(
        f'There is no material "{stem}"; {closest(stem, system_names())}'
        ' "particle-sim show materials" lists them all.'
    )


def _other_names(path: Path) -> Iterator[str]:
    header = read_toml(path).get("material", {})
    for text in (header.get("title"), header.get("formula"), *header.get("aliases", [])):
        yield str(text).lower()


def _baseline_problems(path: Path, file: MaterialFile) -> Iterator[str]:
    """A sentence for a baseline that does not exist or leads back to the material itself."""
    known = {
        other.stem: other for other in (*_folder().glob("*.toml"), *path.parent.glob("*.toml"))
    }
    for name in file.material.baseline:
        if name not in known:
            yield (
                f'material.baseline names "{name}", which is no material; {closest(name, known)}'
            )
            continue
        chain = _chain_back(file.material.name, name, known)
        if chain:
            yield (
                f"material.baseline goes in a circle, {' -> '.join(chain)}; "
                "a baseline must not lead back to the material."
            )


def _chain_back(start: str, first: str, known: Mapping[str, Path]) -> list[str]:
    """The baselines from ``start`` through ``first`` back to ``start``, or nothing."""
    waiting, seen = [[start, first]], {first}
    while waiting:
        chain = waiting.pop()
        if chain[-1] == start:
            return chain
        for name in _baselines(known[chain[-1]]) if chain[-1] in known else []:
            if name == start:
                return [*chain, name]
            if name not in seen:
                seen.add(name)
                waiting.append([*chain, name])
    return []


def _baselines(path: Path) -> list[str]:
    """The baselines another file names; none where that file is not a material."""
    header = read_toml(path).get("material")
    names = header.get("baseline") if isinstance(header, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
