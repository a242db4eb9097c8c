"""Checkpoints of long solves: written atomically, checked before use."""

from __future__ import annotations

import hashlib
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.files import check_regular, written_whole
from particle_sim.particle.stepper import Snapshot

EVERY = 20.0
"""Seconds between checkpoints; requested times and the end of a failed run always write one."""


STATES = ("time", "passed", "packed", "overall", "piece")
NAMES = ("fingerprint", "step", *STATES)
MOST_BYTES = 2**40
UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    EOFError,
    RuntimeError,  # an entry that says it is encrypted, or compressed in a way nobody knows
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the readers of zip and NumPy files raise over damaged ones."""


@dataclass(kw_only=True)
class Checkpoint:
    """One file that holds every accepted state of one run so far."""

    path: Path
    fingerprint: str
    last_saved: float = field(default_factory=time.monotonic)

    def save(self, snapshots: list[Snapshot], step: float, *, at_once: bool) -> None:
        """Write all states and the next step length, if it is time to."""
        if not at_once and time.monotonic() - self.last_saved < EVERY:
            return
        content: dict[str, Any] = {
            "fingerprint": np.array(self.fingerprint),
            "step": np.array(step),
            "time": np.array([s.time for s in snapshots]),
            "passed": np.array([s.passed for s in snapshots]),
            "packed": np.stack([s.packed for s in snapshots]),
            "overall": np.stack([s.overall for s in snapshots]),
            "piece": np.array([s.piece for s in snapshots]),
        }
        try:
            with written_whole(self.path) as part, part.open("wb") as file:
                np.savez(file, **content)
        except OSError as error:
            raise InputError(
                f"checkpoint is {self.path}, which cannot be written ({error.strerror}); make room "
                "or choose another file, then go on with the same call."
            ) from None
        self.last_saved = time.monotonic()

    def load(self) -> tuple[list[Snapshot], float] | None:
        """States and next step of an earlier run; ``None`` without a file."""
        if not self.path.exists():
            return None
        check_regular(self.path, MOST_BYTES)
        try:
            content = _content(self.path)
            same = str(content["fingerprint"]) == self.fingerprint
        except UNREADABLE as error:
            raise InputError(
                f"{self.path} cannot be read as a checkpoint ({error}); delete it to start anew."
            ) from None
        if not same:
            raise InputError(
                f"{self.path} is a checkpoint of another run; give another file or delete it."
            )
        snapshots = [
            Snapshot(
                time=float(content["time"][k]),
                packed=content["packed"][k],
                overall=content["overall"][k],
                piece=(float(content["piece"][k, 0]), float(content["piece"][k, 1])),
                passed=float(content["passed"][k]),
            )
            for k in range(len(content["time"]))
        ]
        return snapshots, float(content["step"])

    def remove(self) -> None:
        """Delete the file of a finished run."""
        self.path.unlink(missing_ok=True)


def _content(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file whose checksums hold; those of zip cover every byte of an array."""
    with zipfile.ZipFile(path) as file:
        torn = file.testzip()
    if torn is not None:
        raise ValueError(f"the checksum of {torn} does not match")
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in NAMES}


def fingerprint(*parts: Any) -> str:
    """A hash of everything that decides a run; arrays by their bytes, the rest by its text."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            total.update(str((part.shape, part.dtype)).encode())
            total.update(np.ascontiguousarray(part).tobytes())
        else:
            total.update(repr(part).encode())
    return total.hexdigest()
