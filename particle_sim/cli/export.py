"""``particle-sim export``: a material's full cell for other programs."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.options import FileOption, ForceOption, JsonOption, MaterialArgument
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb


class Format(enum.Enum):
    """What can be written."""

    BPX = "bpx"


@verb(
    Aim.USE,
    1,
    "a material's full cell as BPX",
    "export he_v --file he_v.json",
)
def export(
    name: MaterialArgument,
    to: Annotated[Format, typer.Option("--format", help="Format to write.")] = Format.BPX,
    file: FileOption = None,
    negative: Annotated[
        str, typer.Option(help="Electrode opposite the material; BPX wants both.")
    ] = "hard_carbon",
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write a full cell as BPX, and beside it what the format cannot carry."""
    import json

    from particle_sim.cell.bpx_export import to_bpx
    from particle_sim.files import write_file
    from particle_sim.materials.load import load_record
    from particle_sim.outputs import check_file, new_files

    path = file or Path(f"{Path(name).stem.replace('@', '_')}.{to.value}.json")
    check_file(path)
    written = to_bpx(load_record(name), negative=negative)
    report = path.with_name(f"{path.stem}.losses.txt")
    losses = "\n".join(f"* {loss}" for loss in written.losses)
    with new_files(path, force=force) as work:
        text = json.dumps(written.document, indent=1, allow_nan=False)
        write_file(work / path.name, f"{text}\n")
        text = f"{path.name} does not carry:\n\n{losses}\n\n{written.provenance}"
        write_file(work / report.name, text)
    if as_json:
        print_json({"file": path, "report": report, "not carried": list(written.losses)})
        return
    print(f"{path} does not carry:\n{losses}\nThis list, and every number's source: {report}")
