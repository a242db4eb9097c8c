"""Does the help say what the code says: nothing lost, no markup read into it?"""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import metadata

import pytest
from typer.testing import CliRunner

from particle_sim.cli.main import app
from particle_sim.cli.verbs import VERBS

COMMANDS = {
    command.name or command.callback.__name__: command.callback
    for command in app.registered_commands
    if command.callback is not None
}
RUNNER = CliRunner()


def squeezed(text: str | None) -> str:
    """Without white space: help wraps its lines."""
    return "".join((text or "").split())


def texts_of(verb: str) -> list[str]:
    """A verb's docstring and what stands in its arguments and options."""
    hints = inspect.get_annotations(COMMANDS[verb], eval_str=True)
    infos = [hint.__metadata__[0] for hint in hints.values() if hasattr(hint, "__metadata__")]
    return [inspect.getdoc(COMMANDS[verb]) or "", *(info.help for info in infos)]


def missing(verb: str, shown: str) -> list[str]:
    return [text for text in texts_of(verb) if squeezed(text) not in squeezed(shown)]


@pytest.mark.parametrize("verb", COMMANDS)
def test_help_prints_every_letter_of_its_source(verb: str) -> None:
    shown = RUNNER.invoke(app, [verb, "--help"])
    assert shown.exit_code == 0
    assert not missing(verb, shown.output)


def test_every_verb_is_compared() -> None:
    assert set(COMMANDS) == set(VERBS)


def test_brackets_are_in_the_sources_and_the_comparison_notices_their_loss() -> None:
    shown = RUNNER.invoke(app, ["fit", "--help"]).output
    assert "[mAh/g]" in "".join(texts_of("fit"))
    assert missing("fit", shown.replace("[mAh/g]", ""))


def test_the_package_runs_as_a_module() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "particle_sim", "--version"], capture_output=True, text=True
    )
    assert told.stdout.split() == ["particle-sim", metadata.version("particle-sim")]
    assert not told.stderr
