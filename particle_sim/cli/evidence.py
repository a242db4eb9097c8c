"""``particle-sim evidence``: what is known of which material from which rate test."""

from __future__ import annotations

from typing import Annotated

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.options import JsonOption, QuietOption
from particle_sim.cli.progress import reporting
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError


@verb(
    Aim.SEE,
    9,
    "rate tests in print, their readings, and what they say",
    "evidence he_o3_li2024",
    completes={"materials": complete_material},
)
def evidence(
    materials: Annotated[
        list[str] | None, typer.Argument(help="Material names; default: all with a rate test.")
    ] = None,
    write: Annotated[
        bool,
        typer.Option("--write", help="Learn again, and store, what was learned of other inputs."),
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Rate tests with their readings, and the posteriors learned from them.

    Of named materials every printed number, and D/R² by each form of the particles, before and
    after; without a name a line for each test, and which stored posteriors are stale.
    """
    from particle_sim.inference.evidence_words import data_of, lines_of, overview
    from particle_sim.inference.posterior_store import evidence_folder, stale, store

    if write:
        if materials:
            raise InputError("--write stores every posterior that is stale; leave the names out.")
        due = stale(evidence_folder())
        with reporting(enabled=not (quiet or as_json)) as report:
            store(list(due), evidence_folder(), report.solving)
        print("\n".join(f"Stored: {name} ({', '.join(why)})." for name, why in due.items())
              or "Every stored posterior is of today's tests, files and beliefs.")  # fmt: skip
        return
    if as_json:
        print_json(data_of(materials))
        return
    print("\n".join(lines_of(materials) if materials else overview()))
