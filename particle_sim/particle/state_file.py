"""A file that holds the state of a long loop: written atomically, checked before use.

It knows nothing of what is stepped. A loop gives the arrays from which it can go on, its number of
steps done among them, and the fingerprint of all that decides it:

    kept = StateFile(path=path, fingerprint=fingerprint(inputs))
    state = kept.load() or start
    while state["step"] < last:
        state = next_of(state)
        kept.save(state)
    kept.remove()
"""

from __future__ import annotations

import hashlib
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.files import check_regular, written_whole

SHARE = 0.05
"""Of a loop's time, the most that writing takes."""

MARKS = ("fingerprint", "version")
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

Arrays = Mapping[str, NDArray[Any]]


@dataclass(kw_only=True)
class StateFile:
    """One file for one run. A process that is killed leaves the last state that was written whole.

    >>> import numpy as np, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept = StateFile(path=Path(folder) / "run.npz", fingerprint=fingerprint("a loop", 3))
    ...     kept.save({"step": np.array(2), "damage": np.array([0.0, 0.5])}, at_once=True)
    ...     kept.load()["damage"]
    array([0. , 0.5])
    """

    path: Path
    fingerprint: str
    cost: float = 0.0
    """Seconds that the last writing took"""
    written: float = field(default_factory=time.monotonic)

    def save(self, state: Arrays, *, at_once: bool = False) -> None:
        """Write the arrays of a state, unless that was done too lately to be worth its time.

        ``at_once``: whatever it takes. Raises :class:`InputError` where there is no room.
        """
        began = time.monotonic()
        if not at_once and began - self.written < self.cost / SHARE:
            return
        content: dict[str, Any] = {
            "fingerprint": np.array(self.fingerprint), "version": np.array(_version()), **state
        }  # fmt: skip
        try:
            with written_whole(self.path) as part, part.open("wb") as file:
                np.savez(file, **content)
        except OSError as error:
            raise InputError(
                f"checkpoint is {self.path}, which cannot be written ({error.strerror}); make room "
                "or choose another file, then go on with the same call."
            ) from None
        self.written = time.monotonic()
        self.cost = self.written - began

    def load(self) -> dict[str, NDArray[Any]] | None:
        """The arrays of an earlier run; ``None`` without a file.

        Raises :class:`InputError` for a file that is damaged, of another run or another version.
        """
        if not self.path.exists():
            return None
        check_regular(self.path, MOST_BYTES)
        try:
            content = _content(self.path)
            own, version = (str(content.pop(name)) for name in MARKS)
        except UNREADABLE as error:
            raise unreadable(self.path, error) from None
        if version != _version():
            raise InputError(
                f"{self.path} is a checkpoint of particle_sim {version[:20]} and this is "
                f"{_version()}; go on with that version, give another file or delete it."
            )
        if own != self.fingerprint:
            raise InputError(
                f"{self.path} is a checkpoint of another run; give another file or delete it."
            )
        return content

    def remove(self) -> None:
        """Delete the file of a finished run."""
        self.path.unlink(missing_ok=True)


def unreadable(path: Path, error: BaseException) -> InputError:
    """The sentence about a file whose arrays are not those of a state."""
    return InputError(f"{path} cannot be read as a checkpoint ({error}); delete it to start anew.")


def _content(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file whose checksums hold; those of zip cover every byte of an array."""
    with zipfile.ZipFile(path) as file:
        torn = file.testzip()
    if torn is not None:
        raise ValueError(f"the checksum of {torn} does not match")
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _version() -> str:
    return metadata.version("particle-sim")


def fingerprint(*parts: Any) -> str:
    """A hash of everything that decides a run; arrays by their bytes, the rest by its text.

    Objects, mappings and sequences are taken apart: how one shows itself decides nothing.
    """
    total = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            total.update(piece)
    return total.hexdigest()


def _pieces(part: Any) -> Iterator[bytes]:
    if isinstance(part, np.ndarray):
        yield str((part.shape, part.dtype)).encode()
        yield np.ascontiguousarray(part).tobytes()
        return
    inner = _inner(part)
    if inner is None:
        yield repr(part).encode()
        return
    yield f"{type(part).__name__}(".encode()
    for each in inner:
        yield from _pieces(each)
        yield b","
    yield b")"


def _inner(part: Any) -> Iterable[Any] | None:
    """What a container holds, nothing for what is one thing."""
    if is_dataclass(part) and not isinstance(part, type):
        return [(each.name, getattr(part, each.name)) for each in fields(part)]
    if isinstance(part, Mapping):
        return part.items()
    return part if isinstance(part, tuple | list) else None
