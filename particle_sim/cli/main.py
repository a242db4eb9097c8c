"""The ``particle-sim`` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Annotated, Any, NoReturn

import typer

from particle_sim.cli.ending import run_to_the_end
from particle_sim.cli.folding import folded, folded_output
from particle_sim.cli.renamed import now_called
from particle_sim.cli.verbs import VERBS
from particle_sim.cli.welcome import advised, readable, welcome
from particle_sim.errors import LONGEST_SENTENCE, ConvergenceError, InputError

USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""A command line that cannot be read; typer has it under a name that differs by version."""

INTERRUPTED = 130
"""What typer returns after Ctrl-C, where it does not raise Abort."""

app = typer.Typer(
    invoke_without_command=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # markup would take [mAh/g] for a style and drop it
)


@app.callback()
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Does a high-entropy cathode really stress less, and how sure are we?

    Try: particle-sim compare nvp he_v
    """
    if version:
        from importlib import metadata

        print(f"particle-sim {metadata.version('particle-sim')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(welcome())


for _verb in VERBS.values():
    app.command(name=_verb.name)(_verb.asking())


def main() -> None:
    """Run the command as a shell does."""
    run_to_the_end(run_verb)


def run_verb() -> None:
    """Run the command; a user's mistake ends with one sentence and exit code 2."""
    try:
        with folded_output():
            ended: Any = app(standalone_mode=False)
    except InputError as error:
        _refuse(error.problems)
    except USAGE_ERROR as error:
        said: str = error.format_message()  # type: ignore[attr-defined]
        _refuse([now_called(said, sys.argv[1:]) or readable(said)])
    except ConvergenceError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    except typer.Abort:
        raise KeyboardInterrupt from None
    if ended == INTERRUPTED:
        raise KeyboardInterrupt
    sys.exit(ended)


def _refuse(problems: Sequence[str]) -> NoReturn:
    """Each problem on a line, with what to do next; exit code 2."""
    width = get_terminal_size().columns if sys.stderr.isatty() else LONGEST_SENTENCE * 2
    for line in advised(problems, sys.argv[1:]):
        print(folded(f"Error: {line}", width), file=sys.stderr)
    sys.exit(2)
