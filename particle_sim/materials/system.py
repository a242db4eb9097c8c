"""A material file, read, checked for sense and completed by its rules; simulable or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from particle_sim.composition.analysis import CompositionReport, analyse
from particle_sim.composition.formula import Formula
from particle_sim.errors import InputError, closest, located
from particle_sim.materials.baselines import baseline_problems
from particle_sim.materials.checks import header_problems, mention_problems
from particle_sim.materials.csv_table import csv_paths, with_csv_tables
from particle_sim.materials.derive import complete
from particle_sim.materials.document import read_shared, read_toml
from particle_sim.materials.draft import Draft
from particle_sim.materials.hosts import load_host
from particle_sim.materials.lattice import layered
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
from particle_sim.resources import shipped_files


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
    phase_behaviour: PhaseBehaviour | None
    """The file's own, or its host's."""
    status: Status

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
    def tables(self) -> tuple[Path, ...]:
        """CSV files beside the material file that hold tables of it."""
        return csv_paths(self.entries, self.path)

    @property
    def structure(self) -> str:
        """Structure family that lays the elements on their sites."""
        own = self.file.material.structure
        return own or (self.host.host.structure if self.host is not None else "generic")

    def composition(self) -> CompositionReport:
        """What the formula says, laid on the sites of the structure."""
        header = self.file.material
        return analyse(
            header.formula,
            structure=self.structure,
            carrier=header.carrier,
            variables=header.variables,
        )

    def citation(self, source: str) -> str:
        """The citation behind a source key."""
        return self.sources[source].citation if source in self.sources else source


def system_names() -> list[str]:
    """Names of all shipped materials, simulable or not."""
    return list(shipped_files("parameters", "materials"))


def title_of(name: str) -> str:
    """What a shipped material is called in print; another name as it is.

    >>> title_of("he_v"), title_of("my_o3")
    ('HE-V', 'my_o3')
    """
    return load_system(name).file.material.title if name in system_names() else name


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
    shared = shared_sources().sources
    path, named = material_path(name)
    file = with_csv_tables(read_shared(MaterialFile, path), path)
    chosen = reading or named or file.material.default_reading.name
    with located(path.name):
        _ = file.reading_weights  # refused before anything is built on them
        file = file.read_as(chosen)
    written = layered(file.properties, file.replaced(chosen), replaced or {})
    header = file.material
    host = None if header.host is None else load_host(header.host, path.name)
    sources = {**shared, **(host.sources if host else {}), **file.sources}
    problems = [
        *printed_problems(file.printed),
        *baseline_problems(path, file),
        *mention_problems(file, sources),
        *header_problems(header, host),
    ]
    if problems:
        raise InputError(*(f"{path.name}: {problem}" for problem in problems))
    draft = Draft(where=path.name, header=header, printed=file.printed, host=host, entries=written)
    entries = complete(draft)
    return System(
        file=file,
        path=path,
        reading=chosen,
        host=host,
        formula=draft.formula,
        entries=entries,
        sources=sources,
        phase_behaviour=header.phase_behaviour or (host.host.phase_behaviour if host else None),
        status=status_of(file, entries),
    )


def material_path(name: str) -> tuple[Path, str]:
    """The file of a material named as :func:`load_system` takes it, and the reading or ""."""
    stem, reading = split_name(name)
    return _find(stem), reading


def short_name(name: str) -> str:
    """What a material is called beside others: of a file, its name without folder and ending.

    >>> short_name("powders/my_o3.toml"), short_name("nvp@na1_to_na4")
    ('my_o3', 'nvp@na1_to_na4')
    """
    stem, reading = split_name(name)
    known = Path(stem).stem if stem.endswith(".toml") else stem
    return f"{known}@{reading}" if reading else known


def split_name(name: str) -> tuple[str, str]:
    """``"nvp@na1_to_na4"`` -> ``("nvp", "na1_to_na4")``; a folder may hold an @ in its name."""
    if "@" not in name or name.endswith(".toml"):
        return name, ""
    stem, _, reading = name.rpartition("@")
    return stem, reading


def shared_sources() -> SourcesFile:
    """The shared bibliography."""
    return read_shared(SourcesFile, shipped_files("parameters")["sources"])


def _find(stem: str) -> Path:
    if stem.endswith(".toml") or "/" in stem or "\\" in stem:
        return Path(stem)
    shipped = shipped_files("parameters", "materials")
    if stem in shipped:
        return shipped[stem]
    called = [path for path in shipped.values() if stem.lower() in _other_names(path)]
    if len(called) == 1:
        return called[0]
    if called:
        names = ", ".join(f"{path.stem} ({_formula(path)})" for path in called)
        raise InputError(f'"{stem}" could be {len(called)} materials: {names}; give one by name.')
    raise InputError(
        f'There is no material "{stem}"; {closest(stem, shipped)}'
        ' "particle-sim show materials" lists them all.'
    )


def _other_names(path: Path) -> Iterator[str]:
    """Title, formula and aliases; of ``NNFM / NFM (Zhang et al.)`` each name by itself too."""
    header = read_toml(path).get("material", {})
    for text in (header.get("title"), header.get("formula"), *header.get("aliases", [])):
        yield str(text).lower()
        for part in re.sub(r" \([^()]*\)$", "", str(text)).split(" / "):
            yield part.lower()


def _formula(path: Path) -> str:
    return str(read_toml(path)["material"]["formula"])
