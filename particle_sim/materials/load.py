"""load_material: from a name or a file to a checked :class:`Material`."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError, closest, gathering, located
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.checks import (
    citation_problems,
    closure_problems,
    range_problems,
    source_problems,
)
from particle_sim.materials.draft import stress_free, window_of
from particle_sim.materials.hosts import host_path
from particle_sim.materials.kind import PropertyKind, build_properties
from particle_sim.materials.lattice import lattice_problems
from particle_sim.materials.material import Material, on_lattice
from particle_sim.materials.property import Property
from particle_sim.materials.schema import ClaimEntry, MaterialFile, PhaseBehaviour, PropertyEntry
from particle_sim.materials.system import System, load_system, shared_sources, system_names


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
    def reading_weights(self) -> dict[str, float]:
        """Probability of every reading of the file, for draws that weigh them."""
        return self.file.reading_weights

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.system.path

    @property
    def host_path(self) -> Path | None:
        """Where the file of its host is, if it names one."""
        host = self.system.host
        return None if host is None else host_path(host.host.name)

    def claims_on(self, baseline: str) -> Sequence[ClaimEntry]:
        """What the file quotes of papers about this material beside a baseline."""
        return self.file.claims if baseline in self.file.material.baseline else ()

    def citation(self, source: str) -> str:
        """The citation behind a source key."""
        return self.system.citation(source)


@arguments_checked
def load_material(name: str, *, reading: str | None = None) -> Material:
    """A material by shipped ``name`` (``"nvp"``), or by the path of your own ``.toml`` file.

    ``reading`` is one of the file's other readings of its evidence, also as ``"nvp@na1_to_na4"``.

    >>> load_material("nvp", reading="one_plateau").value("capacity")
    108.5

    Raises :class:`InputError` with every problem of the file at once, and the closest names of an
    unknown one.
    """
    return load_record(name, reading=reading).material


def material_names() -> list[str]:
    """Names of the shipped materials that can be simulated."""
    return [name for name in system_names() if load_system(name).status.simulable]


def load_record(
    name: str, *, reading: str | None = None, overrides: Mapping[str, str] | None = None
) -> MaterialRecord:
    """As :func:`load_material`, by ``name`` and ``reading``, with the file behind it.

    ``overrides`` maps property names to quantities such as ``"1e-15 m^2/s"``; a replaced number
    is marked ``assumed`` by the user and loses its range. A volume change is the span of its table,
    which keeps its shape.

    >>> record = load_record("nvp", overrides={"diffusivity": "1e-15 m^2/s"})
    >>> record.path.name, record.material.value("diffusivity")
    ('nvp.toml', 1e-15)

    Raises :class:`InputError` as :func:`load_material` does, and for overrides of unknown
    properties or in another unit.
    """
    given = dict(overrides or {})
    system = load_system(name, reading=reading)
    if given:
        known = system.entries
        with located(system.path.name):
            replaced = {key: _set(key, text, known.get(key)) for key, text in given.items()}
        system = load_system(name, reading=reading, replaced=replaced)
    return build_record(system, given)


def build_record(system: System, overrides: Mapping[str, str] | None = None) -> MaterialRecord:
    """The material of a system; :class:`InputError` when it is not simulable."""
    header, phases = system.file.material, system.phase_behaviour
    problems: list[str] = []
    window, properties = None, {}
    with gathering(problems):
        window = window_of(system.entries)
    with gathering(problems):
        properties = build_properties(system.entries, CATALOGUE, window)
    problems += citation_problems(system.file, phases, system.entries, system.sources)
    if phases is None:
        problems.append("material.phase_behaviour is missing; add it or name a host.")
    rest = None if window is None else stress_free(header, system.formula, window)
    sound = not problems
    problems += range_problems(header, window, rest)
    if sound:
        problems += closure_problems(properties, header, system.formula)
    if sound and window is not None and rest is not None:
        filling = (rest - window[0]) / (window[1] - window[0])
        problems += lattice_problems(properties, filling)
    if window is not None and sound:
        with gathering(problems):
            properties = on_lattice(properties, window)
    if problems or window is None or rest is None or phases is None:
        where = system.path.name
        raise InputError(*_shortened(system, [f"{where}: {problem}" for problem in problems]))
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


def load_properties(
    where: str,
    entries: Mapping[str, PropertyEntry],
    catalogue: Mapping[str, PropertyKind],
    sources: Collection[str],
) -> dict[str, Property]:
    """The properties of a file that is no material, each with a source that is shared or its own.

    Raises :class:`InputError` with all problems, after ``where``.
    """
    problems: list[str] = []
    built: dict[str, Property] = {}
    with gathering(problems):
        built = build_properties(entries, catalogue)
    problems += source_problems(entries, {*shared_sources().sources, *sources})
    if problems:
        raise InputError(*(f"{where}: {problem}" for problem in problems))
    return built


def _shortened(system: System, problems: list[str]) -> list[str]:
    """One sentence instead of a dozen for a shipped material that nobody can simulate."""
    if system.status.simulable or system.file.properties:
        return problems
    header = system.file.material
    return [
        f"{header.name} cannot be simulated: it is {system.status.sentence}; "
        f'"particle-sim show material {header.name}" shows what is printed of it.'
    ]


def _set(name: str, text: str, old: PropertyEntry | None) -> PropertyEntry:
    """The entry of a property with what the user typed instead."""
    if name not in CATALOGUE:
        raise InputError(f"{name} is not a known property; {closest(name, CATALOGUE)}")
    kind = CATALOGUE[name]
    return kind.forms[0].set_to(kind, name, text, old)
