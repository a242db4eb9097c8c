"""The command line as a fixture."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import RunCommand, runner


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> RunCommand:
    """``run("check", "x.toml")`` in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)
