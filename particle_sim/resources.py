"""Where the shipped parameter files and scenarios are: beside the package or inside the wheel."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError, ParticleSimError, closest
from particle_sim.inputs import input_text, served_inputs

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(name: str) -> Path:
    """The folder ``parameters`` or ``scenarios``.

    An installed wheel carries it inside the package (``particle_sim/_shipped``); a checkout
    or editable install has it at top level, beside the package.
    """
    for candidate in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise ParticleSimError(
        f"The folder {name} was not found beside {_PACKAGE}; reinstall particle-sim."
    )


def shipped_files(*place: str) -> dict[str, Path]:
    """The ``.toml`` files of a shipped folder by name, in the order of their names.

    >>> "nvp" in shipped_files("parameters", "materials")
    True
    """
    served, below = served_inputs(), "/".join(place)
    names = () if served is None else (Path(name) for name in served.shipped)
    again = {name.stem: name for name in names if name.parent.as_posix() == below}
    root = shipped_folder(place[0]).parent
    return {**_listed(*place), **{stem: root / name for stem, name in again.items()}}


@cache
def _listed(*place: str) -> dict[str, Path]:
    folder = shipped_folder(place[0]).joinpath(*place[1:])
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def shipped_table(*place: str) -> dict[str, Any]:
    """What is in a ``.toml`` file of the shipped parameters.

    >>> shipped_table("composition", "redox.toml") != {}
    True
    """
    path = shipped_folder("parameters").joinpath(*place)
    return tomllib.loads(input_text(path))


def named_file(kind: str, name: str, *place: str) -> Path:
    """Your own ``.toml`` file, or the shipped one of that name; ``kind`` is for the sentence."""
    if name.endswith(".toml"):
        return Path(name)
    shipped = shipped_files(*place)
    if name not in shipped:
        raise InputError(f'There is no {kind} "{name}"; {closest(name, shipped)}')
    return shipped[name]
