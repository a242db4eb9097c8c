"""``particle-sim run``: a scenario file with its expected answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.compare import run_comparison


def run(
    file: Annotated[Path, typer.Argument(help="A scenario .toml file.")],
    out: Annotated[Path | None, typer.Option(help="Result folder.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: all cores.")
    ] = None,
) -> None:
    """Run a scenario and hold it against its [[expect]] blocks; exit code 1 if one fails."""
    from particle_sim.report.folder import open_folder
    from particle_sim.studies.scenario import failures, find_scenario, load_scenario

    path = find_scenario(file)
    scenario = load_scenario(path)
    folder = out or Path("results") / path.stem
    command = f"particle-sim run {file}"
    run_comparison(scenario.comparison, folder, command, as_json=False, workers=workers)
    wrong = failures(scenario, open_folder(folder))
    for sentence in wrong:
        print(f"Not as expected: {sentence}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    print(f"All {len(scenario.expectations)} expectations hold.")
