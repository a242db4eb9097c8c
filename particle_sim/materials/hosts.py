"""Host families: what stands in for the numbers a paper on one material does not print."""

from __future__ import annotations

from pathlib import Path

from particle_sim.errors import InputError, closest
from particle_sim.materials.document import read_shared
from particle_sim.materials.schema import HostFile, PropertyEntry
from particle_sim.resources import shipped_folder


def host_names() -> list[str]:
    """Names of the shipped hosts."""
    return sorted(path.stem for path in (shipped_folder("parameters") / "hosts").glob("*.toml"))


def load_host(name: str, where: str) -> HostFile:
    """The host ``name``; ``where`` is the file that asks for it, for the message."""
    if name not in host_names():
        raise InputError(
            f'{where}: material.host is "{name}", which is no host; {closest(name, host_names())}'
        )
    return read_shared(HostFile, host_path(name))


def host_path(name: str) -> Path:
    """The file of a shipped host."""
    return shipped_folder("parameters") / "hosts" / f"{name}.toml"


def stand_in(host: HostFile, entry: PropertyEntry) -> PropertyEntry:
    """A host's number as it is worth for a member: a proxy, unless it was assumed already."""
    evidence = "assumed" if entry.evidence == "assumed" else "proxy"
    note = f"Stands in: {host.host.title}. {entry.note}".strip()
    return entry.model_copy(update={"evidence": evidence, "note": note})
