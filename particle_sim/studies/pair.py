"""A baseline and a candidate, run the same way: cells, particles, bodies and maps."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from particle_sim.cell.design import CellKind
from particle_sim.cell.half_cell import half_cell
from particle_sim.cell.run import CellRun
from particle_sim.cell.solve import solve_cell
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.materials.material import Material
from particle_sim.particle.run import ParticleRun
from particle_sim.protocols import charge, discharge
from particle_sim.studies.body_case import BodyCase, BodyResult, run_body_case
from particle_sim.studies.choices import Direction, ShapeChoice
from particle_sim.studies.footing import Levelled, level
from particle_sim.studies.own_cell import in_one_half_cell, own_cell
from particle_sim.studies.particle_case import ParticleCase, rest_fillings, run_case
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import (
    LAST_FRACTION,
    MapPoint,
    map_dataset,
    map_point,
    map_rates,
    map_task,
    rates_beside,
    run_map_task,
)
from particle_sim.transport.laws import SOLID_SOLUTION, Law, law_of
from particle_sim.units import Array
from particle_sim.workers import worker_pool

Progress = Callable[[str, float], None]
Maps = dict[Law, list[Callable[[], MapPoint]]]
Task = TypeVar("Task")
Answer = TypeVar("Answer")


def records_of(settings: Comparison) -> tuple[MaterialRecord, MaterialRecord]:
    """The files of both materials, with the user's numbers and half cell.

    Raises :class:`InputError` for what cannot be a half cell of both of them.
    """
    own_cell(settings.cell, {CellKind.HALF}, has_full=False)
    filed = [
        load_record(name, overrides=settings.overrides.get(name, {}))
        for name in (settings.baseline, settings.candidate)
    ]
    baseline, candidate = in_one_half_cell(filed, settings.cell)
    return baseline, candidate


def run_pair(
    settings: Comparison,
    records: tuple[MaterialRecord, MaterialRecord],
    turned: tuple[bool, bool],
    workers: int,
    progress: Progress | None,
) -> tuple[MaterialResult, MaterialResult, tuple[Levelled, ...]]:
    """Cell runs, particle runs under each material's law and its alternatives, maps, and what was
    made equal before any of it.

    ``turned`` says of which material the opposite direction is read under its own law too.
    ``workers`` > 1 solves particles in that many processes; the results do not depend on it.
    ``progress`` is called with what is being done and the finished share.
    """
    materials, levelled = level(records, settings.footing)
    with nullcontext() if workers == 1 else worker_pool(workers) as pool:
        queue = _Queue(pool, progress)
        opposite = settings.direction.opposite
        maps = [_submit_maps(queue, settings, each) for each in materials]
        back = [
            _submit_opposite(queue, settings, (each, opposite), both)
            for each, both in zip(materials, turned, strict=True)
        ]
        cells = [_solve_cell(queue, settings, each) for each in materials]
        started = list(zip(materials, cells, strict=True))
        runs = [_submit_runs(queue, settings, each, cell) for each, cell in started]
        bodies = [_submit_body(queue, settings, each, cell) for each, cell in started]
        parts = zip(records, started, runs, maps, back, bodies, strict=True)
        baseline, candidate = (_result(settings, *each) for each in parts)
    return baseline, candidate, levelled


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


def _laws(settings: Comparison, material: Material) -> tuple[Law, ...]:
    """The material's own law first, then those it is held against."""
    own = law_of(settings.physics.value, material)
    laws = [own]
    if own is not SOLID_SOLUTION:
        laws.append(SOLID_SOLUTION)
    return tuple(laws)


def _submit_maps(queue: _Queue, settings: Comparison, material: Material) -> Maps:
    """Points of the maps; of phases that part, without the one that the run at the centre gives."""
    beside = rates_beside(_central_rate(material))
    return {
        law: _submit_points(
            queue,
            settings,
            (material, law, settings.direction),
            beside if law.separates else map_rates(law),
        )
        for law in _laws(settings, material)
    }


def _submit_opposite(
    queue: _Queue, settings: Comparison, what: tuple[Material, Direction], both_ways: bool
) -> Maps:
    """The same in the other direction; of phases that part the centre, and only if it is read."""
    material, direction = what
    centre = np.array([_central_rate(material)])
    return {
        law: _submit_points(
            queue,
            settings,
            (material, law, direction),
            centre if law.separates else map_rates(law),
        )
        for law in _laws(settings, material)
        if both_ways or not law.separates
    }


def _submit_points(
    queue: _Queue, settings: Comparison, what: tuple[Material, Law, Direction], rates: Array
) -> list[Callable[[], MapPoint]]:
    material, law, direction = what
    return [
        queue.submit(
            f"{material.title}: map of {direction.value}, {law.title}",
            run_map_task,
            map_task(
                material,
                law,
                float(rate),
                c_rate=settings.c_rate,
                direction=direction,
                stress=settings.stress,
            ),
        )
        for rate in rates
    ]


def _central_rate(material: Material) -> float:
    """D/R^2 [1/s]"""
    return material.value("diffusivity") / material.value("particle_radius") ** 2


def _solve_cell(queue: _Queue, settings: Comparison, material: Material) -> CellRun:
    protocol = charge if settings.direction is Direction.CHARGE else discharge
    queue.submitted += 1
    run = solve_cell(half_cell(material), protocol(settings.c_rate))
    queue.finished(f"{material.title}: half cell")
    return run


def _submit_runs(
    queue: _Queue, settings: Comparison, material: Material, cell: CellRun
) -> dict[Law, Callable[[], ParticleRun]]:
    start, stop = rest_fillings(material, settings.direction)
    fractions = sorted({*settings.at, LAST_FRACTION})
    return {
        law: queue.submit(
            f"{material.title}: particle, {law.title}",
            run_case,
            ParticleCase(
                material=material,
                law=law,
                flux=cell.positive.surface_flux,
                fillings=tuple(start + fraction * (stop - start) for fraction in fractions),
            ),
        )
        for law in _laws(settings, material)
    }


def _submit_body(
    queue: _Queue, settings: Comparison, material: Material, cell: CellRun
) -> Callable[[], BodyResult] | None:
    if settings.shape is ShapeChoice.SPHERE:
        return None
    start, stop = rest_fillings(material, settings.direction)
    law = law_of(settings.physics.value, material)
    return queue.submit(
        f"{material.title}: {settings.shape.value}, {law.title}",
        run_body_case,
        BodyCase(
            material=material,
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
    started: tuple[Material, CellRun],
    runs: dict[Law, Callable[[], ParticleRun]],
    maps: Maps,
    back: Maps,
    body: Callable[[], BodyResult] | None,
) -> MaterialResult:
    material, cell = started
    start, stop = rest_fillings(material, settings.direction)
    last = start + LAST_FRACTION * (stop - start)
    points, opposite = (
        {law: [later() for later in way[law]] for law in way} for way in (maps, back)
    )
    known = {law: later() for law, later in runs.items()}
    for law, run in known.items():
        if law.separates:
            points[law].append(map_point(run, start, last, settings.stress))
    return MaterialResult(
        record=record,
        material=material,
        law=law_of(settings.physics.value, material),
        cell=cell,
        start=start,
        stop=stop,
        runs={law.name: run for law, run in known.items()},
        maps={law.name: map_dataset(found, law) for law, found in points.items()},
        opposite_maps={law.name: map_dataset(found, law) for law, found in opposite.items()},
        body=body() if body else None,
    )
