"""Which arrays a stored sweep has: their Zarr metadata, kept twice so that damage shows.

``layout.json`` holds the metadata (``zarr.json``) of every array, with a hash. Chunks carry a
CRC-32C of their own, by a codec of Zarr. No byte of ``samples.zarr`` is left unwatched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec
from zarr.storage import MemoryStore

from particle_sim.errors import InputError
from particle_sim.files import read_json, written_whole
from particle_sim.sweeps.sealed import read_sealed, still_holds, write_sealed

LAYOUT_FILE = "layout.json"
DATA_FOLDER = "samples.zarr"
METADATA_FILE = "zarr.json"
CODECS = (ZstdCodec(), Crc32cCodec())
"""What chunks go through: compression, then the checksum of its bytes."""
EMPTY_TOO = {"array.write_empty_chunks": True}
"""Zarr leaves out chunks that are all nan otherwise, and one that got lost would look like them."""


@dataclass(frozen=True, kw_only=True)
class ArrayKind:
    """What an array over the samples holds: NumPy type, value where nothing is, attributes."""

    dtype: str
    fill: float
    about: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Units of the results by name, and the metadata of the arrays by file in the Zarr group."""

    results: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)


def create_array(group: Any, name: str, kind: ArrayKind, samples: int, chunk: int) -> None:
    """An array (samples,) whose chunks are checked when they are read."""
    group.create_array(
        name,
        shape=(samples,),
        chunks=(chunk,),
        dtype=kind.dtype,
        fill_value=kind.fill,
        compressors=CODECS,
        dimension_names=["sample"],
        attributes=dict(kind.about),
    )


def documents(kinds: Mapping[str, ArrayKind], samples: int, chunk: int) -> dict[str, Any]:
    """The metadata files of a group with these arrays."""
    kept: dict[str, Any] = {}
    group = zarr.open_group(MemoryStore(kept), mode="a")
    for name, kind in kinds.items():
        create_array(group, name, kind, samples, chunk)
    return {name: json.loads(buffer.to_bytes()) for name, buffer in kept.items()}


def write_layout(folder: Path, layout: Layout) -> None:
    """Write the layout first, then what it lacks in the Zarr group."""
    kept = {name: dict(sorted(entry.items())) for name, entry in asdict(layout).items()}
    write_sealed(folder / LAYOUT_FILE, kept)
    mend_documents(folder, layout)


def read_layout(folder: Path) -> Layout:
    """The layout of a store; :class:`Damaged` when it is not what was written."""
    return Layout(**read_sealed(folder / LAYOUT_FILE))


def mended_layout(folder: Path) -> Layout | None:
    """A damaged layout from the Zarr group, where its hash or all else agrees with it."""
    found: dict[str, Any] = {}
    root = folder / DATA_FOLDER
    for path in [root / METADATA_FILE, *sorted(root.glob(f"*/{METADATA_FILE}"))]:
        try:
            found[path.relative_to(root).as_posix()] = read_json(path)
        except InputError:
            return None
    about = {name.split("/")[0]: entry.get("attributes", {}) for name, entry in found.items()}
    results = {
        name: str(entry["units"]) for name, entry in about.items() if entry.get("kind") == "result"
    }
    layout = Layout(results=dict(sorted(results.items())), documents=found)
    return layout if still_holds(folder / LAYOUT_FILE, asdict(layout)) else None


def wrong_documents(folder: Path, layout: Layout) -> Iterator[str]:
    """Metadata files that are missing or not as they were written."""
    for name, document in layout.documents.items():
        try:
            if read_json(folder / DATA_FOLDER / name) == document:
                continue
        except InputError:
            pass
        yield name


def mend_documents(folder: Path, layout: Layout) -> list[str]:
    """Write what is missing or wrong; names of those that had data, so that they were damaged."""
    mended = []
    for name in wrong_documents(folder, layout):
        path = folder / DATA_FOLDER / name
        if path.exists() or (path.parent / "c").exists():
            mended.append(name)
        with written_whole(path) as part:
            part.write_text(json.dumps(layout.documents[name], indent=2), encoding="utf-8")
    return mended
