"""What tells a result from anything else: not its name, but that nothing was added or changed.

``manifest.json`` lists the files of a folder with their SHA-256, and has its own; a single file
of a format with room for a remark carries a seal, its SHA-256 with zeros in the seal's place.
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
MARK, ZEROS = "particle-sim sha256:", "0" * 64
MOST_BYTES = 2**31
"""Of a manifest, which holds the measurements that were read."""
OPEN_SEAL = MARK + ZEROS
"""What a writer puts into a remark, for :func:`sealed` to fill in."""


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


def sealed(content: bytes) -> bytes:
    """A file with its seal filled in.

    >>> sealed(f"<!-- {OPEN_SEAL} -->".encode())[:34]
    b'<!-- particle-sim sha256:f552575fd'
    """
    seal = MARK + hashlib.sha256(content).hexdigest()
    return content.replace(OPEN_SEAL.encode(), seal.encode(), 1)


def has_its_seal(path: Path) -> bool:
    """Whether a file is, to the byte, what :func:`sealed` returned."""
    content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    start, mark, rest = content.partition(MARK.encode())
    opened = start + mark + ZEROS.encode() + rest[len(ZEROS) :]
    return bool(mark) and sealed(opened) == content


def listed_in(folder: Path) -> dict[str, str]:
    """The files of a folder's manifest with their hashes, itself too; none without our manifest."""
    path = folder / MANIFEST_FILE
    try:
        content = read_json(path, MOST_BYTES)
        if is_unedited(content):
            return {**content["files"], MANIFEST_FILE: sha256(path)}
    except (InputError, KeyError, TypeError, AttributeError):
        pass
    return {}


def verb_of(folder: Path) -> str:
    """The verb whose result stands in a folder; "" where no manifest of ours says it."""
    if not listed_in(folder):
        return ""
    return str(read_json(folder / MANIFEST_FILE, MOST_BYTES).get("asked", {}).get("verb", ""))


def is_unedited(content: Mapping[str, Any]) -> bool:
    """Whether what a manifest says is what was written, by the hash that it holds."""
    rest = {name: value for name, value in content.items() if name != "sha256"}
    return bool(content["sha256"] == _sha256_of(rest))


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
        content = read_json(folder / MANIFEST_FILE, MOST_BYTES)
        content["files"] |= {name: sha256(folder / name) for name in names}
        _write(scratch / MANIFEST_FILE, content)
        os.replace(scratch / MANIFEST_FILE, folder / MANIFEST_FILE)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """The content, with the hash that shows that nobody edited it; JSON has no NaN."""
    plain = json.loads(json.dumps(content), parse_constant=lambda _name: None)
    whole = {name: value for name, value in plain.items() if name != "sha256"}
    whole["sha256"] = _sha256_of(whole)
    write_file(path, json.dumps(whole, indent=2) + "\n")
