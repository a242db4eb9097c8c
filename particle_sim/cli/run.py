"""``particle-sim run``: a scenario file with its expected answer, or a sweep."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.compare import run_comparison
from particle_sim.cli.evidence_options import DataOption, EvidenceOption, asked_evidence
from particle_sim.cli.options import ForceOption, WorkersOption
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError
from particle_sim.studies.choices import EvidenceChoice


@verb(Aim.VARY, 1, "a sweep over ranges, or a scenario with its expected answer", "run nvp_vs_he_v")
def run(
    file: Annotated[Path, typer.Argument(help="A scenario or sweep .toml file.")],
    out: Annotated[Path | None, typer.Option(help="Result folder.")] = None,
    force: ForceOption = False,
    evidence: EvidenceOption = None,
    data: DataOption = None,
    workers: WorkersOption = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Of a sweep: a Dask scheduler, e.g. tcp://10.0.0.1:8786.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Of a sweep: more than ten million samples are meant.")
    ] = False,
) -> None:
    """Run a scenario and hold it against its [[expect]] blocks (exit code 1 if one fails), or run
    a sweep; a sweep that was stopped goes on where it was."""
    from particle_sim.materials.document import read_toml
    from particle_sim.studies.scenario import find_scenario

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
        )
        return
    if scheduler is not None or yes:
        option = "--yes" if scheduler is None else "--scheduler"
        raise InputError(f"{option} is for sweeps, and {path.name} has no [sweep]; leave it out.")
    _run_scenario(path, folder, force=force, workers=workers, evidence=evidence, data=data)


def _run_scenario(
    path: Path,
    folder: Path,
    *,
    force: bool,
    workers: int | None,
    evidence: EvidenceChoice | None,
    data: list[str] | None,
) -> None:
    from particle_sim.report.folder import open_folder
    from particle_sim.studies.scenario import failures, load_scenario

    scenario = load_scenario(path)
    asked = scenario.comparison
    pair = (asked.baseline, asked.candidate)
    choice, files = asked_evidence(evidence, data, pair, asked.evidence)
    run_comparison(
        replace(asked, evidence=choice, data=files),
        folder,
        force=force,
        as_json=False,
        workers=workers,
        as_printed=scenario.as_printed,
    )
    wrong = failures(scenario, open_folder(folder))
    for sentence in wrong:
        print(f"Not as expected: {sentence}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    print(f"All {len(scenario.expectations)} expectations hold.")
