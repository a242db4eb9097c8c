"""``particle-sim check``: are these files right?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.errors import InputError


def check(
    files: Annotated[list[Path], typer.Argument(help="Material, cell or scenario files.")],
) -> None:
    """Check files and report every problem at once; exit code 2 if there is one."""
    problems: list[str] = []
    for path in files:
        try:
            print(f"{path.name}: {_checked(path)}")
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)


def _checked(path: Path) -> str:
    from particle_sim.materials.document import read_toml, validated
    from particle_sim.materials.schema import SourcesFile

    data = read_toml(path)
    if path.suffix != ".toml":
        raise InputError(f"{path.name}: the name does not end in .toml; rename the file.")
    if "scenario" in data:
        from particle_sim.studies.scenario import load_scenario

        load_scenario(path)
        return "scenario is fine"
    if "cell" in data:
        from particle_sim.cell.design import load_cell_design

        load_cell_design(str(path))
        return "cell is fine"
    if "material" in data:
        from particle_sim.materials.load import load_record

        readings = load_record(str(path)).file.readings
        for reading in readings:
            load_record(str(path), reading=reading)
        return f"material is fine, {1 + len(readings)} reading(s)"
    if "sources" in data:
        validated(SourcesFile, data, path.name)
        return "sources are fine"
    raise InputError(
        f"{path.name}: has none of the blocks [material], [cell], [scenario] or [sources]; add one."
    )
