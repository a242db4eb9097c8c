"""``particle-sim rerun``: a stored result made again from its manifest, and what differs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.options import JsonOption, OutOption, QuietOption
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb

MOST_SHOWN = 10


@verb(
    Aim.SEE,
    11,
    "a stored result again, from its manifest alone, and what differs",
    "rerun results/nvp_vs_he_v",
)
def rerun(
    folder: Annotated[Path, typer.Argument(help="A folder that a verb wrote.")],
    out: OutOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a result again with the options and files that its manifest embeds, in a new folder.

    Every number of both is compared. Exit code 0: same to the last bit. 1: something differs, or
    could not be compared. 2: it cannot be made again.
    """
    from particle_sim.cli.repeat import repeat_here

    made = repeat_here(folder, out, shown=not (quiet or as_json))
    found = made.differences
    if as_json:
        from particle_sim.report.again import as_data

        print_json({**as_data(found), "folder": made.folder})
    else:
        print(found.sentence)
        for each in found.found[:MOST_SHOWN]:
            print(
                f"  {each.variable}, {each.place}: {each.before} then, {each.now} now "
                f"({each.relative:.2g} of its largest value)"
            )
        if len(found.found) > MOST_SHOWN:
            print(f"  and {len(found.found) - MOST_SHOWN} more; --json lists them all")
        for name, (old, new) in found.versions.items():
            print(f"  {name}: {old} then, {new} now")
        print(f"Again: {made.folder}")
    if not found.same:
        sys.exit(1)
