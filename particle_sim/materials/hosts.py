"""Host families: what stands in for the numbers a paper on one material does not print."""

from __future__ import annotations

from pathlib import Path

from particle_sim.errors import InputError, closest
from particle_sim.materials.document import read_shared
from particle_sim.materials.schema import HostFile
from particle_sim.resources import shipped_files


def host_names() -> list[str]:
    """Names of the shipped hosts."""
    return list(shipped_files("parameters", "hosts"))


def load_host(name: str, where: str) -> HostFile:
    """The host ``name``; ``where`` is the file that asks for it, for the message."""
    shipped = shipped_files("parameters", "hosts")
    if name not in shipped:
        known = closest(name, shipped)
        raise InputError(f'{where}: material.host is "{name}", which is no host; {known}')
    return read_shared(HostFile, shipped[name])


def host_path(name: str) -> Path:
    """The file of a shipped host."""
    return shipped_files("parameters", "hosts")[name]
