"""``particle-sim read``: what a measured file holds, before anything is fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.options import (
    ForceOption,
    JsonOption,
    MassOption,
    OutOption,
    PositiveOption,
    typed,
)
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb


@verb(
    Aim.BRING,
    4,
    "what a file of my cycler holds, before anything is fitted",
    "read cell.mpt --out results/cell",
)
def read(
    file: Annotated[
        Path, typer.Argument(help="Export of a cycler, Battery Data Format, or a table of ours.")
    ],
    mass: MassOption = None,
    positive: PositiveOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is understood of a measured file: sign, mass, segments, doubts, and what to fit.

    With --out: a picture, and tables ready for fit.
    """
    from particle_sim.cli.read_table import print_summary, write_record
    from particle_sim.outputs import check_folder
    from particle_sim.readers.record import read_record
    from particle_sim.readers.summary import summary
    from particle_sim.units import positive_quantity

    if out is not None:
        check_folder(out, force=force)
    record = read_record(file, mass=positive_quantity("--mass", mass, "kg"), positive=positive)
    found = summary(record)
    names = []
    if out is not None:
        names = write_record(out, record, found, command=typed(), force=force)
    if as_json:
        print_json(found)
        return
    options = "" if positive is None else f" --positive {positive.value}"
    print_summary(found, str(file), options)
    if out is not None:
        print(f"Written: {', '.join(names)} in {out}")
