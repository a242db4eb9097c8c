"""A progress bar on standard error, silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Reporter:
    """Callbacks for the two phases of a comparison."""

    bar: Any
    task: Any

    def solving(self, text: str, share: float) -> None:
        """Show what finished and how much is done."""
        if self.bar is not None:
            self.bar.update(self.task, description=text, completed=0.9 * share)

    def writing(self, text: str) -> None:
        """Show what is being written."""
        if self.bar is not None:
            self.bar.update(self.task, description=text, completed=0.95)


@contextmanager
def progress_bar(*, enabled: bool) -> Iterator[Reporter]:
    """A bar with the time left, on a terminal; nothing otherwise."""
    if not enabled or not sys.stderr.isatty():
        yield Reporter(None, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, TextColumn("{task.description}"), console=console, transient=True
    ) as bar:
        yield Reporter(bar, bar.add_task("starting", total=1.0))
