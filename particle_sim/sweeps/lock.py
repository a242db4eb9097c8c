"""One writer a folder: a lock that the system frees when its process dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from particle_sim.errors import InputError

LOCK_FILE = ".lock"


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the folder; :class:`InputError` when another process does."""
    handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT)
    try:
        try:
            _hold(handle)
        except OSError:
            raise InputError(
                f"{folder} is being written by another run; wait for it or give another folder."
            ) from None
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":

    def _hold(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _hold(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
