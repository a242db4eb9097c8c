"""Checkpoints of crack runs: every step so far in one state file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from particle_sim.damage.field.load import Loading
from particle_sim.damage.field.result import Found
from particle_sim.particle.state_file import UNREADABLE, StateFile, fingerprint, unreadable
from particle_sim.units import Array

NAMES = tuple(each.name for each in fields(Found))


@dataclass(frozen=True, kw_only=True)
class CrackFile:
    """The file of one crack run, known by its mesh, solid, flaw and load at all of its times."""

    file: StateFile

    @classmethod
    def of(
        cls, path: str | Path, loading: Loading, times: Array, flaw: Array, choices: object
    ) -> CrackFile:
        """``choices``: whatever else decides the run, by its text."""
        body = loading.body
        sides = {name: facets.tolist() for name, facets in body.mesh.boundaries.items()}
        own = [getattr(body, each.name) for each in fields(body) if each.name != "mesh"]
        steps = [loading.at(float(time)) for time in times]
        loads = [getattr(step, each.name) for step in steps for each in fields(step)]
        mesh = (body.mesh.points, body.mesh.cells, sides)
        mark = fingerprint(*mesh, *own, times, flaw, choices, *loads)
        return cls(file=StateFile(path=Path(path), fingerprint=mark))

    def save(self, found: Sequence[Found], *, at_once: bool = False) -> None:
        """Write all steps, if it is time to."""
        state = {name: np.array([getattr(each, name) for each in found]) for name in NAMES}
        self.file.save(state, at_once=at_once)

    def load(self) -> list[Found]:
        """The steps of an earlier run; none without a file."""
        state = self.file.load()
        if state is None:
            return []
        try:
            rows = zip(*(state[name] for name in NAMES), strict=True)
            return [Found(**dict(zip(NAMES, row, strict=True))) for row in rows]
        except UNREADABLE as error:
            raise unreadable(self.file.path, error) from None

    def remove(self) -> None:
        """Delete the file of a finished run."""
        self.file.remove()
