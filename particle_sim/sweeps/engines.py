"""Where samples are computed: here, in processes, on a Dask cluster, or in any executor.

An engine has one method, ``open``: a context in which batches can be submitted. Everything after
that is :class:`concurrent.futures.Executor`, so a new engine is a few lines.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from particle_sim.errors import InputError
from particle_sim.workers import worker_pool

SCHEDULER_SECONDS = 5.0
"""How long to wait for a scheduler to answer."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """An open engine: ``executor`` takes tasks, ``workers`` of them at a time.

    ``workers`` is asked again and again, as clusters grow and shrink.
    """

    executor: Executor
    workers: Callable[[], int]
    lost: tuple[type[BaseException], ...] = ()
    """Errors that mean a worker died, besides ``BrokenExecutor``."""


class Engine(Protocol):
    """Anything that can open a pool."""

    def open(self) -> AbstractContextManager[Pool]:
        """A pool that is closed at the end of the context."""
        ...


class _Here(Executor):
    """Computes a task when it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(frozen=True, kw_only=True)
class Serial:
    """One sample after the other, in this process."""

    @contextmanager
    def open(self) -> Iterator[Pool]:
        """A pool that computes on submission."""
        yield Pool(executor=_Here(), workers=lambda: 1)


@dataclass(frozen=True)
class Processes:
    """``workers`` processes of this machine, all its cores by default.

    New interpreters are started (spawn), so a script needs ``if __name__ == "__main__":``.

    >>> Processes(workers=2)
    Processes(workers=2)

    Raises :class:`InputError` for fewer than one.
    """

    workers: int | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise InputError(f"workers is {self.workers}; give at least 1.")

    @contextmanager
    def open(self) -> Iterator[Pool]:
        """A fresh process pool; what has not begun is dropped at the end."""
        count = self.workers or os.cpu_count() or 1
        with worker_pool(count) as executor:
            yield Pool(executor=executor, workers=lambda: count)


@dataclass(frozen=True)
class Dask:
    """The workers behind a Dask scheduler at ``address``, e.g. ``tcp://10.0.0.1:8786``.

    Raises :class:`InputError` when the scheduler does not answer within ``timeout`` [s], or when
    the extra ``cluster`` is not installed; both when a sweep opens it.

    >>> Dask("tcp://10.0.0.1:8786", timeout=5.0).address
    'tcp://10.0.0.1:8786'
    """

    address: str
    timeout: float = SCHEDULER_SECONDS

    @contextmanager
    def open(self) -> Iterator[Pool]:
        """A client of the scheduler, and its executor."""
        try:
            distributed: Any = importlib.import_module("distributed")
        except ModuleNotFoundError:
            raise InputError(
                "A Dask scheduler needs the package distributed; install particle-sim[cluster]."
            ) from None
        try:
            client = distributed.Client(self.address, timeout=self.timeout, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            reason = "no answer" if isinstance(error, OSError) else " ".join(str(error).split())
            raise InputError(
                f"The scheduler {self.address} cannot be reached ({reason}); start it with "
                '"dask scheduler" and check the address.'
            ) from None
        with client:
            yield Pool(
                executor=client.get_executor(),
                workers=lambda: max(sum(client.nthreads().values()), 1),
                lost=(distributed.KilledWorker,),
            )


@dataclass(frozen=True)
class Given:
    """An executor of your own, taking ``workers`` tasks at a time; it is not shut down."""

    executor: Executor
    workers: int = os.cpu_count() or 1

    @contextmanager
    def open(self) -> Iterator[Pool]:
        """The executor as it is."""
        yield Pool(executor=self.executor, workers=lambda: self.workers)
