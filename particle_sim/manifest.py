"""``manifest.json``: the files of a result with their SHA-256, and its own.

It is what tells a result from anything else: not a name, but that nothing was added or changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError
from particle_sim.files import read_json, write_file

MANIFEST_FILE = "manifest.json"


def stranger_in(folder: Path) -> str:
    """The first thing in a folder that is not an unchanged file of its manifest; "" without one."""
    if not folder.exists():
        return ""
    listed = listed_in(folder)
    found = sorted(names_below(folder), key=lambda name: (name == MANIFEST_FILE, name))
    return next((name for name in found if not is_own(folder, name, listed)), "")


def names_below(folder: Path) -> Iterator[str]:
    """Relative names of everything in a folder; links are not followed."""
    for here, folders, files in os.walk(folder, onerror=_raise):
        for name in (*folders, *files):
            yield Path(here, name).relative_to(folder).as_posix()


def _raise(error: OSError) -> None:
    raise error


def is_own(folder: Path, name: str, listed: Mapping[str, str]) -> bool:
    """Whether a file is as the list has it, or a folder one that listed files lie in."""
    path = folder / name
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        return any(other.startswith(f"{name}/") for other in listed)
    return stat.S_ISREG(mode) and name in listed and sha256(path) == listed[name]


def sha256(path: Path) -> str:
    """Of what is in a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed_in(folder: Path) -> dict[str, str]:
    """The files of a folder's manifest with their hashes, itself too; none without our manifest."""
    path = folder / MANIFEST_FILE
    try:
        content = read_json(path)
        if content.pop("sha256") == _sha256_of(content):
            return {**content["files"], MANIFEST_FILE: sha256(path)}
    except (InputError, KeyError, TypeError, AttributeError):
        pass
    return {}


def _sha256_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """List the files of a folder in it, after ``content``: command, versions and the like."""
    files = {
        name: sha256(folder / name)
        for name in sorted(names_below(folder))
        if (folder / name).is_file()
    }
    _write(folder / MANIFEST_FILE, {**content, "files": files})


def relist(folder: Path, names: Sequence[str], scratch: Path) -> None:
    """Say in the manifest of a folder what some of its files are now; written in ``scratch``."""
    if names:
        content = read_json(folder / MANIFEST_FILE)
        content["files"] |= {name: sha256(folder / name) for name in names}
        _write(scratch / MANIFEST_FILE, content)
        os.replace(scratch / MANIFEST_FILE, folder / MANIFEST_FILE)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """The content, with the hash that shows that nobody edited it; JSON has no NaN."""
    plain = json.loads(json.dumps(content), parse_constant=lambda _name: None)
    whole = {name: value for name, value in plain.items() if name != "sha256"}
    whole["sha256"] = _sha256_of(whole)
    write_file(path, json.dumps(whole, indent=2) + "\n")
