"""Functions to sweep: metrics of a particle whose material, rate, law and protocol may vary.

``particle_metrics(...)`` gives an object that a sweep calls with its axes by name: ``c_rate``
[1/h], ``physics`` and ``protocol`` (the names of the choices), and properties of the materials in
SI: ``diffusivity`` for all of them, ``nvp.diffusivity`` for one.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from particle_sim.cell.half_cell import half_cell
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError, closest, located, refuse
from particle_sim.flux import SurfaceFlux
from particle_sim.inputs import hash_of
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.document import validated
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.materials.material import Material
from particle_sim.materials.schema import Block
from particle_sim.materials.system import short_name
from particle_sim.particle.run import ParticleRun
from particle_sim.protocols import charge, discharge
from particle_sim.studies.body_case import BodyCase, run_body_case
from particle_sim.studies.choices import Direction, PhysicsChoice, ShapeChoice
from particle_sim.studies.known_metrics import METRICS
from particle_sim.studies.particle_case import (
    ParticleCase,
    galvanostatic_flux,
    rest_fillings,
    run_case,
)
from particle_sim.studies.particle_cell import run_cell
from particle_sim.studies.size_map import LAST_FRACTION
from particle_sim.studies.sweep_batches import (
    GROUPS,
    RESULTS,
    BatchedHalfCells,
    batched_inputs,
    own_inputs,
)
from particle_sim.transport.laws import Law, law_of
from particle_sim.units import unit_of

CHOICES = ("physics", "protocol")
FIXED = ("open_circuit_potential", "stoichiometry_min", "stoichiometry_max", "chemical_strain")
"""Properties that are not one number, or that set what all others refer to."""

BODY_GRAINS, BODY_SEED, BODY_CELLS = 8, 1, 2.0
"""Body of a shape other than the sphere, as ``compare`` meshes it."""


class ProtocolChoice(enum.Enum):
    """What the particle goes through, from rest at one cut-off.

    At constant flux the sphere exchanges 90 % of the sodium between the rest fillings of the
    cut-offs; the cell variants take the flux of a half cell under the same law until it ends.
    """

    CHARGE = "charge"
    DISCHARGE = "discharge"
    CELL_CHARGE = "cell-charge"
    CELL_DISCHARGE = "cell-discharge"

    @property
    def direction(self) -> Direction:
        """Which way sodium goes."""
        charges = self in (ProtocolChoice.CHARGE, ProtocolChoice.CELL_CHARGE)
        return Direction.CHARGE if charges else Direction.DISCHARGE

    @property
    def in_cell(self) -> bool:
        """Whether a half cell gives the flux."""
        return self in (ProtocolChoice.CELL_CHARGE, ProtocolChoice.CELL_DISCHARGE)


@dataclass(frozen=True, kw_only=True)
class ParticleMetrics:
    """Metrics of one particle of each material, as a function of the sweep's inputs."""

    materials: Mapping[str, Material]
    files: Mapping[str, str]
    """SHA-256 of every file the materials were read from"""
    asked_as: Mapping[str, str]
    """What each material was asked for by: its name, or the path of its file"""
    shape: ShapeChoice
    protocol: ProtocolChoice
    physics: PhysicsChoice
    c_rate: float
    metrics: tuple[str, ...]

    def __call__(self, **inputs: float | str) -> dict[str, float]:
        """Every metric, with the material's name before it where there are several."""
        physics = _choice(PhysicsChoice, inputs, "physics", self.physics)
        protocol = _choice(ProtocolChoice, inputs, "protocol", self.protocol)
        c_rate = float(inputs.get("c_rate", self.c_rate))
        found = {}
        for name, material in self.materials.items():
            drawn = with_values(material, own_inputs(material, name, inputs))
            run = _run(drawn, self.shape, protocol, physics, c_rate)
            for metric in self.metrics:
                found[self._label(name, metric)] = METRICS[metric](run)
        return found

    @property
    def units(self) -> dict[str, str]:
        """Unit of every result."""
        return {
            self._label(name, metric): unit_of(METRICS[metric])
            for name in self.materials
            for metric in self.metrics
        }

    @property
    def axis_units(self) -> dict[str, str]:
        """SI unit of every input it takes."""
        units = {"c_rate": "1/h", **dict.fromkeys(CHOICES, "1"), **GROUPS}
        for name, material in self.materials.items():
            own = {key: p.unit for key, p in material.properties.items() if key not in FIXED}
            units |= own | {f"{name}.{key}": unit for key, unit in {**own, **GROUPS}.items()}
        return units

    def content(self) -> dict[str, Any]:
        """What its answers depend on."""
        return {
            "function": "particle_metrics",
            "materials": list(self.materials),
            "files": dict(self.files),
            "shape": self.shape.value,
            "protocol": self.protocol.value,
            "physics": self.physics.value,
            "c_rate": self.c_rate,
            "metrics": list(self.metrics),
        }

    def for_axes(self, names: Sequence[str]) -> Callable[..., Any]:
        """The batched kernel where it answers the same question: half cells it has the law of."""
        bare = {name.rpartition(".")[2] for name in names}
        suits = (
            self.protocol.in_cell
            and self.shape is ShapeChoice.SPHERE
            and set(self.metrics) <= RESULTS.keys()
            and bare <= batched_inputs() | GROUPS.keys()
            and all(
                law_of(self.physics.value, each).fits_in_sphere(each, REFERENCE_TEMPERATURE)
                for each in self.materials.values()
            )
        )
        if not suits:
            return self
        return BatchedHalfCells(
            materials=self.materials,
            direction=self.protocol.direction,
            physics=self.physics,
            c_rate=self.c_rate,
            metrics=self.metrics,
            units=self.units,
            axis_units=self.axis_units,
            origin=self.content(),
        )

    def _label(self, name: str, metric: str) -> str:
        return metric if len(self.materials) == 1 else f"{name}.{metric}"


