"""Checkpoints of particle runs: every accepted state so far in one state file."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.particle.state_file import UNREADABLE, StateFile, unreadable
from particle_sim.particle.stepper import Snapshot

EVERY = 20.0
"""Seconds between checkpoints; requested times and the end of a failed run always write one."""


@dataclass(kw_only=True)
class Checkpoint:
    """One file that holds every accepted state of one run so far."""

    path: Path
    fingerprint: str
    last_saved: float = field(default_factory=time.monotonic)

    @cached_property
    def _file(self) -> StateFile:
        return StateFile(path=self.path, fingerprint=self.fingerprint)

    def save(self, snapshots: list[Snapshot], step: float, *, at_once: bool) -> None:
        """Write all states and the next step length, if it is time to."""
        if not at_once and time.monotonic() - self.last_saved < EVERY:
            return
        content: dict[str, Any] = {
            "step": np.array(step),
            "time": np.array([s.time for s in snapshots]),
            "passed": np.array([s.passed for s in snapshots]),
            "packed": np.stack([s.packed for s in snapshots]),
            "overall": np.stack([s.overall for s in snapshots]),
            "piece": np.array([s.piece for s in snapshots]),
        }
        self._file.save(content, at_once=True)
        self.last_saved = time.monotonic()

    def load(self) -> tuple[list[Snapshot], float] | None:
        """States and next step of an earlier run; ``None`` without a file."""
        content = self._file.load()
        if content is None:
            return None
        try:
            return _snapshots(content), float(content["step"])
        except UNREADABLE as error:
            raise unreadable(self.path, error) from None

    def remove(self) -> None:
        """Delete the file of a finished run."""
        self._file.remove()


def _snapshots(content: dict[str, Any]) -> list[Snapshot]:
    return [
        Snapshot(
            time=float(content["time"][k]),
            packed=content["packed"][k],
            overall=content["overall"][k],
            piece=(float(content["piece"][k, 0]), float(content["piece"][k, 1])),
            passed=float(content["passed"][k]),
        )
        for k in range(len(content["time"]))
    ]
