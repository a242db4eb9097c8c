"""Work for the pages: few pieces at a time, few that wait, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from particle_sim.errors import ParticleSimError

Result = TypeVar("Result")


class LaterError(ParticleSimError):
    """A piece of work is not done in time, or too many wait already."""


class Turns:
    """``at_once`` pieces of work at the same time, and ``waiting`` that wait for their turn.

    Each has a thread of its own that does not keep the program alive.
    """

    def __init__(self, *, patience: float, at_once: int = 2, waiting: int = 16) -> None:
        self.patience = patience
        """Longest wait for a piece of work [s]"""
        self._places = threading.Semaphore(at_once + waiting)
        self._turn = threading.Semaphore(at_once)

    async def take(self, work: Callable[[], Result]) -> Result:
        """What ``work`` returns or raises, or :class:`LaterError`.

        Work that has begun is finished even when nobody waits for it any more, so that what it
        keeps is there for the next who asks; work still in line is dropped.
        """
        if not self._places.acquire(blocking=False):
            raise LaterError("Too many pictures are asked for at once; try again.")
        done: Future[Result] = Future()
        threading.Thread(target=self._work, args=(done, work), daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(done), self.patience)
        except TimeoutError:
            raise LaterError(
                f"This takes longer than {self.patience:g} s to compute; try again in a while."
            ) from None

    def _work(self, done: Future[Result], work: Callable[[], Result]) -> None:
        with self._turn:
            if done.set_running_or_notify_cancel():
                try:
                    done.set_result(work())
                except BaseException as error:  # whoever waits gets it, whatever it is
                    done.set_exception(error)
        self._places.release()
