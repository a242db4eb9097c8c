"""``particle-sim export``: a material's full cell for other programs."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer


class Format(enum.Enum):
    """What can be written."""

    BPX = "bpx"


def export(
    name: Annotated[str, typer.Argument(help="Material name, name@reading, or a .toml file.")],
    to: Annotated[Format, typer.Option(help="Format to write.")] = Format.BPX,
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
    negative: Annotated[
        str, typer.Option(help="Electrode opposite the material; BPX wants both.")
    ] = "hard_carbon",
) -> None:
    """Write a full cell as BPX, and beside it what the format cannot carry."""
    import json

    from particle_sim.cell.bpx_export import to_bpx
    from particle_sim.materials.load import load_record

    written = to_bpx(load_record(name), negative=negative)
    path = out or Path(f"{Path(name).stem.replace('@', '_')}.{to.value}.json")
    report = path.with_name(f"{path.stem}.losses.txt")
    losses = "\n".join(f"* {loss}" for loss in written.losses)
    _write(path, json.dumps(written.document, indent=1, allow_nan=False) + "\n")
    _write(report, f"{path.name} does not carry:\n\n{losses}\n\n{written.provenance}")
    print(f"{path} does not carry:\n{losses}\nThis list, and every number's source: {report}")


def _write(path: Path, text: str) -> None:
    from particle_sim.errors import InputError
    from particle_sim.files import written_whole

    try:
        with written_whole(path) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}).") from None
