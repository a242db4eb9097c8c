"""The store of a sweep: a Zarr group written chunk by chunk, so that it survives ``kill -9``.

    folder/manifest.json          what is computed, by which code, on what
    folder/layout.json            the metadata of the arrays, and the results' units
    folder/samples.zarr/NAME      inputs and results (n,), in chunks; ``status``: 0 open,
                                  1 done, 2 failed
    folder/failures/000012.json   the failed samples of chunk 12: number, sentence, inputs
    folder/repairs.txt            what was damaged and computed again, if anything was

Zarr and ``written_whole`` give a file its name once it is complete. A chunk's results go first, its
failures next, its status last; so what the status calls done is there, and what it does not is
computed again. A chunk's bytes depend on its samples alone, not on the order they came in. Every
file carries a checksum; a chunk that fails it counts as not computed.
"""

from __future__ import annotations

import errno
import math
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.storage import MemoryStore

from particle_sim.errors import InputError
from particle_sim.sweeps.damage import DONE, FAILED, OPEN, STATUS, ledger_file, stored_chunks
from particle_sim.sweeps.evaluate import Answer
from particle_sim.sweeps.layout import (
    DATA_FOLDER,
    EMPTY_TOO,
    ArrayKind,
    Layout,
    create_array,
    documents,
    write_layout,
)
from particle_sim.sweeps.lock import one_writer
from particle_sim.sweeps.manifest import prepare
from particle_sim.sweeps.plan import Column, Plan
from particle_sim.sweeps.repair import mended
from particle_sim.sweeps.sealed import read_sealed, write_sealed
from particle_sim.units import Array

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
    layout: Layout
    """Knows the results, once there is one"""
    repairs: list[str]
    """What was damaged"""
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
    repairs: list[str] = []
    if folder is not None:
        with _disk(folder):
            repairs += prepare(folder, content)
    with nullcontext() if folder is None else one_writer(folder):
        with _disk(folder):
            store = _opened(folder, plan, repairs)
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
        part.values.update(_stored_values(store, number))
    answer = _with_known_results(store, answer)
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
        _failure(store, sample) for sample in sorted(store.errors) if store.status[sample] == FAILED
    ]


def _failure(store: SweepStore, sample: int) -> Failure:
    return Failure(sample=sample, error=store.errors[sample], inputs=inputs_of(store.plan, sample))


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
        entries = [asdict(_failure(store, sample)) for sample in failed]
        content = {"failures": entries, "results": bool(part.values)}
        write_sealed(ledger_file(store.folder, number), content)
    store.arrays[STATUS][first:last] = store.status[first:last]
    store.begun.add(number)
    part.changed = False


def _coded(array: Any, column: Column) -> NDArray[Any]:
    categories = array.attrs.get("categories")
    if categories is None:
        return column
    return np.asarray([categories.index(str(name)) for name in column], dtype=np.int32)


def _stored_values(store: SweepStore, number: int) -> dict[str, Array]:
    """Results of a chunk as they are in the folder; none where every sample failed outright."""
    inside = slice(number * store.chunk, (number + 1) * store.chunk)
    return {
        name: store.arrays[name][inside]
        for name in store.layout.results
        if store.folder is not None and number in stored_chunks(store.arrays[name])
    }


def _with_known_results(store: SweepStore, answer: Answer) -> Answer:
    """The answer, if its results have the names of the others'; the first one gives the names."""
    known = store.layout.results
    if answer.values and not known:
        _check_names(store, answer)
        with _disk(store.folder):
            _learn_results(store, answer)
    elif answer.values and answer.values.keys() != known.keys():
        error = f"it returned {sorted(answer.values)}, other samples {sorted(known)}."
        numbers = range(answer.start, answer.start + answer.size)
        errors = {**dict.fromkeys(numbers, error), **answer.errors}
        return replace(answer, values={}, errors=errors)
    return answer


def _check_names(store: SweepStore, answer: Answer) -> None:
    for name in answer.values:
        if name in store.plan.units or name == STATUS:
            raise InputError(f"The function returns {name}, the name of an input; rename it.")
        if not NAME.fullmatch(name):
            raise InputError(f'The function returns "{name}"; use letters, digits, "_" and ".".')


def _learn_results(store: SweepStore, answer: Answer) -> None:
    """Make an array for every result."""
    store.layout.results.update(
        {name: answer.units.get(name, "") for name in sorted(answer.values)}
    )
    kinds = {
        name: ArrayKind(dtype="f8", fill=math.nan, about={"units": unit, "kind": "result"})
        for name, unit in store.layout.results.items()
    }
    if store.folder is None:
        for name, kind in kinds.items():
            create_array(store.group, name, kind, store.plan.samples, store.chunk)
    else:
        store.layout.documents.update(documents(kinds, store.plan.samples, store.chunk))
        write_layout(store.folder, store.layout)
    store.arrays.update(_arrays_of(store.group))


def _opened(folder: Path | None, plan: Plan, repairs: list[str]) -> SweepStore:
    kinds, chunk = _input_kinds(plan), chunk_size(plan.samples)
    if folder is None:
        layout, group = Layout(), zarr.open_group(MemoryStore(), mode="a")
        for name, kind in kinds.items():
            create_array(group, name, kind, plan.samples, chunk)
    else:
        for leftover in [*folder.rglob("*.partial"), *folder.rglob(".*.part")]:
            leftover.unlink(missing_ok=True)  # of a killed run
        layout = mended(folder, documents(kinds, plan.samples, chunk), repairs, chunk)
        group = zarr.open_group(str(folder / DATA_FOLDER), mode="a")
    store = SweepStore(
        plan=plan,
        folder=folder,
        group=group,
        chunk=chunk,
        status=np.asarray(group[STATUS][:], dtype=np.uint8),  # type: ignore[index]
        errors={},
        layout=layout,
        repairs=repairs,
        arrays=_arrays_of(group),
    )
    store.begun.update((np.flatnonzero(store.status) // chunk).tolist())
    store.errors.update(_stored_errors(store))
    return store


def _input_kinds(plan: Plan) -> dict[str, ArrayKind]:
    """Every input and the status."""
    categories = {axis.name: list(axis.categories) for axis in plan.axes if axis.categories}
    kinds = {}
    for name, unit in plan.units.items():
        about: dict[str, Any] = {"units": unit, "kind": "input"}
        kinds[name] = ArrayKind(dtype="f8", fill=math.nan, about=about)
        if name in categories:
            about = {**about, "categories": categories[name]}
            kinds[name] = ArrayKind(dtype="i4", fill=-1, about=about)
    status = ArrayKind(dtype="u1", fill=OPEN, about={"flags": "0 open, 1 done, 2 failed"})
    return {**kinds, STATUS: status}


def _arrays_of(group: Any) -> dict[str, Any]:
    with zarr.config.set(EMPTY_TOO):
        return {str(name): array for name, array in group.arrays()}


def _stored_errors(store: SweepStore) -> dict[int, str]:
    """Sentences of the failed samples; those of chunks whose status was not written yet too."""
    found: dict[int, str] = {}
    for number in set((np.flatnonzero(store.status == FAILED) // store.chunk).tolist()):
        assert store.folder is not None, "a store in memory begins empty"
        entries = read_sealed(ledger_file(store.folder, number))["failures"]
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
