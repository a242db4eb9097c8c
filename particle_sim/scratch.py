"""Scratch folders: beside what they will become, and gone with the process that made them.

``.particle-sim-PID-TOKEN`` holds ``new`` (what is being written), ``old`` (what was moved aside for
it) and ``lock``, which its process holds. A process that is killed leaves it; the next that writes
to the same place puts back what lies in ``old`` and removes the rest.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed
    fcntl = None  # type: ignore[assignment]

NAME = re.compile(r"\.particle-sim-(\d+)-[0-9a-f]{8}")
LOCK = "lock"


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A scratch folder in ``parent``, which is made if it is missing, and unmade if left empty."""
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    scratch = parent / f".particle-sim-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        if missing:
            parent.mkdir(parents=True, exist_ok=True)
        remove_dead(parent)
        scratch.mkdir()
        with ExitStack() as stack:
            stack.enter_context(_locked(scratch))
            yield scratch
    finally:
        _dissolve(scratch)
        with suppress(OSError):  # what holds a result, or somebody else's file, stays
            for path in missing:
                path.rmdir()


def probe(path: Path) -> None:
    """Raise :class:`OSError` or :class:`ValueError` if ``path`` cannot be made or replaced."""
    existing = next(above for above in path.parents if os.path.lexists(above))
    for name in path.relative_to(existing).parts:
        with suppress(FileNotFoundError):
            os.lstat(existing / name)  # a name that is too long, a null character
    if path.is_dir() and not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(13, "Permission denied")
    remove_dead(existing)
    with scratch_folder(existing):
        pass


def remove_dead(parent: Path) -> None:
    """Restore and remove what killed processes left in a folder."""
    for path in list(parent.iterdir()):
        found = NAME.fullmatch(path.name)
        if found and _is_dead(path, int(found[1])):
            _dissolve(path)


@contextmanager
def held_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of a step that must not be cut in two."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no handler runs here
        return
    waiting: list[int] = []
    numbers = (int(signal.SIGINT), int(signal.SIGTERM))
    before = {n: signal.signal(n, lambda number, _frame: waiting.append(number)) for n in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in waiting[:1]:
            signal.raise_signal(number)


def _dissolve(scratch: Path) -> None:
    """Remove a scratch folder; what was moved aside and has no successor returns first."""
    aside = scratch / "old"
    with held_signals():
        for kept in list(aside.iterdir()) if aside.is_dir() else ():
            home = scratch.parent / kept.name
            if not os.path.lexists(home):
                with suppress(FileNotFoundError):  # another process was faster
                    os.rename(kept, home)
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _locked(scratch: Path) -> Iterator[None]:
    """Hold the lock, which is never seen unlocked while its process lives."""
    if fcntl is None:
        with (scratch / LOCK).open("wb"):
            yield
        return
    with (scratch / f"{LOCK}.new").open("wb") as file:
        with suppress(OSError):  # a network disk without locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(file.name, scratch / LOCK)
        yield


def _is_dead(scratch: Path, process: int) -> bool:
    """Whether the process that made a scratch folder is gone."""
    try:
        if fcntl is None:
            (scratch / LOCK).unlink()
        else:
            with (scratch / LOCK).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return not _runs(process)
    except OSError:
        return False
    return True


def _runs(process: int) -> bool:
    if os.name == "nt":
        return True  # asking would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
