"""Options that several verbs share."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from particle_sim.transport.laws import PhysicsChoice

ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Replace files that another hand wrote or changed."),
]


PhysicsOption = Annotated[
    PhysicsChoice, typer.Option(help="Transport law; declared follows the material files.")
]


def typed() -> str:
    """The command as it was typed, for a manifest."""
    return "particle-sim " + shlex.join(sys.argv[1:])