def particle_metrics(
    *,
    material: str | Sequence[str],
    metrics: Sequence[str],
    shape: ShapeChoice = ShapeChoice.SPHERE,
    protocol: ProtocolChoice = ProtocolChoice.CHARGE,
    physics: PhysicsChoice = PhysicsChoice.SOLID_SOLUTION,
    c_rate: float = 1.0,
) -> ParticleMetrics:
    """A function for :func:`particle_sim.sweep` of one ``material`` or several.

    A file of your own goes by its name without folder and ending: ``my_o3.diffusivity``.
    ``metrics`` are names in :mod:`particle_sim.metrics`. ``shape``, ``protocol``, ``physics`` and
    ``c_rate`` [1/h] are those of every run, until an axis of that name varies them.

    >>> found = particle_metrics(material="nvp", metrics=["surface_excess"], c_rate=0.5)
    >>> found.metrics, found.c_rate
    (('surface_excess',), 0.5)

    Raises :class:`InputError` for unknown materials and metrics, a rate that is not positive, and
    for metrics that a body of ``shape`` does not have.
    """
    asked = [material] if isinstance(material, str) else list(material)
    names = [short_name(name) for name in asked]
    problems = _metric_problems(metrics, shape)
    if not names:
        problems.append("particle_metrics has no material; name at least one.")
    if len(set(names)) < len(names):
        problems.append(f"particle_metrics names a material twice in {', '.join(names)}.")
    if not c_rate > 0:
        problems.append(f"c_rate is {c_rate:g}; it must be positive.")
    refuse(problems)
    records = {name: load_record(given) for name, given in zip(names, asked, strict=True)}
    return ParticleMetrics(
        materials={name: record.material for name, record in records.items()},
        files={
            key: value for record in records.values() for key, value in record_files(record).items()
        },
        asked_as=dict(zip(names, asked, strict=True)),
        shape=shape,
        protocol=protocol,
        physics=physics,
        c_rate=float(c_rate),
        metrics=tuple(metrics),
    )


