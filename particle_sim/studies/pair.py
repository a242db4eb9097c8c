"""A baseline and a candidate, run the same way: cells, particles, bodies and maps."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.cell.run import CellRun
from particle_sim.cell.solve import solve_cell
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.particle.run import ParticleRun
from particle_sim.protocols import charge, discharge
from particle_sim.studies.body_case import BodyCase, BodyResult, run_body_case
from particle_sim.studies.choices import Direction, PhysicsChoice, ShapeChoice
from particle_sim.studies.laws import COHERENT, SOLID_SOLUTION, Law, law_of
from particle_sim.studies.particle_case import ParticleCase, galvanostatic_flux, run_case
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import (
    LAST_FRACTION,
    MapPoint,
    MapTask,
    map_dataset,
    map_rates,
    run_map_task,
    with_diffusion_rate,
)
from particle_sim.workers import worker_pool

Progress = Callable[[str, float], None]
Answer = TypeVar("Answer")


def run_pair(
    settings: Comparison, workers: int, progress: Progress | None
) -> tuple[MaterialResult, MaterialResult]:
    """Cell runs, particle runs under each material's law and its alternatives, and maps.

    ``workers`` > 1 solves particles in that many processes; the results do not depend on it.
    ``progress`` is called with what is being done and the finished share.
    """
    records = [
        load_record(name, overrides=settings.overrides.get(name, {}))
        for name in (settings.baseline, settings.candidate)
    ]
    with nullcontext() if workers == 1 else worker_pool(workers) as pool:
        queue = _Queue(pool, progress)
        maps = [_submit_maps(queue, settings, record) for record in records]
        cells = [_solve_cell(queue, settings, record) for record in records]
        started = list(zip(records, cells, strict=True))
        runs = [_submit_runs(queue, settings, record, cell) for record, cell in started]
        bodies = [_submit_body(queue, settings, record, cell) for record, cell in started]
        baseline, candidate = (
            replace(
                _result(settings, record, cell, particles, tables),
                body=body.result() if body else None,
            )
            for record, cell, particles, tables, body in zip(
                records, cells, runs, maps, bodies, strict=True
            )
        )
    return baseline, candidate


@dataclass
class _Later(Generic[Answer]):
    """An answer that is computed elsewhere, or when asked for."""

    queue: _Queue
    text: str
    function: Callable[[Any], Answer]
    argument: Any
    future: Any = None

    def result(self) -> Answer:
        answer = self.future.result() if self.future else self.function(self.argument)
        self.queue.finished(self.text)
        return answer


@dataclass
class _Queue:
    """Runs tasks in processes, or one by one, and reports progress."""

    pool: Executor | None
    progress: Progress | None
    submitted: int = 0
    done: int = field(default=0)

    def submit(self, text: str, function: Callable[[Any], Answer], argument: Any) -> _Later[Answer]:
        self.submitted += 1
        future = self.pool.submit(function, argument) if self.pool else None
        return _Later(self, text, function, argument, future)

    def finished(self, text: str) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(text, self.done / max(self.submitted, 1))


def _laws(settings: Comparison, record: MaterialRecord) -> tuple[Law, ...]:
    """The material's own law first, then those it is held against."""
    own = law_of(settings.physics, record.material)
    laws = [own]
    if own is not SOLID_SOLUTION:
        laws.append(SOLID_SOLUTION)
    if own.separates and own is not COHERENT:
        laws.append(COHERENT)
    return tuple(laws)


def _ends(settings: Comparison, record: MaterialRecord) -> tuple[float, float]:
    """Mean fillings at rest at the cut-off of the start and of the end."""
    material = record.material
    cell = half_cell(material)
    full, empty = (
        cell.rest_filling(material.value(name)) for name in ("lower_voltage", "upper_voltage")
    )
    return (full, empty) if settings.direction is Direction.CHARGE else (empty, full)


def _submit_maps(
    queue: _Queue, settings: Comparison, record: MaterialRecord
) -> dict[Law, list[_Later[MapPoint]]]:
    start, stop = _ends(settings, record)
    last = start + LAST_FRACTION * (stop - start)
    flux = galvanostatic_flux(record.material, settings.c_rate, settings.direction, start, last)
    tasks: dict[Law, list[_Later[MapPoint]]] = {}
    for law in _laws(settings, record):
        if law is COHERENT and settings.physics is PhysicsChoice.DECLARED:
            continue
        tasks[law] = [
            queue.submit(
                f"{record.material.title}: map, {law.title}",
                run_map_task,
                MapTask(
                    case=ParticleCase(
                        material=with_diffusion_rate(record.material, rate),
                        law=law,
                        flux=flux,
                        fillings=(last,),
                        tolerance=5e-3 if law.separates else 1e-3,
                        history_points=2,
                    ),
                    stress=settings.stress,
                ),
            )
            for rate in map_rates(law)
        ]
    return tasks


def _solve_cell(queue: _Queue, settings: Comparison, record: MaterialRecord) -> CellRun:
    cell: Cell = half_cell(record.material)
    protocol = charge if settings.direction is Direction.CHARGE else discharge

    def solve(_: None) -> CellRun:
        return solve_cell(cell, protocol(settings.c_rate))

    return _run_here(queue, f"{record.material.title}: half cell", solve)


def _run_here(queue: _Queue, text: str, function: Callable[[None], CellRun]) -> CellRun:
    queue.submitted += 1
    return _Later(queue, text, function, None).result()


def _submit_runs(
    queue: _Queue, settings: Comparison, record: MaterialRecord, cell: CellRun
) -> dict[Law, _Later[ParticleRun]]:
    start, stop = _ends(settings, record)
    fractions = sorted({*settings.at, LAST_FRACTION})
    return {
        law: queue.submit(
            f"{record.material.title}: particle, {law.title}",
            run_case,
            ParticleCase(
                material=record.material,
                law=law,
                flux=cell.positive.surface_flux,
                fillings=tuple(start + fraction * (stop - start) for fraction in fractions),
            ),
        )
        for law in _laws(settings, record)
    }


def _submit_body(
    queue: _Queue, settings: Comparison, record: MaterialRecord, cell: CellRun
) -> _Later[BodyResult] | None:
    if settings.shape is ShapeChoice.SPHERE:
        return None
    start, stop = _ends(settings, record)
    law = law_of(settings.physics, record.material)
    return queue.submit(
        f"{record.material.title}: {settings.shape.value}, {law.title}",
        run_body_case,
        BodyCase(
            material=record.material,
            law=law,
            flux=cell.positive.surface_flux,
            fillings=tuple(start + fraction * (stop - start) for fraction in settings.at),
            shape=settings.shape,
            grains=settings.grains,
            seed=settings.seed,
            cells_per_radius=settings.cells_per_radius,
        ),
    )


def _result(
    settings: Comparison,
    record: MaterialRecord,
    cell: CellRun,
    runs: dict[Law, _Later[ParticleRun]],
    maps: dict[Law, list[_Later[MapPoint]]],
) -> MaterialResult:
    start, stop = _ends(settings, record)
    return MaterialResult(
        record=record,
        law=law_of(settings.physics, record.material),
        cell=cell,
        start=start,
        stop=stop,
        runs={law.name: later.result() for law, later in runs.items()},
        maps={
            law.name: map_dataset([later.result() for later in points], law)
            for law, points in maps.items()
        },
    )
