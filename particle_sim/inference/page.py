"""The page beside what was learned: made by whoever asks for it, from the files of the folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from particle_sim.files import write_file

PAGE_FILE = "report.html"
Page = Callable[[Path, Sequence[str]], str]
"""From the folder and the lines of its report to HTML."""


def write_page(work: Path, lines: Sequence[str], page: Page | None) -> list[str]:
    """Write the page, where there is one, after all other files; its name."""
    if page is None:
        return []
    write_file(work / PAGE_FILE, page(work, lines))
    return [PAGE_FILE]
