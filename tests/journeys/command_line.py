"""Run the command in this process, the way a shell would."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from particle_sim.cli.main import main
from particle_sim.resources import shipped_folder

MATERIALS = shipped_folder("parameters") / "materials"
CELLS = shipped_folder("parameters") / "cells"
SCENARIOS = shipped_folder("scenarios")


@dataclass(frozen=True)
class Outcome:
    """What a shell sees of a command, less its lines of progress."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines of standard error that report a problem."""
        return [line for line in self.err.splitlines() if line.startswith("Error: ")]


RunCommand = Callable[..., Outcome]

PROGRESS = re.compile(r"^\d+ s, +\d+ %: .*\n", re.MULTILINE)
"""A line that a slow machine gets every ten seconds."""


def without_progress(err: str) -> str:
    """Standard error less how far the verb was."""
    return PROGRESS.sub("", err)


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """A function that runs ``particle-sim`` with its arguments and catches what it prints."""

    def run(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["particle-sim", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Outcome(code, out, without_progress(err))

    return run
