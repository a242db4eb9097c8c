"""JSON files that know when they are damaged: a hash of what they hold stands in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError
from particle_sim.files import read_bytes, read_text, written_whole
from particle_sim.sweeps.identity import digest

SEAL = "sha256"
MOST_BYTES = 2**31
"""Of a ledger of a million failures."""


class Damaged(Exception):
    """A file that does not hold what was written into it; the text says how that shows."""


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain data and its hash; the file appears whole or not at all."""
    plain = json.loads(json.dumps(content))
    text = json.dumps({**plain, SEAL: digest(plain)}, indent=1)
    with written_whole(path) as part:
        part.write_text(text + "\n", encoding="utf-8")


def read_sealed(path: Path) -> dict[str, Any]:
    """What :func:`write_sealed` wrote, without the hash; :class:`Damaged` for anything else.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.json"
    ...     write_sealed(path, {"theta": 0.5})
    ...     _ = path.write_text(path.read_text().replace("0.5", "0.7"))
    ...     read_sealed(path)
    Traceback (most recent call last):
    particle_sim.sweeps.sealed.Damaged: its checksum does not match
    """
    if not path.exists():
        raise Damaged("it is missing")
    try:
        content = json.loads(read_text(path, MOST_BYTES))
    except (InputError, ValueError, RecursionError):
        raise Damaged("it is torn") from None
    if not isinstance(content, dict) or content.pop(SEAL, None) != digest(content):
        raise Damaged("its checksum does not match")
    return content


def still_holds(path: Path, content: Mapping[str, Any]) -> bool:
    """Whether a damaged file was sealed with exactly this content: its hash or all else says so."""
    plain = json.loads(json.dumps(content))
    return digest(plain) in damaged_text(path) or {**remains(path), SEAL: ""} == {**plain, SEAL: ""}


def remains(path: Path) -> dict[str, Any]:
    """What can be read of a damaged file, which may be nothing."""
    try:
        stored = json.loads(damaged_text(path))
    except (ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def damaged_text(path: Path) -> str:
    """The text of a damaged file, with a mark for every byte that is none."""
    try:
        return read_bytes(path, MOST_BYTES).decode("utf-8", errors="replace")
    except InputError:
        return ""
