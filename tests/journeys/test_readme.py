"""What the README tells people to type works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from particle_sim.cli.main import app

README = Path(__file__).resolve().parents[2] / "README.md"


def fences(*languages: str) -> list[str]:
    """The code blocks of the README in one of these languages, in order."""
    found = re.findall(
        r"^```(\w+)\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [code for language, code in found if language in languages]


def commands() -> list[list[str]]:
    """Arguments of every ``particle-sim`` call in the shell blocks."""
    calls = []
    for block in fences("bash", "console"):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|;|\|", line.removeprefix("$ ")):
                words = shlex.split(part, comments=True)
                if words and Path(words[0]).name == "particle-sim":
                    calls.append(words[1:])
    return calls


def test_python_blocks_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    blocks = fences("python")
    assert blocks, "the README shows no Python"
    namespace: dict[str, Any] = {"__name__": "readme"}
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"README.md, Python block {number}", "exec"), namespace)


def test_every_command_exists() -> None:
    calls = commands()
    assert calls, "the README shows no command"
    verbs = typer.main.get_command(app)
    for verb, *arguments in calls:
        known = getattr(verbs, "commands", {})
        assert verb in known, f"particle-sim has no verb {verb}"
        known[verb].make_context(verb, list(arguments))  # a usage error is raised here


def test_the_readme_shows_every_verb() -> None:
    shown = {verb for verb, *_ in commands()}
    assert shown == set(getattr(typer.main.get_command(app), "commands", {}))
