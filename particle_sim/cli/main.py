"""The ``particle-sim`` command."""

from __future__ import annotations

import sys

import typer

from particle_sim.cli.cell import cell
from particle_sim.cli.check import check
from particle_sim.cli.claims import claims
from particle_sim.cli.compare import compare
from particle_sim.cli.design import design
from particle_sim.cli.export import export
from particle_sim.cli.fit import fit
from particle_sim.cli.import_ import import_
from particle_sim.cli.plot import plot
from particle_sim.cli.rate import rate
from particle_sim.cli.run import run
from particle_sim.cli.show import show
from particle_sim.errors import ConvergenceError, InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Does a high-entropy cathode really stress less, and how sure are we?\n\n"
    "Try: particle-sim compare nvp he_v",
)
app.command()(compare)
app.command()(show)
app.command()(cell)
app.command()(check)
app.command()(design)
app.command()(run)
app.command()(plot)
app.command()(claims)
app.command()(fit)
app.command()(rate)
app.command()(export)
app.command(name="import")(import_)


def main() -> None:
    """Run the command; a user's mistake ends with one sentence and exit code 2."""
    try:
        app()
    except InputError as error:
        for problem in error.problems:
            print(f"Error: {' '.join(problem.split())}", file=sys.stderr)
        sys.exit(2)
    except ConvergenceError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
