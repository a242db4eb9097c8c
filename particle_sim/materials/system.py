"""A material file, read, checked for sense and completed by its rules; simulable or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from particle_sim.errors import InputError, closest
from particle_sim.materials.derive import Draft, complete
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.hosts import load_host
from particle_sim.materials.printed import PRINTED
from particle_sim.materials.schema import (
    HostFile,
    MaterialFile,
    PhaseBehaviour,
    PropertyEntry,
    Reading,
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
    entries: Mapping[str, PropertyEntry]
    """Written, derived and standing-in properties."""
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
            and name not in self._reading_properties
            and entry.evidence in ("proxy", "assumed")
        )

    @property
    def _reading_properties(self) -> Mapping[str, PropertyEntry]:
        reading = self.file.readings.get(self.reading)
        return {} if reading is None else reading.properties

    @property
    def structure(self) -> str:
        """Structure family that lays the elements on their sites."""
        own = self.file.material.structure
        return own or (self.host.host.structure if self.host is not None else "generic")

    @property
    def sources(self) -> dict[str, Source]:
        """Every bibliography entry the file may cite."""
        host = self.host.sources if self.host is not None else {}
        return {**shared_sources().sources, **host, **self.file.sources}

    def citation(self, source: str) -> str:
        """The citation behind a source key."""
        known = self.sources
        return known[source].citation if source in known else source


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
    where = path.name
    file = validated(MaterialFile, read_toml(path), where)
    chosen = reading or named or file.material.default_reading.name
    applied = _reading(file, where, chosen)
    if applied.formula is not None:
        header = file.material.model_copy(update={"formula": applied.formula})
        file = file.model_copy(update={"material": header})
    host = None if file.material.host is None else load_host(file.material.host, where)
    written = {**file.properties, **applied.properties, **(replaced or {})}
    problems = [*_printed_problems(where, file), *_baseline_problems(path, file)]
    if problems:
        raise InputError(*problems)
    entries = complete(
        Draft(where=where, header=file.material, printed=file.printed, host=host, entries=written)
    )
    return System(
        file=file,
        path=path,
        reading=chosen,
        host=host,
        entries=entries,
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


def _reading(file: MaterialFile, where: str, name: str) -> Reading:
    default = file.material.default_reading
    if name == default.name:
        return Reading(title=default.title)
    if name not in file.readings:
        known = [default.name, *file.readings]
        raise InputError(f'{where}: there is no reading "{name}"; {closest(name, known)}')
    return file.readings[name]


def _printed_problems(where: str, file: MaterialFile) -> Iterator[str]:
    for kind in file.printed:
        if kind not in PRINTED:
            yield (
                f"{where}: printed.{kind} is not a known kind of printed fact; "
                f"{closest(kind, PRINTED)}"
            )


def _baseline_problems(path: Path, file: MaterialFile) -> Iterator[str]:
    """A sentence for a baseline that does not exist or leads back to the material itself."""
    known = {
        other.stem: other for other in (*_folder().glob("*.toml"), *path.parent.glob("*.toml"))
    }
    for name in file.material.baseline:
        if name not in known:
            yield (
                f'{path.name}: material.baseline names "{name}", which is no material; '
                f"{closest(name, known)}"
            )
            continue
        chain = _chain_back(file.material.name, name, known)
        if chain:
            yield (
                f"{path.name}: material.baseline goes in a circle, {' -> '.join(chain)}; "
                "a baseline must not lead back to the material."
            )


def _chain_back(start: str, first: str, known: Mapping[str, Path]) -> list[str]:
    """The baselines from ``start`` through ``first`` back to ``start``, or nothing."""
    waiting, seen = [[start, first]], {first}
    while waiting:
        chain = waiting.pop()
        if chain[-1] == start:
            return chain
        header = read_toml(known[chain[-1]]).get("material", {}) if chain[-1] in known else {}
        for name in header.get("baseline", []):
            if name == start:
                return [*chain, name]
            if isinstance(name, str) and name not in seen:
                seen.add(name)
                waiting.append([*chain, name])
    return []
