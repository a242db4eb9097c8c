"""The store of a sweep: a Zarr group written chunk by chunk, so that it survives ``kill -9``.

    folder/manifest.json          what is computed, by which code, on what
    folder/samples.zarr/NAME      inputs and results (n,), in chunks; ``status``: 0 open,
                                  1 done, 2 failed
    folder/failures/000012.json   the failed samples of chunk 12: number, sentence, inputs

Zarr and ``written_whole`` give a file its name once it is complete. A chunk's results go first, its
failures next, its status last; so what the status calls done is there, and what it does not is
computed again. A chunk's bytes depend on its samples alone, not on the order they came in.
"""

from __future__ import annotations

import errno
import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.storage import MemoryStore

from particle_sim.errors import InputError
from particle_sim.files import written_whole
from particle_sim.sweeps.evaluate import Answer
from particle_sim.sweeps.identity import digest, surroundings
from particle_sim.sweeps.lock import LOCK_FILE, one_writer
from particle_sim.sweeps.plan import Column, Plan
from particle_sim.units import Array

MANIFEST_FILE = "manifest.json"
DATA_FOLDER = "samples.zarr"
FAILURE_FOLDER = "failures"
STATUS = "status"
OPEN, DONE, FAILED = 0, 1, 2

CHUNK = 1000
MOST_CHUNKS = 1000
"""A sweep has at most about this many chunks; long ones have longer chunks."""

WRITING_SHARE = 0.1
"""Share of the time that may go into writing unfinished chunks."""

NAME = re.compile(r"[\w.@ ()^-]{1,100}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A sample that has no result: its number, why, and its inputs (SI)."""

    sample: int
    error: str
    inputs: Mapping[str, float | str]


@dataclass(kw_only=True)
class _Part:
    """A chunk in memory."""

    values: dict[str, Array]
    changed: bool = False


@dataclass(kw_only=True)
class SweepStore:
    """An open store and the chunks that are not complete yet; in memory without a folder."""

    plan: Plan
    folder: Path | None
    group: Any
    chunk: int
    status: NDArray[np.uint8]
    errors: dict[int, str]
    units: dict[str, str]
    """Of the results, once there is one"""
    arrays: dict[str, Any] = field(default_factory=dict)
    """Those of the group; asking it anew reads a file"""
    begun: set[int] = field(default_factory=set)
    """Chunks whose inputs are written"""
    parts: dict[int, _Part] = field(default_factory=dict)
    written_at: float = -math.inf
    writing_took: float = 0.0

    @property
    def finished(self) -> int:
        """Samples that are done or failed."""
        return int(np.count_nonzero(self.status))


@contextmanager
def open_store(folder: Path | None, content: Mapping[str, Any], plan: Plan) -> Iterator[SweepStore]:
    """The store in ``folder``, new or continued; what is in memory is written at the end.

    Raises :class:`InputError` when the folder holds another sweep or anything else, when another
    run is writing it, or when the disk is full.
    """
    if folder is not None:
        _prepare(folder, content)
    with nullcontext() if folder is None else one_writer(folder):
        with _disk(folder):
            store = _opened(folder, plan)
        try:
            yield store
        finally:
            flush(store)


def chunk_size(samples: int) -> int:
    """Samples a chunk: 1000, or more where that would make too many files."""
    return CHUNK * max(1, math.ceil(samples / (CHUNK * MOST_CHUNKS)))


def add(store: SweepStore, answer: Answer) -> None:
    """Take the results of a batch, which must lie in one chunk; :func:`flush` writes them."""
    number = answer.start // store.chunk
    first = number * store.chunk
    part = store.parts.setdefault(number, _Part(values={}))
    if not part.values and store.status[first : first + store.chunk].any():
        part.values.update(_stored_values(store, first))
    _learn_results(store, answer)
    inside = slice(answer.start - first, answer.start - first + answer.size)
    length = min(store.chunk, store.plan.samples - first)
    for name, values in answer.values.items():
        part.values.setdefault(name, np.full(length, math.nan))[inside] = values
    part.changed = True
    store.status[answer.start : answer.start + answer.size] = DONE
    for sample, error in answer.errors.items():
        store.errors[sample] = error
        store.status[sample] = FAILED


def flush_when_due(store: SweepStore) -> None:
    """Write, unless that would take more than a tenth of the time."""
    if time.perf_counter() - store.written_at > store.writing_took / WRITING_SHARE:
        flush(store)


def flush(store: SweepStore) -> None:
    """Write every changed chunk; complete ones leave the memory."""
    began = time.perf_counter()
    with _disk(store.folder):
        for number, part in sorted(store.parts.items()):
            if part.changed:
                _write(store, number, part)
    store.parts = {
        number: part
        for number, part in store.parts.items()
        if not store.status[number * store.chunk : (number + 1) * store.chunk].all()
    }
    store.written_at = time.perf_counter()
    store.writing_took = store.written_at - began


def failures(store: SweepStore) -> list[Failure]:
    """The ledger: every failed sample with its inputs, in order."""
    return [
        Failure(sample=sample, error=store.errors[sample], inputs=inputs_of(store.plan, sample))
        for sample in sorted(store.errors)
        if store.status[sample] == FAILED
    ]


def inputs_of(plan: Plan, sample: int) -> dict[str, float | str]:
    """Inputs of one sample as plain values."""
    columns = plan.columns(sample, sample + 1)
    return {name: values.tolist()[0] for name, values in columns.items()}


def _write(store: SweepStore, number: int, part: _Part) -> None:
    first = number * store.chunk
    last = min(first + store.chunk, store.plan.samples)
    if number not in store.begun:
        for name, column in store.plan.columns(first, last).items():
            store.arrays[name][first:last] = _coded(store.arrays[name], column)
    for name, values in part.values.items():
        store.arrays[name][first:last] = values
    failed = [item for item in range(first, last) if store.status[item] == FAILED]
    if failed and store.folder is not None:
        entries = [
            {
                "sample": sample,
                "error": store.errors[sample],
                "inputs": inputs_of(store.plan, sample),
            }
            for sample in failed
        ]
        path = store.folder / FAILURE_FOLDER / f"{number:06d}.json"
        with written_whole(path) as part_file:
            part_file.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    store.arrays[STATUS][first:last] = store.status[first:last]
    store.begun.add(number)
    part.changed = False


def _coded(array: Any, column: Column) -> NDArray[Any]:
    categories = array.attrs.get("categories")
    if categories is None:
        return column
    return np.asarray([categories.index(str(name)) for name in column], dtype=np.int32)


def _stored_values(store: SweepStore, first: int) -> dict[str, Array]:
    return {name: store.arrays[name][first : first + store.chunk] for name in store.units}


def _learn_results(store: SweepStore, answer: Answer) -> None:
    """Make an array for every result that has none yet."""
    for name in answer.values:
        if name in store.units:
            continue
        if name in store.plan.units or name == STATUS:
            raise InputError(f"The function returns {name}, the name of an input; rename it.")
        if not NAME.fullmatch(name):
            raise InputError(f'The function returns "{name}"; use letters, digits, "_" and ".".')
        unit = answer.units.get(name, "")
        with _disk(store.folder):
            _array(store, name, "f8", math.nan, {"units": unit, "kind": "result"})
        store.units[name] = unit


def _prepare(folder: Path, content: Mapping[str, Any]) -> None:
    """A new folder with a manifest, or one whose manifest says the same."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; give a folder for the sweep.")
    manifest = folder / MANIFEST_FILE
    if manifest.is_file():
        _same_sweep(folder, content)
        return
    others = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    others = [name for name in others if name not in (LOCK_FILE, f".{MANIFEST_FILE}.part")]
    if others:
        raise InputError(
            f"{folder} holds something else ({others[0]}); give a new folder or that of the same "
            "sweep."
        )
    entry = {"sweep": digest(content), "content": content, **surroundings()}
    with _disk(folder), written_whole(manifest) as part:
        part.write_text(json.dumps(entry, indent=2) + "\n", encoding="utf-8")


def _same_sweep(folder: Path, content: Mapping[str, Any]) -> None:
    stored = read_manifest(folder)
    if stored["sweep"] == digest(content):
        return
    before = stored.get("content", {})
    now = json.loads(json.dumps(content))
    other = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    shown = [
        f"{key} {before.get(key)} there, {now.get(key)} here"
        if key in ("version", "seed", "samples", "sampling")
        else key
        for key in other
    ]
    raise InputError(
        f"{folder} holds another sweep (different: {', '.join(shown) or 'manifest'}); give another "
        "folder, or delete this one to start again."
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a stored sweep; :class:`InputError` when there is none."""
    path = folder / MANIFEST_FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            f"{folder} holds no {MANIFEST_FILE}; give the folder of a sweep."
        ) from None
    except ValueError:
        raise InputError(f"{path} is not JSON; give the folder of a sweep.") from None
    if not isinstance(data, dict) or "sweep" not in data:
        raise InputError(f"{path} is not of a sweep; give the folder of a sweep.")
    return data


