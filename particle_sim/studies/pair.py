"""A baseline and a candidate, run the same way: cells, particles, bodies and maps."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TypeVar

from particle_sim.cell.half_cell import half_cell
from particle_sim.cell.run import CellRun
from particle_sim.cell.solve import solve_cell
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.particle.run import ParticleRun
from particle_sim.protocols import charge, discharge
from particle_sim.studies.body_case import BodyCase, BodyResult, run_body_case
from particle_sim.studies.choices import Direction, PhysicsChoice, ShapeChoice
from particle_sim.studies.particle_case import ParticleCase, rest_fillings, run_case
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import (
    LAST_FRACTION,
    MapPoint,
    map_dataset,
    map_rates,
    map_task,
    run_map_task,
)
from particle_sim.transport.laws import COHERENT, SOLID_SOLUTION, Law, law_of
from particle_sim.workers import worker_pool

Progress = Callable[[str, float], None]
Task = TypeVar("Task")
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
        parts = zip(records, cells, runs, maps, bodies, strict=True)
        baseline, candidate = (_result(settings, *each) for each in parts)
    return baseline, candidate


@dataclass
class _Queue:
    """Runs tasks in processes, or one by one when their answers are asked for; tells progress."""

    pool: Executor | None
    progress: Progress | None
    submitted: int = 0
    done: int = 0

    def submit(
        self, text: str, function: Callable[[Task], Answer], argument: Task
    ) -> Callable[[], Answer]:
        """What gives the answer, and waits for it."""
        self.submitted += 1
        future = self.pool.submit(function, argument) if self.pool else None

        def result() -> Answer:
            answer = future.result() if future else function(argument)
            self.finished(text)
            return answer

        return result

    def finished(self, text: str) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(text, self.done / max(self.submitted, 1))


def _laws(settings: Comparison, record: MaterialRecord) -> tuple[Law, ...]:
    """The material's own law first, then those it is held against."""
    own = law_of(settings.physics.value, record.material)
    laws = [own]
    if own is not SOLID_SOLUTION:
        laws.append(SOLID_SOLUTION)
    if own.separates and own is not COHERENT:
        laws.append(COHERENT)
    return tuple(laws)


def _submit_maps(
    queue: _Queue, settings: Comparison, record: MaterialRecord
) -> dict[Law, list[Callable[[], MapPoint]]]:
    laws = _laws(settings, record)
    if settings.physics is PhysicsChoice.DECLARED:
        laws = tuple(law for law in laws if law is not COHERENT)
    return {
        law: [
            queue.submit(
                f"{record.material.title}: map, {law.title}",
                run_map_task,
                map_task(
                    record.material,
                    law,
                    float(rate),
                    c_rate=settings.c_rate,
                    direction=settings.direction,
                    stress=settings.stress,
                ),
            )
            for rate in map_rates(law)
        ]
        for law in laws
    }


def _solve_cell(queue: _Queue, settings: Comparison, record: MaterialRecord) -> CellRun:
    protocol = charge if settings.direction is Direction.CHARGE else discharge
    queue.submitted += 1
    run = solve_cell(half_cell(record.material), protocol(settings.c_rate))
    queue.finished(f"{record.material.title}: half cell")
    return run


def _submit_runs(
    queue: _Queue, settings: Comparison, record: MaterialRecord, cell: CellRun
) -> dict[Law, Callable[[], ParticleRun]]:
    start, stop = rest_fillings(record.material, settings.direction)
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
) -> Callable[[], BodyResult] | None:
    if settings.shape is ShapeChoice.SPHERE:
        return None
    start, stop = rest_fillings(record.material, settings.direction)
    law = law_of(settings.physics.value, record.material)
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
    runs: dict[Law, Callable[[], ParticleRun]],
    maps: dict[Law, list[Callable[[], MapPoint]]],
    body: Callable[[], BodyResult] | None,
) -> MaterialResult:
    start, stop = rest_fillings(record.material, settings.direction)
    return MaterialResult(
        record=record,
        law=law_of(settings.physics.value, record.material),
        cell=cell,
        start=start,
        stop=stop,
        runs={law.name: later() for law, later in runs.items()},
        maps={
            law.name: map_dataset([later() for later in points], law)
            for law, points in maps.items()
        },
        body=body() if body else None,
    )
