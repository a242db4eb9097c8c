"""``particle-sim import``: another program's cell as a draft of a material."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.options import FileOption, ForceOption, JsonOption
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb


@verb(Aim.USE, 2, "a BPX file as a draft material", "import he_v.json --name my_he_v")
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A BPX file (.json).")],
    name: Annotated[str, typer.Option(help="Name of the material.")],
    formula: Annotated[str, typer.Option(help="Its formula; BPX has no field for it.")] = "",
    carrier: Annotated[str, typer.Option(help="Na, Li or K; BPX does not say.")] = "Na",
    file: FileOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write a BPX file's positive electrode as a draft material file, to be completed."""
    from particle_sim.cell.bpx_import import from_bpx
    from particle_sim.errors import InputError
    from particle_sim.outputs import check_file, write_new

    if carrier not in ("Na", "Li", "K"):
        raise InputError(f'--carrier is "{carrier[:20]}"; choose Na, Li or K.')
    path = file or Path(f"{name}.toml")
    check_file(path)
    draft = from_bpx(source, name=name, formula=formula, carrier=carrier)
    write_new(path, draft.text, force=force)
    if as_json:
        print_json({"file": path, "assumed": draft.assumed, "missing": draft.missing})
        return
    print(f"Wrote {path}, a draft.")
    if draft.assumed:
        print(f"Assumed, see their notes: {', '.join(draft.assumed)}")
    if draft.missing:
        print(f"Missing, fill in: {', '.join(draft.missing)}")
    print(f"Then: particle-sim check {path}")
