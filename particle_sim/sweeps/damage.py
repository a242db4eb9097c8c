"""Is a stored sweep what was written? Every chunk is read, every checksum checked.

A chunk is what its status says when its inputs and, where a sample is done, its results are there
and intact, and when its failed samples have their sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.sweeps.layout import (
    DATA_FOLDER,
    LAYOUT_FILE,
    read_layout,
    wrong_documents,
)
from particle_sim.sweeps.sealed import Damaged, read_sealed

FAILURE_FOLDER = "failures"
STATUS = "status"
OPEN, DONE, FAILED = 0, 1, 2

AT_ONCE = 10_000_000
"""Values of an array that are read in one go."""
UNREADABLE = (ValueError, RuntimeError, TypeError, KeyError, IndexError, OSError)
"""What Zarr and its codecs raise over damaged bytes."""


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A file of a chunk that is not what was written."""

    file: str
    reason: str
    chunk: int

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def check_store(folder: Path) -> None:
    """:class:`InputError` when anything that a reader needs is damaged."""
    found = list(_damage(folder))
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise InputError(
            f"{folder} is damaged ({found[0]}{more}); run the same sweep again: it computes again "
            "what is damaged."
        )


def _damage(folder: Path) -> list[str]:
    try:
        layout = read_layout(folder)
    except Damaged as damage:
        return [f"{LAYOUT_FILE}: {damage}"]
    wrong = list(wrong_documents(folder, layout))
    if wrong:
        return [f"{DATA_FOLDER}/{name}: it is missing or was changed" for name in wrong]
    return [str(damage) for damage in damaged_chunks(folder, layout.results)]


def damaged_chunks(folder: Path, results: Mapping[str, str]) -> list[Damage]:
    """Damaged files by chunk, for a store whose metadata is right."""
    group: Any = zarr.open_group(str(folder / DATA_FOLDER), mode="r")
    status, found = _read_status(group)
    (chunk,) = group[STATUS].chunks
    for number in np.unique(np.flatnonzero(status) // chunk).tolist():
        found += _failure_damage(folder, number, chunk, status)
    broken = {damage.chunk for damage in found}
    written = set((np.flatnonzero(status) // chunk).tolist()) - broken
    valued = {
        number
        for number in written
        if (status[number * chunk : (number + 1) * chunk] == DONE).any()
        or (_ledger(folder, number) or {}).get("results")
    }
    for name, array in sorted(group.arrays()):
        if name != STATUS:
            found += _array_damage(array, valued if name in results else written)
    return found


def _read_status(group: Any) -> tuple[NDArray[np.uint8], list[Damage]]:
    """The status, 0 where it is damaged; a missing chunk means that nothing is done."""
    array = group[STATUS]
    found = _array_damage(array, stored_chunks(array))
    if not found:
        return np.asarray(array[:], dtype=np.uint8), []
    status = np.zeros(array.shape, dtype=np.uint8)
    (chunk,) = array.chunks
    for number in stored_chunks(array) - {damage.chunk for damage in found}:
        inside = slice(number * chunk, (number + 1) * chunk)
        status[inside] = array[inside]
    return status, found


def stored_chunks(array: Any) -> set[int]:
    """Numbers of the chunks of an array that have a file."""
    folder = Path(array.store.root) / str(array.path) / "c"
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return {int(name) for name in names if name.isdecimal() and name == str(int(name))}


def _array_damage(array: Any, needed: set[int]) -> list[Damage]:
    """Chunks of an array that are needed and missing, or cannot be read."""
    stored, (chunk,) = stored_chunks(array), array.chunks
    place = f"{DATA_FOLDER}/{array.path}/c"
    found = [
        Damage(file=f"{place}/{number}", reason="it is missing", chunk=number)
        for number in sorted(needed - stored)
    ]
    if array.size <= AT_ONCE and _is_readable(array, slice(None)):
        return found
    for number in sorted(stored):
        if not _is_readable(array, slice(number * chunk, (number + 1) * chunk)):
            reason = "its checksum does not match"
            found.append(Damage(file=f"{place}/{number}", reason=reason, chunk=number))
    return found


def _is_readable(array: Any, inside: slice) -> bool:
    try:
        array[inside]
    except UNREADABLE:
        return False
    return True


def ledger_file(folder: Path, chunk: int) -> Path:
    """Where the failures of a chunk stand."""
    return folder / FAILURE_FOLDER / f"{chunk:06d}.json"


def _ledger(folder: Path, chunk: int) -> dict[str, Any] | None:
    try:
        return read_sealed(ledger_file(folder, chunk))
    except Damaged:
        return None


def _failure_damage(
    folder: Path, number: int, chunk: int, status: NDArray[np.uint8]
) -> Iterator[Damage]:
    """A ledger without one of the failed samples of a chunk, or that cannot be trusted."""
    failed = number * chunk + np.flatnonzero(status[number * chunk :][:chunk] == FAILED)
    file = f"{FAILURE_FOLDER}/{number:06d}.json"
    if not failed.size:
        return
    try:
        told = {entry["sample"] for entry in read_sealed(folder / file)["failures"]}
    except Damaged as damage:
        yield Damage(file=file, reason=str(damage), chunk=number)
        return
    if not told >= set(failed.tolist()):
        yield Damage(file=file, reason="failed samples are missing", chunk=number)
