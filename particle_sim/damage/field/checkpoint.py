"""Which file belongs to a run on a body: that of its mesh, solid, load and all that decides it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from particle_sim.damage.field.load import Loading
from particle_sim.damage.steps import mesh_parts
from particle_sim.particle.state_file import StateFile, fingerprint
from particle_sim.units import Array


def file_of(
    path: str | Path | None, loading: Loading, times: Array, *choices: object
) -> StateFile | None:
    """Of the load at all ``times``; ``choices``: whatever else decides the run, arrays or words."""
    if path is None:
        return None
    body = loading.body
    own = [getattr(body, each.name) for each in fields(body) if each.name != "mesh"]
    steps = [loading.at(float(time)) for time in times]
    loads = [getattr(step, each.name) for step in steps for each in fields(step)]
    mark = fingerprint(*mesh_parts(body.mesh), *own, times, *choices, *loads)
    return StateFile(path=Path(path), fingerprint=mark)