def with_values(material: Material, values: Mapping[str, float]) -> Material:
    """The material with magnitudes replaced.

    Raises :class:`InputError` for a value the property may not have.
    """
    changed = {}
    for key, value in values.items():
        reason = CATALOGUE[key].problem(value)
        if reason is not None:
            raise InputError(f"{material.name}.{key} is {value:g} {CATALOGUE[key].unit}; {reason}.")
        changed[key] = material[key].with_magnitude(value)
    return material.replaced(**changed)


def _run(
    material: Material,
    shape: ShapeChoice,
    protocol: ProtocolChoice,
    physics: PhysicsChoice,
    c_rate: float,
) -> Any:
    law = law_of(physics.value, material)
    flux, last = _history(material, law, protocol, c_rate)
    if shape is ShapeChoice.SPHERE:
        return run_case(ParticleCase(material=material, law=law, flux=flux, fillings=(last,)))
    case = BodyCase(
        material=material,
        law=law,
        flux=flux,
        fillings=(last,),
        shape=shape,
        grains=BODY_GRAINS,
        seed=BODY_SEED,
        cells_per_radius=BODY_CELLS,
    )
    return run_body_case(case).run


def _history(
    material: Material, law: Law, protocol: ProtocolChoice, c_rate: float
) -> tuple[SurfaceFlux, float]:
    """The flux, and the filling at 90 % of the capacity."""
    start, stop = rest_fillings(material, protocol.direction)
    last = start + LAST_FRACTION * (stop - start)
    if not protocol.in_cell:
        return galvanostatic_flux(material, c_rate, protocol.direction, start, last), last
    steps = charge if protocol.direction is Direction.CHARGE else discharge
    cell = half_cell(material, law=law)
    return run_cell(cell, steps(c_rate)).positive.surface_flux, last


def _choice(kind: Any, inputs: Mapping[str, Any], key: str, default: Any) -> Any:
    if key not in inputs:
        return default
    known = [choice.value for choice in kind]
    if inputs[key] not in known:
        raise InputError(f'{key} is "{inputs[key]}"; {closest(str(inputs[key]), known)}')
    return kind(inputs[key])


def _metric_problems(metrics: Sequence[str], shape: ShapeChoice) -> list[str]:
    problems = [] if metrics else ["particle_metrics has no metric; name at least one."]
    for name in metrics:
        if name not in METRICS:
            problems.append(f'There is no metric "{name}"; {closest(name, METRICS)}')
        elif shape is not ShapeChoice.SPHERE and not _takes_bodies(METRICS[name]):
            problems.append(f"{name} needs a radial particle; leave shape at sphere.")
    return problems


def _takes_bodies(metric: Callable[..., Any]) -> bool:
    hints = get_type_hints(metric)
    hints.pop("return")
    return ParticleRun in get_args(next(iter(hints.values())))


def record_files(record: MaterialRecord) -> dict[str, str]:
    """SHA-256 of the files that a material was read from."""
    paths = [record.path, *record.system.tables]
    paths += [] if record.host_path is None else [record.host_path]
    return {path.name: hash_of(path) for path in paths}


class _Arguments(Block):
    """The [function] block of a sweep file."""

    material: str | list[str]
    metrics: list[str]
    shape: ShapeChoice = ShapeChoice.SPHERE
    protocol: ProtocolChoice = ProtocolChoice.CHARGE
    physics: PhysicsChoice = PhysicsChoice.SOLID_SOLUTION
    c_rate: float = 1.0


def particle_metrics_from(arguments: dict[str, Any], where: str) -> ParticleMetrics:
    """From the [function] block of the file ``where``."""
    read = validated(_Arguments, arguments, f"{where}: function")
    with located(where):
        return particle_metrics(**{name: getattr(read, name) for name in _Arguments.model_fields})
