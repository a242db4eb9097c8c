"""Options that several verbs share."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Replace files that another hand wrote or changed."),
]


def typed() -> str:
    """The command as it was typed, for a manifest."""
    return "particle-sim " + shlex.join(sys.argv[1:])
