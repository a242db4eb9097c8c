"""A material file, read, checked for sense and completed by its rules; simulable or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from particle_sim.composition.formula import parse_formula
from particle_sim.composition.structures import structure_names
from particle_sim.errors import InputError, closest
from particle_sim.materials.derive import Draft, complete
from particle_sim.materials.document import read_shared, read_toml, validated
from particle_sim.materials.hosts import load_host
from particle_sim.materials.printed import PRINTED, RULE_NUMBERS, Fact
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
    problems = [
        *_printed_problems(where, file),
        *_baseline_problems(path, file),
        *_host_problems(where, file, host),
        *_mention_problems(where, file, host),
    ]
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
    return read_shared(SourcesFile, shipped_folder("parameters") / "sources.toml")


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

        for number, fact in enumerate(file.printed[kind]):
            yield from _fact_problems(f"{where}: printed.{kind}.{number}", fact)


def _fact_problems(key: str, fact: Fact) -> Iterator[str]:
    """A sentence for every number a rule would read that is not one."""
    for name in RULE_NUMBERS & fact.statement.keys():
        if fact.number(name) is None and not isinstance(fact.statement[name], list):
            yield f"{key}.{name} is {str(fact.statement[name])[:60]!r}; write a finite number."


def _host_problems(where: str, file: MaterialFile, host: HostFile | None) -> Iterator[str]:
    """Sentences for a structure or a host that cannot be this material's."""
    header = file.material
    if header.structure is not None and header.structure not in structure_names():
        yield (
            f'{where}: material.structure is "{header.structure}", which is no structure family; '
            f"{closest(header.structure, structure_names())}"
        )
    if host is None:
        return
    if header.carrier != host.host.carrier:
        yield (
            f'{where}: material.carrier is "{header.carrier}", but the host {host.host.name} '
            f"holds {host.host.carrier}; correct one of them."
        )
    try:
        parse_formula(header.formula, variables=header.variables)
    except InputError as error:
        yield from (f"{where}: material.formula: {problem}" for problem in error.problems)


def source_problem(where: str, key: str, source: str, known: Iterable[str]) -> str:
    """The sentence about a source key that is in no bibliography."""
    return (
        f'{where}: {key}.source is "{source}", which is not in sources.toml nor in [sources] of '
        f"this file; {closest(source, known)}"
    )


def _mention_problems(where: str, file: MaterialFile, host: HostFile | None) -> Iterator[str]:
    """A sentence for every unknown source of a mention or a printed fact."""
    lent = host.sources if host is not None else {}
    known = {"user", *shared_sources().sources, *lent, *file.sources}
    beliefs = [("material.named_in", mention.source) for mention in file.material.named_in]
    beliefs += [
        (f"printed.{k}", fact.source) for k, facts in file.printed.items() for fact in facts
    ]
    yield from (source_problem(where, key, s, known) for key, s in beliefs if s not in known)


def _baseline_problems(path: Path, file: MaterialFile) -> Iterator[str]:
    """A sentence for a baseline that does not exist or leads back to the material itself."""
    folders = dict.fromkeys([_folder(), path.parent]) if file.material.baseline else {}
    known = {other.stem: other for folder in folders for other in folder.glob("*.toml")}
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
