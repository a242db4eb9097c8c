"""load_material: from a name or a file to a checked :class:`Material`."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from particle_sim.errors import InputError, closest
from particle_sim.materials.build import PropertyBuilder
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.checks import closure_problems, window_problems
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.material import Material
from particle_sim.materials.schema import MaterialFile, PropertyEntry, SourcesFile
from particle_sim.resources import shipped_folder
from particle_sim.units import split_quantity, to_si


@dataclass(frozen=True, kw_only=True)
class MaterialRecord:
    """A material with the file it came from: header, claims, citations and content hash."""

    material: Material
    file: MaterialFile
    path: Path
    overrides: Mapping[str, str]

    @cached_property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def citation(self, source: str) -> str:
        """The citation behind a source key."""
        known = {**_shared_sources().sources, **self.file.sources}
        return known[source].citation if source in known else source


def load_material(name: str, *, reading: str | None = None) -> Material:
    """A material by shipped name (``"nvp"``), with a reading (``"nvp@na1_to_na4"``), or by path.

    Reports every problem of the file at once as :class:`InputError`.
    """
    return load_record(name, reading=reading).material


def material_names() -> list[str]:
    """Names of the shipped materials."""
    return sorted(path.stem for path in (shipped_folder("parameters") / "materials").glob("*.toml"))


def load_record(
    name: str, *, reading: str | None = None, overrides: Mapping[str, str] | None = None
) -> MaterialRecord:
    """As :func:`load_material`, with the file behind it.

    ``overrides`` maps property names to quantities such as ``"1e-15 m^2/s"``; a replaced number
    is marked ``assumed`` by the user and loses its range.
    """
    stem, named = _split_name(name)
    path = _find(stem)
    data = read_toml(path)
    file = validated(MaterialFile, data, path.name)
    given = dict(overrides or {})
    entries = _entries(file, path.name, reading or named or None)
    for key, text in given.items():
        entries[key] = _overridden(path.name, key, text, entries)
    chosen = reading or named or file.material.default_reading.name
    material = _material(path, file, entries, chosen)
    return MaterialRecord(material=material, file=file, path=path, overrides=given)


def _split_name(name: str) -> tuple[str, str]:
    """``"nvp@na1_to_na4"`` -> ``("nvp", "na1_to_na4")``; a folder may hold an @ in its name."""
    if "@" not in name or name.endswith(".toml"):
        return name, ""
    stem, _, reading = name.rpartition("@")
    return stem, reading


def _find(stem: str) -> Path:
    if stem.endswith(".toml") or "/" in stem or "\\" in stem:
        return Path(stem)
    if stem in material_names():
        return shipped_folder("parameters") / "materials" / f"{stem}.toml"
    raise InputError(f'There is no material "{stem}"; {closest(stem, material_names())}')


def _entries(file: MaterialFile, where: str, reading: str | None) -> dict[str, PropertyEntry]:
    default = file.material.default_reading.name
    if reading is None or reading == default:
        return dict(file.properties)
    if reading not in file.readings:
        known = [default, *file.readings]
        raise InputError(f'{where}: there is no reading "{reading}"; {closest(reading, known)}')
    return {**file.properties, **file.readings[reading].properties}


def _overridden(
    where: str, key: str, text: str, entries: dict[str, PropertyEntry]
) -> PropertyEntry:
    if key not in CATALOGUE:
        raise InputError(f"{where}: {key} is not a known property; {closest(key, CATALOGUE)}")
    if "constant" not in CATALOGUE[key].forms:
        raise InputError(
            f"{where}: {key} is not a single number, so it cannot be set to {text!r}; "
            "choose a reading or copy the file and edit it."
        )
    kind = CATALOGUE[key]
    try:
        value, unit = split_quantity(text)
        if not unit and kind.unit == "1":
            unit = "1"
        reason = kind.problem(to_si(value, unit, kind.unit))
    except InputError as error:
        raise InputError(f'{where}: {key} was set to "{text}": {error}') from None
    if reason is not None:
        raise InputError(f'{where}: {key} was set to "{text}"; {reason}.')
    return PropertyEntry(
        evidence="assumed", source="user", value=value, unit=unit, note="set by the user"
    )


def _material(
    path: Path, file: MaterialFile, entries: dict[str, PropertyEntry], reading: str
) -> Material:
    where = path.name
    window = _window(entries)
    builder = PropertyBuilder(where, window)
    properties = builder.build(entries)
    problems = [
        *builder.problems,
        *window_problems(where, properties),
        *_citation_problems(where, file, entries),
    ]
    if not problems:
        problems = closure_problems(where, properties, file.material.formula)
    rest = file.material.stress_free_stoichiometry
    if window is not None and not window[0] <= rest <= window[1]:
        problems.append(
            f"{where}: material.stress_free_stoichiometry is {rest:g}; it must lie in the window "
            f"{window[0]:g} to {window[1]:g}."
        )
    if problems or window is None:
        raise InputError(*problems)
    strain = dataclasses.replace(properties["volume_change"], name="chemical_strain")
    return Material(
        name=file.material.name,
        title=file.material.title,
        formula=file.material.formula,
        carrier=file.material.carrier,
        stoichiometry_min=window[0],
        stoichiometry_max=window[1],
        stress_free_site_fraction=(rest - window[0]) / (window[1] - window[0]),
        properties={**properties, "chemical_strain": strain},
        reading=reading,
        two_phase=file.material.phase_behaviour.kind == "two-phase",
    )


def _window(entries: dict[str, PropertyEntry]) -> tuple[float, float] | None:
    """The stoichiometry window, or nothing while its own problems have to be reported."""
    ends = []
    for name in ("stoichiometry_min", "stoichiometry_max"):
        entry = entries.get(name)
        if entry is None or entry.value is None:
            return None
        try:
            ends.append(to_si(entry.value, entry.unit, "1"))
        except InputError:
            return None
    low, high = ends
    return (low, high) if high > low else None


def _citation_problems(
    where: str, file: MaterialFile, entries: dict[str, PropertyEntry]
) -> list[str]:
    others = [("material.phase_behaviour", file.material.phase_behaviour.source)]
    others += [(f"claims.{number}", claim.source) for number, claim in enumerate(file.claims)]
    return source_problems(where, entries, own=file.sources, others=others)


def source_problems(
    where: str,
    entries: Mapping[str, PropertyEntry],
    *,
    own: Iterable[str] = (),
    others: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """A sentence for every source key that is neither shared nor among the file's ``own``."""
    known = {"user", *own, *_shared_sources().sources}
    beliefs = [*others, *((f"properties.{name}", entry.source) for name, entry in entries.items())]
    for name, entry in entries.items():
        beliefs += [(f"properties.{name}.plateaus", p.source) for p in entry.plateaus or []]
        if entry.activation_energy is not None:
            beliefs.append((f"properties.{name}.activation_energy", entry.activation_energy.source))
    return [
        f'{where}: {key}.source is "{source}", which is not in sources.toml nor in [sources] of '
        f"this file; {closest(source, known)}"
        for key, source in beliefs
        if source not in known
    ]


def _shared_sources() -> SourcesFile:
    path = shipped_folder("parameters") / "sources.toml"
    return validated(SourcesFile, read_toml(path), path.name)
