"""The manifest of a stored sweep: what is computed, by which code, on what."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError
from particle_sim.inputs import asked_record
from particle_sim.sweeps.identity import digest, surroundings
from particle_sim.sweeps.layout import DATA_FOLDER, LAYOUT_FILE
from particle_sim.sweeps.lock import LOCK_FILE
from particle_sim.sweeps.sealed import Damaged, damaged_text, read_sealed, remains, write_sealed

MANIFEST_FILE = "manifest.json"


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a stored sweep; :class:`InputError` when there is none, or a damaged one."""
    path = folder / MANIFEST_FILE
    if not path.exists():
        raise InputError(f"{folder} holds no {MANIFEST_FILE}; give the folder of a sweep.")
    try:
        stored = read_sealed(path)
    except Damaged as damage:
        stored = remains(path)
        if "sweep" not in stored or has_checksums(folder):
            raise InputError(
                f"{path} is damaged or not of a sweep ({damage}); run the same sweep again, which "
                "mends it, or give the folder of a sweep."
            ) from None
        warnings.warn(
            f"{folder} was written without checksums; damage in it does not show.", stacklevel=3
        )
    if "sweep" not in stored:
        raise InputError(f"{path} is not of a sweep; give the folder of a sweep.")
    return stored


def has_checksums(folder: Path) -> bool:
    """Whether a store can tell that it is damaged; older ones cannot."""
    if (folder / LAYOUT_FILE).exists() or not (folder / DATA_FOLDER).exists():
        return True
    try:
        return bool(read_sealed(folder / MANIFEST_FILE))
    except Damaged:
        return False


def prepare(folder: Path, content: Mapping[str, Any]) -> list[str]:
    """A new folder with a manifest, or one whose manifest says the same; what is mended in it.

    Raises :class:`InputError` for a folder with another sweep or anything else.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; give a folder for the sweep.")
    path = folder / MANIFEST_FILE
    if path.is_file():
        damage = _same_sweep(folder, content)
        if damage is None:
            return []
    else:
        _check_empty(folder)
        damage = None
    write_sealed(
        path, {"sweep": digest(content), "content": content, **surroundings(), **asked_record()}
    )
    return [] if damage is None else [f"{MANIFEST_FILE}: {damage}; written again"]


def _check_empty(folder: Path) -> None:
    others = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    others = [name for name in others if name not in (LOCK_FILE, f".{MANIFEST_FILE}.part")]
    if others:
        raise InputError(
            f"{folder} holds something else ({others[0]}); give a new folder or that of the same "
            "sweep."
        )


def _same_sweep(folder: Path, content: Mapping[str, Any]) -> str | None:
    """Refuse another sweep; what is damaged of the manifest of this one."""
    path, here, damage = folder / MANIFEST_FILE, json.loads(json.dumps(content)), None
    try:
        stored = read_sealed(path)
    except Damaged as error:
        stored, damage = remains(path), str(error)
    same = stored.get("sweep") == digest(content)
    if damage and not same:
        same = stored.get("content") == here or digest(content) in damaged_text(path)
    if same and not has_checksums(folder):
        raise InputError(
            f"{folder} was written by an earlier version, without checksums; give another folder, "
            "or delete this one to start again."
        )
    if not same and damage:
        raise InputError(
            f"{path} is damaged or not of a sweep ({damage}); give another folder, or delete this "
            "one to start again."
        )
    if not same:
        raise InputError(_difference(folder, stored.get("content", {}), here))
    return damage


def _difference(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    other = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    shown = [
        f"{key} {before.get(key)} there, {now.get(key)} here"
        if key in ("version", "seed", "samples", "sampling")
        else key
        for key in other
    ]
    return (
        f"{folder} holds another sweep (different: {', '.join(shown) or 'manifest'}); give another "
        "folder, or delete this one to start again."
    )
