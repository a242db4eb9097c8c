"""Where the shipped parameter files and scenarios are: beside the package or inside the wheel."""

from __future__ import annotations

from pathlib import Path

from particle_sim.errors import ParticleSimError

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
