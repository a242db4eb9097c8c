"""Options that several verbs share."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.readers.positive import Positive
from particle_sim.resources import shipped_files
from particle_sim.studies.choices import Footing, PhysicsChoice

ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Replace files that another hand wrote or changed."),
]
FootingOption = Annotated[
    Footing, typer.Option(help="equal: what is not printed of all is the same for all.")
]
PhysicsOption = Annotated[
    PhysicsChoice, typer.Option(help="Transport law; declared follows the material files.")
]
SizeSpreadOption = Annotated[
    float | None, typer.Option(help="Particles of many sizes: standard deviation of ln R.")
]
SizesOption = Annotated[
    Path | None, typer.Option(help="Sizes counted in micrographs, CSV: radius [um], count.")
]
ShareAboveOption = Annotated[
    str | None, typer.Option(help='With sizes: the stress they are held to, e.g. "50 MPa".')
]
MassOption = Annotated[
    str | None,
    typer.Option(help='Active mass, where the file has mA and mAh of the cell, e.g. "2.1 mg".'),
]
PositiveOption = Annotated[
    Positive | None, typer.Option(help="The current that the file counts positive, if it is asked.")
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; default: all cores.")]


def typed() -> str:
    """The command as it was typed, for a manifest."""
    return "particle-sim " + shlex.join(sys.argv[1:])


def complete_material(incomplete: str) -> list[str]:
    """Shipped materials and own TOML files that begin with ``incomplete``, for the shell."""
    names = shipped_files("parameters", "materials")
    head = re.sub(r"[^/\\]*$", "", incomplete)  # as typed; a path would lose "./"
    folder = Path(head)
    found = sorted(path.name for path in folder.glob("*.toml")) if folder.is_dir() else []
    own = [head + name for name in found]
    return [name for name in (*names, *own) if name.startswith(incomplete)]
