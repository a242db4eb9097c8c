"""How far a long call is: a bar in a notebook or a terminal, and nothing where nobody watches.

A function with an argument ``progress`` is decorated with :func:`shows_progress`, which opens the
bar for as long as the call lasts where :func:`progress_bar` was given.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from html import escape
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
Show = Callable[[str, float | None], None]
"""Told what is being done, and the share of the whole that is done, where it is known."""

PERIOD = 0.5
"""Seconds before a notebook shows a bar, and between two of its states."""


def progress_bar(*told: object) -> None:
    """Given as ``progress`` to a call that takes it: a bar of what is ``told`` while it lasts.

    In a notebook it appears after half a second, on a terminal at once (on standard error), and
    goes with the call, also where that fails. Where nobody watches, as in a script whose output
    goes to a file, nothing is written. Any function of your own does as well: ``print`` leaves a
    line of whatever a call tells.

    >>> import particle_sim as ps
    >>> particle = ps.Particle(material=ps.load_material("nvp"), mesh=ps.shapes.sphere(2.5e-7))
    >>> flux = ps.constant_flux(1e-7, 60.0, initial_site_fraction=0.5)
    >>> ps.solve_particle(particle, flux, progress=ps.progress_bar).end.name
    'TIME'
    """


def shows_progress(function: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """``function``, with a bar while it runs where ``progress`` is :func:`progress_bar`."""

    @functools.wraps(function)
    def watched(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        if kwargs.get("progress") is not progress_bar:
            return function(*args, **kwargs)
        with _bar() as show:
            kwargs["progress"] = lambda *told: show(*in_words(*told))
            return function(*args, **kwargs)

    return watched


def in_words(*told: Any) -> tuple[str, float | None]:
    """What is done and the share of it, from all that our functions tell.

    >>> in_words("NVP: band", 0.25), in_words(0.5), in_words("3 of 8 cycles")
    (('NVP: band', 0.25), ('', 0.5), ('3 of 8 cycles', None))
    >>> in_words(30, 40, 2)
    ('30 of 40, 2 failed', 0.75)
    """
    match told:
        case (int(finished), int(every), int(failed)):
            text = f"{finished} of {every}"
            return f"{text}, {failed} failed" if failed else text, finished / every
        case (str(text), share):
            return text, share
        case (str(text),):
            return text, None
    return "", float(told[0])


def _bar() -> AbstractContextManager[Show]:
    """The bar that whoever watches can see."""
    ipython = sys.modules.get("IPython")
    shell: Any = None if ipython is None else ipython.get_ipython()
    if hasattr(shell, "kernel"):
        return notebook_bar(shell.display_pub.publish)
    if sys.stderr is not None and sys.stderr.isatty():
        return terminal_bar()
    return nullcontext(lambda _text, _share: None)


@contextmanager
def terminal_bar() -> Iterator[Show]:
    """A bar with the time left on standard error, wiped at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeElapsedColumn as TimeTaken
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = BarColumn(), TaskProgressColumn(), TimeTaken(), TimeLeft()
    words = TextColumn("{task.description}", markup=False)
    own = sys.stdout is not None and sys.stdout.isatty()  # what goes to a file stays there
    console = Console(stderr=True)
    with Progress(*columns, words, console=console, transient=True, redirect_stdout=own) as bar:
        task = bar.add_task("starting", total=None)

        def show(text: str, share: float | None) -> None:
            total = None if share is None else 1.0
            bar.update(task, description=text, completed=share or 0.0, total=total)

        yield show


@contextmanager
def notebook_bar(publish: Callable[..., None]) -> Iterator[Show]:
    """A bar of plain HTML, which needs no widgets; ``publish`` as in IPython's display publisher.

    At the end nothing is left to see; a saved notebook holds an empty output.
    """
    row = _Row(publish=publish)
    try:
        with regularly(PERIOD, row.put):
            yield row.show
    finally:
        row.wipe()


@contextmanager
def regularly(period: float, look: Callable[[], None]) -> Iterator[None]:
    """``look`` once in a period, from a thread of its own, because a long step tells nothing."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(period):
            look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@dataclass
class _Row:
    """What a notebook shows: one place on the page, written again and again."""

    publish: Callable[..., None]
    text: str = "starting"
    share: float | None = None
    is_there: bool = False
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    begun: float = field(default_factory=time.monotonic)

    def show(self, text: str, share: float | None) -> None:
        """Note what is shown next."""
        self.text, self.share = text, share

    def put(self) -> None:
        """Show it, as HTML, and in words where a front end has none."""
        seconds = f"{time.monotonic() - self.begun:.0f} s"
        when = seconds if self.share is None else f"{100 * self.share:.0f} %, {seconds}"
        words = f"{when}: {self.text}" if self.text else when
        value = "" if self.share is None else f' value="{self.share:.3f}"'
        style = "width: 16em; vertical-align: middle"
        self._write(f'<progress max="1"{value} style="{style}"></progress> {escape(words)}', words)

    def wipe(self) -> None:
        """Leave nothing of what was shown."""
        if self.is_there:
            self._write("", "")

    def _write(self, html: str, words: str) -> None:
        self.publish(
            data={"text/html": html, "text/plain": words},
            transient={"display_id": self.name},
            update=self.is_there,
        )
        self.is_there = True
