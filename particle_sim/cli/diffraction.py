"""``particle-sim diffraction``: where a reflection stands against sodium, beside printed shifts."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from particle_sim.cli.options import ForceOption, JsonOption, MaterialArgument, OutOption, typed
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError


@verb(
    Aim.SEE,
    7,
    "where an X-ray reflection stands as sodium leaves",
    "diffraction nfm_li2024 --reflection 003",
)
def diffraction(
    name: MaterialArgument,
    reflection: Annotated[
        str, typer.Option(help='Miller indices on hexagonal axes: 003, 10-4 or "2,-1,3".')
    ] = "003",
    wavelength: Annotated[str, typer.Option(help="Of the X-rays.")] = "1.5406 angstrom",
    states: Annotated[int, typer.Option(min=2, max=1000, help="States from full to empty.")] = 11,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """2 theta of one reflection at rest, of both phases where two coexist, from full to empty."""
    import numpy as np

    from particle_sim.cli.diffraction_table import (
        print_reflections,
        printed_shifts,
        reflection_rows,
        write_reflections,
    )
    from particle_sim.materials.load import load_record
    from particle_sim.metrics.diffraction import equilibrium_reflections
    from particle_sim.outputs import check_folder
    from particle_sim.units import quantity

    indices = read_indices(reflection)
    metres = quantity("--wavelength", wavelength, "m")
    if out is not None:
        check_folder(out, force=force)
    record = load_record(name)
    theta = np.linspace(1.0, 0.0, states)
    found = equilibrium_reflections(record.material, indices, theta, wavelength=metres)
    rows = reflection_rows(found, record.material)
    shifts = printed_shifts(record, indices)
    title = f"{record.material.title}, ({' '.join(map(str, indices))})"
    if out is not None:
        write_reflections(out, rows, found, title, command=typed(), force=force)
    if as_json:
        what = {"material": record.material.name, "reading": record.material.reading}
        result = {**what, "reflection": indices, "states": rows, "printed": shifts}
        print_json(result)
        return
    print_reflections(title, rows, shifts, record)
    if out is not None:
        print(f"Table and picture: {out}")


def read_indices(text: str) -> tuple[int, int, int]:
    """``"003"``, ``"10-4"`` or ``"2,-1,3"`` as Miller indices."""
    parts = re.split(r"[,\s]+", text.strip())
    if len(parts) == 1:
        parts = re.findall(r"-?\d", text) if re.fullmatch(r"(-?\d){3}", text) else []
    if len(parts) != 3 or not all(re.fullmatch(r"-?\d{1,3}", part) for part in parts):
        raise InputError(
            f'--reflection is "{text}"; give three whole numbers, e.g. 003 or "2,-1,3".'
        )
    h, k, l = (int(part) for part in parts)  # noqa: E741
    return h, k, l