def _opened(folder: Path | None, plan: Plan) -> SweepStore:
    if folder is not None:
        for leftover in folder.rglob("*.partial"):
            leftover.unlink(missing_ok=True)  # of a killed run
    place: Any = MemoryStore() if folder is None else str(folder / DATA_FOLDER)
    group: Any = zarr.open_group(place, mode="a")
    store = SweepStore(
        plan=plan,
        folder=folder,
        group=group,
        chunk=chunk_size(plan.samples),
        status=np.zeros(plan.samples, dtype=np.uint8),
        errors={} if folder is None else _stored_errors(folder),
        units={},
    )
    categories = {axis.name: axis.categories for axis in plan.axes}
    for name, unit in plan.units.items():
        names = list(categories.get(name, ()))
        about: dict[str, Any] = {"units": unit, "kind": "input"}
        if names:
            _array(store, name, "i4", -1, {**about, "categories": names})
        else:
            _array(store, name, "f8", math.nan, about)
    _array(store, STATUS, "u1", OPEN, {"flags": "0 open, 1 done, 2 failed"})
    store.status[:] = np.asarray(store.arrays[STATUS])
    store.begun.update((np.flatnonzero(store.status) // store.chunk).tolist())
    for name, array in group.arrays():
        if array.attrs.get("kind") == "result":
            store.units[str(name)] = str(array.attrs["units"])
            store.arrays[str(name)] = group[name]
    return store


def _array(store: SweepStore, name: str, kind: str, fill: float, about: Mapping[str, Any]) -> None:
    if name not in store.group:
        store.group.create_array(
            name,
            shape=(store.plan.samples,),
            chunks=(store.chunk,),
            dtype=kind,
            fill_value=fill,
            dimension_names=["sample"],
            attributes=dict(about),
        )
    store.arrays[name] = store.group[name]


def _stored_errors(folder: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    for path in sorted((folder / FAILURE_FOLDER).glob("*.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))
        found.update({int(entry["sample"]): str(entry["error"]) for entry in entries})
    return found


@contextmanager
def _disk(folder: Path | None) -> Iterator[None]:
    """Turn what the disk refuses into one sentence."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno in _FULL else error.strerror or str(error)
        raise InputError(
            f"{folder} cannot be written ({reason}); make room or choose another folder, then run "
            "the same sweep again: what is stored is kept."
        ) from None
