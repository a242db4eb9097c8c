"""Work for the pages: done once for all who ask the same, few pieces at a time, each in turn.

What is wanted is a key and the function that computes it. Those who want the same share one
computation, and its answer is kept for those who come later. Who waits is served address by
address, so that nobody who asks much keeps the others waiting; of one view the newest move counts.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from functools import partial

from particle_sim.errors import ParticleSimError
from particle_sim.learn.packed import Packed

Work = Callable[[], Packed]
Wanted = tuple[Hashable, Work]
MEMORY = 64_000_000
"""Bytes of answers that are kept, with the questions."""
ROUND_IT = 500
"""Bytes of the objects round an answer and its question."""
MOST_AHEAD = 4096


class LaterError(ParticleSimError):
    """A piece of work is not done in time, or too many wait already."""


class StaleError(ParticleSimError):
    """Nobody needs the answer any more: the same view has asked for something else since."""


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks: the address, and which view of a page there; a view wants its newest move only."""

    address: str = ""
    view: str = ""
    """Empty: each question is a view of its own"""


NOBODY = Asker()


@dataclass(kw_only=True, eq=False)
class _Job:
    key: Hashable
    work: Work
    waiters: list[tuple[Asker, Future[Packed]]] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    running: bool = False

    @property
    def wanted(self) -> bool:
        return any(not told.cancelled() for _, told in self.waiters)


class Kept:
    """The answers used last, up to so many bytes with their questions.

    >>> from particle_sim.learn.packed import pack
    >>> kept = Kept(2200)
    >>> for name in "abcd":
    ...     kept.put(name, pack(name * 5, "text/plain"))
    >>> [name for name in "abcd" if kept.get(name)], kept.size <= 2200
    (['a', 'b', 'c', 'd'], True)
    >>> kept.put("e" * 100, pack("e", "text/plain"))
    >>> kept.get("a") is None
    True
    """

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._answers: OrderedDict[Hashable, Packed] = OrderedDict()

    def get(self, key: Hashable) -> Packed | None:
        """The answer, which counts as used now."""
        if key in self._answers:
            self._answers.move_to_end(key)
        return self._answers.get(key)

    def put(self, key: Hashable, answer: Packed) -> None:
        """Keep one more, and forget those that were not used for longest."""
        self._forget(key)
        self._answers[key] = answer
        self.size += _room(key, answer)
        while self.size > self.most and self._answers:
            self._forget(next(iter(self._answers)))

    def _forget(self, key: Hashable) -> None:
        old = self._answers.pop(key, None)
        self.size -= _room(key, old) if old else 0


def _room(key: Hashable, answer: Packed) -> int:
    """Bytes of an answer with its question, which whoever asks makes as long as an address."""
    return len(answer.content) + len(repr(key)) + ROUND_IT


class Line:
    """Jobs that wait: of every address in its order, the addresses one after the other."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, dict[Hashable, _Job]] = OrderedDict()

    def of(self, address: str) -> int:
        """How many wait for an address."""
        return len(self._jobs.get(address, ()))

    def put(self, address: str, job: _Job) -> None:
        """Wait at the end of the address' own line."""
        job.addresses.add(address)
        self._jobs.setdefault(address, {})[job.key] = job

    def drop(self, job: _Job) -> None:
        """Wait no longer, for anybody."""
        for address in job.addresses:
            own = self._jobs.get(address, {})
            own.pop(job.key, None)
            if not own:
                self._jobs.pop(address, None)

    def next(self) -> _Job | None:
        """The first of the address that was served longest ago."""
        if not self._jobs:
            return None
        address, own = next(iter(self._jobs.items()))
        self._jobs.move_to_end(address)
        job = next(iter(own.values()))
        self.drop(job)
        return job


