"""How far a verb is, on standard error: a bar on a terminal, else a line every ten seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from particle_sim.progress import regularly, terminal_bar

Show = Callable[[str, float], None]
"""Told what is being done, and the share of the whole that is done."""

PERIOD = 10.0
"""Seconds between two lines."""


@dataclass(frozen=True)
class Reporter:
    """Callbacks for the two phases of a verb."""

    show: Show

    def solving(self, text: str, share: float) -> None:
        """Show what finished and how much is done."""
        self.show(text, 0.9 * share)

    def writing(self, text: str) -> None:
        """Show what is being written."""
        self.show(text, 0.95)


@dataclass
class Lines:
    """Says once in a ``PERIOD`` what it was told last, whether or not that is new.

    >>> seconds = iter((0.0, 9.0, 10.0, 19.0, 20.0))
    >>> lines = Lines(clock=lambda: next(seconds), write=print)
    >>> lines.show("nvp: band", 0.25)
    >>> for _ in range(4):
    ...     lines.say_if_due()
    10 s,  25 %: nvp: band
    20 s,  25 %: nvp: band
    """

    clock: Callable[[], float] = time.monotonic
    write: Callable[[str], None] = field(default=lambda line: print(line, file=sys.stderr))
    text: str = "starting"
    share: float = 0.0

    def __post_init__(self) -> None:
        self.begun = self.said = self.clock()

    def show(self, text: str, share: float) -> None:
        """Note what the next line says."""
        self.text, self.share = text, share

    def say_if_due(self) -> None:
        """Write a line if the last one, or the beginning, is a period ago."""
        now = self.clock()
        if now - self.said >= PERIOD:
            self.said = now
            with suppress(OSError, ValueError):  # nobody reads any more
                self.write(f"{now - self.begun:.0f} s, {100 * self.share:3.0f} %: {self.text}")


@contextmanager
def reporting(*, enabled: bool = True) -> Iterator[Reporter]:
    """A bar with the time left on a terminal, lines elsewhere, nothing if not ``enabled``."""
    if not enabled:
        yield Reporter(lambda _text, _share: None)
        return
    with terminal_bar() if sys.stderr.isatty() else _lines() as show:
        yield Reporter(show)


@contextmanager
def _lines() -> Iterator[Show]:
    lines = Lines()
    with regularly(PERIOD / 10, lines.say_if_due):
        yield lines.show
