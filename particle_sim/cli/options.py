"""Options that several verbs share: one name, one meaning and one help text each."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.complete import complete_cell, complete_material
from particle_sim.readers.positive import Positive
from particle_sim.studies.choices import Footing, PhysicsChoice

MaterialArgument = Annotated[
    str,
    typer.Argument(
        help="Material name, name@reading, or a .toml file.", autocompletion=complete_material
    ),
]
MaterialsArgument = Annotated[
    list[str],
    typer.Argument(
        help="Material names, name@reading, or .toml files.", autocompletion=complete_material
    ),
]
CellOption = Annotated[
    str | None,
    typer.Option(
        "--cell",
        help="Cell design: a shipped name or a .toml file.",
        autocompletion=complete_cell,
    ),
]
FullOption = Annotated[
    bool, typer.Option("--full", help="A full cell against hard carbon (sodium only).")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Folder that the results are written into."),
]
FileOption = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="File to write.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help='Replace a number: nvp.diffusivity="1e-15 m^2/s". Repeatable.',
    ),
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; default: all cores.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document instead of text.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Do not show how far the work is.")]
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


def typed() -> str:
    """The command as it was typed, for a manifest."""
    return "particle-sim " + shlex.join(sys.argv[1:])
