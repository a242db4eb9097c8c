"""The ``particle-sim`` command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NoReturn, get_type_hints

import typer

from particle_sim.cli.cell import cell
from particle_sim.cli.check import check
from particle_sim.cli.claims import claims
from particle_sim.cli.compare import compare
from particle_sim.cli.design import design
from particle_sim.cli.ending import run_to_the_end
from particle_sim.cli.export import export
from particle_sim.cli.fit import fit
from particle_sim.cli.import_ import import_
from particle_sim.cli.learn import learn
from particle_sim.cli.new import complete_kind, new
from particle_sim.cli.plot import plot
from particle_sim.cli.rate import rate
from particle_sim.cli.run import run
from particle_sim.cli.show import show
from particle_sim.cli.welcome import advised, complete_material, readable, welcome
from particle_sim.errors import ConvergenceError, InputError

USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""A command line that cannot be read; typer has it under a name that differs by version."""

INTERRUPTED = 130
"""What typer returns after Ctrl-C, where it does not raise Abort."""

COMPLETED: dict[Callable[..., None], dict[str, Callable[[str], list[str]]]] = {
    compare: {"baseline": complete_material, "candidate": complete_material},
    show: {"name": complete_material},
    cell: {"name": complete_material},
    design: {"like": complete_material},
    fit: {"material": complete_material},
    rate: {"materials": complete_material},
    export: {"name": complete_material},
    new: {"kind": complete_kind},
}
"""What the shell completes: of each verb, the arguments that take a name."""

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


def _completing(verb: Callable[..., None]) -> Callable[..., None]:
    """``verb`` with what the shell completes added to its arguments."""
    hints = get_type_hints(verb, include_extras=True)
    for name, complete in COMPLETED.get(verb, {}).items():
        hints[name].__metadata__[0].autocompletion = complete
    verb.__annotations__ = hints
    return verb


for _verb in (compare, show, cell, check, new, design, run, plot, claims, fit, rate, learn, export):
    app.command()(_completing(_verb))
app.command(name="import")(import_)


def main() -> None:
    """Run the command as a shell does."""
    run_to_the_end(run_verb)


def run_verb() -> None:
    """Run the command; a user's mistake ends with one sentence and exit code 2."""
    try:
        ended: Any = app(standalone_mode=False)
    except InputError as error:
        _refuse(error.problems)
    except USAGE_ERROR as error:
        _refuse([readable(error.format_message())])  # type: ignore[attr-defined]
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
    for line in advised(problems, sys.argv[1:]):
        print(f"Error: {line}", file=sys.stderr)
    sys.exit(2)
