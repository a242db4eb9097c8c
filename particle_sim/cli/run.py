"""``particle-sim run``: a scenario file with its expected answer, or a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.complete import complete_scenario
from particle_sim.cli.evidence_options import DataOption, EvidenceOption
from particle_sim.cli.options import (
    ForceOption,
    JsonOption,
    OutOption,
    QuietOption,
    WorkersOption,
)
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError


@verb(
    Aim.VARY,
    1,
    "a sweep over ranges, or a scenario with its expected answer",
    "run nvp_vs_he_v",
    completes={"file": complete_scenario},
)
def run(
    file: Annotated[Path, typer.Argument(help="A scenario or sweep .toml file.")],
    out: OutOption = None,
    force: ForceOption = False,
    evidence: EvidenceOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
    workers: WorkersOption = None,
    quiet: QuietOption = False,
    scheduler: Annotated[
        str | None, typer.Option(help="Of a sweep: a Dask scheduler, e.g. tcp://10.0.0.1:8786.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Of a sweep: more than a million samples are meant.")
    ] = False,
) -> None:
    """Run a scenario and hold it against its [[expect]] blocks (exit code 1 if one fails), or run
    a sweep; a sweep that was stopped goes on where it was."""
    from particle_sim.materials.document import read_toml
    from particle_sim.studies.scenario import find_scenario, load_scenario

    path = find_scenario(file)
    folder = out or Path("results") / path.stem
    if "sweep" in read_toml(path):
        if force:
            raise InputError(f"--force is for scenarios, and {path.name} is a sweep; leave it out.")
        from particle_sim.cli.sweep import run_sweep

        run_sweep(
            path,
            folder,
            workers=workers,
            scheduler=scheduler,
            confirmed=yes,
            evidence=evidence,
            data=data,
            as_json=as_json,
            quiet=quiet,
        )
        return
    if scheduler is not None or yes:
        option = "--yes" if scheduler is None else "--scheduler"
        raise InputError(f"{option} is for sweeps, and {path.name} has no [sweep]; leave it out.")
    from particle_sim.cli.scenario import narrowed, run_scenario

    asked = narrowed(load_scenario(path), evidence, data)
    run_scenario(asked, folder, force=force, workers=workers, as_json=as_json, quiet=quiet)
