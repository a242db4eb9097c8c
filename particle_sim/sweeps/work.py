"""Hand batches to an engine until every sample of a store has an answer.

Batches are sized so that each takes about half a second, and lie within one chunk of the store.
Vectorised functions always get whole chunks: their last digits may depend on who shares a batch.
A batch whose worker died is tried again alone and in halves, until the sample that kills workers
stands in the ledger and all others are done.
"""

from __future__ import annotations

import math
import pickle
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, field

import numpy as np

from particle_sim.errors import InputError
from particle_sim.sweeps.engines import Engine, Pool, Processes, Serial
from particle_sim.sweeps.evaluate import (
    Answer,
    Batch,
    Function,
    is_vectorised,
    name_of,
    run_batch,
)
from particle_sim.sweeps.store import SweepStore, add, flush, flush_when_due

BATCH_SECONDS = 0.5
"""What a batch should take: much more than sending it, much less than one likes to lose."""
GROWTH = 8
"""Most by which a batch may be longer than the last one."""
AHEAD = 2
"""Batches a worker has waiting, itself included."""
MOST_FRUITLESS = 3
"""Times in a row that workers may die before anything was computed."""
DIED = "The worker died (out of memory, or a crash in compiled code)."

Progress = Callable[[int, int, int], None]
"""Called with samples finished, samples in all, and failures among them."""


@dataclass(kw_only=True)
class _Work:
    """What is left to do, and how fast it goes."""

    function: Function
    store: SweepStore
    ranges: deque[tuple[int, int]]
    whole: bool
    """Whether batches are always as long as their range"""
    suspects: list[Batch] = field(default_factory=list)
    per_sample: float = math.inf
    last_size: int = 1
    fruitless: int = 0

    @property
    def left(self) -> bool:
        return bool(self.ranges or self.suspects)


def compute(
    function: Function, store: SweepStore, engine: Engine, progress: Progress | None
) -> None:
    """Compute what the store lacks; on any interruption what has come in is written first."""
    ranges = open_ranges(store)
    if not ranges:
        return
    if not isinstance(engine, Serial):
        _check_travels(function, engine)
    work = _Work(function=function, store=store, ranges=ranges, whole=is_vectorised(function))
    try:
        while work.left:
            with engine.open() as pool:
                _drain(pool, work, progress)
    finally:
        flush(store)


def open_ranges(store: SweepStore) -> deque[tuple[int, int]]:
    """Runs of samples without an answer, cut where chunks end."""
    todo = np.concatenate([[0], (store.status == 0).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(todo))
    cut: deque[tuple[int, int]] = deque()
    for first, last in edges.reshape(-1, 2).tolist():
        while first < last:
            end = min(last, (first // store.chunk + 1) * store.chunk)
            cut.append((first, end))
            first = end
    return cut


def _check_travels(function: Function, engine: Engine) -> None:
    inner = getattr(function, "func", function)
    at_a_prompt = not hasattr(sys.modules["__main__"], "__file__")
    if isinstance(engine, Processes) and inner.__module__ == "__main__" and at_a_prompt:
        raise InputError(
            f"{name_of(function)} was typed in, where other processes cannot find it; write it "
            "into a module and import it, or use Serial()."
        )
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InputError(
            f"{name_of(function)} cannot be sent to other processes ({error}); define it at the "
            "top of a module, or use Serial()."
        ) from None


def _drain(pool: Pool, work: _Work, progress: Progress | None) -> None:
    """Run batches until nothing is left, or until the pool has broken and must be opened anew."""
    running: dict[Future[Answer], Batch] = {}
    try:
        while True:
            broken = not _fill(pool, work, running)
            if not running:
                return
            done = wait(running, return_when=FIRST_COMPLETED).done
            for future in done:
                broken |= _take(future, running.pop(future), pool, work, alone=not running)
            if progress is not None:
                store = work.store
                progress(store.finished, store.plan.samples, len(store.errors))
            flush_when_due(work.store)
            if broken:
                _give_back(work, running)
                return
    finally:
        for future in running:
            future.cancel()


def _fill(pool: Pool, work: _Work, running: dict[Future[Answer], Batch]) -> bool:
    """Submit batches until the workers have enough; ``False`` when the pool is broken."""
    workers = pool.workers()
    most = 1 if work.suspects else (workers if workers == 1 else AHEAD * workers)
    while len(running) < most and work.left:
        batch = work.suspects.pop() if work.suspects else _next(work, workers)
        try:
            running[pool.executor.submit(run_batch, work.function, batch)] = batch
        except (BrokenExecutor, RuntimeError) as error:
            work.suspects.append(batch)
            if not running:
                raise InputError(
                    f"The workers take no work ({' '.join(str(error).split())}); start them again."
                ) from None
            return False
        if work.suspects:
            break
    return True


def _next(work: _Work, workers: int) -> Batch:
    """The next samples, about as many as take ``BATCH_SECONDS``."""
    first, last = work.ranges.popleft()
    size = last - first
    if not work.whole:
        wanted = math.ceil(BATCH_SECONDS / max(work.per_sample, 1e-9))
        fair = math.ceil(sum(b - a for a, b in work.ranges) + size) // (AHEAD * workers)
        size = max(1, min(size, wanted, GROWTH * work.last_size, max(fair, 1)))
        if workers == 1:
            size = max(1, min(last - first, wanted, GROWTH * work.last_size))
        work.last_size = size
    if first + size < last:
        work.ranges.appendleft((first + size, last))
    inputs = work.store.plan.columns(first, first + size)
    return Batch(start=first, inputs=inputs)


def _take(future: Future[Answer], batch: Batch, pool: Pool, work: _Work, *, alone: bool) -> bool:
    """Store a batch's answer, or suspect the batch; ``True`` when the pool has broken."""
    try:
        answer = future.result()
    except CancelledError:
        raise InputError(
            "The scheduler or its connection was lost; start it and run the same sweep again: "
            "what is stored is kept."
        ) from None
    except BrokenExecutor:
        _suspect(work, batch, alone=alone)
        return True
    except pool.lost:
        _suspect(work, batch, alone=alone)
        return False
    work.fruitless = 0
    add(work.store, answer)
    each = answer.seconds / answer.size
    known = math.isfinite(work.per_sample)
    work.per_sample = 0.5 * (work.per_sample + each) if known else each
    return False


def _suspect(work: _Work, batch: Batch, *, alone: bool) -> None:
    """A batch that ran alone is guilty: halve it, or give up its only sample."""
    nothing_yet = math.isinf(work.per_sample)
    work.fruitless += 1
    if nothing_yet and work.fruitless >= MOST_FRUITLESS:
        raise InputError(
            "The worker processes end before they compute anything; try engine=Serial() to see "
            "the error."
        )
    if not alone:
        work.suspects.append(batch)
    elif batch.size > 1:
        middle = batch.size // 2
        work.suspects += [batch.part(middle, batch.size), batch.part(0, middle)]
    else:
        died = {batch.start: DIED}
        add(
            work.store,
            Answer(start=batch.start, size=1, values={}, units={}, errors=died, seconds=0.0),
        )


def _give_back(work: _Work, running: dict[Future[Answer], Batch]) -> None:
    """What was under way when the pool broke; any of it may be the culprit."""
    work.suspects += running.values()
    running.clear()
