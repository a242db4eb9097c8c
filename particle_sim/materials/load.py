"""load_material: from a name or a file to a checked :class:`Material`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError, closest
from particle_sim.materials.build import PropertyBuilder
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.checks import closure_problems, window_problems
from particle_sim.materials.derive import stress_free
from particle_sim.materials.hosts import host_path
from particle_sim.materials.material import Material
from particle_sim.materials.schema import MaterialFile, PhaseBehaviour, PropertyEntry
from particle_sim.materials.system import (
    System,
    load_system,
    shared_sources,
    source_problem,
    system_names,
)
from particle_sim.units import split_quantity, to_si


@dataclass(frozen=True, kw_only=True)
class MaterialRecord:
    """A simulable material with what lies behind it: file, claims, citations, content hash."""

    material: Material
    system: System
    phase_behaviour: PhaseBehaviour
    overrides: Mapping[str, str]

    @property
    def file(self) -> MaterialFile:
        """The material file as written."""
        return self.system.file

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.system.path

    @property
    def host_path(self) -> Path | None:
        """Where the file of its host is, if it names one."""
        host = self.system.host
        return None if host is None else host_path(host.host.name)

    def citation(self, source: str) -> str:
        """The citation behind a source key."""
        return self.system.citation(source)


@arguments_checked
def load_material(name: str, *, reading: str | None = None) -> Material:
    """A material by shipped name (``"nvp"``), with a reading (``"nvp@na1_to_na4"``), or by path.

    Reports every problem of the file at once as :class:`InputError`.
    """
    return load_record(name, reading=reading).material


def material_names() -> list[str]:
    """Names of the shipped materials that can be simulated."""
    return [name for name in system_names() if load_system(name).status.simulable]


def load_record(
    name: str, *, reading: str | None = None, overrides: Mapping[str, str] | None = None
) -> MaterialRecord:
    """As :func:`load_material`, with the file behind it.

    ``overrides`` maps property names to quantities such as ``"1e-15 m^2/s"``; a replaced number
    is marked ``assumed`` by the user and loses its range. A volume change is the span of its table,
    which keeps its shape.
    """
    given = dict(overrides or {})
    system = load_system(name, reading=reading)
    if given:
        where = system.path.name
        known = system.entries
        replaced = {key: _overridden(where, key, text, known) for key, text in given.items()}
        system = load_system(name, reading=reading, replaced=replaced)
    return build_record(system, given)


def build_record(system: System, overrides: Mapping[str, str] | None = None) -> MaterialRecord:
    """The material of a system; :class:`InputError` when it is not simulable."""
    where, header = system.path.name, system.file.material
    phases = system.phase_behaviour
    window = _window(system.entries)
    builder = PropertyBuilder(where, window)
    properties = builder.build(dict(system.entries))
    problems = [
        *builder.problems,
        *window_problems(where, properties),
        *_citation_problems(where, system),
    ]
    if phases is None:
        problems.append(f"{where}: material.phase_behaviour is missing; add it or name a host.")
    if not problems:
        problems = closure_problems(where, properties, header)
    rest = 0.0 if window is None else stress_free(header, window)
    if window is not None and not window[0] <= rest <= window[1]:
        problems.append(
            f"{where}: material.stress_free_stoichiometry is {rest:g}; it must lie in the window "
            f"{window[0]:g} to {window[1]:g}."
        )
    if problems or window is None or phases is None:
        raise InputError(*_shortened(system, problems))
    if header.carrier not in ("Na", "Li", "K"):
        raise InputError(f'{where}: material.carrier is "{header.carrier}"; choose Na, Li or K.')
    strain = dataclasses.replace(properties["volume_change"], name="chemical_strain")
    material = Material(
        name=header.name,
        title=header.title,
        formula=header.formula,
        carrier=header.carrier,
        stoichiometry_min=window[0],
        stoichiometry_max=window[1],
        stress_free_site_fraction=(rest - window[0]) / (window[1] - window[0]),
        properties={**properties, "chemical_strain": strain},
        reading=system.reading,
        two_phase=phases.kind == "two-phase",
    )
    return MaterialRecord(
        material=material, system=system, phase_behaviour=phases, overrides=dict(overrides or {})
    )


def _shortened(system: System, problems: list[str]) -> list[str]:
    """One sentence instead of a dozen for a shipped material that nobody can simulate."""
    if system.status.simulable or system.file.properties:
        return problems
    header = system.file.material
    return [
        f"{header.name} cannot be simulated: it is {system.status.sentence}; "
        f'"particle-sim show material {header.name}" shows what is printed of it.'
    ]


def _overridden(
    where: str, key: str, text: str, known: Mapping[str, PropertyEntry]
) -> PropertyEntry:
    if key not in CATALOGUE:
        raise InputError(f"{where}: {key} is not a known property; {closest(key, CATALOGUE)}")
    if key == "volume_change" and key in known:
        return _stretched(where, known[key], text)
    if "constant" not in CATALOGUE[key].forms:
        raise InputError(
            f"{where}: {key} is not a single number, so it cannot be set to {text!r}; "
            "choose a reading or copy the file and edit it."
        )
    value, unit = _quantity(where, key, text)
    return PropertyEntry(
        evidence="assumed", source="user", value=value, unit=unit, note="set by the user"
    )


def _quantity(where: str, key: str, text: str) -> tuple[float, str]:
    """Value and unit of a text that suits the property."""
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
    return value, unit


def _stretched(where: str, entry: PropertyEntry, text: str) -> PropertyEntry:
    """A table whose values span what ``text`` says, from end to end; its shape and signs stay."""
    value, unit = _quantity(where, "volume_change", text)
    values = entry.values or []
    span = to_si(max(values, default=0.0) - min(values, default=0.0), entry.unit, "1")
    if not span > 0 or not value > 0:
        raise InputError(
            f'{where}: volume_change was set to "{text}"; give its size as a positive number, and '
            "a file whose table is not flat."
        )
    factor = to_si(value, unit, "1") / span
    return PropertyEntry(
        form=entry.form,
        stoichiometry=entry.stoichiometry,
        filling=entry.filling,
        values=[factor * v for v in values],
        unit=entry.unit,
        evidence="assumed",
        source="user",
        note="size set by the user, shape of the file",
    )


def _window(entries: Mapping[str, PropertyEntry]) -> tuple[float, float] | None:
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


def _citation_problems(where: str, system: System) -> list[str]:
    file = system.file
    others = [(f"claims.{number}", claim.source) for number, claim in enumerate(file.claims)]
    if system.phase_behaviour is not None:
        others.append(("material.phase_behaviour", system.phase_behaviour.source))
    return source_problems(where, system.entries, own=system.sources, others=others)


def source_problems(
    where: str,
    entries: Mapping[str, PropertyEntry],
    *,
    own: Iterable[str] = (),
    others: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """A sentence for every source key that is neither shared nor among the file's ``own``."""
    known = {"user", *own, *shared_sources().sources}
    beliefs = [*others, *((f"properties.{name}", entry.source) for name, entry in entries.items())]
    for name, entry in entries.items():
        beliefs += [(f"properties.{name}.plateaus", p.source) for p in entry.plateaus or []]
        if entry.activation_energy is not None:
            beliefs.append((f"properties.{name}.activation_energy", entry.activation_energy.source))
    return [
        source_problem(where, key, source, known) for key, source in beliefs if source not in known
    ]
