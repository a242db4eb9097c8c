"""Worker processes: started in this one place, and ended with whoever started them.

A worker is a new interpreter (spawn) that computes with one thread. Ctrl-C reaches its parent
alone, which ends its workers. A worker whose parent is gone, even by ``kill -9``, ends itself.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, current_process, parent_process, resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError
from particle_sim.inputs import served_inputs, take_over

NAME = "particle-sim worker"
UNGUARDED = 77
"""Exit code of a worker that was about to start workers by reading the script it belongs to."""
PARENT_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of Linux' ``prctl``"""

GUARD = (
    'Worker processes read the script that starts them; put its calls under if __name__ == "'
    '__main__": or give workers=1.'
)
NO_FILE = (
    "The script comes from {path}, which worker processes cannot read; save it to a file or give "
    "workers=1."
)
DIED = (
    "A worker process ended before it had its answer (killed, out of memory, or a crash in "
    "compiled code); give fewer workers."
)


@contextmanager
def worker_pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of ``count`` new processes; whatever ends the context early ends them at once.

    Raises :class:`InputError` where the running script cannot be read by new processes, and when
    a worker dies.
    """
    if count < 1:
        raise InputError(f"workers is {count}; give at least 1.")
    check_main()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # read by the new processes only
    _start_quiet_tracker()
    context = _Context()
    pool = ProcessPoolExecutor(
        count, mp_context=context, initializer=take_over, initargs=(served_inputs(),)
    )
    try:
        yield pool
    except BaseException as error:
        context.kill()
        pool.shutdown(cancel_futures=True)
        context.check()
        if isinstance(error, BrokenExecutor):
            raise InputError(DIED) from None
        raise
    pool.shutdown(cancel_futures=True)
    context.check()


def check_main() -> None:
    """Refuse a script that new processes would run again, or cannot find."""
    process = current_process()
    if getattr(process, "_inheriting", False):  # it is reading the script right now
        if process.name.startswith(NAME):
            sys.exit(UNGUARDED)
        raise InputError(GUARD)
    script = sys.modules["__main__"]
    path = getattr(script, "__file__", None)
    if path is not None and script.__spec__ is None and not Path(path).is_file():
        raise InputError(NO_FILE.format(path=path))


def _start_quiet_tracker() -> None:
    """Start Python's keeper of semaphores without its warning that it had to free some.

    It frees them where this process is killed, which needs no words.
    """
    if sys.platform == "win32":
        return
    before = os.environ.get("PYTHONWARNINGS")
    quiet = "ignore:resource_tracker:UserWarning"
    os.environ["PYTHONWARNINGS"] = f"{before},{quiet}" if before else quiet
    try:
        resource_tracker.ensure_running()
    finally:
        del os.environ["PYTHONWARNINGS"]
        if before:
            os.environ["PYTHONWARNINGS"] = before


class _Context(SpawnContext):
    """Starts workers and remembers them."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[_Worker] = []

    def Process(self, **options: Any) -> _Worker:  # type: ignore[override]  # noqa: N802
        """A worker; the name is multiprocessing's."""
        name = _Name(f"{NAME} {len(self.started) + 1}")
        self.started.append(_Worker(**options, name=name))
        return self.started[-1]

    def check(self) -> None:
        """:class:`InputError` when a worker met the start of workers in its script."""
        if any(worker.exitcode == UNGUARDED for worker in self.started):
            raise InputError(GUARD) from None

    def kill(self) -> None:
        """End all workers; they hold nothing that is worth a farewell."""
        for worker in self.started:
            if worker.is_alive():
                worker.kill()


class _Name(str):
    """The name of a worker, which it reads before anything else, even the script.

    Reading it on Linux asks for the end of the worker with the thread that started it, and ends it
    if that has happened; no compiled code can delay that.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        if sys.platform != "linux":
            return str, (str(self),)
        ask = f"__import__('ctypes').CDLL(None).prctl({PARENT_DEATH_SIGNAL}, {signal.SIGKILL:d})"
        check = f"__import__('os').getppid() == {os.getpid()} or __import__('os')._exit(1)"
        return eval, (f"({ask}, {check}, {str(self)!r})[-1]",)


class _Worker(SpawnProcess):
    """A process that leaves Ctrl-C to its parent and does not outlive it."""

    def start(self) -> None:
        with _interrupts_wait():
            super().start()

    def run(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _end_with_parent()
        super().run()


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hold back what would end this process between starting a worker and telling it its work.

    The worker inherits that Ctrl-C is blocked.
    """
    came: list[int] = []
    held = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        held = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in held:
        signal.signal(number, lambda sent, _frame: came.append(sent))
    mask = getattr(signal, "pthread_sigmask", lambda *_: ())  # Windows has none
    blocked = mask(getattr(signal, "SIG_BLOCK", 0), {signal.SIGINT})
    try:
        yield
    finally:
        mask(getattr(signal, "SIG_SETMASK", 0), blocked)
        for number, handler in held.items():
            signal.signal(number, handler)
        for sent in came[:1]:
            signal.raise_signal(sent)


def in_a_worker() -> bool:
    """Whether this process works for another one."""
    return parent_process() is not None


def _end_with_parent() -> None:
    """End when the parent does, on any system, as soon as Python code runs."""
    parent = parent_process()
    assert parent is not None, "a worker has a parent"

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