class Desk:
    """Who wants what: jobs that wait or run, by their key, and the newest question of each view."""

    def __init__(self) -> None:
        self.jobs: dict[Hashable, _Job] = {}
        self.views: dict[Asker, tuple[_Job, Future[Packed]]] = {}
        self.line = Line()

    @property
    def waiting(self) -> int:
        """How many jobs in line somebody waits for."""
        return sum(not job.running and job.wanted for job in self.jobs.values())

    def join(self, key: Hashable, work: Work, asker: Asker) -> Future[Packed]:
        """Where the answer will be told."""
        job = self.jobs.setdefault(key, _Job(key=key, work=work))
        told: Future[Packed] = Future()
        job.waiters.append((asker, told))
        if not job.running:
            self.line.put(asker.address, job)
        if asker.view:
            self.views[asker] = (job, told)
        return told

    def overtake(self, asker: Asker) -> None:
        """What the same view waits for in line is not wanted any more."""
        before = self.views.pop(asker, None)
        if before is None or before[0].running:
            return
        job, told = before
        job.waiters.remove((asker, told))
        if told.set_running_or_notify_cancel():
            told.set_exception(StaleError("A newer move of this page is being computed."))
        if not job.wanted:
            self.line.drop(job)
            self.forget(job)

    def next(self) -> _Job | None:
        """The next in line that somebody still waits for."""
        while (job := self.line.next()) is not None and not job.wanted:
            self.forget(job)
        return job

    def forget(self, job: _Job) -> None:
        """It is answered, or nobody waits for it."""
        self.jobs.pop(job.key, None)
        for asker, told in job.waiters:
            if self.views.get(asker) == (job, told):
                del self.views[asker]


class Turns:
    """``at_once`` pieces of work at the same time in ``pool``, and ``waiting`` that wait.

    ``of_one``: how many of these one address may have; ``ahead`` (:meth:`expect`) runs when nobody
    waits, and leaves one place free.
    """

    def __init__(
        self,
        pool: Executor,
        *,
        patience: float,
        at_once: int = 2,
        waiting: int = 16,
        of_one: int = 16,
        kept: int = MEMORY,
    ) -> None:
        self.patience = patience
        """Longest wait for a piece of work [s]"""
        self.kept = Kept(kept)
        self._pool, self._at_once = pool, at_once
        self._waiting, self._of_one = waiting, of_one
        self._desk, self._ahead = Desk(), deque[Wanted](maxlen=MOST_AHEAD)
        self._running = 0
        self._lock = threading.RLock()

    async def take(self, key: Hashable, work: Work, asker: Asker = NOBODY) -> Packed:
        """What ``work`` returns or raises; :class:`LaterError`, :class:`StaleError`.

        Work that has begun is finished even when nobody waits for it any more, so that it is there
        for the next who asks; work still in line that nobody waits for is dropped.
        """
        with self._lock:
            known = self.kept.get(key)
            if known is not None:
                return known
            self._desk.overtake(asker)
            if key not in self._desk.jobs and self._full(asker):
                raise LaterError("Too many pictures are asked for at once; try again.")
            told = self._desk.join(key, work, asker)
            self._begin()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(told), self.patience)
        except TimeoutError:
            raise LaterError(
                f"This takes longer than {self.patience:g} s to compute; try again in a while."
            ) from None

    def expect(self, wanted: Iterable[Wanted]) -> None:
        """Compute what is likely to be asked for, whenever nobody waits."""
        with self._lock:
            self._ahead.extend(wanted)
            self._begin()

    @property
    def idle(self) -> bool:
        """Whether nothing is computed, wanted or likely."""
        with self._lock:
            return not (self._desk.jobs or self._ahead)

    def _full(self, asker: Asker) -> bool:
        if self._running < self._at_once:
            return False
        own = self._desk.line.of(asker.address)
        return self._desk.waiting >= self._waiting or own >= self._of_one

    def _begin(self) -> None:
        while self._running < self._at_once:
            job = self._desk.next() or self._next_ahead()
            if job is None:
                return
            job.running = True
            self._desk.jobs[job.key] = job
            self._running += 1
            self._pool.submit(job.work).add_done_callback(partial(self._end, job))

    def _next_ahead(self) -> _Job | None:
        while self._ahead and self._running < max(1, self._at_once - 1):
            key, work = self._ahead.popleft()
            if key not in self._desk.jobs and self.kept.get(key) is None:
                return _Job(key=key, work=work)
        return None

    def _end(self, job: _Job, done: Future[Packed]) -> None:
        error = done.exception()
        with self._lock:
            self._running -= 1
            self._desk.forget(job)
            if error is None:
                self.kept.put(job.key, done.result())
            if not isinstance(error, BrokenExecutor):  # this thread ends with a broken pool
                self._begin()
        if isinstance(error, BrokenExecutor):
            error = LaterError("A computation was lost; try again.")
        for _, told in job.waiters:
            if told.set_running_or_notify_cancel():
                if error is None:
                    told.set_result(done.result())
                else:
                    told.set_exception(error)
